import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { eventually, HANG_GUARD } from "./eventually.js";
import { type ProcessOptions, runProcess } from "./process.js";

function run(program: string, more: Partial<ProcessOptions> = {}) {
	return runProcess({ file: process.execPath, args: ["-e", program], cwd: ".", limit: HANG_GUARD, ...more });
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
	const folder = mkdtempSync(join(tmpdir(), "baton-test-"));
	const sign = join(folder, "it has printed");
	const program = `console.log("began"); require("fs").writeFileSync(${JSON.stringify(sign)}, ""); setInterval(() => {}, 1000)`;
	const setLimit = (late: () => void) => {
		void eventually("the program prints", () => existsSync(sign)).then(late);
		return () => {};
	};
	const { output, trouble } = await run(program, { limit: 500, setLimit }).ended;
	rmSync(folder, { recursive: true });
	assert.is(trouble, "not finished after 0.5 s");
	assert.is(output, "began\n");
});

test("the limit is kept by the clock", async () => {
	const { trouble } = await run("setInterval(() => {}, 1000)", { limit: 50 }).ended;
	assert.is(trouble, "not finished after 0.05 s");
});

test("what it has started ends with it", async () => {
	// The grandchild holds the same output open: as long as it lives, the run does not end.
	const grandchild = `require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" })`;
	const { trouble } = await run(`${grandchild}.once("spawn", () => process.exit(0))`).ended;
	assert.is(trouble, undefined);
});

test("output beyond a megabyte is cut, not kept", async () => {
	const { output, trouble } = await run("for (let i = 0; i < 48; i++) process.stdout.write('x'.repeat(65536))").ended;
	assert.is(trouble, undefined);
	assert.ok(output.length >= 1 << 20 && output.length < 2 << 20);
});

test.run();
