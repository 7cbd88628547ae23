// `npm run bench -- --help`: the crypto kernel measured, beside the libraries that others would take.
//
// In one run, on this machine: every operation on the real XS (the simulator) in TypeScript and in C, against
// @noble/ed25519, @noble/curves, @noble/hashes, @noble/ciphers and tweetnacl; the same programs on Node; node:crypto as
// the native limit; smallest heaps; instructions and bytes of machine code on rv32imc. Each program checks its result
// before it posts a figure. No absolute time is ever a pass or a failure; ratios are printed beside the project's
// targets. The other measurements have a file each: board-qemu.ts, servers.ts, kernel-rv32/measure.ts.

import { parseArgs } from "node:util";
import { benchBoard } from "./board-qemu.js";
import { type KernelFigures, measureKernel, missingForKernel } from "./kernel-rv32/measure.js";
import type { Measured } from "./measure.js";
import { bytecodeBytes, type Heap, type Program, prepareXS, smallestHeap, timeOnNode, timeOnXS } from "./programs.js";
import { type Figures, kernelTable, operationTable, type Target, targetTable } from "./report.js";

export type Operations = Record<string, Record<string, Figures>>;

const megabyte: Heap = { chunks: 1 << 20, slots: 40_000 };
const growth = [1, 1.125, 1.25, 1.5, 2, 4]; // MB, until it fits
/** Where the fastest is looked for. */
const larger: Heap[] = [
	{ chunks: 4 << 20, slots: 40_000 },
	{ chunks: 16 << 20, slots: 40_000 },
];
/** About what a microcontroller has. */
const small: Heap = { chunks: 96 << 10, slots: 8_192 };

/** The program around an operation, without one. */
const nothing: Program = { operation: "nothing", implementation: "nothing" };

const ROUNDS = 3; // over all implementations in turn, so that a busy moment does not fall on one alone

const libraries = {
	verify: ["noble-ed25519", "noble-curves", "tweetnacl"],
	x25519: ["noble-curves", "tweetnacl"],
	sha256: ["noble-hashes"],
	sha512: ["noble-hashes"],
	hkdf: ["noble-hashes"],
	chacha20poly1305: ["noble-ciphers"],
	aes128gcm: ["noble-ciphers"],
};
type Operation = keyof typeof libraries;

/** What the counts on rv32imc are called there. */
const counted: Record<string, string> = {
	"verify baton-c": "verify",
	"verify baton-c-known": "verify-prepared",
	"x25519 baton-c": "x25519",
	"sha256 baton-c": "sha256",
	"sha512 baton-c": "sha512",
	"hkdf baton-c": "hkdf",
	"chacha20poly1305 baton-c": "chacha20poly1305",
	"aes128gcm baton-c": "aes128gcm",
};

const USAGE = `npm run bench -- [OPTION…]: measurements; never a pass or a failure by absolute time

(nothing)          every operation of the crypto kernel on XS and on Node, in TypeScript and in C, beside the
                   libraries that others would take; smallest heaps; instructions and machine code on rv32imc
--kernel-rv32      the C kernel on rv32imc alone: instructions, stack, machine code
--board qemu-rv32  the firmware on rv32imc: instructions and memory of boots, handshakes and polls
  --kernel KERNEL  with that kernel alone: c or typescript
  --profile        where the instructions go, by module and by function
--servers          the host's servers beside nginx
--json             the last line is one JSON object
--help             this text`;

process.exitCode = await main();

