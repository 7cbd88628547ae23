// `npm run bench -- --board qemu-rv32 [--json]`: what the firmware costs on an ESP32-C3's instruction set: instructions
// retired, counted exactly by the emulator (`-icount shift=0`), and bytes of the machine's arena at the peak. Nothing
// here depends on time or on another machine: the sessions' servers are a recording (board/recording.ts), so two runs
// give the same counts, and lwIP's share is not in them.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleOnce, type Kernel, root } from "../boards/bundle.js";
import { buildBoard, compileBytecode, missingTools } from "../boards/qemu-rv32/build.js";
import { emulatorCommand, type RunOptions, runFile } from "../boards/qemu-rv32/emulator.js";
import { composeFlashImage } from "../boards/qemu-rv32/flash-image.js";
import type { Measure } from "./board/session.js";
import type { Measured } from "./measure.js";

const DEVICE_MEMORY = 94_208; // bytes, what the SDK gives XS on an ESP32-C3
const MOST_MEMORY = 16 << 20; // bytes, for what does not fit
const TIME_LIMIT = 120_000; // ms

interface BoardFigures {
	/** Undefined: it does not fit into the device's memory. */
	instructions?: number;
	/** Bytes of the arena at the peak; above what stood before, for a single operation. */
	peak?: number;
	/** Bytes of arena in which it runs, in steps of 8 KB, where the device's do not suffice. */
	needed?: number;
}

const operations: { name: string; file: string; kernel?: Kernel }[] = [
	{ name: "verify in TypeScript", file: "verify/baton" },
	{ name: "verify in C", file: "verify/baton", kernel: "c" },
	{ name: "verify with a known key in TypeScript", file: "verify/baton-known" },
	{ name: "verify with a known key in C", file: "verify/baton-known", kernel: "c" },
	{ name: "verify by @noble/ed25519", file: "verify/noble-ed25519" },
	{ name: "X25519 in TypeScript", file: "x25519/baton" },
	{ name: "X25519 in C", file: "x25519/baton", kernel: "c" },
	{ name: "SHA-512 of 1 KiB in TypeScript", file: "sha512/baton" },
	{ name: "SHA-512 of 1 KiB in C", file: "sha512/baton", kernel: "c" },
];

/** The recorded life's parts, as board/session.ts names them. */
const parts: { [measured: string]: string } = {
	"run 1: boot": "first boot, storing the factory CA information",
	"run 1: service.fleet.example": "handshake and GET of the service",
	"run 1: download-2.fleet.example": "poll that stores a CA information",
	"run 2: boot": "boot with two full slots",
	"run 2: download-2.fleet.example": "poll that finds nothing new",
	"run 3: service.fleet.example": "handshake and GET by the next CA, with the promotion",
};

const targets = [
	{ kernel: "c", part: "handshake and GET of the service", what: "instructions", must: 20e6, aim: 9e6 },
	{ kernel: "c", part: "handshake and GET of the service", what: "peak", must: DEVICE_MEMORY, aim: 64 << 10 },
] as const;

