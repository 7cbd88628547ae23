// Cuts a sequence at every flash operation, in every way that a cut can leave the flash; boots; asks the oracle; lives
// on to the end. Then the same again with a second cut at every operation of the recovery. Runs on every engine.

import { eraseTears, type Operation, programTears, type Tear } from "../flash-emulator.js";
import { type Bench, type Step, type Violation, violations } from "./bench.js";
import { END_TRUST, ending, type Sequence, shortEnding, startOf } from "./sequences.js";

export interface Plan {
	/** Amounts per tear model, of a first cut, and of a second one; 0: none. */
	first: number;
	second: number;
	/** Of the distinct flash states that the first cuts of a step leave, how many are cut again, at most. */
	states: number;
	seed: number;
	/** Only every `stride`-th variant is taken, of first and of second cuts. */
	stride?: number;
}

export class Tally {
	cuts = 0;
	depth2 = 0;
	/** Flash states found after a cut, as the emulator's digests. */
	readonly states = new Set<string>();
	readonly counts = Object.fromEntries(violations.map(name => [name, 0])) as Record<Violation, number>;
	/** The first violations, in words. */
	readonly examples: string[] = [];
	/** Called with what each boot after a cut trusts. */
	onVerdict?: (verdict: string) => void;

	note(bench: Bench, where: string): void {
		for (const { violation, what } of bench.found) this.count(violation, `${where}: ${what}`);
		bench.found.length = 0;
	}

	count(violation: Violation, example: string): void {
		this.counts[violation]++;
		if (this.examples.length < 20) this.examples.push(`${violation}: ${example}`);
	}

	get clean(): boolean {
		return violations.every(violation => this.counts[violation] === 0);
	}
}

/** `step`: only this one of the sequence's steps. */
export function cutSequence(sequence: Sequence, plan: Plan, tally: Tally, step?: number): void {
	const bench = startOf(sequence, plan.seed);
	if (sequence.steps[0].do !== "boot" && sequence.steps[0].do !== "damage") bench.boot();
	for (const [i, each] of sequence.steps.entries()) {
		if (step === undefined || step === i) cutStep(sequence, i, bench, plan, tally);
		bench.perform(each);
		if (each.do === "damage") continue;
		tally.note(bench, `${sequence.name}, not cut`);
	}
}

/** `bench` has come to the step `i` and is left there. */
function cutStep(sequence: Sequence, i: number, bench: Bench, plan: Plan, tally: Tally): void {
	const step = sequence.steps[i];
	if (step.do === "damage") return;
	const operations: Operation[] = [];
	const whole = arrive(bench, step, plan.seed);
	const before = step.do === "boot" ? undefined : whole.trust;
	whole.chip.onOperation = operation => operations.push(operation);
	whole.perform(step);
	const allowed = before === undefined ? [whole.trust] : [before, whole.trust];
	const rest = sequence.steps.slice(i);

	const known = new Set<string>(),
		lived = new Set<string>();
	const again: Bench[] = [];
	let variant = 0;
	for (const [at, operation] of operations.entries()) {
		for (const [n, tear] of tears(operation, plan.first).entries()) {
			if (variant++ % (plan.stride ?? 1) !== 0) continue;
			const cut = arrive(bench, step, plan.seed + 7919 * at + n);
			cut.perform(step, { at, tear });
			if (!cut.chip.isOff) throw new Error(`${sequence.name}: no operation ${at}`);
			tally.cuts++;
			const digest = state(cut);
			tally.states.add(digest);
			if (plan.second > 0 && !known.has(digest) && again.length < plan.states) again.push(cut.clone(plan.seed + n));
			known.add(digest);
			const where = `${sequence.name}, ${step.do} (${i}), operation ${at} (${operation.kind}), ${words(tear)}`;
			liveOn(cut, rest, ending, { allowed, tear, where, lived }, tally);
		}
	}
	lived.clear(); // another ending
	for (const [n, cut] of again.entries()) {
		const where = `${sequence.name}, ${step.do} (${i}), again after state ${n}`;
		cutRecovery(cut, rest, { allowed, where, lived }, plan, tally);
	}
}

