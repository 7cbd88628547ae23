import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { buildSimulator } from "../../../boards/simulator/build.js";
import { newFolder, type Options, simulated, simulateScript, test } from "./simulate.js";

const folder = newFolder();

async function runScript(source: string, options: Options = {}) {
	const file = join(folder, "script.js");
	writeFileSync(file, source);
	return (await simulateScript(file, undefined, options)).ended;
}

test("the console begins with the engine and the ceiling, and ends with what was used of it", async () => {
	const { code, remarks } = await simulated(({ natives: { exit } }) => exit(9), null, {
		arguments: ["--memory", "1048576"],
	});
	assert.is(code, 9);
	assert.is(remarks[0], "# XS 13.3.0, 1048576 bytes");
	assert.is(remarks.length, 2);
	const use = /^# peak: chunks (\d+), slots (\d+) = (\d+) x 32, stack (\d+); reserved (\d+) of 1048576 bytes$/.exec(
		remarks[1],
	);
	const [chunks, slots, count, stack, reserved] = use!.slice(1).map(Number);
	assert.is(slots, count * 32);
	assert.ok(chunks + slots + stack <= reserved && reserved <= 1048576);
});

// Each of these takes memory without end, in its own way.
const hogs: Record<string, string> = {
	"typed arrays": "const kept = []; for (;;) kept.push(new Uint8Array(1000))",
	"one large buffer": "new ArrayBuffer(2 ** 31 - 64)",
	objects: "let kept; for (;;) kept = { kept }",
	closures: "let kept = () => 0; for (;;) { const last = kept; kept = () => last }",
	strings: "let text = 'x'; for (;;) text += text + 1",
	"strings one after another": "const kept = []; for (let i = 0; ; i++) kept.push('x' + i)",
	BigInt: "let n = 3n; for (;;) n *= n",
	"an array's length": "const kept = []; for (let i = 0; ; i++) kept[i] = i",
	maps: "const kept = new Map(); for (let i = 0; ; i++) kept.set(i, i)",
	names: "const kept = {}; for (let i = 0; ; i++) kept['name' + i] = i",
	"promise jobs":
		"const forever = () => { Promise.resolve().then(forever); Promise.resolve().then(forever) }; forever()",
	"JSON of deep arrays": "JSON.parse('['.repeat(3e6))",
	"a message that cannot be told": "let text = 'x'; while (text.length < 1.5e6) text += text; throw new Error(text)",
};
for (const [name, source] of Object.entries(hogs)) {
	test(`memory without end by ${name} stops at the ceiling with a line and a code of its own`, async () => {
		const { code, complaints } = await runScript(source);
		assert.is(complaints.at(-1), "XS: memory full: 4194304 bytes are not enough");
		assert.is(code, 4);
	});
}

test("recursion without end stops at the engine's stack", async () => {
	for (const source of ["const f = () => 1 + f(); f()", "const a = []; a[0] = a; const f = (x) => x.map(f); f(a)"]) {
		const { code, complaints } = await runScript(source);
		assert.equal(complaints, ["XS: stack overflow"]);
		assert.is(code, 5);
	}
});

test("garbage is no reason to stop", async () => {
	const { code } = await runScript(
		"for (let i = 0; i < 2e4; i++) { new Uint8Array(2000); ({ i }); (() => i)(); 3n ** 500n } native('xs_exit').call(undefined, 0)",
	);
	assert.is(code, 0);
});

/** Runs a program that fills its memory up to `bytes`, at every ceiling from nothing to well beyond what it needs. */
async function sweep(bits: 32 | 64, ceilings: number[]) {
	const source = `
		const kept = [];
		for (let i = 0; i < 200; i++) kept.push({ i, bytes: new Uint8Array(i), text: "n" + i, big: 7n ** BigInt(i) });
		native("xs_print").call(undefined, "done " + kept.length);
		native("xs_exit").call(undefined, 0);`;
	const codes: number[] = [];
	for (const memory of ceilings) {
		const { code, complaints, lines } = await runScript(source, { bits, arguments: ["--memory", String(memory)] });
		if (code === 0) assert.equal([lines, complaints], [["done 200"], []], String(memory));
		else {
			assert.is(code, 4, `${memory}: ${complaints}`);
			assert.equal(complaints, [`XS: memory full: ${memory & ~15} bytes are not enough`]);
		}
		codes.push(code);
	}
	// Small ceilings are not enough, large ones are, and there is one limit between them.
	assert.is(codes[0], 4);
	assert.is(codes.at(-1), 0);
	assert.equal(
		codes,
		[...codes].sort((a, b) => b - a),
	);
}

