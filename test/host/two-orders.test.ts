import { test } from "uvu";
import * as assert from "uvu/assert";
import { twoOrders } from "../orders/two-orders.js";

test("of two orders that are given at once none is lost (npm run orders: 500 rounds)", async () => {
	const { lost, both } = await twoOrders(24, 20_310_501);
	assert.equal(lost, []);
	assert.ok(both > 0, "in some round both were carried out");
});

test.run();
