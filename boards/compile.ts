// Compiles C for a board that runs XS: objects and programs under names that their sources, flags and compiler decide.
// What is there is whole: a file gets its name by a rename, so a build that is killed, or another one at the same
// time, leaves nothing that is broken.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { xs } from "./places.js";

/** The engine's sources that a board needs. */
export function engineSources(): string[] {
	return sourcesOf(join(xs, "sources")).filter(file => !/xs(Snapshot|Lockdown)\.c$/.test(file));
}

export interface CompileJob {
	source: string;
	object: string;
	flags: string[];
}

/** Compiles what is not there yet, as many files at a time as there are processors. */
export async function compileAll(compiler: string, jobs: CompileJob[], what: string): Promise<void> {
	const waiting = jobs.filter(({ object }) => !existsSync(object));
	const total = waiting.length;
	const terminal = process.stderr.isTTY;
	if (!terminal && total > 20) process.stderr.write(`compiling ${what}: once, about 20 seconds\n`);
	let done = 0;
	const worker = async () => {
		for (let job = waiting.shift(); job; job = waiting.shift()) {
			const { source, object, flags } = job;
			await whole(object, file => run(compiler, [...flags, "-c", source, "-o", file]));
			done++;
			if (terminal) process.stderr.write(`\rcompiling ${what}: ${done} of ${total}\x1b[K`);
		}
	};
	try {
		await Promise.all(Array.from({ length: availableParallelism() }, worker));
	} finally {
		if (terminal && total) process.stderr.write("\r\x1b[K");
	}
}

/** Lets `make` write a file under a name of its own, and gives it its name only when it is whole. */
export async function whole(file: string, make: (scratch: string) => Promise<void>): Promise<void> {
	mkdirSync(dirname(file), { recursive: true });
	const scratch = `${file}.${process.pid}`;
	await make(scratch);
	renameSync(scratch, file);
}

/** The first line that a tool says of its version; undefined if it does not run. */
export async function versionOf(tool: string): Promise<string | undefined> {
	return new Promise(resolve => {
		execFile(tool, ["--version"], (error, stdout) => resolve(error ? undefined : stdout.split("\n", 1)[0]));
	});
}

/** Runs a tool. Rejects with its error output if it fails; warnings are passed on. */
export async function run(tool: string, args: string[]): Promise<void> {
	return new Promise((resolve, reject) => {
		execFile(tool, args, { maxBuffer: 1 << 24 }, (error, _stdout, stderr) => {
			if (error) return reject(new Error(`${tool} ${args.join(" ")} failed:\n${stderr.trim() || error.message}`));
			if (stderr) process.stderr.write(stderr);
			resolve();
		});
	});
}

export function objectOf(folder: string, source: string): string {
	return join(folder, `${basename(dirname(source))}-${basename(source).replace(/\.\w+$/, "")}.o`);
}

/** The C files directly in a folder. */
export function sourcesOf(folder: string): string[] {
	return readdirSync(folder)
		.filter(name => name.endsWith(".c"))
		.sort()
		.map(name => join(folder, name));
}

/** The header files in a folder and below. */
export function headersOf(folder: string): string[] {
	if (!existsSync(folder)) return [];
	const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
	return names
		.filter(name => name.endsWith(".h"))
		.sort()
		.map(name => join(folder, name));
}

/** A name for what is made of these texts and files. */
export function digest(parts: unknown, files: string[]): string {
	const hash = createHash("sha256").update(JSON.stringify(parts));
	for (const file of files) hash.update(`\n${basename(file)}\n`).update(readFileSync(file));
	return hash.digest("hex").slice(0, 16);
}
