import { execFileSync, spawnSync } from "node:child_process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../boards/bundle.js";
import { replay } from "./replay.js";

test("a command as it is typed: flags alone, what is absent left out, words of several quoted", () => {
	assert.is(
		replay("soak", { seed: 7, long: true, json: false, job: undefined, name: "it's here" }),
		`again: npm run soak -- --seed 7 --long --name 'it'\\''s here'`,
	);
});

test("one job of a soak is run alone, and the run says its seed", () => {
	const output = execFileSync(process.execPath, ["bin/run.js", "test/soak/run.ts", "--seed", "5", "--job", "70"], {
		cwd: root,
		encoding: "utf8",
	});
	assert.match(output, /^seed 5, job 70 of \d+\n/);
	assert.match(output, /\n1 devices, 15 device-years/);
});

test("one job of the power cuts is run alone", () => {
	const options = ["bin/run.js", "test/powercut/run.ts", "--seed", "5", "--job", "poll"];
	const wrong = spawnSync(process.execPath, options, { cwd: root, encoding: "utf8" });
	assert.is(wrong.status, 2);
	assert.match(wrong.stderr, /^--job: expected 0 to \d+, got poll\n/);
});

test("an input is given to one parser again", () => {
	const fuzz = (...input: string[]) =>
		spawnSync(process.execPath, ["bin/run.js", "fuzz/run.ts", "--target", ...input], { cwd: root, encoding: "utf8" });
	const good = fuzz("der", "--input", "3003020101");
	assert.is(good.status, 0, good.stderr);
	assert.match(good.stdout, /^1 input, 0 findings\n$/);
	assert.is(fuzz("der", "--input", "xyz").status, 2);
});

test.run();