function ceilings(step: number, most: number) {
	return [1, 15, 16, 1000, ...Array.from({ length: most / step }, (_, i) => (i + 1) * step)];
}

test("no ceiling that is too small makes the engine crash", () => sweep(64, ceilings(6000, 360_000)));

const without32 = await buildSimulator({ bits: 32 }).then(
	() => undefined,
	(error: Error) => error.message,
);
if (without32) test.skip(`32-bit machine: ceilings and slots [${without32}]`, () => {});
else {
	test("no ceiling that is too small makes the 32-bit engine crash", () => sweep(32, ceilings(3000, 180_000)));

	test("the 32-bit engine has the slots of a microcontroller, and its built-ins fit into 80,000 bytes", async () => {
		const { code, lines } = await runScript(
			"native('xs_print').call(undefined, String(native('xs_memory').call(undefined))); native('xs_exit').call(undefined, 0)",
			{ bits: 32, arguments: ["--memory", "80000", "--stack", "256"] },
		);
		assert.is(code, 0);
		const [chunks, , slots, , slotBytes] = lines[0].split(",").map(Number);
		assert.is(slotBytes, 16);
		assert.ok(chunks + slots * slotBytes < 75_000, lines[0]);
	});

	test("sizes near 2^31 do not wrap around the 32-bit engine's address space", async () => {
		for (const size of ["2 ** 31 - 8", "2 ** 31 - 64", "2 ** 31 - 65536", "2 ** 30", "1.9 * 2 ** 30"]) {
			const { code } = await runScript(`new ArrayBuffer(${size})`, { bits: 32 });
			assert.is(code, 4, size);
		}
	});
}

test("heaps of fixed size do not grow into each other", async () => {
	const grow = (what: string) =>
		`const kept = []; for (let i = 0; i < 3000; i++) kept.push(${what}); native("xs_exit").call(undefined, 0)`;
	const fixed = (chunks: number, slots: number) => ({
		arguments: ["--chunks", String(chunks), "--slots", String(slots)],
	});
	assert.is((await runScript(grow("new Uint8Array(40)"), fixed(1_000_000, 30_000))).code, 0);
	assert.is((await runScript(grow("new Uint8Array(40)"), fixed(60_000, 30_000))).code, 4);
	assert.is((await runScript(grow("{}"), fixed(1_000_000, 5_000))).code, 4);
	assert.is((await runScript(grow("{}"), fixed(1_000_000, 9_000))).code, 0);
});

test("measurements: what an operation takes is seen in the peaks, and a collection gives it back", async () => {
	const { lines } = await simulated(({ measure, natives: { print, exit } }) => {
		measure.collect();
		measure.resetPeak();
		const before = measure.memory();
		const time = measure.processorTime();
		let kept: unknown = new Uint8Array(50_000);
		const f = (n: number): number => (n === 0 ? 0 : 1 + f(n - 1));
		f(100);
		const during = measure.memory();
		kept = undefined;
		measure.collect();
		const after = measure.memory();
		print(String(during.chunksPeak - before.chunks >= 50_000 && during.chunksPeak - before.chunks < 51_000));
		print(String(after.chunks - before.chunks < 1000));
		print(String(during.stackPeak - before.stackPeak > 500));
		print(String(after.ceiling === 4194304 && after.reserved <= after.ceiling && after.slotBytes === 32));
		print(String(measure.processorTime() > time));
		exit(kept === undefined ? 0 : 1);
	}, null);
	assert.equal(lines, Array(5).fill("true"));
});

test.run();