async function main(): Promise<number> {
	let options;
	try {
		options = parseArgs({
			options: {
				"kernel-rv32": { type: "boolean" },
				board: { type: "string" },
				kernel: { type: "string" },
				profile: { type: "boolean" },
				servers: { type: "boolean" },
				json: { type: "boolean" },
				help: { type: "boolean" },
			},
		}).values;
	} catch (error) {
		return misuse((error as Error).message);
	}
	if (options.help) {
		console.log(USAGE);
		return 0;
	}
	const { board, kernel: only, profile = false, json = false } = options;
	if (board === undefined && (only !== undefined || profile)) return misuse("--kernel and --profile need --board");
	if (only !== undefined && only !== "c" && only !== "typescript") return misuse(`no kernel named ${only}`);
	if (board !== undefined && board !== "qemu-rv32") return misuse(`no measurements on a board named ${board}`);
	if (board !== undefined) return benchBoard({ json, profile, kernel: only });
	if (options.servers) {
		const { measureServers, serversTable } = await import("./servers.js");
		const report = await measureServers();
		console.log(serversTable(report));
		if (json) console.log(JSON.stringify(report));
		return 0;
	}
	const missing = await missingForKernel();
	const kernel = missing ? undefined : await measureKernel();
	if (options["kernel-rv32"]) {
		if (!kernel) return complain(missing!);
		console.log(kernelTable(kernel));
		console.log(targetTable(kernelTargets(kernel)));
		if (json) console.log(JSON.stringify({ rv32: kernel, sizes: sizes({}, kernel) }));
		return 0;
	}

	const narrow = await prepareXS();
	if (narrow) console.log(`SKIPPED: smallest heaps: ${narrow}\n`);
	const operations: Operations = {};
	const targets = await measureOperations(operations, !narrow);
	for (const [name, operation] of Object.entries(operations)) {
		for (const [implementation, figures] of Object.entries(operation)) {
			const count = counted[`${name} ${implementation}`];
			if (kernel && count) figures.instructions = kernel.operations[count]!.instructions;
		}
		console.log(operationTable(name, operation));
	}
	if (kernel) {
		console.log(kernelTable(kernel));
		targets.push(...kernelTargets(kernel));
	} else console.log(`SKIPPED: instructions and machine code: ${missing}\n`);
	console.log(targetTable(targets));
	const rv32 = kernel ?? { missing };
	if (json) console.log(JSON.stringify({ ...operations, sizes: sizes(operations, kernel), rv32 }));
	return 0;
}

function misuse(message: string): number {
	console.error(`bench: ${message}\n\n${USAGE}`);
	return 2;
}

function complain(message: string): number {
	console.error(`bench: ${message}`);
	return 1;
}

function programsOf(operation: Operation): Record<string, Program> {
	const programs: Record<string, Program> = {
		"baton-ts": { operation, implementation: "baton" },
		"baton-c": { operation, implementation: "baton", kernel: "c" },
	};
	if (operation === "verify") {
		programs["baton-ts-known"] = { operation: "verifyKnown", implementation: "baton" };
		programs["baton-c-known"] = { operation: "verifyKnown", implementation: "baton", kernel: "c" };
	}
	for (const implementation of libraries[operation]) programs[implementation] = { operation, implementation };
	return programs;
}

