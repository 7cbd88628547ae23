// What a test file's run means: pure functions from what a process printed and how it ended to counts, and from all
// runs to what is said at the end. A crash, silence, or a file that ran nothing is a failure, whatever was printed.

import type { Case, Suite } from "../rehearsal/junit.js";

export interface Run {
	/** The file, or what is checked. */
	title: string;
	engine: string;
	output: string;
	/** How the process ended, unless with code 0: `ended with code 1`, `ended by SIGSEGV`, `not finished after 300 s`. */
	trouble?: string;
	seconds: number;
	/** One test that the process's end decides by itself, without uvu's last lines. */
	single?: boolean;
}

export interface Verdict {
	run: Run;
	passed: number;
	failed: number;
	/** Names of skipped tests, with their reasons. */
	skipped: string[];
	/** What each test took, in the order in which they ran. */
	took: { name: string; seconds: number }[];
	/** Why the file as a whole failed. */
	trouble?: string;
}

const SLOWEST = 10;

/** Reads uvu's last lines (`Total:`, `Passed:`, `Skipped:`), `# skipped: NAME`, and `# took N s: NAME`. */
export function judge(run: Run): Verdict {
	const { output, single } = run;
	let { trouble } = run;
	if (single) {
		const took = [{ name: run.title, seconds: run.seconds }];
		return { run, passed: trouble ? 0 : 1, failed: trouble ? 1 : 0, skipped: [], took, trouble };
	}

	const total = count(output, "Total");
	const passed = count(output, "Passed") ?? 0;
	const skipped = [...output.matchAll(/^# skipped: (.*)$/gm)].map(([, name]) => name);
	for (let i = skipped.length; i < (count(output, "Skipped") ?? 0); i++) skipped.push("a test beside test.only");
	const took = [...output.matchAll(/^# took ([\d.]+) s: (.*)$/gm)].map(([, seconds, name]) => ({
		name,
		seconds: Number(seconds),
	}));
	const failed = (total ?? 0) - passed;
	if (failed > 0) return { run, passed, failed, skipped, took }; // it explains the exit code
	if (total === undefined) trouble = trouble ? `no result, ${trouble}` : "no result";
	else if (total + skipped.length === 0) trouble = "no test in it";
	return { run, passed, failed: trouble ? 1 : 0, skipped, took, trouble };
}

/** Undefined if the line is missing, or there more than once. */
function count(output: string, name: string): number | undefined {
	const found = [...output.matchAll(new RegExp(`^  ${name}: +(\\d+)$`, "gm"))];
	return found.length === 1 ? Number(found[0][1]) : undefined;
}

/** One line for each run. */
export function oneLine({ run, passed, failed, skipped, trouble }: Verdict): string {
	const counts = [`${passed} passed`];
	if (failed) counts.push(trouble ?? `${failed} failed`);
	if (skipped.length) counts.push(`${skipped.length} skipped`);
	return `${failed ? "FAIL" : "ok  "} ${run.title} (${run.engine}): ${counts.join(", ")}, ${run.seconds.toFixed(1)} s`;
}

export interface Circumstances {
	/** Titles of the engines that were asked for. */
	engines: string[];
	/** Those that cannot be used here, with the reason. */
	absent: { engine: string; why: string }[];
	/** In CI an unlisted skip, or an engine with no test run, is a failure. */
	inCI: boolean;
	allowedSkips: { test: RegExp; reason: string }[];
}

export interface Summary {
	lines: string[];
	failed: number;
}

/** Failures whole, every skip with its reason, the slowest tests, each engine's counts; the last line is the sum. */
export function summarize(verdicts: Verdict[], { engines, absent, inCI, allowedSkips }: Circumstances): Summary {
	const lines: string[] = [];
	let failed = sum(verdicts, verdict => verdict.failed);
	const fail = (why: string) => {
		lines.push(`FAILED: in CI ${why}`);
		failed++;
	};

	for (const verdict of verdicts.filter(verdict => verdict.failed)) {
		lines.push("", `──── ${oneLine(verdict)}`, verdict.run.output.replace(/^# took .*\n/gm, "").trimEnd());
		if (verdict.trouble) lines.push("", `${verdict.run.title}: ${verdict.trouble}`);
	}
	lines.push("");
	for (const { run, skipped } of verdicts) {
		for (const name of skipped) {
			const allowed = allowedSkips.find(({ test }) => test.test(name));
			lines.push(`SKIPPED: ${name} (${run.title}, ${run.engine})${allowed ? `: ${allowed.reason}` : ""}`);
			if (inCI && !allowed) fail("only a listed test may be skipped");
		}
	}
	for (const { engine, why } of absent) lines.push(`SKIPPED: all tests on ${engine}: ${why}`);
	lines.push(...slowest(verdicts));
	for (const engine of engines) {
		const own = verdicts.filter(({ run }) => run.engine === engine);
		lines.push(
			`${engine}: ${counts(
				own,
				sum(own, verdict => verdict.failed),
			)}`,
		);
		if (inCI && !own.some(({ passed }) => passed)) fail(`${engine} must run tests`);
	}
	lines.push(counts(verdicts, failed, absent.length));
	return { lines, failed };
}

function slowest(verdicts: Verdict[]): string[] {
	const slow = verdicts.flatMap(({ run, took }) =>
		took
			.filter(({ seconds }) => seconds >= 1)
			.map(({ name, seconds }) => ({ seconds, text: `${name} (${run.title}, ${run.engine})` })),
	);
	const most = slow.sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
	return most.map(({ seconds, text }) => `slow: ${seconds.toFixed(1).padStart(5)} s  ${text}`);
}

function counts(verdicts: Verdict[], failed: number, more = 0): string {
	const skipped = sum(verdicts, verdict => verdict.skipped.length) + more;
	return `${sum(verdicts, verdict => verdict.passed)} passed, ${failed} failed, ${skipped} skipped`;
}

function sum(verdicts: Verdict[], count: (verdict: Verdict) => number): number {
	return verdicts.reduce((total, verdict) => total + count(verdict), 0);
}

/** For a JUnit report: a suite for each engine, a case for each test; a file that failed as a whole is one too. */
export function suitesOf(verdicts: Verdict[], absent: Circumstances["absent"]): Suite[] {
	const suites = new Map<string, Case[]>();
	const casesOf = (engine: string) => suites.get(engine) ?? suites.set(engine, []).get(engine)!;
	for (const { run, took, skipped, failed, trouble } of verdicts) {
		const cases = casesOf(run.engine);
		const of = run.title;
		const failures = new Set([...run.output.matchAll(/^ +FAIL +"(.*)"$/gm)].map(([, name]) => name));
		for (const { name, seconds } of took) {
			if (failures.delete(name)) cases.push({ name, of, seconds, failure: run.output });
			else cases.push({ name, of, seconds, ...(run.single && trouble ? { failure: run.output } : {}) });
		}
		for (const name of failures) cases.push({ name, of, failure: run.output });
		for (const name of skipped) cases.push({ name, of, skipped: /\[(.*)\]$/.exec(name)?.[1] ?? "left out" });
		if (failed && trouble && !run.single) cases.push({ name: "the file", of, failure: `${trouble}\n${run.output}` });
	}
	for (const { engine, why } of absent) casesOf(engine).push({ name: "all tests", of: engine, skipped: why });
	return [...suites].map(([name, cases]) => ({ name, cases }));
}
