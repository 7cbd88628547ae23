import { test } from "uvu";
import * as assert from "uvu/assert";
import { judge, oneLine, type Run, summarize, type Verdict } from "./verdict.js";

function lastLines(total: number, passed: number, skipped = 0) {
	return `\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1.00ms\n\n`;
}

function verdict(output: string, more: Partial<Run> = {}): Verdict {
	return judge({ title: "test/x.test.ts", engine: "node 20", output, seconds: 1.25, ...more });
}

function counts({ passed, failed, skipped, trouble }: Verdict) {
	return [passed, failed, skipped.length, trouble];
}

test("uvu's last lines are what counts", () => {
	assert.equal(counts(verdict(`• • •   (3 / 3)\n${lastLines(3, 3)}`)), [3, 0, 0, undefined]);
	assert.equal(counts(verdict(lastLines(5, 3), { trouble: "ended with code 1" })), [3, 2, 0, undefined]);
});

test("a crash, silence, a code or an empty file is a failure, whatever was printed", () => {
	assert.equal(counts(verdict("")), [0, 1, 0, "no result"]);
	assert.equal(counts(verdict("• • •", { trouble: "ended by SIGSEGV" })), [0, 1, 0, "no result, ended by SIGSEGV"]);
	assert.equal(counts(verdict(lastLines(3, 3), { trouble: "ended with code 3" })), [3, 1, 0, "ended with code 3"]);
	assert.equal(counts(verdict(lastLines(3, 3), { trouble: "not finished after 300 s" })), [
		3,
		1,
		0,
		"not finished after 300 s",
	]);
	assert.equal(counts(verdict(lastLines(0, 0))), [0, 1, 0, "no test in it"]);
});

test("last lines that are there twice prove nothing", () => {
	assert.equal(counts(verdict(lastLines(3, 3) + lastLines(9, 9))), [0, 1, 0, "no result"]);
});

test("skipped tests are named; those beside test.only have no name", () => {
	const named = verdict(`# skipped: a [why]\n# skipped: b [because]\n${lastLines(1, 1, 2)}`);
	assert.equal(named.skipped, ["a [why]", "b [because]"]);
	assert.equal(verdict(lastLines(1, 1, 3)).skipped, Array(3).fill("a test beside test.only"));
	assert.equal(counts(verdict(`# skipped: all [no vectors here]\n${lastLines(0, 0, 1)}`)), [0, 0, 1, undefined]);
});

test("a single check is one test, and its end decides", () => {
	assert.equal(counts(verdict("", { single: true })), [1, 0, 0, undefined]);
	assert.equal(counts(verdict("x.ts: error", { single: true, trouble: "ended with code 2" })), [
		0,
		1,
		0,
		"ended with code 2",
	]);
});

test("a run is told in one line", () => {
	assert.is(oneLine(verdict(lastLines(3, 3))), "ok   test/x.test.ts (node 20): 3 passed, 1.3 s");
	assert.is(oneLine(verdict(lastLines(3, 1))), "FAIL test/x.test.ts (node 20): 1 passed, 2 failed, 1.3 s");
	assert.is(oneLine(verdict("")), "FAIL test/x.test.ts (node 20): 0 passed, no result, 1.3 s");
	assert.is(
		oneLine(verdict(`# skipped: a\n${lastLines(2, 2, 1)}`)),
		"ok   test/x.test.ts (node 20): 2 passed, 1 skipped, 1.3 s",
	);
});

const circumstances = { engines: ["node 20"], absent: [], inCI: false, allowedSkips: [] };

test("the last line is the sum, and failures are shown whole", () => {
	const { lines, failed } = summarize(
		[
			verdict(lastLines(3, 3)),
			verdict(`FAIL "it"\n  why it failed\n${lastLines(2, 1)}`),
			verdict("Segfault", { trouble: "ended by SIGSEGV" }),
		],
		circumstances,
	);
	assert.is(lines.at(-1), "4 passed, 2 failed, 0 skipped");
	assert.is(failed, 2);
	assert.match(lines.join("\n"), "why it failed");
	assert.match(lines.join("\n"), "test/x.test.ts: no result, ended by SIGSEGV");
});

test("the ten slowest tests of all files are told, the slowest first, before the counts", () => {
	const took = (...seconds: number[]) => seconds.map(n => `# took ${n.toFixed(1)} s: test of ${n}\n`).join("");
	const { lines } = summarize(
		[
			verdict(`${took(1, 7, 3, 5, 9, 11)}${lastLines(6, 6)}`),
			verdict(`${took(2, 4, 6, 8, 10, 12)}${lastLines(6, 5)}`, { engine: "XS 13" }),
		],
		circumstances,
	);
	const slow = lines.filter(line => line.startsWith("slow: "));
	assert.is(slow.length, 10);
	assert.is(slow[0], "slow:  12.0 s  test of 12 (test/x.test.ts, XS 13)");
	assert.is(slow[9], "slow:   3.0 s  test of 3 (test/x.test.ts, node 20)");
	assert.ok(lines.indexOf(slow[9]) < lines.findIndex(line => line.startsWith("node 20: ")));
	assert.is(lines.at(-1), "11 passed, 1 failed, 0 skipped");
});

test("each engine's counts are told, and what an absent engine is missing", () => {
	const { lines, failed } = summarize([verdict(lastLines(3, 3)), verdict(lastLines(2, 2), { engine: "XS 13" })], {
		...circumstances,
		engines: ["node 20", "XS 13", "qemu"],
		absent: [{ engine: "qemu", why: "not installed" }],
	});
	assert.equal(lines.slice(-5), [
		"SKIPPED: all tests on qemu: not installed",
		"node 20: 3 passed, 0 failed, 0 skipped",
		"XS 13: 2 passed, 0 failed, 0 skipped",
		"qemu: 0 passed, 0 failed, 0 skipped",
		"5 passed, 0 failed, 1 skipped",
	]);
	assert.is(failed, 0);
});

test("in CI an unlisted skip is a failure, a listed one is told with its reason", () => {
	const verdicts = [verdict(`# skipped: a [no compiler]\n${lastLines(2, 2, 1)}`)];
	const unlisted = summarize(verdicts, { ...circumstances, inCI: true });
	assert.is(unlisted.failed, 1);
	assert.is(unlisted.lines.at(-1), "2 passed, 1 failed, 1 skipped");
	assert.ok(unlisted.lines.includes("SKIPPED: a [no compiler] (test/x.test.ts, node 20)"));
	assert.ok(unlisted.lines.includes("FAILED: in CI only a listed test may be skipped"));

	const listed = summarize(verdicts, {
		...circumstances,
		inCI: true,
		allowedSkips: [{ test: /^a /, reason: "cannot be had" }],
	});
	assert.is(listed.failed, 0);
	assert.ok(listed.lines.includes("SKIPPED: a [no compiler] (test/x.test.ts, node 20): cannot be had"));
});

test("in CI an engine that ran nothing is a failure", () => {
	const { failed, lines } = summarize([verdict(lastLines(2, 2))], {
		...circumstances,
		inCI: true,
		engines: ["node 20", "XS 13", "qemu"],
		absent: [{ engine: "qemu", why: "not installed" }],
	});
	assert.is(failed, 2);
	assert.ok(
		lines.includes("FAILED: in CI XS 13 must run tests") && lines.includes("FAILED: in CI qemu must run tests"),
	);
	assert.is(lines.at(-1), "2 passed, 2 failed, 1 skipped");
});

test.run();