/** Fills `operations`, and gives what the targets ask for. */
async function measureOperations(operations: Operations, withHeaps: boolean): Promise<Target[]> {
	for (const name of Object.keys(libraries) as Operation[]) {
		progress(`${name}: time`);
		const programs = programsOf(name);
		const operation: Record<string, Figures> = (operations[name] = {});
		const times: Record<string, number[]> = {};
		for (let round = 0; round < ROUNDS; round++) {
			for (const [implementation, program] of Object.entries(programs)) {
				const figures = (operation[implementation] ??= {});
				const measured = await timeInMegabyte(program, figures);
				if (!measured) continue;
				(times[implementation] ??= []).push(measured.ms);
				figures.chunks = measured.chunks;
				figures.slots = measured.slots! * measured.slotBytes!;
			}
		}
		for (const [implementation, program] of Object.entries(programs)) {
			const figures = operation[implementation]!;
			if (times[implementation]) figures.ms = middle(times[implementation]);
			if (program.kernel !== "c") figures.nodeMs = (await timeOnNode(program)).ms;
		}
		operation["node-crypto"] = { ms: (await timeOnNode({ operation: name, implementation: "node-crypto" })).ms };
		for (const figures of Object.values(operation)) {
			if (figures.ms !== undefined) figures.ratio = figures.ms / operation["baton-ts"]!.ms!;
		}
	}

	progress("fastest heaps");
	const fastest = async (program: Program, inMegabyte = Infinity) => {
		let best = inMegabyte;
		for (const heap of larger) best = Math.min(best, (await median(program, heap)) ?? Infinity);
		return best;
	};
	const { verify, sha512 } = operations as Record<string, Record<string, Figures>>;
	const ours = (operation: Program["operation"]): Program => ({ operation, implementation: "baton" });
	const nobleVerify: Program = { operation: "verify", implementation: "noble-ed25519" };
	const fastestOurs = await fastest(ours("verify"), verify!["baton-ts"]!.ms);
	const fastestNoble = await fastest(nobleVerify, verify!["noble-ed25519"]!.ms);
	const chacha = await median(ours("chacha20poly1305"), small);
	const nobleChacha = await median({ operation: "chacha20poly1305", implementation: "noble-ciphers" }, small);
	const narrow = withHeaps
		? {
				ours: await median(ours("verify"), megabyte, 32),
				known: await median(ours("verifyKnown"), megabyte, 32),
				noble: await median(nobleVerify, megabyte, 32),
			}
		: undefined;

	await measureBytecode(operations);
	if (withHeaps) await measureHeaps(operations);
	progress("");

	const quotient = (theirs: number | undefined, ours: number | undefined) => theirs && ours && theirs / ours;
	const against = (ours: Figures, library: Figures) => quotient(library.ms, ours.ms);
	const { "baton-ts": any, "baton-ts-known": known, "noble-ed25519": library } = verify as Record<string, Figures>;
	const more = library!.heapMB ? ` (@noble/ed25519 in ${library!.heapMB} MB, the least that it takes)` : "";
	const times = (what: string, value: number | undefined, must?: number, aim?: number): Target => ({
		what,
		value,
		must,
		aim,
		unit: "×",
	});
	const heap = any!.heapBytes;
	return [
		times(
			"verify in TypeScript, any key, against @noble/ed25519, each in its fastest heap",
			fastestNoble / fastestOurs,
			4,
			6,
		),
		times(`the same, both in 1 MB${more}`, against(any!, library!), 6, 8.5),
		times("the same on 32 bits, both in 1 MB", quotient(narrow?.noble, narrow?.ours)),
		times(`verify in TypeScript, key known in advance, both in 1 MB${more}`, against(known!, library!), 9, 14),
		times("the same on 32 bits, both in 1 MB", quotient(narrow?.noble, narrow?.known)),
		{
			what: "verify in TypeScript, smallest heap above the built-ins",
			value: heap && heap / 1024,
			must: 26,
			aim: 16,
			unit: " KB",
		},
		times(
			"SHA-512 of 1 KiB in TypeScript, against @noble/hashes",
			against(sha512!["baton-ts"]!, sha512!["noble-hashes"]!),
			2.5,
			4,
		),
		times(
			"ChaCha20-Poly1305 of 1 KiB in TypeScript in a 96 KB heap, against @noble/ciphers",
			quotient(nobleChacha, chacha),
			2,
			3,
		),
	];
}

async function median(program: Program, heap: Heap, bits?: 32 | 64): Promise<number | undefined> {
	const times: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const measured = await timeOnXS(program, heap, bits);
		if (!measured) return undefined;
		times.push(measured.ms);
	}
	return middle(times);
}

async function timeInMegabyte(program: Program, figures: Figures): Promise<Measured | undefined> {
	for (const size of growth.slice(growth.indexOf(figures.heapMB ?? 1))) {
		const measured = await timeOnXS(program, { ...megabyte, chunks: size * megabyte.chunks });
		if (size > 1) figures.heapMB = size;
		if (measured) return measured;
	}
	return undefined;
}

async function measureBytecode(operations: Operations): Promise<void> {
	progress("bytecode");
	const empty = await bytecodeBytes(nothing);
	for (const [name, operation] of Object.entries(operations)) {
		for (const [implementation, program] of Object.entries(programsOf(name as Operation))) {
			operation[implementation]!.bytecodeBytes = (await bytecodeBytes(program)) - empty;
		}
	}
}

async function measureHeaps(operations: Operations): Promise<void> {
	progress("smallest heaps");
	const builtIns = (await smallestHeap(nothing))!;
	const jobs = Object.keys(operations).flatMap(name =>
		Object.entries(programsOf(name as Operation)).map(([implementation, program]) => ({
			name,
			implementation,
			program,
		})),
	);
	const total = jobs.length;
	const worker = async () => {
		for (let job = jobs.shift(); job; job = jobs.shift()) {
			progress(`smallest heaps: ${total - jobs.length} of ${total}`);
			const heap = await smallestHeap(job.program);
			if (!heap) continue;
			const bytes = heap.chunks - builtIns.chunks + 16 * (heap.slots - builtIns.slots);
			operations[job.name]![job.implementation]!.heapBytes = Math.max(0, bytes);
		}
	};
	await Promise.all([worker(), worker()]);
}

