// Inside the program that is measured: one operation, on XS or on Node. Whoever starts the program says by one word
// what is wanted: `heap`: the operation once, and success says that the heap was large enough; `time`: how long it
// takes, and what it takes of the heap at its peak. The result is checked first: a wrong one posts no figure.

import { collect, memory, processorTime, resetPeak } from "../boards/xs/measure.js";
import { exit, print, settings } from "../boards/xs/natives.js";
import { toHex } from "./hex.js";

export interface Measured {
	ms: number; // median
	/** On XS: bytes of chunks and number of slots above what stood before, garbage included; and bytes of a slot. */
	chunks?: number;
	slots?: number;
	slotBytes?: number;
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
	if (wanted === "heap") return exit(0);

	const measured: Measured = { ms: median(operation, onXS ? processorTime : nodeTime) };
	if (!onXS) return console.log(JSON.stringify(measured));
	collect();
	resetPeak();
	const before = memory();
	operation();
	const after = memory();
	measured.chunks = after.chunksPeak - before.chunks;
	measured.slots = after.slotsPeak - before.slots;
	measured.slotBytes = after.slotBytes;
	print(JSON.stringify(measured));
	exit(0);
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
