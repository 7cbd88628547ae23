// Runs the programs in cases/ on the simulator's XS and on Node.

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BundleOptions, bundleOnce, type Kernel, root } from "../boards/bundle.js";
import { compileBytecode } from "../boards/qemu-rv32/build.js";
import { buildSimulator } from "../boards/simulator/build.js";
import { HANG_GUARD } from "../test/eventually.js";
import type * as results from "./cases/results.js";
import type { Measured } from "./measure.js";

/** One operation (cases/results.ts) by one implementation: a file in cases/. */
export interface Program {
	operation: keyof typeof results;
	implementation: string;
	kernel?: Kernel; // behind `firmware/crypto/kernel` in it
}

/** Of fixed size. */
export interface Heap {
	chunks: number; // bytes
	slots: number; // count
}

const folder = mkdtempSync(join(tmpdir(), "baton-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const words = Object.fromEntries(
	["time", "heap"].map(word => {
		writeFileSync(join(folder, word), word);
		return [word, join(folder, word)];
	}),
);

/** How a program is bundled. */
export function bundleOf({ operation, implementation, kernel }: Program): Omit<BundleOptions, "outfile" | "engine"> {
	const file = (name: string) => join(root, "measure/cases", `${name}.ts`);
	return {
		entry: "measure/cases/program.ts",
		alias: { implementation: file(implementation), crypto: file("no-randomness") },
		define: { OPERATION: JSON.stringify(operation) },
		kernel,
		// XS 13.3 does not initialise a class's instance fields in time if a static field makes an instance before them, as
		// @noble/curves does: for es2020 static fields become assignments after the class.
		target: implementation === "noble-curves" ? "es2020" : undefined,
	};
}

function script(program: Program): Promise<string> {
	return bundleOnce({ ...bundleOf(program), engine: "xs" });
}

function nameOf({ operation, implementation }: Program) {
	return `${operation} by ${implementation}`;
}

/**
 * Builds the simulator, and again for 32 bits: slots and pointers are an ESP32's there, so smallest heaps are found on
 * it. Gives the reason if this machine cannot make that one.
 */
export async function prepareXS(): Promise<string | undefined> {
	simulators[64] = await buildSimulator();
	try {
		simulators[32] = await buildSimulator({ bits: 32 });
	} catch (error) {
		return (error as Error).message;
	}
	return undefined;
}
const simulators: Record<32 | 64, string> = { 32: "", 64: "" };

/** Undefined: it does not fit into that heap. */
export async function timeOnXS(program: Program, heap: Heap, bits: 32 | 64 = 64): Promise<Measured | undefined> {
	const { code, stdout, stderr } = await simulate(bits, await script(program), heap, "time");
	const line = stdout.split("\n").find(text => text.startsWith("{"));
	if (code === 0 && line) return JSON.parse(line) as Measured;
	if (code === 4) return undefined;
	throw new Error(`${nameOf(program)} on XS ended with ${code}: ${stderr}`);
}

export async function timeOnNode(program: Program): Promise<Measured> {
	const script = await bundleOnce({ ...bundleOf(program), engine: "node" });
	const { code, stdout, stderr } = await execute(process.execPath, [script, "time"]);
	if (code !== 0) throw new Error(`${nameOf(program)} on Node ended with ${code}: ${stderr}`);
	return JSON.parse(stdout) as Measured;
}

/**
 * The smallest fixed heap in which the program runs: the fewest chunks where slots abound, the fewest slots where
 * chunks abound, then as little more as both together need. Needs the 32-bit build.
 */
export async function smallestHeap(program: Program): Promise<Heap | undefined> {
	const file = await script(program);
	const runs = async (heap: Heap) => (await simulate(32, file, heap, "heap")).code === 0;
	const most: Heap = { chunks: 4 << 20, slots: 1 << 17 };
	if (!(await runs(most))) return undefined;
	const chunks = await least(most.chunks, 256, n => runs({ chunks: n, slots: most.slots }));
	const slots = await least(most.slots, 16, n => runs({ chunks: most.chunks, slots: n }));
	const heap = { chunks, slots };
	while (!(await runs(heap))) {
		heap.chunks += 256;
		heap.slots += 16;
	}
	return heap;
}

/** The least multiple of `step` for which `good` holds, by bisection below `most`, for which it does. */
async function least(most: number, step: number, good: (n: number) => Promise<boolean>): Promise<number> {
	let low = 0,
		high = Math.ceil(most / step);
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if (await good(middle * step)) high = middle;
		else low = middle;
	}
	return high * step;
}

/** Bytes of a program's bytecode, and of the names that it needs. */
export async function bytecodeBytes(program: Program): Promise<number> {
	return readFileSync(await compileBytecode(await script(program))).length;
}

interface Ended {
	code: number | string;
	stdout: string;
	stderr: string;
}

function simulate(bits: 32 | 64, file: string, { chunks, slots }: Heap, word: "time" | "heap"): Promise<Ended> {
	const heap = ["--chunks", String(chunks), "--slots", String(slots)];
	return execute(simulators[bits], [...heap, "--settings", words[word]!, file]);
}

function execute(file: string, args: string[]): Promise<Ended> {
	return new Promise(resolve => {
		execFile(file, args, { timeout: HANG_GUARD, maxBuffer: 1 << 22 }, (error, stdout, stderr) => {
			resolve({ code: error ? (error.code ?? error.signal ?? "?") : 0, stdout, stderr });
		});
	});
}
