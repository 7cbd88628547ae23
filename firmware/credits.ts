// The count of credits on flash (DESIGN.md §3, "Poll"): cleared bits in the partition `poll`, so they survive reboots and
// cost one erase a poll. The partition's block holds
//   word 0  how many polls in a row have failed if the one under way does not succeed
//   word 1  credits to the next poll, drawn when a poll succeeds; erased until then
//   word 2… one cleared bit for each credit, wherever they stand
// Words 0 and 1 are two 16-bit halves, the second the complement of the first. What is written is read back. Whatever
// else is found there, a cut erase or a rotten bit, means a poll that comes early or late, once.

import type { Flash } from "./ports.js";

/** What the partition says of the time to the next poll. */
export interface Period {
	/** Credits so far. */
	credits: number;
	/** Polls that have failed in a row, if the one under way does not succeed. */
	failures?: number;
	/** Credits to the next poll, once one has succeeded. */
	target?: number;
}

const FAILURES = 0,
	TARGET = 1,
	CREDITS = 2; // words
const WORDS = 54; // of which 52 for credits: 1,664 bits, more than 1,584, the longest interval there is
const ERASED = 0xffff_ffff;

export class Credits {
	readonly #flash: Flash | undefined;
	readonly #onFailure: () => void;
	/** Whether the partition holds the count. */
	#counts = false;
	#word = CREDITS; // no credit is left before it
	#failureReported = false;

	/** `flash`: the partition `poll`; undefined: there is none. `onFailure`: it failed, for the first time in this boot. */
	constructor(flash: Flash | undefined, onFailure: () => void) {
		this.#flash = flash;
		this.#onFailure = onFailure;
	}

	/** Undefined: the partition cannot be read. Nothing is counted then, and nothing erased, before `begin`. */
	read(): Period | undefined {
		let period: Period | undefined;
		this.#counts = this.#attempt(flash => {
			const words = readWords(flash);
			let credits = 0;
			for (let i = CREDITS; i < WORDS; i++) credits += zeroBits(words[i]);
			while (words[this.#word] === 0) this.#word++;
			period = { credits, failures: unchecked(words[FAILURES]), target: unchecked(words[TARGET]) };
		});
		return period;
	}

	/** One credit more. False: it was not counted. */
	add(): boolean {
		return this.#counts && this.#attempt(flash => this.#clearOneBit(flash));
	}

	/** A new period, without a credit; `failures` counts if no `setTarget` follows. False: the partition failed. */
	begin(failures: number): boolean {
		this.#word = CREDITS;
		this.#counts = this.#attempt(flash => {
			flash.eraseBlock(0);
			if (!readWords(flash).every(word => word === ERASED)) throw new Error("flash cannot be erased");
			writeWord(flash, FAILURES, checked(failures));
		});
		return this.#counts;
	}

	/** The poll with which this period began has succeeded: how many credits it is to the next one. */
	setTarget(target: number): void {
		this.#attempt(flash => writeWord(flash, TARGET, checked(target)));
	}

	/**
	 * Clears one bit: the lowest that is set, in the first word that has one. What the words hold decides, not the count:
	 * so a bit that has rotted cannot stop it.
	 */
	#clearOneBit(flash: Flash): void {
		for (; this.#word < WORDS; this.#word++) {
			const word = readWord(flash, this.#word);
			if (word !== 0) return writeWord(flash, this.#word, (word & (word - 1)) >>> 0);
		}
	}

	/** Tries again each time: one failure of a chip that works costs one credit. */
	#attempt(operation: (flash: Flash) => void): boolean {
		try {
			if (!this.#flash) throw new Error("no partition");
			operation(this.#flash);
			return true;
		} catch {
			if (!this.#failureReported) this.#onFailure();
			this.#failureReported = true;
			return false;
		}
	}
}

function readWord(flash: Flash, index: number): number {
	return new DataView(flash.read(4, 4 * index)).getUint32(0, true);
}

/** All words that are used, little-endian. */
function readWords(flash: Flash): Uint32Array {
	const view = new DataView(flash.read(4 * WORDS, 0));
	return new Uint32Array(WORDS).map((_, i) => view.getUint32(4 * i, true));
}

/** Programs and reads back: some chips fail without a word. */
function writeWord(flash: Flash, index: number, word: number): void {
	const bytes = new Uint8Array(4);
	new DataView(bytes.buffer).setUint32(0, word, true);
	flash.write(bytes, 4 * index);
	if (readWord(flash, index) !== word) throw new Error("flash cannot be programmed");
}

/** 16 bits and their complement. */
function checked(value: number): number {
	return (value | (~value << 16)) >>> 0;
}

function unchecked(word: number): number | undefined {
	const value = word & 0xffff;
	return word >>> 16 === (~value & 0xffff) ? value : undefined;
}

function zeroBits(word: number): number {
	let count = 0;
	for (let bits = ~word >>> 0; bits !== 0; bits >>>= 1) count += bits & 1;
	return count;
}
