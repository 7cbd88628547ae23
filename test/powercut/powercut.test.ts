// A small power-cut run on Node, and the proof that it would find something: the same run with the firmware's slots
// broken in one place each must not come out clean.

import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { onAllCores } from "../mass-run.js";
import { violations } from "./bench.js";
import { sequences } from "./sequences.js";
import type { Job, Report } from "./worker.js";

const nothing = { model: "nothing" as const, amount: 0, unstable: false };

async function run(jobs: Job[], plugins: Plugin[] = []): Promise<{ cuts: number; found: number; examples: string[] }> {
	const sum = { cuts: 0, found: 0, examples: [] as string[] };
	await onAllCores<Job, Report>(
		"test/powercut/worker.ts",
		jobs,
		report => {
			sum.cuts += report.cuts;
			for (const violation of violations) sum.found += report.counts[violation];
			sum.found += report.tenacious.other + (report.model?.violations.length ?? 0);
			sum.examples.push(...report.examples, ...(report.model?.violations ?? []));
		},
		{ most: 2, plugins },
	);
	return sum;
}

/** Every sequence and step, thinly. */
function everything(stride: number): Job[] {
	return sequences.flatMap((sequence, i) =>
		sequence.steps.map(
			(_, step): Job => ({
				kind: "cuts",
				sequence: i,
				step,
				plan: { first: 2, second: 1, states: 1, stride, seed: 3 },
			}),
		),
	);
}

test("there are at least 24 sequences, each with a name of its own", () => {
	assert.ok(new Set(sequences.map(({ name }) => name)).size >= 24);
	assert.is(new Set(sequences.map(({ name }) => name)).size, sequences.length);
});

test("no cut, damage, content or fault of a small run harms a device", async () => {
	const { cuts, found, examples } = await run([
		...everything(16),
		{ kind: "bits", part: 0, parts: 1, stride: 101 },
		{ kind: "damage", count: 500, seed: 1 },
		{ kind: "content", count: 500, seed: 1 },
		...[2, 8].map((sequence): Job => ({ kind: "faults", sequence, seed: 1, tears: [nothing] })),
		{ kind: "model", options: { cuts: 3, generations: 3, rot: true } },
		{ kind: "poll", amounts: 1, seed: 1 },
	]);
	assert.is(found, 0, examples.join("\n"));
	assert.ok(cuts > 500, `${cuts}`);
});

/** One place in firmware/trust/slots.ts is changed. */
function broken(from: string, to: string): Plugin {
	return {
		name: "broken",
		setup({ onLoad }) {
			onLoad({ filter: /\/firmware\/trust\/slots\.ts$/ }, ({ path }) => {
				const text = readFileSync(path, "utf8");
				if (text.split(from).length !== 2) throw new Error(`expected to find this once: ${from}`);
				return { contents: text.replace(from, to), loader: "ts" };
			});
		},
	};
}

const mutants: [name: string, from: string, to: string][] = [
	[
		"a copy counts without its mark",
		"if (!equalBytes(mark, MARK)) return",
		"if (equalBytes(mark, new Uint8Array([1, 2, 3, 4]))) return",
	],
	["a slot's content is the lower generation", "information.generation >= copy", "information.generation <= copy"],
	[
		"the higher slot is current",
		"x.generation < y.generation ? [a, b] : [b, a]",
		"x.generation > y.generation ? [a, b] : [b, a]",
	],
	[
		"the slot of current is written",
		"write(a === this.#current ? b : a, information)",
		"write(a === this.#current ? a : b, information)",
	],
	[
		"the lower slot is retired before next is fresh",
		"write(next, information);\n\t\t\tretire(lower, information);",
		"retire(lower, information);\n\t\t\twrite(next, information);",
	],
	[
		"one copy is written",
		"const failures = tryEach(COPIES, i => writeCopy",
		"const failures = tryEach([0], i => writeCopy",
	],
	["a slot is not repaired", "if (ill.length > 0) attempt", "if (ill.length > 2) attempt"],
	["a damaged slot is left", "slot.copies.every(isWorthless)) {", "false) {"],
	["a due promotion is not finished", "if (this.#promotionIsDue) attempt", "if (false) attempt"],
	["the record is not erased first", "eraseBlock(slot.flash, i);", ""],
];

for (const [name, from, to] of mutants)
	test(`it is found out if ${name}`, async () => {
		const jobs = everything(40).filter(
			job => job.kind === "cuts" && [2, 5, 8, 11, 15, 17, 20, 25, 28].includes(job.sequence),
		);
		jobs.push({ kind: "model", options: { cuts: 3, generations: 3 } });
		let found: number;
		try {
			({ found } = await run(jobs, [broken(from, to)]));
		} catch {
			found = 1; // the run itself came to a stop
		}
		assert.ok(found > 0);
	});

test.run();