/** A second cut, at every operation of the boot after the first one and of the step that is done again. */
function cutRecovery(
	bench: Bench,
	rest: readonly Step[],
	{ where, ...life }: Omit<Life, "tear">,
	plan: Plan,
	tally: Tally,
): void {
	const recovery: Step[] = rest[0].do === "boot" ? [rest[0]] : [{ do: "boot" }, rest[0]];
	let variant = 0;
	for (const [s, step] of recovery.entries()) {
		const arrived = (seed: number) => {
			const copy = bench.clone(seed);
			for (const earlier of recovery.slice(0, s)) copy.perform(earlier);
			return copy;
		};
		// Unstable bits may make it another recovery: what one boot has to repair, the next may not.
		const operations: Operation[] = [];
		const whole = arrived(plan.seed);
		whole.chip.onOperation = operation => operations.push(operation);
		whole.perform(step);
		for (const [at, operation] of operations.entries()) {
			for (const [n, tear] of tears(operation, plan.second).entries()) {
				if (variant++ % (plan.stride ?? 1) !== 0) continue;
				const cut = arrived(plan.seed + n);
				cut.perform(step, { at, tear });
				if (!cut.chip.isOff) continue;
				tally.cuts++;
				tally.depth2++;
				tally.states.add(state(cut));
				const now = `operation ${at} (${operation.kind}) of ${step.do}, ${words(tear)}`;
				liveOn(cut, rest, shortEnding, { ...life, tear, where: `${where}, ${now}` }, tally);
			}
		}
	}
}

/** A device of its own that is about to do `step`. */
function arrive(bench: Bench, step: Step, seed: number): Bench {
	const copy = bench.clone(seed);
	if (step.do !== "boot") copy.boot();
	if (step.do !== "boot" && copy.repairs > 0 && !copy.faulty) throw new Error("expected sound flash");
	return copy;
}

interface Life {
	/** What the boot after the cut may trust. */
	allowed: readonly string[];
	tear: Tear;
	where: string;
	/** Of lives that ended well, with the same steps: what was on flash when all was repaired. */
	lived: Set<string>;
}

/**
 * The boot after the cut, the step again, the rest, and the end. Of devices that come up with the same flash, none of it
 * unstable, one has the lives of all.
 */
function liveOn(
	bench: Bench,
	rest: readonly Step[],
	end: readonly Step[],
	{ allowed, tear: { unstable }, where, lived }: Life,
	tally: Tally,
): void {
	let start: string | undefined;
	try {
		bench.boot(undefined, rest[0].do === "boot" && rest[0].factory ? undefined : allowed);
		tally.onVerdict?.(bench.trust);
		// A mark between set and not set reads as it likes, until it is found not set and is mended.
		bench.boot();
		if (bench.repairs > 0 && !unstable && !bench.faulty)
			bench.found.push({ violation: "halfNew", what: "one boot did not mend all" });
		if (!bench.chip.isUnstable) start = `${state(bench)} ${bench.repairs} ${bench.floor}`;
		if (start !== undefined && lived.has(start)) return tally.note(bench, where);
		for (const step of rest) bench.perform(step);
		for (const step of end) bench.perform(step);
		if (bench.trust !== END_TRUST) bench.found.push({ violation: "stuck", what: `ends with ${bench.trust}` });
	} catch (error) {
		bench.found.push({ violation: "noValidCa", what: `${error}` });
	}
	if (start !== undefined && bench.found.length === 0) lived.add(start);
	tally.note(bench, where);
}

function state({ chip }: Bench) {
	return chip.digest("ca0") + chip.digest("ca1");
}

/** The ways in which `operation` can be cut, with `amounts` for each model that has a measure. */
export function tears(operation: Operation, amounts: number): Tear[] {
	const list: Tear[] = [];
	for (const model of operation.kind === "program" ? programTears : eraseTears) {
		if (model === "nothing") {
			list.push({ model, amount: 0, unstable: false });
			continue;
		}
		for (let n = 1; n <= amounts; n++)
			for (const unstable of [false, true])
				if (model !== "pages" || n <= 4)
					list.push({ model, amount: n / (amounts + (model === "bits" ? 1 : 0)), unstable });
	}
	return list;
}

function words({ model, amount, unstable }: Tear) {
	return `${model} ${amount.toFixed(2)}${unstable ? ", unstable" : ""}`;
}
