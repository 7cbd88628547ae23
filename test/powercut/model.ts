// An abstract model of the slots, explored exhaustively: every power cut in every step, cuts in recoveries included, with
// copies that read well today and badly tomorrow. The steps are not the model's: for each thing that a boot can read, the
// firmware itself is run on emulated flash, and what it does there is what the model does.
//
// A copy is  blank; dead: does not count, and never will; whole: a record without its mark; marked: valid;
//            weak: the setting of its mark was cut; waning: its revocation was cut; rotten: erased by half under its mark.
// Weak, waning and rotten ones are valid or not, anew at each boot. What is covered: any cuts in a row up to `cuts` since
// all copies were last sound, one rotten copy of a sound slot if asked for. What is not: bits that a read-back finds well
// and the next boot does not, in an operation that was not cut; blocks that fail (faults.ts), more than four generations.

import type { Operation } from "../flash-emulator.js";
import { BLOCK_LENGTH, FlashEmulator } from "../flash-emulator.js";
import { Bench, issued, type Name, type Step, signed } from "./bench.js";

export interface ModelOptions {
	/** Cuts in a row. */
	cuts: number;
	/** Highest generation, at most 4. */
	generations: number;
	/** One copy of a sound slot may rot. */
	rot?: boolean;
	/** Leaves some of the firmware's steps out, to see that the model finds what they are for. */
	without?: "revocation" | "fresh copies" | "second mark";
}

export interface ModelResult {
	states: number;
	boots: number;
	/** How often the firmware was run. */
	runs: number;
	violations: string[];
}

type Kind = "blank" | "dead" | "whole" | "marked" | "weak" | "waning" | "rotten";
interface Copy {
	kind: Kind;
	generation: number; // 0 if blank or dead
}
/** What a boot reads of a copy: a generation, or 0: blank, -1: does not count. */
type Reading = number;
interface AbstractStep {
	kind: "revoke" | "erase" | "record" | "mark";
	copy: number; // 0, 1 in ca0; 2, 3 in ca1
	generation: number; // of a record
}

const order: readonly Name[] = ["A1", "B2", "C4", "D5"]; // generations 1 … 4 of the model
const BLANK: Copy = { kind: "blank", generation: 0 },
	DEAD: Copy = { kind: "dead", generation: 0 };

export function explore({ cuts, generations, rot = false, without }: ModelOptions): ModelResult {
	const firmware = new Firmware(without);
	const known = new Set<string>();
	const queue: { copies: Copy[]; seen: number; cuts: number; trail: string }[] = [];
	const result: ModelResult = { states: 0, boots: 0, runs: 0, violations: [] };

	const push = (copies: Copy[], seen: number, used: number, trail: string) => {
		const isSettled = copies.every(({ kind }) => kind === "blank" || kind === "marked");
		const count = isSettled ? 0 : used;
		if (count > cuts) return;
		const key = `${copies.map(name).join()}|${seen}|${count}`;
		if (known.has(key)) return;
		known.add(key);
		queue.push({ copies, seen, cuts: count, trail });
	};
	push([BLANK, BLANK, BLANK, BLANK], 0, 0, "new");

	for (let head = 0; head < queue.length && result.violations.length < 3; head++) {
		const { copies, seen, cuts: used, trail } = queue[head];
		for (const readings of allReadings(copies)) {
			result.boots++;
			const { steps, current, next } = firmware.boot(readings);
			const now = `${trail}; boot reads ${readings.join(" ")}: ${current} ${next || "-"}`.slice(-400);
			const found = Math.max(...readings) < 1 ? 0 : current;
			if (found === 0 && seen > 1) result.violations.push(`fell to the factory CA after ${seen}: ${now}`);
			else if (found !== 0 && found < seen) result.violations.push(`${found} after ${seen}: ${now}`);
			for (const cut of everyCut(copies, steps)) push(cut, seen, used + 1, `${now}; cut in repair`);

			const repaired = steps.reduce(done, copies);
			const trusted = Math.max(seen, current); // only now is anything authenticated
			push(repaired, trusted, used, now);
			if (rot) for (const rotten of everyRot(repaired)) push(rotten, trusted, used, `${now}; a copy rots`);
			const top = Math.max(current, next);
			const actions: Action[] = next ? [{ promote: true, to: next }] : [];
			for (let to = top + 1; to <= Math.min(generations, top + 2); to++) actions.push({ promote: false, to });
			for (const action of actions) {
				const more = firmware.act(readings, action);
				const what = `${now}; ${action.promote ? "promote" : "store"} ${action.to}`;
				for (const cut of everyCut(repaired, more)) push(cut, trusted, used + 1, `${what}, cut`);
				push(more.reduce(done, repaired), action.promote ? Math.max(trusted, action.to) : trusted, used, what);
			}
		}
	}
	result.states = known.size;
	result.runs = firmware.runs;
	return result;
}

interface Action {
	promote: boolean;
	to: number;
}

/** What the firmware does, for all that it can read: run once for each. */
class Firmware {
	runs = 0;
	readonly #boots = new Map<string, { steps: AbstractStep[]; current: number; next: number }>();
	readonly #actions = new Map<string, AbstractStep[]>();
	readonly #without: ModelOptions["without"];

	constructor(without: ModelOptions["without"]) {
		this.#without = without;
	}

	boot(readings: readonly Reading[]) {
		const key = readings.join();
		let known = this.#boots.get(key);
		if (!known) {
			const bench = benchReading(readings);
			const steps = this.#record(bench, () => bench.boot());
			const { current, next } = bench.slots;
			known = { steps, current: rank(current.generation), next: next ? rank(next.generation) : 0 };
			this.#boots.set(key, known);
		}
		return known;
	}

