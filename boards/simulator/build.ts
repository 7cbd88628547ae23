// Builds the simulator: XS's own C sources (from the npm package @agoric/xsnap, of which nothing else is used) and the
// board's, with this machine's C compiler. It takes about 20 seconds once; objects and programs are kept in build/
// under names that their sources, flags and compiler decide. What is there is whole: a file gets its name by a rename,
// so a build that is killed, or another one at the same time, leaves nothing that is broken.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { root } from "../bundle.js";

export interface SimulatorOptions {
	/** 32: slots of 16 bytes, as on an ESP32 (needs a compiler with -m32: the package gcc-multilib). Default 64. */
	bits?: 32 | 64;
	/** More flags for every file; default: what BATON_CFLAGS holds, such as `-fsanitize=address`. */
	flags?: string[];
	/** Where builds are kept; default build/simulator. */
	folder?: string;
}

const xs = join(dirname(createRequire(import.meta.url).resolve("@agoric/xsnap/package.json")), "moddable/xs");
/** Such as `XS 13.3.0`, as the sources have it. */
export const engineVersion = `XS ${["MAJOR", "MINOR", "PATCH"].map(versionPart).join(".")}`;

function versionPart(name: string): string {
	const header = readFileSync(join(xs, "sources/xsCommon.h"), "utf8");
	return new RegExp(`#define XS_${name}_VERSION (\\d+)`).exec(header)![1];
}

const compilerName = () => process.env.CC ?? "cc";

/** Gives the program's path. Rejects with one sentence if there is no compiler. Progress goes to standard error. */
export async function buildSimulator(options: SimulatorOptions = {}): Promise<string> {
	const { bits = 64, folder = join(root, "build/simulator"), flags = process.env.BATON_CFLAGS?.split(" ").filter((flag) => flag) ?? [] } = options;
	const key = JSON.stringify([compilerName(), bits, flags, folder]);
	let built = building.get(key);
	if (!built) building.set(key, (built = build(bits, flags, folder)));
	return built;
}

const building = new Map<string, Promise<string>>();

async function build(bits: 32 | 64, flags: string[], folder: string): Promise<string> {
	const version = await compilerVersion();
	const kernel = kernelSources();
	const common = [
		...(bits === 32 ? ["-m32"] : []),
		...["-std=gnu11", "-O2", "-fno-common", "-D_GNU_SOURCE", "-DINCLUDE_XSPLATFORM", '-DXSPLATFORM="xs-platform.h"'],
		...["-DmxParse=1", "-DmxRun=1", "-DmxSloppy=1", "-DmxNoConsole=1", "-DmxMinusZero=1"],
		...["includes", "platforms", "sources"].map((folder) => `-I${join(xs, folder)}`),
		...["boards/simulator", "boards/xs"].map((folder) => `-I${join(root, folder)}`),
		...(kernel.length ? ["-DBATON_C_KERNEL=1"] : []),
		...flags,
	];
	const engine = sourcesOf(join(xs, "sources")).filter((file) => !/xs(Snapshot|Lockdown)\.c$/.test(file));
	const board = ["boards/simulator", "boards/xs"].flatMap((folder) => sourcesOf(join(root, folder)));

	// The engine's objects depend on the platform's header and the engine's own; the board's on everything.
	const engineKey = digest(version, common, contents(engine), headers(xs), headers(join(root, "boards/simulator"), "xs-"));
	const boardKey = digest(engineKey, contents([...board, ...kernel]), ...ownFolders.map((folder) => headers(folder)));
	const program = join(folder, boardKey, "simulator");
	if (existsSync(program)) return program;

	const objects = join(folder, engineKey, "objects");
	const jobs = [
		// XS is compiled without warnings: they are its authors' business.
		...engine.map((source) => ({ source, object: objectOf(objects, source), flags: ["-w"] })),
		...[...board, ...kernel].map((source) => ({
			source,
			object: objectOf(join(dirname(program), "objects"), source),
			flags: ["-Wall", "-Wextra", "-Wno-clobbered", "-Wno-missing-field-initializers"],
		})),
	];
	await compileAll(jobs, common);
	await whole(program, (file) =>
		run([...common.filter((flag) => flag.startsWith("-m") || flag.startsWith("-f")), ...jobs.map(({ object }) => object), "-o", file, "-lm", "-lpthread"]),
	);
	return program;
}

const ownFolders = ["boards/simulator", "boards/xs", "firmware/crypto/c"].map((folder) => join(root, folder));

/** The crypto kernel's C, where it is. */
function kernelSources(): string[] {
	const folder = join(root, "firmware/crypto/c");
	return existsSync(join(folder, "natives.h")) ? sourcesOf(folder) : [];
}

function sourcesOf(folder: string): string[] {
	return readdirSync(folder).filter((name) => name.endsWith(".c")).sort().map((name) => join(folder, name));
}

function headers(folder: string, prefix = ""): string[] {
	if (!existsSync(folder)) return [];
	const names = readdirSync(folder, { recursive: true }) as string[];
	return contents(names.filter((name) => name.endsWith(".h") && basename(name).startsWith(prefix)).sort().map((name) => join(folder, name)));
}

function contents(files: string[]): string[] {
	return files.map((file) => readFileSync(file, "latin1"));
}

function digest(...parts: unknown[]): string {
	return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

function objectOf(folder: string, source: string): string {
	return join(folder, `${basename(dirname(source))}-${basename(source, ".c")}.o`);
}

interface Job {
	source: string;
	object: string;
	flags: string[];
}

async function compileAll(jobs: Job[], common: string[]) {
	const waiting = jobs.filter(({ object }) => !existsSync(object));
	const total = waiting.length;
	const terminal = process.stderr.isTTY;
	if (!terminal && total > 20) process.stderr.write("compiling the XS engine: once, about 20 seconds\n");
	let done = 0;
	const worker = async () => {
		for (let job = waiting.shift(); job; job = waiting.shift()) {
			const { source, object, flags } = job;
			await whole(object, (file) => run([...common, ...flags, "-c", source, "-o", file]));
			done++;
			if (terminal) process.stderr.write(`\rcompiling the XS engine: ${done} of ${total}\x1b[K`);
		}
	};
	try {
		await Promise.all(Array.from({ length: availableParallelism() }, worker));
	} finally {
		if (terminal && total) process.stderr.write("\r\x1b[K");
	}
}

/** Lets `make` write a file under a name of its own, and gives it its name only when it is whole. */
async function whole(file: string, make: (scratch: string) => Promise<void>) {
	mkdirSync(dirname(file), { recursive: true });
	const scratch = `${file}.${process.pid}`;
	await make(scratch);
	renameSync(scratch, file);
}

async function compilerVersion(): Promise<string> {
	return new Promise((resolve, reject) => {
		const name = compilerName();
		execFile(name, ["--version"], (error, stdout) => {
			if (!error) resolve(stdout);
			else reject(new Error(`the simulator needs a C compiler, and \`${name}\` does not run: install gcc or clang, or set CC`));
		});
	});
}

async function run(args: string[]): Promise<void> {
	return new Promise((resolve, reject) => {
		const compiler = compilerName();
		execFile(compiler, args, { maxBuffer: 1 << 24 }, (error, _stdout, stderr) => {
			if (stderr) process.stderr.write(stderr);
			if (!error) resolve();
			else if (args.includes("-m32") && /bits\/|cannot find|skipping incompatible/.test(stderr))
				reject(new Error("the 32-bit simulator needs a compiler that can -m32: install the package gcc-multilib"));
			else reject(new Error(`the C compiler failed: ${compiler} ${args.join(" ")}`));
		});
	});
}
