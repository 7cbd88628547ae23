// Runs a function on the simulator board: its text, so it may use nothing but its two arguments. Where the simulator
// cannot be built, `test` skips and says why.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as uvu from "uvu";
import { bundleOnce } from "../../../boards/bundle.js";
import { buildSimulator } from "../../../boards/simulator/build.js";
import type { World } from "./program.js";

const missing = await buildSimulator().then(
	() => undefined,
	(error: Error) => error.message,
);

/** uvu's own, or one that skips each test with the reason why there is no simulator. */
export const test: typeof uvu.test = missing
	? Object.assign((name: string) => uvu.test.skip(`${name} [${missing}]`), uvu.test)
	: uvu.test;

export interface Ended {
	code: number;
	/** Standard output without remarks. */
	lines: string[];
	remarks: string[];
	/** Standard error. */
	complaints: string[];
}

export interface Simulated {
	ended: Promise<Ended>;
	/** The console's remarks so far. */
	readonly remarks: readonly string[];
	signal(name: NodeJS.Signals): void;
	/** The first line of the console that the pattern matches, now or later. */
	line(pattern: RegExp): Promise<string>;
}

export interface Options {
	arguments?: string[];
	bits?: 32 | 64;
}

/** Starts `program`. */
export async function simulate<Parameters>(
	program: (world: World, parameters: Parameters) => void,
	parameters: Parameters,
	options: Options = {},
): Promise<Simulated> {
	const script = await bundleOnce({ entry: "test/boards/simulator/program.ts", engine: "xs" });
	return simulateScript(script, JSON.stringify({ program: String(program), parameters }), options);
}

/** Starts a script, with these settings if there are any. */
export async function simulateScript(
	script: string,
	settings: string | undefined,
	options: Options,
): Promise<Simulated> {
	const { bits = 64 } = options;
	const simulator = await buildSimulator({ bits });
	const folder = newFolder();
	const args = [...(options.arguments ?? []), script];
	if (settings !== undefined) {
		const file = join(folder, "settings.json");
		writeFileSync(file, settings);
		args.unshift("--settings", file);
	}
	const child = spawn(simulator, args, { stdio: ["ignore", "pipe", "pipe"] });
	const ended: Ended = { code: -1, lines: [], remarks: [], complaints: [] };
	const waiting = new Set<() => void>();
	createInterface({ input: child.stdout }).on("line", line => {
		(line.startsWith("# ") ? ended.remarks : ended.lines).push(line);
		for (const look of waiting) look();
	});
	createInterface({ input: child.stderr }).on("line", line => ended.complaints.push(line));
	return {
		ended: new Promise((resolve, reject) => {
			child.on("error", reject);
			child.on("close", (code, signal) => {
				rmSync(folder, { recursive: true, force: true });
				resolve({ ...ended, code: code ?? 128 + constants.signals[signal!] });
			});
		}),
		remarks: ended.remarks,
		signal: name => void child.kill(name),
		line: pattern =>
			new Promise((resolve, reject) => {
				const look = () => {
					const found = ended.lines.find(line => pattern.test(line));
					if (found === undefined) return;
					waiting.delete(look);
					resolve(found);
				};
				waiting.add(look);
				look();
				child.on("close", () => reject(new Error(`ended without a line like ${pattern}: ${JSON.stringify(ended)}`)));
			}),
	};
}

/** Runs `program` to its end. */
export async function simulated<Parameters>(
	program: (world: World, parameters: Parameters) => void,
	parameters: Parameters,
	options?: Options,
): Promise<Ended> {
	return (await simulate(program, parameters, options)).ended;
}

/** A new empty folder. */
export function newFolder(): string {
	return mkdtempSync(join(tmpdir(), "baton-test-"));
}
