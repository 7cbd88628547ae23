// `npm run bench -- --board qemu-rv32`: what the firmware costs on an ESP32-C3's instruction set: instructions retired,
// counted exactly (instructions/count.ts), and bytes of the machine's arena at the peak. Nothing here depends on time or
// on another machine: the sessions' servers are a recording (board/recording.ts), so two runs give the same counts, and
// lwIP's share is not in them. Each boot has a machine of its own: a new QEMU, with the flash that the last one left.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Kernel } from "../boards/bundle.js";
import { missingTools } from "../boards/qemu-rv32/build.js";
import { composeFlashImage } from "../boards/qemu-rv32/flash-image.js";
import type { Recording, Replay } from "./board/recording.js";
import recorded from "./board/recording.json" with { type: "json" };
import type { SessionResult } from "./board/session.js";
import { type Countable, type Counted, count, prepare } from "./instructions/count.js";
import { costOf, type Profile, profileOf, profileTables, sumOf } from "./instructions/profile.js";
import type { MemoryPeak } from "./measure.js";
import { bundleOf, type Program } from "./programs.js";

const recordings = recorded as Record<Replay["life"], Recording>;

const DEVICE_MEMORY = 94_208; // bytes, what the SDK gives XS on an ESP32-C3
/** Bytes that a machine takes for chunks at first, where the board's 9 KB do not suit what a kernel makes of garbage. */
const FIRST_CHUNKS: Partial<Record<Kernel, number>> = { typescript: 45 << 10 };
const MOST_MEMORY = 16 << 20; // bytes, for what does not fit

interface BoardFigures {
	/** Undefined: it does not fit into the device's memory. */
	instructions?: number;
	/** What the replay of the recording took beside them: it is not in them. */
	stub?: number;
	/** Bytes of the arena at the peak; above what stood before, for a single operation. */
	peak?: number;
	/** Bytes of arena in which it runs, in steps of 8 KB, where the device's do not suffice. */
	needed?: number;
}

interface Life {
	/** Bytes that the machine has taken of its arena in the end, in the run that took most. */
	reserved: number;
	parts: Record<string, BoardFigures>;
}

export interface BoardOptions {
	json: boolean;
	/** Where the instructions of the lives go. */
	profile: boolean;
	/** Default: both. */
	kernel?: Kernel;
}

const operations: ({ name: string } & Program)[] = [
	{ name: "verify in TypeScript", operation: "verify", implementation: "baton", kernel: "typescript" },
	{ name: "verify in C", operation: "verify", implementation: "baton", kernel: "c" },
	{
		name: "verify with a known key in TypeScript",
		operation: "verifyKnown",
		implementation: "baton",
		kernel: "typescript",
	},
	{ name: "verify with a known key in C", operation: "verifyKnown", implementation: "baton", kernel: "c" },
	{ name: "verify by @noble/ed25519", operation: "verify", implementation: "noble-ed25519", kernel: "typescript" },
	{ name: "X25519 in TypeScript", operation: "x25519", implementation: "baton", kernel: "typescript" },
	{ name: "X25519 in C", operation: "x25519", implementation: "baton", kernel: "c" },
	{ name: "SHA-512 of 1 KiB in TypeScript", operation: "sha512", implementation: "baton", kernel: "typescript" },
	{ name: "SHA-512 of 1 KiB in C", operation: "sha512", implementation: "baton", kernel: "c" },
];

/** What is reported of the recorded lives: which life's, which run's, and there what session.ts calls it. */
const parts: { name: string; life: Replay["life"]; run: number; part: string }[] = [
	{ name: "first boot, storing the factory CA information", life: "classical", run: 0, part: "boot" },
	{ name: "handshake and GET of the service", life: "classical", run: 0, part: "service.fleet.example" },
	{ name: "poll that stores a CA information", life: "classical", run: 0, part: "download-2.fleet.example" },
	{ name: "boot with two full slots", life: "classical", run: 1, part: "boot" },
	{ name: "poll that finds nothing new", life: "classical", run: 1, part: "download-2.fleet.example" },
	{
		name: "handshake and GET by the next CA, with the promotion",
		life: "classical",
		run: 2,
		part: "service.fleet.example",
	},
	{
		name: "post-quantum: boot with two full slots",
		life: "post-quantum",
		run: 1,
		part: "boot",
	},
	{
		name: "post-quantum: poll that stores an ML-DSA-44 CA",
		life: "post-quantum",
		run: 0,
		part: "download-2.fleet.example",
	},
	{
		name: "post-quantum: service by ML-DSA-44, with the promotion",
		life: "post-quantum",
		run: 2,
		part: "service.fleet.example",
	},
	{
		name: "post-quantum: service by ML-DSA-44",
		life: "post-quantum",
		run: 3,
		part: "service.fleet.example",
	},
	{
		name: "post-quantum: service by ML-DSA-44, X25519MLKEM768",
		life: "post-quantum-hybrid",
		run: 3,
		part: "service.fleet.example",
	},
	{
		name: "handshake and GET of the service, CA and service with P-256",
		life: "p256",
		run: 0,
		part: "service.fleet.example",
	},
	{
		name: "handshake and GET of the service, CA and service with RSA-2048",
		life: "rsa",
		run: 0,
		part: "service.fleet.example",
	},
];