function kernelTargets({ operations, text, modules }: KernelFigures): Target[] {
	const hash = operations["verify-hash"]!.instructions;
	const thousands = (n: number) => n / 1e3;
	const count = (what: string, n: number, must: number, aim: number): Target => ({
		what: `${what}, instructions on rv32imc`,
		value: thousands(n),
		must,
		aim,
		unit: " k",
	});
	const stack = (what: string, operation: string, must: number, aim: number): Target => {
		return { what: `${what}, stack`, value: operations[operation]!.stackBytes, must, aim, unit: " B" };
	};
	const size = (
		what: string,
		{ text, tables }: { text: number; tables: number },
		must: number,
		aim: number,
	): Target => {
		return { what: `${what}, code and tables on rv32imc`, value: text + tables, must, aim, unit: " B" };
	};
	const code = (what: string, { text }: { text: number }, must: number, aim: number): Target => {
		return { what: `machine code of ${what} on rv32imc`, value: text / 1024, must, aim, unit: " KB" };
	};
	return [
		code("the C kernel without modules", { text }, 23, 22),
		code("P-256", modules["p256"]!, 5, 5),
		code("RSA", modules["rsa"]!, 2.5, 2.5),
		count("verify in C, any key, hash excluded", operations["verify"]!.instructions - hash, 1260, 1240),
		count(
			"verify in C, key known in advance, hash excluded",
			operations["verify-prepared"]!.instructions - hash,
			650,
			500,
		),
		count("X25519 in C", operations["x25519"]!.instructions, 1500, 1360),
		count("X25519 public key in C", operations["x25519-public-key"]!.instructions, 600, 520),
		count("SHA-512 of 1 KiB in C", operations["sha512"]!.instructions, 130, 105),
		count("ChaCha20-Poly1305 of 1 KiB in C", operations["chacha20poly1305"]!.instructions, 45, 42),
		count("P-256 verify in C", operations["p256"]!.instructions, 5000, 3000),
		count("P-384 verify in C", operations["p384"]!.instructions, 16_000, 10_000),
		count("RSA-2048 verify in C, PKCS #1 v1.5", operations["rsa2048-pkcs1"]!.instructions, 2500, 1500),
		count("RSA-2048 verify in C, PSS", operations["rsa2048-pss"]!.instructions, 2500, 1500),
		count("ML-DSA-44 verify in C", operations["ml-dsa-44-verify"]!.instructions, 2600, 2100),
		stack("ML-DSA-44 verify in C", "ml-dsa-44-verify", 4400, 4000),
		size("ML-DSA-44 with Keccak", modules["ml-dsa-44"]!, 9000, 7500),
		count("HSS/LMS verify in C", operations["hss-lms-verify"]!.instructions, 3000, 2400),
		stack("HSS/LMS verify in C", "hss-lms-verify", 600, 512),
		count("ML-KEM-768 key in C", operations["ml-kem-768-generate"]!.instructions, 1200, 1000),
		stack("ML-KEM-768 key in C", "ml-kem-768-generate", 3200, 2900),
		count("ML-KEM-768 decapsulate in C", operations["ml-kem-768-decapsulate"]!.instructions, 1700, 1400),
		stack("ML-KEM-768 decapsulate in C", "ml-kem-768-decapsulate", 3200, 2900),
	];
}

function sizes(operations: Operations, kernel: KernelFigures | undefined): object {
	const bytecode: Record<string, Record<string, number>> = {};
	for (const [name, operation] of Object.entries(operations)) {
		for (const [implementation, { bytecodeBytes: bytes }] of Object.entries(operation)) {
			if (bytes !== undefined) (bytecode[name] ??= {})[implementation] = bytes;
		}
	}
	if (!kernel) return { bytecode };
	const { text, tables, modules, code: files } = kernel;
	return { bytecode, machineCode: { rv32imc: { text, tables, modules, files } } };
}

function middle(values: number[]): number {
	return values.sort((a, b) => a - b)[values.length >> 1]!;
}

function progress(text: string): void {
	if (process.stderr.isTTY) process.stderr.write(`\r${text}\x1b[K`);
}
