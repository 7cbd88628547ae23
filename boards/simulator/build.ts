// Builds the simulator: XS's own C sources, the board's and the crypto kernel's, with this machine's C compiler. It takes
// about 20 seconds once, then only what has changed is built (boards/compile.ts).

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileAll, digest, engineSources, headersOf, objectOf, run, versionOf, whole } from "../compile.js";
import { builds, root, xs } from "../places.js";
import { boardFlags, boardHeaders, boardSources, engineFlags, language, others, warnings } from "../xs/build.js";

export interface SimulatorOptions {
	/** 32: slots of 16 bytes, as on an ESP32 (needs a compiler with -m32: the package gcc-multilib). Default 64. */
	bits?: 32 | 64;
	/** More flags for every file; default: what BATON_CFLAGS holds, such as `-fsanitize=address`. */
	flags?: string[];
	/** Where builds are kept; default build/simulator. */
	folder?: string;
}

/** Such as `XS 13.3.0`, as the sources have it. */
export const engineVersion = `XS ${["MAJOR", "MINOR", "PATCH"].map(versionPart).join(".")}`;

function versionPart(name: string): string {
	const header = readFileSync(join(xs, "sources/xsCommon.h"), "utf8");
	return new RegExp(`#define XS_${name}_VERSION (\\d+)`).exec(header)![1];
}

const board = join(root, "boards/simulator");

/** Gives the program's path. Rejects with one sentence if there is no compiler. Progress goes to standard error. */
export async function buildSimulator(options: SimulatorOptions = {}): Promise<string> {
	const compiler = process.env.CC ?? "cc";
	const { bits = 64, flags = defaultFlags(), folder = join(builds, "simulator") } = options;
	const key = JSON.stringify([compiler, bits, flags, folder]);
	let program = built.get(key);
	if (!program) built.set(key, (program = build(compiler, [...(bits === 32 ? ["-m32"] : []), ...flags], folder)));
	return program;
}

const built = new Map<string, Promise<string>>();

function defaultFlags(): string[] {
	return process.env.BATON_CFLAGS?.split(" ").filter(flag => flag) ?? [];
}

async function build(compiler: string, more: string[], folder: string): Promise<string> {
	const version = await versionOf(compiler);
	if (!version)
		throw new Error(
			`the simulator needs a C compiler, and \`${compiler}\` does not run: install gcc or clang, or set CC`,
		);

	const common = [...language, "-O2", "-D_GNU_SOURCE", ...engineFlags(board), ...more];
	const own = [...boardFlags, ...warnings];
	const ours = boardSources(board);

	// The engine's objects depend on the platform's header and the engine's own; the board's on everything.
	const engineKey = digest([version, common], [...engineSources(), ...headersOf(xs), join(board, "xs-platform.h")]);
	const key = digest([engineKey, own], [...ours, ...boardHeaders(board)]);
	const program = join(folder, key, "simulator");
	if (existsSync(program)) return program;

	const jobs = (sources: string[], place: string, flags: string[]) =>
		sources.map(source => ({ source, object: objectOf(join(folder, place), source), flags: [...common, ...flags] }));
	const all = [...jobs(engineSources(), `engine-${engineKey}`, others), ...jobs(ours, key, own)];
	try {
		await compileAll(compiler, all, "the XS engine");
		await whole(program, file =>
			run(compiler, [...more, ...all.map(({ object }) => object), "-o", file, "-lm", "-lpthread"]),
		);
	} catch (error) {
		if (more.includes("-m32") && /bits\/|cannot find|skipping incompatible/.test(String(error)))
			throw new Error("the 32-bit simulator needs a compiler that can -m32: install the package gcc-multilib");
		throw error;
	}
	return program;
}
