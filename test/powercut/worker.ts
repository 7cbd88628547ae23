// One job of `npm run powercut`, in a worker thread.

import { readFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { Tear } from "../flash-emulator.js";
import type { Violation } from "./bench.js";
import { cutSequence, type Plan, Tally } from "./cuts.js";
import { cutsInPoll, everyBit, randomContent, randomDamage } from "./damage.js";
import { cutsWithStuckBlock, failingOperations, stuckBlocks } from "./faults.js";
import { explore, type ModelOptions, type ModelResult } from "./model.js";
import { sequences } from "./sequences.js";

export type Job =
	| { kind: "cuts"; sequence: number; step: number; plan: Plan }
	| { kind: "bits"; part: number; parts: number; stride: number }
	| { kind: "poll"; amounts: number; seed: number }
	| { kind: "damage" | "content"; count: number; seed: number }
	| { kind: "faults"; sequence: number; seed: number; tears: Tear[] }
	| { kind: "model"; options: ModelOptions };

export interface Report {
	cuts: number;
	depth2: number;
	states: string[];
	counts: Record<Violation, number>;
	/** Of blocks whose mark cannot be revoked, cut in just the moment that faults.ts tells of. */
	tenacious: { cuts: number; older: number; other: number };
	examples: string[];
	/** Bits, damages, contents; or lives with a fault. */
	trials: number;
	/** Of the processor, without the engine's helpers. */
	seconds: number;
	model?: ModelResult;
}

Error.stackTraceLimit = 0; // a power cut is an error, and there are millions

parentPort!.on("message", (job: Job) => {
	const tally = new Tally(),
		tenacious = new Tally();
	const started = processorSeconds();
	let trials = 0;
	let model: ModelResult | undefined;
	switch (job.kind) {
		case "cuts":
			cutSequence(sequences[job.sequence], job.plan, tally, job.step);
			break;
		case "bits":
			trials = everyBit(job.part, job.parts, tally, job.stride);
			break;
		case "poll":
			cutsInPoll(job.amounts, job.seed, tally);
			break;
		case "damage":
			randomDamage(job.count, job.seed, tally);
			trials = job.count;
			break;
		case "content":
			randomContent(job.count, job.seed, tally);
			trials = job.count;
			break;
		case "faults": {
			const sequence = sequences[job.sequence];
			trials = stuckBlocks(sequence, job.seed, tally) + failingOperations(sequence, job.seed, tally);
			cutsWithStuckBlock(sequence, job.tears, job.seed, tally, tenacious);
			break;
		}
		case "model":
			model = explore(job.options);
			break;
	}
	const { cuts, depth2, counts, examples } = tally;
	const { olderCa, fellToFactory, ...others } = tenacious.counts;
	const other = Object.values(others).reduce((sum, count) => sum + count, 0);
	const report: Report = {
		cuts,
		depth2,
		counts,
		trials,
		seconds: processorSeconds() - started,
		model,
		states: [...tally.states],
		tenacious: { cuts: tenacious.cuts, older: olderCa + fellToFactory, other },
		examples: [...examples, ...tenacious.examples.filter(example => !/^(olderCa|fellToFactory)/.test(example))],
	};
	parentPort!.postMessage(report);
});

/** That this thread has had, since `performance.now()` says more of a busy machine than of the job. */
function processorSeconds(): number {
	const stat = readFileSync("/proc/thread-self/stat", "latin1").split(") ")[1];
	const [user, system] = stat.split(" ").slice(11, 13); // proc(5): fields 14 and 15
	return (Number(user) + Number(system)) / 100; // clock ticks, of which Linux has 100 a second
}
