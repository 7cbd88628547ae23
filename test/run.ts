// `npm test`: every test that this machine can run, each file in a process of its own, on every engine that takes it.
//
//   node bin/run.js test/run.ts [--engine node|xs|qemu-rv32] [--junit FILE] [FILE…]
//
// FILE: any part of a test file's path. --junit: writes a report for a CI server.
//
// What could not run is named with its reason. In CI (CI=true) a skip that test/engines.ts does not allow, or an
// engine that ran no test, is a failure. The last line is `N passed, N failed, N skipped`.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../boards/bundle.js";
import { junit } from "../rehearsal/junit.js";
import { Durations } from "./durations.js";
import { allowedSkips, type Command, type Engine, engines } from "./engines.js";
import { HANG_GUARD } from "./eventually.js";
import { type Ended, type Running, runProcess } from "./process.js";
import { judge, oneLine, suitesOf, summarize, type Verdict } from "./verdict.js";

const FILES_AT_A_TIME = 2;

interface Job {
	title: string; // the file, or what is checked
	engine: Engine;
	command(): Promise<Command>;
	single?: boolean;
}

/** Each test file's temporary folder is its own. */
const folder = mkdtempSync(join(tmpdir(), "baton-test-run-"));
process.on("exit", () => remove(folder));
const running = new Map<Running, string>();
process.on("SIGINT", () => {
	for (const one of running.keys()) one.kill();
	process.exit(130);
});

process.exitCode = await main();

async function main(): Promise<number> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: { engine: { type: "string" }, junit: { type: "string" } },
	});
	const wanted = engines.filter(({ name }) => values.engine === undefined || name === values.engine);
	if (wanted.length === 0) return misuse(`no engine named ${values.engine}`);
	const files = testFiles().filter(file => positionals.length === 0 || positionals.some(part => file.includes(part)));
	if (files.length === 0) return misuse(`no test file named ${positionals.join(", ")}`);

	const jobs: Job[] = [];
	const absent: { engine: string; why: string }[] = [];
	const asked: string[] = [];
	for (const engine of wanted) {
		const taken = files.filter(file => engine.takes(file));
		if (taken.length === 0 && positionals.length > 0) continue;
		asked.push(engine.title);
		const why = await engine.prepare();
		if (why !== undefined) absent.push({ engine: engine.title, why });
		else jobs.push(...taken.map(file => ({ title: file, engine, command: () => engine.command(file) })));
	}
	if (positionals.length === 0 && wanted.includes(engines[0])) jobs.unshift(...typeChecks());

	const started = Date.now();
	const durations = new Durations(join(root, "build/test-seconds.json"));
	const nameOf = ({ title, engine }: Job) => `${title} (${engine.title})`;
	const verdicts = await runAll(durations.longestFirst(jobs, nameOf, ({ engine }) => engine.usualSeconds));
	for (const { run } of verdicts) durations.note(`${run.title} (${run.engine})`, run.seconds);
	durations.save();
	const inCI = process.env.CI === "true";
	const { lines, failed } = summarize(verdicts, { engines: asked, absent, inCI, allowedSkips });
	lines.splice(-1, 0, `${((Date.now() - started) / 1000).toFixed(0)} s`);
	if (values.junit !== undefined) writeFileSync(values.junit, junit(suitesOf(verdicts, absent)));
	console.log(lines.join("\n"));
	return failed ? 1 : 0;
}

function misuse(message: string): number {
	console.error(message);
	return 2;
}

function testFiles(): string[] {
	const found = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" });
	return found
		.filter(name => name.endsWith(".test.ts"))
		.map(name => `test/${name}`)
		.sort();
}

/** The types hold: the firmware's by itself, without Node's, and everything with them. */
function typeChecks(): Job[] {
	const compiler = "node_modules/typescript/bin/tsc";
	return ["firmware", "."].map(project => ({
		title: `tsc -p ${project}`,
		engine: engines[0],
		command: async () => ({ file: process.execPath, args: [compiler, "--pretty", "false", "-p", project] }),
		single: true,
	}));
}

async function runAll(jobs: Job[]): Promise<Verdict[]> {
	const verdicts: Verdict[] = [];
	const total = jobs.length;
	const worker = async () => {
		for (let job = jobs.shift(); job; job = jobs.shift()) {
			const { title, engine, single } = job;
			const started = Date.now();
			const ended = await run(job, () => showProgress(verdicts.length, total));
			const verdict = judge({ title, engine: engine.title, single, seconds: (Date.now() - started) / 1000, ...ended });
			verdicts.push(verdict);
			clearProgress();
			console.log(oneLine(verdict));
			showProgress(verdicts.length, total);
		}
	};
	await Promise.all(Array.from({ length: FILES_AT_A_TIME }, worker));
	clearProgress();
	return verdicts;
}

async function run(job: Job, started: () => void): Promise<Ended> {
	const temporary = mkdtempSync(join(folder, "file-"));
	const environment = { TMPDIR: temporary };
	try {
		const one = runProcess({ ...(await job.command()), cwd: root, limit: 3 * HANG_GUARD, environment });
		running.set(one, job.title);
		started();
		const ended = await one.ended;
		running.delete(one);
		return ended;
	} catch (error) {
		// It could not be bundled.
		return { output: "", trouble: error instanceof Error ? error.message : String(error) };
	} finally {
		remove(temporary);
	}
}

/** What a program that was just killed still writes may be in the way: then it is tried again, and left at last. */
function remove(folder: string): void {
	try {
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	} catch {
		// The run's own folder goes at the end.
	}
}

/** In a terminal a line says what runs now. */
function showProgress(done: number, total: number) {
	if (!process.stdout.isTTY) return;
	const line = `${done} of ${total}  ${[...running.values()].join("  ")}`;
	process.stdout.write(`\r\x1b[K${line.slice(0, process.stdout.columns - 1)}`);
}

function clearProgress() {
	if (process.stdout.isTTY) process.stdout.write("\r\x1b[K");
}
