import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Durations } from "./durations.js";

const folder = mkdtempSync(join(tmpdir(), "baton-test-"));
const file = join(folder, "build/durations.json");
test.after(() => rmSync(folder, { recursive: true }));

function order(names: string[], guess = 5) {
	return new Durations(file).longestFirst(
		names,
		name => name,
		() => guess,
	);
}

test("without a record the order is kept", () => {
	assert.equal(order(["b", "a", "c"]), ["b", "a", "c"]);
});

test("the longest of the last run comes first, an unknown one where it is guessed", () => {
	const durations = new Durations(file);
	durations.note("short", 0.12);
	durations.note("long", 99.96);
	durations.save();
	assert.equal(order(["short", "new", "long"]), ["long", "new", "short"]);
	assert.equal(order(["short", "new", "long"], 1000), ["new", "long", "short"]);
	assert.equal(readdirSync(join(folder, "build")), ["durations.json"]);
});

test("a record that cannot be read is as good as none", () => {
	for (const text of ["", "{", "null", "[]", '{"a":"x","b":null}']) {
		writeFileSync(file, text);
		assert.equal(order(["b", "a"]), ["b", "a"]);
	}
});

test.run();