	act(readings: readonly Reading[], { promote, to }: Action): AbstractStep[] {
		const key = `${readings.join()} ${promote} ${to}`;
		let steps = this.#actions.get(key);
		if (!steps) {
			const bench = benchReading(readings);
			bench.boot();
			const step: Step = { do: promote ? "prove" : "download", name: order[to - 1] };
			steps = this.#record(bench, () => bench.perform(step));
			if (promote && this.#without === "fresh copies") {
				const lower = steps.slice(-4).map(({ copy }) => copy >> 1); // it ends with the lower slot's erasure
				steps = steps.filter(({ copy }) => copy >> 1 === lower[3]);
			}
			this.#actions.set(key, steps);
		}
		return steps;
	}

	#record(bench: Bench, action: () => unknown): AbstractStep[] {
		this.runs++;
		const steps: AbstractStep[] = [];
		bench.chip.onOperation = operation => {
			const step = abstract(operation);
			if (step.kind === "revoke" && this.#without === "revocation") return;
			const sets = step.kind === "mark" && steps.at(-1)?.copy !== step.copy; // of a copy that is not being written
			if (sets && this.#without === "second mark") return;
			steps.push(step);
		};
		action();
		bench.chip.onOperation = undefined;
		return steps;
	}
}

function abstract(operation: Operation): AbstractStep {
	const base = operation.partition === "ca0" ? 0 : 2;
	if (operation.kind === "erase") return { kind: "erase", copy: base + operation.block, generation: 0 };
	const { bytes, offset } = operation;
	const copy = base + Math.floor(offset / BLOCK_LENGTH);
	if (offset % BLOCK_LENGTH !== 0)
		return { kind: bytes.every(byte => byte === 0) ? "revoke" : "mark", copy, generation: 0 };
	const record = issued.find(({ bytes: whole }) => whole.every((byte, i) => byte === bytes[i]));
	if (!record) throw new Error("the firmware programs what was never issued");
	return { kind: "record", copy, generation: rank(record.generation) };
}

/** A device whose flash reads so. */
function benchReading(readings: readonly Reading[]): Bench {
	const chip = new FlashEmulator();
	for (const [i, reading] of readings.entries()) {
		if (reading === 0) continue;
		const partition = i < 2 ? "ca0" : "ca1",
			offset = (i & 1) * BLOCK_LENGTH;
		chip.setImage(partition, reading > 0 ? signed[order[reading - 1]].bytes : new Uint8Array(64), offset);
		if (reading > 0) chip.setImage(partition, Uint8Array.of(0x6d, 0x61, 0x72, 0x6b), offset + BLOCK_LENGTH - 4);
	}
	return new Bench(chip, "A1");
}

function rank(generation: number) {
	return order.findIndex(each => signed[each].generation === generation) + 1;
}
function name({ kind, generation }: Copy) {
	return kind + generation;
}

function* allReadings(copies: readonly Copy[]): Generator<Reading[]> {
	let all: Reading[][] = [[]];
	for (const { kind, generation } of copies) {
		const possible =
			kind === "marked"
				? [generation]
				: kind === "blank"
					? [0]
					: kind === "dead" || kind === "whole"
						? [-1]
						: [generation, -1];
		all = all.flatMap(readings => possible.map(reading => [...readings, reading]));
	}
	yield* all;
}

/** What a cut can leave, in each step in turn. */
function* everyCut(copies: readonly Copy[], steps: readonly AbstractStep[]): Generator<Copy[]> {
	let now = copies.slice();
	for (const step of steps) {
		for (const left of cutStep(now[step.copy], step)) yield now.map((copy, i) => (i === step.copy ? left : copy));
		now = done(now, step);
	}
}

function cutStep(copy: Copy, step: AbstractStep): Copy[] {
	const as = (kind: Kind): Copy => ({ kind, generation: copy.generation });
	const counts = copy.kind === "marked" || copy.kind === "weak" || copy.kind === "waning" || copy.kind === "rotten";
	switch (step.kind) {
		case "revoke":
			return counts ? [copy, as("waning"), DEAD] : [copy, DEAD];
		case "erase":
			return copy.kind === "blank" ? [BLANK] : counts ? [copy, as("rotten"), DEAD, BLANK] : [copy, DEAD, BLANK];
		case "record":
			return [copy, DEAD, { kind: "whole", generation: step.generation }];
		case "mark":
			if (copy.kind === "whole") return [copy, as("weak"), as("marked")];
			return copy.kind === "weak" ? [copy, as("marked")] : [copy];
	}
}

function done(copies: readonly Copy[], step: AbstractStep): Copy[] {
	const copy = copies[step.copy];
	const after = (): Copy => {
		switch (step.kind) {
			case "revoke":
				return DEAD;
			case "erase":
				return BLANK;
			case "record":
				if (copy.kind !== "blank") throw new Error(`a record is programmed over a ${copy.kind} copy`);
				return { kind: "whole", generation: step.generation };
			case "mark":
				return copy.kind === "whole" || copy.kind === "weak" ? { kind: "marked", generation: copy.generation } : copy;
		}
	};
	return copies.map((each, i) => (i === step.copy ? after() : each));
}

function* everyRot(copies: readonly Copy[]): Generator<Copy[]> {
	for (const slot of [0, 2])
		if (copies[slot].kind === "marked" && copies[slot + 1].kind === "marked")
			for (const rotten of [slot, slot + 1]) yield copies.map((copy, i) => (i === rotten ? DEAD : copy));
}
