// Not a test: what test/on-xs/uvu.test.ts runs to see that the stand-in tells failures.

import { test } from "uvu";
import * as assert from "uvu/assert";

const order: string[] = [];
test.before(() => void order.push("before"));
test.before.each(() => void order.push("each"));
test.after.each(() => void order.push("done"));
test.after(() => void order.push("after"));

test("passes", () => {});
test("passes later", async () => {
	await null;
	assert.equal(order, ["before", "each", "done", "each"]);
});
test("is wrong", () => assert.is(1, 2));
test("is wrong later", async () => {
	await null;
	throw new TypeError("later");
});
test.skip("is left out [no reason]", () => assert.unreachable());
test("is last", () => assert.is(order.length, 1 + 2 * 4 + 1));

test.run();
