// The fuzzer runs, its corpus holds, and a few inputs of it find nothing. `npm run fuzz -- --seconds N` goes on.

import { spawnSync } from "node:child_process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../../boards/bundle.js";

function fuzz(...options: string[]): { status: number | null; result: any; output: string } {
	const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/run.js", "fuzz/run.ts", ...options], {
		cwd: root,
		encoding: "utf8",
	});
	const last = stdout.trim().split("\n").at(-1) ?? "";
	return { status, result: last.startsWith("{") ? JSON.parse(last) : undefined, output: stdout + stderr };
}

test("three hundred inputs for each target find nothing, and reach most of the parsers", () => {
	const { status, result, output } = fuzz("--inputs", "300", "--seed", "1", "--json");
	assert.is(status, 0, output);
	assert.ok(result.ok);
	assert.ok(result.targets.length >= 10);
	for (const { target, inputs } of result.targets) assert.ok(inputs >= 300, `${target}: ${inputs} inputs`);
	assert.ok(result.blocks > 800, `${result.blocks} blocks`);
});

test("an unknown target, or a bound that is none, is a mistake", () => {
	assert.is(fuzz("--target", "nothing").status, 2);
	assert.is(fuzz("--inputs", "few").status, 2);
	assert.is(fuzz("--seconds", "0").status, 2);
});

test.run();
