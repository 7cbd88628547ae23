// Builds main.c with the C kernel for rv32imc, runs it in QEMU and reads what it printed; measures the machine code.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { root } from "../../boards/bundle.js";
import { compileAll, digest, headersOf, objectOf, run, sourcesOf, versionOf, whole } from "../../boards/compile.js";
import { HANG_GUARD } from "../../test/eventually.js";
import { vectorsHeader } from "./vectors.js";

const COMPILER = "riscv64-unknown-elf-gcc";
const EMULATOR = "qemu-system-riscv32";
const SIZE_TOOL = "riscv64-unknown-elf-size";

const kernel = join(root, "firmware/crypto/c");
const bytes = join(root, "firmware/bytes"); // whose comparison of secrets the kernel uses
const bench = join(root, "measure/kernel-rv32");

/** The instruction set of an ESP32-C3, and the flags that the qemu-rv32 board compiles the kernel with. */
const machine = ["-march=rv32imc", "-mabi=ilp32"];
const target = [...machine, "--specs=picolibc.specs"];
const flags = ["-std=gnu11", "-Os", "-ffunction-sections", "-fdata-sections", "-fno-common", "-Wall", "-Wextra"];

export interface KernelFigures {
	compiler: string;
	flags: string;
	/** Instructions retired and bytes of C stack at the peak, by operation. */
	operations: Record<string, { instructions: number; stackBytes: number }>;
	/** Bytes by source file: machine code, and constants (curve constants, hash constants, the base point's combs). */
	code: Record<string, Size>;
	/** Of the kernel without the modules that can be left out, as a linker leaves it. */
	text: number;
	tables: number;
	/** What each module adds to that by itself, and all of them together. */
	modules: Record<string, Size>;
}

interface Size {
	text: number;
	tables: number;
}

/** What the binding of each module that a build can leave out calls. */
const modules: Record<string, string[]> = {
	"hss-lms": ["baton_hss_lms_verify"],
	"ml-dsa-44": ["baton_ml_dsa_44_verify"],
	"ml-kem-768": ["baton_ml_kem_768_generate", "baton_ml_kem_768_decapsulate"],
	p256: ["baton_ecdsa_verify", "baton_curve256"],
	p384: ["baton_ecdsa_verify", "baton_curve384"],
	rsa: ["baton_rsa_verify_pkcs1", "baton_rsa_verify_pss"],
	secp256r1: ["baton_secp256r1_public_key", "baton_secp256r1"],
};

/** What is missing here, as one sentence, or undefined. */
export async function missingForKernel(): Promise<string | undefined> {
	const missing: string[] = [];
	for (const tool of [EMULATOR, COMPILER]) if (!(await versionOf(tool))) missing.push(tool);
	if (missing.length === 0) return undefined;
	return `counting rv32 instructions needs ${missing.join(" and ")}: run \`npm run setup:qemu\``;
}

export async function measureKernel(): Promise<KernelFigures> {
	const version = (await versionOf(COMPILER))!;
	const header = await vectorsHeader();
	// XS is not part of this: the binding stays out.
	const ours = [bytes, kernel].flatMap(sourcesOf).filter(file => !file.endsWith("binding.c"));
	const frame = [join(bench, "main.c"), join(bench, "start.S")];
	const script = join(bench, "virt.ld");
	const key = digest(
		[version, target, flags, header],
		[...ours, ...[bytes, kernel].flatMap(headersOf), ...frame, script],
	);
	const folder = join(root, "build/kernel-rv32", key);
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "vectors.h"), header);

	const compile = [...target, ...flags, `-I${kernel}`, `-I${bytes}`, `-I${folder}`];
	const jobs = [...ours, ...frame].map(source => ({ source, object: objectOf(folder, source), flags: compile }));
	await compileAll(COMPILER, jobs, "the kernel for rv32imc");
	const program = join(folder, "kernel.elf");
	const link = [...target, "-nostartfiles", "-T", script, "-Wl,--gc-sections", "-Wl,--no-warn-rwx-segments"];
	const objects = jobs.map(({ object }) => object);
	if (!existsSync(program)) await whole(program, file => run(COMPILER, [...link, ...objects, "-o", file]));

	const code: KernelFigures["code"] = {};
	for (const source of ours) code[basename(source)] = await sizes(objectOf(folder, source));

	// A partial link that keeps what these functions need.
	const linked = async (names: string[]) => {
		const file = join(folder, "linked.o");
		const roots = names.map(name => `-Wl,-u,${name}`);
		const kernelObjects = ours.map(source => objectOf(folder, source));
		await run(COMPILER, [...machine, "-r", "-nostdlib", "-Wl,--gc-sections", ...roots, ...kernelObjects, "-o", file]);
		return sizes(file);
	};
	const base = [...new Set(readFileSync(join(kernel, "kernel.h"), "utf8").match(/\bbaton_\w+/g))];
	const { text, tables } = await linked(base);
	const added: KernelFigures["modules"] = {};
	for (const [name, roots] of [...Object.entries(modules), ["all of them", Object.values(modules).flat()] as const]) {
		const size = await linked([...base, ...roots]);
		added[name] = { text: size.text - text, tables: size.tables - tables };
	}
	const operations = parse(await emulate(program));
	return { compiler: version, flags: [...target, ...flags].join(" "), operations, code, text, tables, modules: added };
}

/** minstret counts instructions, and nothing else, only with `-icount shift=0`. */
async function emulate(program: string): Promise<string> {
	const board = ["-M", "virt", "-cpu", "rv32,a=false,f=false,d=false,h=false,s=false", "-bios", program];
	const quiet = ["-display", "none", "-monitor", "none", "-serial", "stdio", "-icount", "shift=0"];
	return new Promise((resolve, reject) => {
		execFile(EMULATOR, [...board, ...quiet], { timeout: HANG_GUARD }, (error, stdout, stderr) => {
			if (!error) resolve(stdout);
			else reject(new Error(`the kernel's bench failed (${error.code ?? error.signal}):\n${stdout}${stderr}`));
		});
	});
}

function parse(output: string): KernelFigures["operations"] {
	const operations: KernelFigures["operations"] = {};
	for (const line of output.trim().split("\n")) {
		const found = /^([\w-]+) (\d+) (\d+)$/.exec(line);
		if (!found) throw new Error(`the kernel's bench said: ${line}`);
		operations[found[1]!] = { instructions: Number(found[2]), stackBytes: Number(found[3]) };
	}
	return operations;
}

async function sizes(object: string): Promise<Size> {
	const output = await new Promise<string>((resolve, reject) => {
		execFile(SIZE_TOOL, ["-A", object], (error, stdout) => (error ? reject(error) : resolve(stdout)));
	});
	let text = 0,
		tables = 0;
	for (const [, section, bytes] of output.matchAll(/^(\.\S+)\s+(\d+)/gm)) {
		if (/^\.text/.test(section!)) text += Number(bytes);
		else if (/^\.s?rodata/.test(section!)) tables += Number(bytes);
		else if (/^\.s?(data|bss)/.test(section!) && Number(bytes) > 0) {
			throw new Error(`${basename(object)}: the kernel has no mutable state, but ${section} has ${bytes} bytes`);
		}
	}
	return { text, tables };
}
