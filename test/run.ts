// `npm test`: every test that this machine can run, each file in a process of its own, on every engine that takes it.
//
//   node bin/run.js test/run.ts [--engine node|xs|qemu-rv32] [FILE…]      FILE: any part of a test file's path
//
// What could not run is named with its reason. In CI (CI=true) a skip that test/engines.ts does not allow, or an
// engine that ran no test, is a failure. The last line is `N passed, N failed, N skipped`.

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../boards/bundle.js";
import { allowedSkips, engines, type Engine } from "./engines.js";

const filesAtATime = 2;
const timeLimit = 300_000; // ms, of one file on one engine
const mostOutput = 1 << 20; // characters kept of one file

interface Job {
	title: string; // file, or what is checked
	engine: Engine;
	command(): Promise<{ file: string; args: string[] }>;
	/** One test that its exit code decides, without uvu's last lines. */
	single?: boolean;
}

interface Result {
	job: Job;
	passed: number;
	failed: number;
	skipped: string[];
	seconds: number;
	/** What is shown if anything failed. */
	output: string;
	/** Why the file as a whole failed. */
	trouble?: string;
}

const terminal = process.stdout.isTTY;
const inCI = process.env.CI === "true";
const running = new Set<{ title: string; kill(): void }>();
process.on("SIGINT", () => {
	for (const { kill } of running) kill();
	process.exit(130);
});

process.exitCode = await main();

async function main(): Promise<number> {
	const started = Date.now();
	const { values, positionals } = parseArgs({ allowPositionals: true, options: { engine: { type: "string" } } });
	const wanted = engines.filter(({ name }) => values.engine === undefined || name === values.engine);
	if (wanted.length === 0) return misuse(`no engine named ${values.engine}`);
	const files = testFiles().filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)));
	if (files.length === 0) return misuse(`no test file named ${positionals.join(", ")}`);

	const results: Result[] = [];
	const jobs: Job[] = [];
	const absent: { engine: Engine; why: string }[] = [];
	for (const engine of wanted) {
		const taken = files.filter((file) => engine.takes(file));
		const why = taken.length > 0 ? await engine.prepare() : undefined;
		if (why !== undefined) absent.push({ engine, why });
		else jobs.push(...taken.map((file) => ({ title: file, engine, command: () => engine.command(file) })));
	}
	if (positionals.length === 0 && values.engine !== "xs") jobs.unshift(...typeChecks());
	const total = jobs.length;
	const worker = async () => {
		for (let job = jobs.shift(); job; job = jobs.shift()) {
			const result = await run(job);
			results.push(result);
			clearProgress();
			console.log(oneLine(result));
			showProgress(results.length, total);
		}
	};
	await Promise.all(Array.from({ length: filesAtATime }, worker));
	clearProgress();
	return summary(wanted, results, absent, started);
}

function misuse(message: string): number {
	console.error(message);
	return 2;
}

function testFiles(): string[] {
	const found = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" });
	return found.filter((name) => name.endsWith(".test.ts")).map((name) => `test/${name.replaceAll("\\", "/")}`).sort();
}

/** The types hold: the firmware's by itself, without Node's, and everything with them. */
function typeChecks(): Job[] {
	const engine = engines[0];
	const compiler = relative(root, join(root, "node_modules/typescript/bin/tsc"));
	return ["firmware", "."].map((project) => ({
		title: `tsc -p ${project}`,
		engine,
		command: async () => ({ file: process.execPath, args: [compiler, "--pretty", "false", "-p", project] }),
		single: true,
	}));
}

async function run(job: Job): Promise<Result> {
	const started = Date.now();
	let output = "";
	let trouble: string | undefined;
	try {
		const { file, args } = await job.command();
		// A process group of its own, so that what a test file has started ends with it.
		const child = spawn(file, args, { cwd: root, detached: true, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, FORCE_COLOR: "0" } });
		const end = () => {
			try {
				process.kill(-child.pid!, "SIGKILL");
			} catch {
				// It has ended.
			}
		};
		const entry = { title: job.title, kill: end };
		running.add(entry);
		const keep = (data: string) => {
			if (output.length < mostOutput) output += data;
		};
		child.stdout.setEncoding("utf8").on("data", keep);
		child.stderr.setEncoding("utf8").on("data", keep);
		let late = false;
		const limit = setTimeout(() => {
			late = true;
			end();
		}, timeLimit);
		const ended = await new Promise<string | number | null>((resolve, reject) => {
			child.on("error", reject);
			child.on("close", (code, signal) => resolve(signal ?? code));
		});
		clearTimeout(limit);
		end();
		running.delete(entry);
		if (late) trouble = `not finished after ${timeLimit / 1000} s`;
		else if (typeof ended !== "number") trouble = `ended by ${ended}`;
		else if (ended !== 0) trouble = `ended with code ${ended}`;
	} catch (error) {
		trouble = error instanceof Error ? error.message : String(error);
	}
	return judge(job, output, trouble, (Date.now() - started) / 1000);
}

