import { test } from "uvu";
import * as assert from "uvu/assert";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../boards/bundle.js";
import { buildSimulator, type SimulatorOptions } from "../../../boards/simulator/build.js";
import { newFolder } from "./simulate.js";

const folder = newFolder();
const compiler = process.env.CC;
test.after(() => rmSync(folder, { recursive: true }));
test.after.each(() => {
	if (compiler === undefined) delete process.env.CC;
	else process.env.CC = compiler;
});

async function refusal(options: Parameters<typeof buildSimulator>[0] = {}): Promise<string> {
	return buildSimulator(options).then(
		() => "built",
		(error: Error) => error.message,
	);
}

test("a missing compiler is told in one sentence", async () => {
	process.env.CC = join(folder, "absent");
	assert.is(
		await refusal(),
		`the simulator needs a C compiler, and \`${join(folder, "absent")}\` does not run: install gcc or clang, or set CC`,
	);
});

test("a compiler that has no 32-bit library is told with the package's name", async () => {
	// Only what gcc without gcc-multilib does: it knows -m32 and misses a header.
	process.env.CC = join(folder, "cc-64");
	writeFileSync(
		process.env.CC,
		'#!/bin/sh\n[ "$1" = --version ] && { echo cc-64; exit; }\necho "fatal error: bits/libc-header-start.h: No such file" >&2\nexit 1\n',
	);
	chmodSync(process.env.CC, 0o755);
	assert.is(await refusal({ bits: 32, flags: [] }), "the 32-bit simulator needs a compiler that can -m32: install the package gcc-multilib");
});

test("the same sources, flags and compiler give the same program, which is not built again", async () => {
	const first = await buildSimulator();
	const { mtimeMs } = statSync(first);
	assert.is(await build().path, first);
	assert.is(statSync(first).mtimeMs, mtimeMs);
});

test("of two builds at once one may be killed at any time: the other is whole", async () => {
	const options = { flags: ["-O0"], folder: join(folder, "builds") };
	const [first, second] = [build(options), build(options)];
	setTimeout(() => second.kill(), 1200);
	const program = await first.path;
	assert.is(await second.path, "");
	runEmpty(program);

	// What the killed one left is not taken for a result, nor does it disturb the next build.
	rmSync(program);
	assert.is(await build(options).path, program);
	runEmpty(program);
});

/** A build in a process of its own: its path, empty if it was killed. */
function build(options: SimulatorOptions = {}) {
	const child = spawn(process.execPath, ["--input-type=module", "-e", builder, JSON.stringify(options)], {
		stdio: ["ignore", "pipe", "ignore"],
	});
	const path = new Promise<string>((resolve) => {
		let text = "";
		child.stdout.setEncoding("utf8").on("data", (data) => (text += data));
		child.on("close", () => resolve(text));
	});
	return { path, kill: () => child.kill("SIGKILL") };
}

const builder = `
	import ${JSON.stringify(join(root, "bin/typescript.js"))};
	const { buildSimulator } = await import(${JSON.stringify(join(root, "boards/simulator/build.ts"))});
	process.stdout.write(await buildSimulator(JSON.parse(process.argv[1])));`;

function runEmpty(program: string) {
	const script = join(folder, "script.js");
	writeFileSync(script, "native('xs_exit').call(undefined, 0)");
	execFileSync(program, [script]);
}

test.run();
