// A small power-cut run on Node, and the proof that it would find something: the same run with the firmware's slots
// broken in one place each must not come out clean.

import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { onAllCores } from "../mass-run.js";
import { violations } from "./bench.js";
import { oracles } from "./model.js";
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
			sum.found += report.tenacious.other;
			for (const oracle of oracles) sum.found += report.model?.violations[oracle] ?? 0;
			sum.examples.push(...report.examples, ...(report.model?.stories ?? []));
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
		{ kind: "poll", amounts: 1, seed: 1 },
		{ kind: "model", options: { world: "normal", cuts: 1, lost: 1 } },
		{ kind: "model", options: { world: "re-issue", cuts: 1 } },
		{ kind: "model", options: { world: "another key type", firmwareSwitches: 2 } },
		{ kind: "model", options: { world: "normal", readErrors: 1 } },
	]);
	assert.is(found, 0, examples.join("\n"));
	assert.ok(cuts > 500, `${cuts}`);
});

/** One place in a file of firmware/trust is changed. */
function broken(file: string, from: string, to: string): Plugin {
	return {
		name: "broken",
		setup({ onLoad }) {
			onLoad({ filter: new RegExp(`/firmware/trust/${file}\\.ts$`) }, ({ path }) => {
				const text = readFileSync(path, "utf8");
				if (text.split(from).length !== 2) throw new Error(`expected to find this once: ${from}`);
				return { contents: text.replace(from, to), loader: "ts" };
			});
		},
	};
}

const mutants: [name: string, file: string, from: string, to: string][] = [
	["a copy counts without its mark", "copy", "if (!equalBytes(line, STORED))", "if (equalBytes(line, REVOKED))"],
	[
		"a slot's content is the lower generation",
		"slot",
		"a.information.generation > b.information.generation;",
		"a.information.generation < b.information.generation;",
	],
	[
		"the lower slot is current",
		"slots",
		"generationOf(x) >= generationOf(y));",
		"generationOf(x) <= generationOf(y));",
	],
	["the slot of current is written", "slots", "if (held) return this.#otherThan(held);", "if (held) return held;"],
	[
		"what was proved is not marked",
		"slots",
		"this.#write(slot, information, true);\n\t\tif (reason &&",
		"this.#write(slot, information, false);\n\t\tif (reason &&",
	],
	["a slot is not repaired", "slots", "if (this.#mayWrite(copy)) ill.push(copy);", ""],
	["a due promotion is not finished", "slots", "else if (due && needsNoProof", "else if (!due && needsNoProof"],
	["what a promotion left is not retired", "slots", "reason ??= this.#retire(former);", ""],
	["the record is not erased first", "copy", "this.#flash!.eraseBlock(this.#block);", ""],
];

for (const [name, file, from, to] of mutants)
	test(`it is found out if ${name}`, async () => {
		const jobs = everything(40).filter(
			job => job.kind === "cuts" && [2, 5, 8, 11, 15, 17, 20, 25, 28].includes(job.sequence),
		);
		let found: number;
		try {
			({ found } = await run(jobs, [broken(file, from, to)]));
		} catch {
			found = 1; // the run itself came to a stop
		}
		assert.ok(found > 0);
	});

test.run();