/** A crash, silence, or a file that ran nothing is a failure, whatever it printed. */
function judge(job: Job, output: string, trouble: string | undefined, seconds: number): Result {
	if (job.single) return { job, passed: trouble ? 0 : 1, failed: trouble ? 1 : 0, skipped: [], seconds, output, trouble };
	const count = (name: string) => {
		const found = [...output.matchAll(new RegExp(`^  ${name}: +(\\d+)$`, "gm"))];
		return found.length === 1 ? Number(found[0][1]) : undefined;
	};
	const total = count("Total");
	const passed = count("Passed") ?? 0;
	const skipped = [...output.matchAll(/^# skipped: (.*)$/gm)].map(([, name]) => name);
	for (let i = skipped.length; i < (count("Skipped") ?? 0); i++) skipped.push("a test without a name (test.only elsewhere?)");
	let failed = (total ?? 0) - passed;
	if (failed === 0) {
		if (total === undefined) trouble = `no result${trouble ? `, ${trouble}` : ""}`;
		else if (total + skipped.length === 0) trouble = "no test in it";
		if (trouble) failed = 1;
	} else trouble = undefined; // a failed test explains the exit code
	return { job, passed, failed, skipped, seconds, output, trouble };
}

function oneLine({ job, passed, failed, skipped, seconds, trouble }: Result): string {
	const counts = [`${passed} passed`];
	if (failed) counts.push(trouble ?? `${failed} failed`);
	if (skipped.length) counts.push(`${skipped.length} skipped`);
	return `${failed ? "FAIL" : "ok  "} ${job.title} (${job.engine.title}): ${counts.join(", ")}, ${seconds.toFixed(1)} s`;
}

function showProgress(done: number, total: number) {
	if (!terminal) return;
	const line = `${done} of ${total}  ${[...running].map(({ title }) => title).join("  ")}`;
	process.stdout.write(line.slice(0, (process.stdout.columns ?? 80) - 1));
}

function clearProgress() {
	if (terminal) process.stdout.write("\r\x1b[K");
}

function summary(wanted: Engine[], results: Result[], absent: { engine: Engine; why: string }[], started: number): number {
	const sum = (list: Result[], count: (result: Result) => number) => list.reduce((n, result) => n + count(result), 0);
	let failed = sum(results, (result) => result.failed);

	for (const result of results.filter((result) => result.failed)) {
		console.log(`\n──── ${oneLine(result)}\n${result.output.trimEnd()}`);
		if (result.trouble) console.log(`\n${result.job.title}: ${result.trouble}`);
	}
	console.log();

	const skips = results.flatMap(({ job, skipped }) => skipped.map((name) => ({ name, where: `${job.title}, ${job.engine.title}` })));
	for (const { name, where } of skips) {
		const allowed = allowedSkips.find(({ test }) => test.test(name));
		console.log(`SKIPPED: ${name} (${where})${allowed ? `: ${allowed.reason}` : ""}`);
		if (inCI && !allowed) {
			console.log("  in CI this is a failure: it is not on the list of allowed skips");
			failed++;
		}
	}
	for (const { engine, why } of absent) console.log(`SKIPPED: all tests on ${engine.title}: ${why}`);
	for (const engine of wanted) {
		const own = results.filter(({ job }) => job.engine === engine);
		const passed = sum(own, (result) => result.passed);
		const parts = [`${passed} passed`, `${sum(own, (result) => result.failed)} failed`, `${sum(own, (result) => result.skipped.length)} skipped`];
		console.log(`${engine.title}: ${parts.join(", ")}`);
		if (inCI && passed === 0) {
			console.log("  in CI this is a failure: no test ran on this engine");
			failed++;
		}
	}
	console.log(`${((Date.now() - started) / 1000).toFixed(0)} s`);
	const skipped = skips.length + absent.length;
	console.log(`${sum(results, (result) => result.passed)} passed, ${failed} failed, ${skipped} skipped`);
	return failed ? 1 : 0;
}
