// Builds the qemu-rv32 board: the bare-metal program (XS, lwIP, the board's own C, the crypto kernel's), the compiler
// of bytecode that runs here, and bytecode itself. A clean build takes about 25 seconds on two processors; after that
// only what has changed is built (boards/compile.ts).

import { execFile } from "node:child_process";
import { existsSync, renameSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import {
	compileAll,
	digest,
	engineSources,
	headersOf,
	objectOf,
	run,
	sourcesOf,
	versionOf,
	whole,
} from "../compile.js";
import { builds, root, xs } from "../places.js";
import {
	boardFlags,
	boardHeaders,
	boardSources,
	bytecodeHeaders,
	bytecodeSources,
	engineFlags,
	language,
	others,
	warnings,
} from "../xs/build.js";
import { EMULATOR } from "./emulator.js";

const CROSS_COMPILER = "riscv64-unknown-elf-gcc";
const hostCompiler = process.env.CC ?? "cc";

const board = join(root, "boards/qemu-rv32");
const lwip = join(builds, "qemu-rv32/lwip/src");
const output = join(builds, "qemu-rv32");

/** The instruction set of an ESP32-C3. With `_zicsr` the compiler would choose a 64-bit library. */
const target = ["-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs"];

/** For the board and for the compiler of its bytecode: bytecode fits only an engine with the same features. */
const engineFeatures = [...engineFlags(board), "-DmxBoundsCheck=1"];
const speed = ["-O2"]; // for the engine: 37 KB more of flash than -Os

/** What is wrong with this machine, as one sentence, or undefined. */
export async function missingTools(): Promise<string | undefined> {
	const missing: string[] = [];
	for (const tool of [EMULATOR, CROSS_COMPILER, hostCompiler]) if (!(await versionOf(tool))) missing.push(tool);
	if (missing.length === 0 && !(await hasLibrary())) missing.push("picolibc for riscv64-unknown-elf");
	if (missing.length === 0 && !existsSync(join(lwip, "core/tcp.c"))) missing.push("lwIP's source");
	if (missing.length === 0) return undefined;
	return `the qemu-rv32 board needs ${missing.join(" and ")}: run \`npm run setup:qemu\``;
}

/** The compiler says where the C library's specs are; what it does not find it only repeats. */
async function hasLibrary(): Promise<boolean> {
	return new Promise(resolve => {
		execFile(CROSS_COMPILER, ["-print-file-name=picolibc.specs"], (error, stdout) => {
			resolve(!error && isAbsolute(stdout.trim()));
		});
	});
}

let built: Promise<string> | undefined;

/** Gives the path of the board's program (ELF). Rejects with one sentence if a tool is missing. */
export function buildBoard(): Promise<string> {
	return (built ??= build());
}

async function build(): Promise<string> {
	const missing = await missingTools();
	if (missing) throw new Error(missing);
	const version = await versionOf(CROSS_COMPILER);

	const common = [...target, ...language, "-Os", "-ffunction-sections", "-fdata-sections", "-fno-math-errno"];
	const own = [...boardFlags, ...[join(board, "lwip"), join(lwip, "include")].map(folder => `-I${folder}`)];
	const network = [
		...["core", "core/ipv4"].flatMap(folder => sourcesOf(join(lwip, folder))).filter(file => !/altcp/.test(file)),
		join(lwip, "netif/ethernet.c"),
	];
	const ours = [join(board, "start.S"), ...boardSources(board)].filter(file => basename(file) !== COMPILER_SOURCE);
	const script = join(board, "virt.ld");

	// The engine's objects depend on the platform's header and the engine's own; the board's on everything.
	const engineHeaders = [...headersOf(xs), join(board, "xs-platform.h")];
	const engineKey = digest([version, common, speed, engineFeatures, others], [...engineSources(), ...engineHeaders]);
	const networkHeaders = [...headersOf(lwip), ...headersOf(join(board, "lwip"))];
	const networkKey = digest([version, common, own, others], [...network, ...networkHeaders]);
	const link = [...target, "-nostartfiles", "-T", script, "-Wl,--gc-sections"];
	const key = digest([engineKey, networkKey, warnings, link], [...ours, ...boardHeaders(board), script]);
	const program = join(output, `board-${key}`, "board.elf");
	if (existsSync(program)) return program;

	const jobs = (sources: string[], folder: string, flags: string[]) =>
		sources.map(source => ({ source, object: objectOf(join(output, folder), source), flags: [...common, ...flags] }));
	const all = [
		...jobs(engineSources(), `engine-${engineKey}`, [...speed, ...engineFeatures, ...others]),
		...jobs(network, `lwip-${networkKey}`, [...own, `-I${board}`, ...others]),
		...jobs(ours, `board-${key}`, [...engineFeatures, ...own, ...warnings]),
	];
	await compileAll(CROSS_COMPILER, all, "the qemu-rv32 board");
	await whole(program, async file => {
		const objects = all.map(({ object }) => object);
		await run(CROSS_COMPILER, [...link, `-Wl,-Map=${file}.map`, ...objects, "-lm", "-o", file]);
		renameSync(`${file}.map`, linkMapOf(program));
	});
	return program;
}

/** The linker's list of what is where in the board's program. */
export function linkMapOf(program: string): string {
	return program.replace(/elf$/, "map");
}

const COMPILER_SOURCE = "bytecode-compiler.c";
let builtCompiler: Promise<string> | undefined;

async function buildBytecodeCompiler(): Promise<string> {
	const version = await versionOf(hostCompiler);
	if (!version) throw new Error("bytecode needs a C compiler for this machine: install gcc or clang, or set CC");
	const flags = [...language, "-O1", "-D_GNU_SOURCE", ...engineFeatures];
	const ours = [join(board, COMPILER_SOURCE), ...bytecodeSources];
	const sources = [...engineSources(), ...ours];
	const headers = [...["xs-platform.h", "program.h"].map(name => join(board, name)), ...bytecodeHeaders];
	const key = digest([version, flags], [...sources, ...headersOf(xs), ...headers]);
	const folder = join(output, `bytecode-compiler-${key}`);
	const program = join(folder, "bytecode-compiler");
	if (existsSync(program)) return program;

	const jobs = sources.map(file => ({
		source: file,
		object: objectOf(folder, file),
		flags: [...flags, ...(ours.includes(file) ? [...boardFlags, ...warnings] : others)],
	}));
	await compileAll(hostCompiler, jobs, "the bytecode compiler");
	await whole(program, file => run(hostCompiler, [...jobs.map(({ object }) => object), "-lm", "-o", file]));
	return program;
}

/** Gives the path of a script's bytecode, under a name that the script and the compiler decide. */
export async function compileBytecode(script: string): Promise<string> {
	const { compiler, program } = await programOf(script);
	if (!existsSync(program)) await whole(program, scratch => run(compiler, [script, scratch]));
	return program;
}

/** Gives the path of the list of a script's functions (bytecode-compiler.c) in the code that `compileBytecode` makes. */
export async function listFunctions(script: string): Promise<string> {
	const { compiler, program } = await programOf(script);
	const list = `${program}.functions`;
	if (!existsSync(list)) await whole(list, scratch => run(compiler, [script, "/dev/null", scratch]));
	return list;
}

async function programOf(script: string) {
	const compiler = await (builtCompiler ??= buildBytecodeCompiler());
	const name = `${basename(script, ".js")}-${digest([compiler], [script])}.xsb`;
	return { compiler, program: join(output, "programs", name) };
}
