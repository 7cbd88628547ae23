import { test } from "uvu";
import * as assert from "uvu/assert";
import { runProcess } from "./process.js";

function run(program: string, limit = 10_000) {
	return runProcess({ file: process.execPath, args: ["-e", program], cwd: ".", limit });
}

test("output comes from both streams, and a good end is no trouble", async () => {
	const { output, trouble } = await run("console.log('out'); console.error('err')").ended;
	assert.is(trouble, undefined);
	assert.equal(output.trim().split("\n").sort(), ["err", "out"]);
});

test("a code, a signal, an absent program are told", async () => {
	assert.is((await run("process.exit(7)").ended).trouble, "ended with code 7");
	assert.is((await run("process.kill(process.pid, 'SIGSEGV')").ended).trouble, "ended by SIGSEGV");
	const absent = runProcess({ file: "./no-such-program", args: [], cwd: ".", limit: 1000 });
	assert.match((await absent.ended).trouble!, "ENOENT");
});

test("what does not finish is ended, with what it printed until then", async () => {
	const started = Date.now();
	const { output, trouble } = await run("console.log('began'); setInterval(() => {}, 1000)", 500).ended;
	assert.is(trouble, "not finished after 0.5 s");
	assert.is(output, "began\n");
	assert.ok(Date.now() - started < 5000);
});

test("what it has started ends with it", async () => {
	// The grandchild holds the same output open: as long as it lives, the run does not end.
	const grandchild = `require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" })`;
	const started = Date.now();
	const { trouble } = await run(`${grandchild}; setTimeout(() => process.exit(0), 100)`).ended;
	assert.is(trouble, undefined);
	assert.ok(Date.now() - started < 5000);
});

test("output without end is cut, not kept", async () => {
	const { output } = await run("setInterval(() => process.stdout.write('x'.repeat(65536)), 0)", 1000).ended;
	assert.ok(output.length >= 1 << 20 && output.length < 2 << 20);
});

test.run();
