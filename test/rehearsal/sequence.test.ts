import { test } from "uvu";
import * as assert from "uvu/assert";
import { advance, begin, type Plan } from "../../host/operator.js";
import type { Entry } from "../../rehearsal/record.js";
import type { RehearsalResult } from "../../rehearsal/rehearsal.js";
import { sequenceOf, sequenceSvg, sequenceText } from "../../rehearsal/sequence.js";

const plan: Plan = { validityYears: 20, overlapYears: 5, retention: "for ever" };
const { operation, steps } = advance(plan, begin(plan).operation, 16);
const [provisional, download] = steps;
const record: Entry[] = [
	{ year: 0.1, from: "device", event: { event: "boot", current: 1, next: "-" } },
	...[1, 2, 3].flatMap((year): Entry[] => [
		{ year, from: "device", event: { event: "authenticated", server: "service", generation: 1, slot: "current" } },
		{ year, from: "device", event: { event: "poll", generation: 1 } },
		{ year, from: "device", event: { event: "none", reason: "connection refused" } },
	]),
	{ year: 15, from: "operator", step: provisional },
	{ year: 15, from: "operator", step: download },
	{ year: 15.5, from: "device", event: { event: "poll", generation: 1 } },
	{ year: 15.5, from: "device", event: { event: "authenticated", server: "download", generation: 1 } },
	{ year: 15.5, from: "device", event: { event: "stored", generation: 2 } },
	{ year: 15.6, from: "device", event: { event: "refused", server: "service", reason: 'name "<does not match>"' } },
	{ year: 15.6, from: "device", event: { event: "failed", server: "service", reason: 'name "<does not match>"' } },
	{ year: 15.7, from: "device", event: { event: "promoted", generation: 2 } },
];
const result: RehearsalResult = {
	scenario: "normal",
	engine: "XS 13.3.0",
	findings: [],
	record,
	slots: { current: 2, next: null },
	operation,
};

test("what happened, once for each change, with how often", () => {
	const { actors, rows } = sequenceOf(result);
	assert.equal(actors, ["operator", "device", "service", "download-2"]);
	assert.equal(
		rows.map(({ at, to, text, times }) => [at, to, text, times]),
		[
			[1, undefined, "boots: current A, next -", 1],
			[1, 2, "certificate by A holds (current)", 3],
			[1, 3, "not in operation (connection refused)", 3],
			[0, undefined, "CA 2: authority in provisional operation", 1],
			[0, undefined, "download-2: download server in operation, serves CA information 2", 1],
			[1, 3, "certificate by A holds; CA information 2 (B) stored", 1],
			[1, 2, 'refused: name "<does not match>"', 1],
			[1, undefined, "promotes B", 1],
		],
	);
});

test("as text: one line for each row, lifelines under the names", () => {
	const lines = sequenceText(sequenceOf(result)).trimEnd().split("\n");
	assert.is(lines[2], "        operator      device        service       download-2");
	assert.is(lines.length, 3 + 8);
	assert.is(
		lines[4],
		"  1.0       │             │────────────▶│             │  ✓ certificate by A holds (current) (3 times)",
	);
	assert.match(lines[9], /│──────✗─────▶│ .*✗ refused/);
});

test("as SVG: well formed, with everything escaped", () => {
	const svg = sequenceSvg(sequenceOf(result));
	assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
	assert.match(svg, /name &quot;&lt;does not match&gt;&quot;/);
	const opened = svg.match(/<[a-z]+(?=[ >])[^>]*[^/]>|<[a-z]+>/g)!.length,
		closed = svg.match(/<\/[a-z]+>/g)!.length;
	assert.is(opened, closed);
	assert.is(svg.match(/<line class="message/g)!.length, 4);
	assert.not.match(svg, /<script|undefined|NaN/);
});

test.run();
