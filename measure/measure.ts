// Inside the program that is measured: one operation, on XS or on Node. Whoever starts the program says by one word
// what is wanted: `heap`: the operation once, and success says that the heap was large enough; `time`: how long it
// takes, and what it takes of the heap at its peak; `count`: the latter, while its instructions are counted from outside
// (instructions/count.ts). The result is checked first: a wrong one posts no figure.

import { collect, mark, memory, processorTime, resetPeak } from "../boards/xs/measure.js";
import { exit, print, settings } from "../boards/xs/natives.js";
import { toHex } from "./hex.js";

/** Above what stood before, garbage included. */
export interface MemoryPeak {
	chunks: number; // bytes
	slots: number; // count
	slotBytes: number; // of one slot
}

export interface Measured extends Partial<MemoryPeak> /* on XS */ {
	ms: number; // median
}

const SHORTEST = 1; // ms: operations are repeated until a sample takes as long as this
const FEWEST_SAMPLES = 5,
	MOST_SAMPLES = 31;
const ENOUGH = 400; // ms in all

/** `expected`: true, or the result in hexadecimal. */
export function measure(operation: () => Uint8Array | boolean, expected: string | true): void {
	const onXS = typeof native !== "undefined";
	const wanted = onXS ? settings() : process.argv[2];
	const result = operation();
	if ((result === true || result === false ? result : toHex(result)) !== expected) throw new Error("wrong result");
	if (wanted === "time") {
		const ms = median(operation, onXS ? processorTime : nodeTime);
		if (onXS) print(JSON.stringify({ ms, ...memoryPeak(operation) }));
		else console.log(JSON.stringify({ ms }));
	} else if (wanted === "count") print(JSON.stringify(memoryPeak(operation)));
	if (onXS) exit(0);
}

/** Its marks are the bounds of two windows: one with nothing in it, and one with the operation. */
function memoryPeak(operation: () => unknown): MemoryPeak {
	collect();
	resetPeak();
	const before = memory();
	mark();
	mark();
	operation();
	mark();
	const { chunksPeak, slotsPeak, slotBytes } = memory();
	return { chunks: chunksPeak - before.chunks, slots: slotsPeak - before.slots, slotBytes };
}

/** ms of processor time, as on XS: other programs on the machine do not count. */
function nodeTime(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}

function median(operation: () => unknown, now: () => number): number {
	let repeats = 1;
	for (;;) {
		const start = now();
		for (let i = 0; i < repeats; i++) operation();
		if (now() - start >= SHORTEST) break;
		repeats *= 2;
	}
	const samples: number[] = [];
	const first = now();
	do {
		const start = now();
		for (let i = 0; i < repeats; i++) operation();
		samples.push((now() - start) / repeats);
	} while (samples.length < FEWEST_SAMPLES || (samples.length < MOST_SAMPLES && now() - first < ENOUGH));
	samples.sort((a, b) => a - b);
	return samples[samples.length >> 1]!;
}
