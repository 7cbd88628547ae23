import { spawn } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../../boards/bundle.js";
import { buildSimulator, type SimulatorOptions } from "../../../boards/simulator/build.js";
import { eventually } from "../../eventually.js";
import { newFolder, test as onSimulator } from "./simulate.js";

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
	assert.is(
		await refusal({ bits: 32, flags: [] }),
		"the 32-bit simulator needs a compiler that can -m32: install the package gcc-multilib",
	);
});

onSimulator("the same sources, flags and compiler give the same program, which is not built again", async () => {
	const first = await buildSimulator();
	const { mtimeMs } = statSync(first);
	assert.is(await build().path, first);
	assert.is(statSync(first).mtimeMs, mtimeMs);
});

test("of two builds at once one may be killed at any time: nothing that is broken gets a name", async () => {
	// A compiler that is slow and writes in two steps, so that a kill comes between them.
	const slow = join(folder, "cc-slow");
	writeFileSync(
		slow,
		'#!/bin/sh\n[ "$1" = --version ] && { echo cc-slow; exit; }\nwhile [ "$1" != -o ]; do shift; done\n' +
			'printf half >"$2"; sleep 0.02; printf " and whole" >>"$2"\n',
	);
	chmodSync(slow, 0o755);
	for (let round = 0; round < 4; round++) {
		const builds = join(folder, `builds-${round}`);
		const [first, second] = [build({ folder: builds }, slow), build({ folder: builds }, slow)];
		await eventually("some of it is compiled", () => existsSync(builds) && objects(builds).length > 10 * round);
		second.kill();
		const program = await first.path;
		assert.is(readFileSync(program, "utf8"), "half and whole");
		await second.path;

		// What the killed one left is under names that nobody looks for.
		rmSync(program);
		assert.is(readFileSync(await build({ folder: builds }, slow).path, "utf8"), "half and whole");
		const named = objects(builds);
		assert.ok(named.length > 40);
		for (const name of named) assert.is(readFileSync(join(builds, name), "utf8"), "half and whole", name);
	}
});

function objects(builds: string): string[] {
	return (readdirSync(builds, { recursive: true }) as string[]).filter(name => /(\.o|simulator)$/.test(name));
}

/** A build in a process of its own: its path, empty if it was killed. */
function build(options: SimulatorOptions = {}, compiler = process.env.CC ?? "cc") {
	const child = spawn(process.execPath, ["--input-type=module", "-e", builder, JSON.stringify(options)], {
		stdio: ["ignore", "pipe", "ignore"],
		env: { ...process.env, CC: compiler },
	});
	const path = new Promise<string>(resolve => {
		let text = "";
		child.stdout.setEncoding("utf8").on("data", data => (text += data));
		child.on("close", () => resolve(text));
	});
	return { path, kill: () => child.kill("SIGKILL") };
}

const builder = `
	import ${JSON.stringify(join(root, "bin/typescript.js"))};
	const { buildSimulator } = await import(${JSON.stringify(join(root, "boards/simulator/build.ts"))});
	process.stdout.write(await buildSimulator(JSON.parse(process.argv[1])));`;

test.run();
