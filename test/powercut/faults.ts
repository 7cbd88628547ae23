// Blocks that are worn out, drivers that fail without a word, reads that fail now and then: one fault at a time, at every
// place, alone and together with a power cut. The device must go on: it ends with the newest CA. Runs on every engine.

import type { BlockFault, OperationFault, Tear } from "../flash-emulator.js";
import type { Bench } from "./bench.js";
import type { Tally } from "./cuts.js";
import { END_TRUST, ending, type Sequence, startOf } from "./sequences.js";

const blocks = ["ca0:0", "ca0:1", "ca1:0", "ca1:1"] as const;
type LastingFault = BlockFault | "comes and goes";
const blockFaults: readonly LastingFault[] = [
	"ignores",
	"ignores erase",
	"ignores program",
	"refuses",
	"refuses erase",
	"unreadable",
	"comes and goes",
];
/** With these a mark that stands cannot be revoked. */
const irrevocable: readonly LastingFault[] = ["ignores", "ignores program", "refuses"];
const operationFaults: readonly OperationFault[] = ["ignores", "half", "refuses"];

/** One block fails for good, from the start of the sequence or from each of its steps on. Gives how many lives. */
export function stuckBlocks(sequence: Sequence, seed: number, tally: Tally): number {
	let lives = 0;
	for (const block of blocks)
		for (const fault of blockFaults)
			for (let from = 0; from <= sequence.steps.length; from++) {
				const bench = startOf(sequence, seed + lives++);
				live(bench, sequence, `${sequence.name}, ${block} ${fault} from step ${from} on`, tally, i => {
					if (i === from) breakBlock(bench, block, fault);
				});
			}
	return lives;
}

/** One operation of the sequence fails once. Gives how many lives. */
export function failingOperations(sequence: Sequence, seed: number, tally: Tally): number {
	let lives = 0;
	for (const fault of operationFaults)
		for (const i of sequence.steps.keys()) {
			for (let at = 0; ; at++) {
				const bench = startOf(sequence, seed + lives);
				let operations = 0;
				live(
					bench,
					sequence,
					`${sequence.name}, operation ${at} of step ${i} ${fault}`,
					tally,
					(step, base) => {
						if (step === i) bench.chip.operationFaults.set(base + at, fault);
					},
					(step, count) => {
						if (step === i) operations = count;
					},
				);
				if (at >= operations) break;
				lives++;
			}
		}
	return lives;
}

/**
 * A block that fails for good, and a power cut at each operation. Gives how many cuts. `tenacious`: of blocks whose mark
 * cannot be revoked. A valid copy there shows again whenever its twin is being written, so that a cut in just that
 * moment, once in a promotion, leaves the older CA until a server proves the newer one again.
 */
export function cutsWithStuckBlock(
	sequence: Sequence,
	tears: readonly Tear[],
	seed: number,
	tally: Tally,
	tenacious: Tally,
): number {
	let cuts = 0;
	for (const block of blocks)
		for (const fault of blockFaults)
			for (const i of sequence.steps.keys()) {
				if (sequence.steps[i].do === "damage") continue;
				for (let at = 0, more = true; more; at++)
					for (const tear of tears) {
						const bench = startOf(sequence, seed + cuts);
						const where = `${sequence.name}, ${block} ${fault}, ${tear.model} at operation ${at} of step ${i}`;
						breakBlock(bench, block, fault);
						const into = irrevocable.includes(fault) ? tenacious : tally;
						more = liveWithCut(bench, sequence, i, { at, tear }, where, into);
						if (!more) break;
						cuts++;
					}
			}
	return cuts;
}

function breakBlock(bench: Bench, block: string, fault: LastingFault): void {
	bench.faulty = true;
	if (fault !== "comes and goes") {
		bench.chip.blockFaults.set(block, fault);
		return;
	}
	bench.flaky = true;
	let reads = 0;
	bench.chip.readFails = (partition, number) => `${partition}:${number}` === block && (reads++ * 7) % 11 < 5;
}

function live(
	bench: Bench,
	sequence: Sequence,
	where: string,
	tally: Tally,
	before: (step: number, operations: number) => void,
	after?: (step: number, operations: number) => void,
): void {
	bench.faulty = true;
	try {
		if (sequence.steps[0].do !== "boot") bench.boot();
		for (const [i, step] of sequence.steps.entries()) {
			before(i, step.do === "boot" ? 0 : bench.chip.operations);
			after?.(i, bench.perform(step));
		}
		before(sequence.steps.length, 0);
		for (const step of ending) bench.perform(step);
		finish(bench);
	} catch (error) {
		bench.found.push({ violation: "noValidCa", what: String(error) });
	}
	tally.note(bench, where);
}

/** False: the step has no such operation. */
function liveWithCut(
	bench: Bench,
	sequence: Sequence,
	i: number,
	cut: { at: number; tear: Tear },
	where: string,
	tally: Tally,
): boolean {
	try {
		if (sequence.steps[0].do !== "boot") bench.boot();
		for (const step of sequence.steps.slice(0, i)) bench.perform(step);
		bench.perform(sequence.steps[i], cut);
		if (!bench.chip.isOff) return false;
		tally.cuts++;
		bench.boot();
		for (const step of sequence.steps.slice(i)) bench.perform(step);
		for (const step of ending) bench.perform(step);
		finish(bench);
	} catch (error) {
		bench.found.push({ violation: "noValidCa", what: String(error) });
	}
	tally.note(bench, where);
	return true;
}

/** The newest CA is current, and alone. */
function finish(bench: Bench): void {
	if (bench.trust !== END_TRUST) bench.found.push({ violation: "stuck", what: `ends with ${bench.trust}` });
}