const targets: readonly { kernel: Kernel; part: string; what: "instructions" | "peak"; must: number; aim: number }[] = [
	{ kernel: "c", part: "post-quantum: service by ML-DSA-44", what: "instructions", must: 20e6, aim: 15e6 },
	{
		kernel: "c",
		part: "post-quantum: service by ML-DSA-44, X25519MLKEM768",
		what: "instructions",
		must: 25e6,
		aim: 19e6,
	},
	{ kernel: "c", part: "post-quantum: boot with two full slots", what: "instructions", must: 25e6, aim: 14e6 },
	{ kernel: "c", part: "post-quantum: poll that stores an ML-DSA-44 CA", what: "instructions", must: 30e6, aim: 22e6 },
	{ kernel: "c", part: "handshake and GET of the service", what: "instructions", must: 20e6, aim: 9e6 },
	{ kernel: "c", part: "handshake and GET of the service", what: "peak", must: DEVICE_MEMORY, aim: 64 << 10 },
];

/** Bytes of arena in which a whole life runs, from its first boot to its last. */
const LEAST: readonly { life: Replay["life"]; must: number; aim: number }[] = [
	{ life: "post-quantum", must: 69_632, aim: 57_344 },
	{ life: "post-quantum-hybrid", must: 69_632, aim: 57_344 },
];
const ARENA_STEP = 1_024; // bytes
const LEAST_ARENA = 32_768;