/** Prints the figures. Gives the exit code. */
export async function benchBoard(json: boolean): Promise<number> {
	const missing = await missingTools();
	if (missing) {
		console.error(`bench: ${missing}`);
		return 1;
	}
	const folder = mkdtempSync(join(tmpdir(), "baton-bench-"));
	try {
		const figures: Record<string, BoardFigures> = {};
		const life = { c: await measureLife("c", folder), typescript: await measureLife("typescript", folder) };
		for (const { name, file, kernel } of operations) figures[name] = await measureOperation(file, kernel, folder);
		report(figures, life);
		if (json) console.log(JSON.stringify({ board: "qemu-rv32", memory: DEVICE_MEMORY, operations: figures, life }));
		return 0;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

const STALE =
	"the recorded life did not go as recorded; if the device now sends other bytes, make a new recording " +
	"(node bin/run.js measure/board/record.ts):";

interface Life {
	/** Bytes that the machine has taken of its arena in the end. */
	reserved: number;
	parts: Record<string, BoardFigures>;
}

async function measureLife(kernel: Kernel, folder: string): Promise<Life> {
	const script = await bundleOnce({ entry: "measure/board/session.ts", engine: "xs", kernel });
	const { code, output } = await emulate(script, { preload: true, memory: DEVICE_MEMORY }, folder);
	if (code !== 0) throw new Error(`${STALE}\n${output}`);
	const { reserved, measures } = JSON.parse(jsonLine(output)) as { reserved: number; measures: Measure[] };
	const life: Life = { reserved, parts: {} };
	for (const { name, instructions, peak } of measures)
		if (parts[name]) life.parts[parts[name]] = { instructions, peak };
	return life;
}

async function measureOperation(file: string, kernel: Kernel | undefined, folder: string): Promise<BoardFigures> {
	const alias = { crypto: join(root, "measure/no-randomness.ts") };
	const script = await bundleOnce({ entry: `measure/cases/${file}.ts`, engine: "xs", kernel, alias });
	const run = (memory: number, word: string) => emulate(script, { memory, settings: word }, folder);
	const { code, output } = await run(DEVICE_MEMORY, "time");
	if (code === 0) {
		const { ms, chunks = 0, slots = 0, slotBytes = 0 } = JSON.parse(jsonLine(output)) as Measured;
		return { instructions: Math.round(ms * 1e6), peak: chunks + slots * slotBytes };
	}
	if (code !== 4) throw new Error(`${file} on the board ended with ${code}:\n${output}`);
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

async function emulate(
	script: string,
	options: RunOptions,
	folder: string,
): Promise<{ code: number | string; output: string }> {
	const run = join(folder, "run");
	writeFileSync(run, runFile(options));
	const flash = composeFlashImage(mkdtempSync(join(folder, "flash-")));
	const program = await compileBytecode(script);
	const board = await buildBoard();
	const { file, args } = emulatorCommand({ board, program, run, flash, countInstructions: true, network: false });
	return new Promise(resolve => {
		execFile(file, args, { timeout: TIME_LIMIT, maxBuffer: 1 << 22 }, (error, stdout, stderr) => {
			resolve({ code: error ? (error.code ?? error.signal ?? "?") : 0, output: stdout + stderr });
		});
	});
}

function report(figures: Record<string, BoardFigures>, life: Record<Kernel, Life>): void {
	console.log(`instructions on rv32imc, and bytes of the arena of ${DEVICE_MEMORY.toLocaleString("en")} at the peak\n`);
	for (const [kernel, { reserved, parts }] of Object.entries(life)) {
		const language = kernel === "c" ? "C" : "TypeScript";
		console.log(
			`the firmware with the kernel in ${language} (arena taken in the end: ${reserved.toLocaleString("en")})`,
		);
		for (const [name, part] of Object.entries(parts)) row(name, part);
		console.log();
	}
	console.log("one operation, above what stood before");
	for (const [name, operation] of Object.entries(figures)) row(name, operation);
	console.log();
	for (const { kernel, part, what, must, aim } of targets) {
		const value = life[kernel].parts[part]![what]!;
		const verdict = value <= aim ? "aim reached" : value <= must ? "target reached" : "TARGET MISSED";
		const [is, target, best] = [value, must, aim].map(number => number.toLocaleString("en"));
		console.log(`${part}, ${what}: ${is} (target ${target}, aim ${best}): ${verdict}`);
	}
}

function row(name: string, { instructions, peak, needed }: BoardFigures): void {
	const number = (value: number | undefined) => (value === undefined ? "" : value.toLocaleString("en")).padStart(14);
	if (needed !== undefined) console.log(`  ${name.padEnd(54)}  does not fit: ${Math.ceil(needed / 1024)} KB needed`);
	else console.log(`  ${name.padEnd(54)}${number(instructions)}${number(peak)}`);
}
