import { test } from "uvu";
import * as assert from "uvu/assert";
import { junit } from "../../rehearsal/junit.js";
import { judge, suitesOf } from "../verdict.js";

test("a suite counts its cases, and says what failed and why something was left out", () => {
	const report = junit([
		{
			name: "simulator",
			cases: [
				{ name: "it holds", of: "normal", seconds: 1.5 },
				{ name: 'a "<&>" of it', of: "normal", failure: "line 1\nline 2\x1b[0m" },
				{ name: "all", of: "post-quantum", skipped: "no such Node" },
			],
		},
	]);
	assert.equal(report.split("\n").slice(1), [
		"<testsuites>",
		'\t<testsuite name="simulator" tests="3" failures="1" skipped="1" time="1.500">',
		'\t\t<testcase name="it holds" classname="normal" time="1.500"/>',
		'\t\t<testcase name="a &quot;&lt;&amp;&gt;&quot; of it" classname="normal" time="0.000"><failure message="it did not hold">line 1&#10;line 2[0m</failure></testcase>',
		'\t\t<testcase name="all" classname="post-quantum" time="0.000"><skipped message="no such Node"/></testcase>',
		"\t</testsuite>",
		"</testsuites>",
		"",
	]);
});

const lines = [
	"# took 0.01 s: it holds",
	"# skipped: it may [no tool here]",
	"# took 0.20 s: it does not",
	'   FAIL  "it does not"',
	"  Total:     2",
	"  Passed:    1",
	"  Skipped:   1",
];

test("of a test run: a suite for each engine, a case for each sentence, skips with their reasons", () => {
	const run = { title: "test/a.test.ts", engine: "XS", output: lines.join("\n"), seconds: 1 };
	const crashed = { ...run, title: "test/b.test.ts", output: "", trouble: "ended by SIGSEGV" };
	const [xs, qemu] = suitesOf([judge(run), judge(crashed)], [{ engine: "QEMU", why: "no emulator" }]);
	assert.equal(
		xs.cases.map(({ name, failure, skipped }) => [name, failure !== undefined, skipped]),
		[
			["it holds", false, undefined],
			["it does not", true, undefined],
			["it may [no tool here]", false, "no tool here"],
			["the file", true, undefined],
		],
	);
	assert.equal(qemu, { name: "QEMU", cases: [{ name: "all tests", of: "QEMU", skipped: "no emulator" }] });
});

test.run();