/** Prints the figures. Gives the exit code. */
export async function benchBoard({ json, profile, kernel }: BoardOptions): Promise<number> {
	const missing = await missingTools();
	if (missing) {
		console.error(`bench: ${missing}`);
		return 1;
	}
	const folder = mkdtempSync(join(tmpdir(), "baton-bench-"));
	try {
		const kernels: Kernel[] = kernel ? [kernel] : ["c", "typescript"];
		const life: Partial<Record<Kernel, Life>> = {};
		const profiles: Partial<Record<Kernel, Record<string, Profile>>> = {};
		for (const one of kernels) {
			const measured = await measureLife(one, folder);
			life[one] = measured.life;
			profiles[one] = measured.profiles;
		}
		const figures: Record<string, BoardFigures> = {};
		for (const { name, ...program } of operations)
			if (kernels.includes(program.kernel!)) figures[name] = await measureOperation(program, folder);

		report(figures, life);
		const least: Partial<Record<Replay["life"], number>> = {};
		if (kernels.includes("c")) {
			const program = await prepareRuns("c");
			for (const { life, must, aim } of LEAST) {
				least[life] = await leastArena(program, life, folder);
				judge(`least arena in which the whole ${life} life runs, bytes`, least[life], must, aim);
			}
		}
		if (profile) for (const one of kernels) reportProfiles(one, profiles[one]!);
		const all = { board: "qemu-rv32", memory: DEVICE_MEMORY, operations: figures, life, least };
		if (json) console.log(JSON.stringify(profile ? { ...all, profiles } : all));
		return 0;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

const STALE =
	"the recorded life did not go as recorded; if the device now sends other bytes, make a new recording " +
	"(node bin/run.js measure/board/record.ts):";

/** One run of a recorded life on the flash of `image`, counted. */
export async function measureRun(
	program: Countable,
	replay: Replay,
	image: string,
	firstChunks?: number,
): Promise<SessionResult & Counted> {
	const counted = await countRun(program, replay, image, DEVICE_MEMORY, firstChunks);
	if (counted.code !== 0) throw new Error(`${STALE}\n${counted.output}`);
	return { ...counted, ...(JSON.parse(jsonLine(counted.output)) as SessionResult) };
}

function countRun(
	program: Countable,
	replay: Replay,
	image: string,
	memory: number,
	firstChunks?: number,
): Promise<Counted> {
	return count(program, { preload: true, memory, firstChunks, settings: JSON.stringify(replay) }, image);
}

/** The least arena in which each run of a life goes as recorded; every run of an attempt begins where the last one ended. */
async function leastArena(program: Countable, life: Replay["life"], folder: string): Promise<number> {
	const runs = async (memory: number) => {
		const image = composeFlashImage(mkdtempSync(join(folder, "flash-")));
		for (let run = 0; run < recordings[life].runs.length; run++)
			if ((await countRun(program, { life, run }, image, memory)).code !== 0) return false;
		return true;
	};
	let low = LEAST_ARENA / ARENA_STEP, // does not do
		high = DEVICE_MEMORY / ARENA_STEP; // does
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if (await runs(middle * ARENA_STEP)) high = middle;
		else low = middle;
	}
	return high * ARENA_STEP;
}

export function prepareRuns(kernel: Kernel): Promise<Countable> {
	return prepare({ entry: "measure/board/session.ts", kernel });
}

async function measureLife(kernel: Kernel, folder: string) {
	const program = await prepareRuns(kernel);
	const life: Life = { reserved: 0, parts: {} };
	const profiles: Record<string, Profile> = {};
	for (const [name, ofLife] of groups(parts, ({ life }) => life)) {
		const image = composeFlashImage(mkdtempSync(join(folder, "flash-")));
		for (let run = 0; run <= Math.max(...ofLife.map(one => one.run)); run++) {
			const measured = await measureRun(program, { life: name, run }, image, FIRST_CHUNKS[kernel]);
			if (name === "classical") life.reserved = Math.max(life.reserved, measured.reserved);
			for (const { name, part } of ofLife.filter(one => one.run === run)) {
				const i = measured.parts.findIndex(one => one.name === part);
				if (i < 0) throw new Error(`${STALE}\n${name}: no ${part}`);
				const window = measured.windows[2 * i + 1]!; // between two parts is one of the measurement's own
				const { instructions, stub } = costOf(measured, window);
				life.parts[name] = { instructions, stub, peak: measured.parts[i]!.peak };
				profiles[name] = profileOf(measured, window);
			}
		}
	}
	return { life, profiles };
}

function groups<Key, Value>(values: Value[], keyOf: (value: Value) => Key): Map<Key, Value[]> {
	const groups = new Map<Key, Value[]>();
	for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
	return groups;
}

async function measureOperation(what: Program, folder: string): Promise<BoardFigures> {
	const program = await prepare(bundleOf(what));
	const image = composeFlashImage(mkdtempSync(join(folder, "flash-")));
	const run = (memory: number, word: string) => count(program, { memory, settings: word }, image);
	const { code, output, windows } = await run(DEVICE_MEMORY, "count");
	if (code === 0) {
		const { chunks, slots, slotBytes } = JSON.parse(jsonLine(output)) as MemoryPeak;
		const [empty, operation] = windows.slice(1).map(sumOf); // measure.ts
		return { instructions: operation! - empty!, peak: chunks + slots * slotBytes };
	}
	if (code !== 4) throw new Error(`${what.operation} by ${what.implementation} ended with ${code}:\n${output}`);
	let low = DEVICE_MEMORY,
		high = MOST_MEMORY;
	while (high - low > 8 << 10) {
		const middle = ((low + high) >> 1) & ~15;
		if ((await run(middle, "heap")).code === 0) high = middle;
		else low = middle;
	}
	return { needed: high };
}

function jsonLine(output: string) {
	return output.split("\n").find(line => line.startsWith("{")) ?? "{}";
}

const languages: Record<Kernel, string> = { c: "C", typescript: "TypeScript" };

function report(figures: Record<string, BoardFigures>, lives: Partial<Record<Kernel, Life>>): void {
	console.log(`instructions on rv32imc, those of the replay beside them, and bytes of the arena of`);
	console.log(`${DEVICE_MEMORY.toLocaleString("en")} at the peak\n`);
	for (const [kernel, { reserved, parts }] of Object.entries(lives)) {
		const taken = reserved.toLocaleString("en");
		console.log(`the firmware with the kernel in ${languages[kernel as Kernel]} (arena taken in the end: ${taken})`);
		for (const [name, part] of Object.entries(parts)) row(name, part);
		console.log();
	}
	console.log("one operation, above what stood before");
	for (const [name, operation] of Object.entries(figures)) row(name, operation);
	console.log();
	for (const { kernel, part, what, must, aim } of targets) {
		const value = lives[kernel]?.parts[part]![what];
		if (value === undefined) continue;
		judge(`${part}, ${what}`, value, must, aim);
	}
}

function judge(what: string, value: number, must: number, aim: number): void {
	const verdict = value <= aim ? "aim reached" : value <= must ? "target reached" : "TARGET MISSED";
	const [is, target, best] = [value, must, aim].map(number => number.toLocaleString("en"));
	console.log(`${what}: ${is} (target ${target}, aim ${best}): ${verdict}`);
}

function row(name: string, { instructions, stub, peak, needed }: BoardFigures): void {
	const number = (value: number | undefined) => (value === undefined ? "" : value.toLocaleString("en")).padStart(13);
	if (needed !== undefined) console.log(`  ${name.padEnd(59)}  does not fit: ${Math.ceil(needed / 1024)} KB needed`);
	else console.log(`  ${name.padEnd(59)}${number(instructions)}${number(stub)}${number(peak)}`);
}

function reportProfiles(kernel: Kernel, profiles: Record<string, Profile>): void {
	console.log(`\nwhere the instructions go with the kernel in ${languages[kernel]} (measure/README.md says how)\n`);
	for (const [name, profile] of Object.entries(profiles)) console.log(profileTables(name, profile));
}
