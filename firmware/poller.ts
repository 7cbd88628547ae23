// When to ask for CA information next, without a clock (DESIGN.md §3, "Poll").
//
// Time is counted in credits: one for each boot and one for each full 30 minutes of being up. Credits are cleared bits
// in the partition `poll`, so they survive reboots and cost one erase a poll. The partition's block holds
//   word 0  how many polls in a row have failed if the one under way does not succeed
//   word 1  credits to the next poll, drawn when a poll succeeds; erased until then
//   word 2… one cleared bit for each credit, wherever they stand
// Words 0 and 1 are two 16-bit halves, the second the complement of the first. Whatever else is found there, a cut
// erase or a rotten bit, means a poll that comes early or late, once. What is written is read back; while the partition
// fails, each credit polls by chance, as often on the average.

import type { Flash, Timer, TimerID } from "./ports.js";

/** How long a credit is, and how many make an interval. */
export interface Pace {
	creditTicks: number; // ms
	creditsPerPoll: number;
}

const LONGEST_INTERVAL = 1440; // credits: 30 days of being up
const SHORTEST_CREDIT = 20; // ms: on a bench
const RETRY_CREDITS = 2; // one hour, doubled at each failure in a row
const MAXIMUM_FAILURES = 11; // the last retry, after 2 × 2^10 credits, is beyond any interval
const JITTER = 0.1;
const BOOT_SPREAD = 1 / 90; // of a credit: 20 s. A device that is on for a minute a day must get its poll done

const FAILURES = 0,
	TARGET = 1,
	CREDITS = 2; // words
const WORDS = 54; // of which 52 for credits: 1,664 bits, more than 1,584, the longest interval there is

/** 1,440 credits of 30 minutes make 30 days; a bench squeezes both. `interval` in ms. */
export function pace(interval: number): Pace {
	const creditsPerPoll = Math.min(LONGEST_INTERVAL, Math.max(1, Math.floor(interval / SHORTEST_CREDIT)));
	return { creditTicks: Math.max(1, Math.round(interval / creditsPerPoll)), creditsPerPoll };
}

export interface PollerOptions extends Pace {
	/** The partition `poll`. */
	flash: Flash;
	timer: Timer;
	random(bytes: Uint8Array): void;
	/** Polls once; false: try again soon. Never rejects. */
	poll(): Promise<boolean>;
	/** The partition failed, for the first time in this boot. While it does, each credit polls by chance. */
	onFlashFailure(): void;
}

export class Poller {
	readonly #options: PollerOptions;
	#failures = 0;
	#target = 0; // credits
	#credits = 0;
	#due = false; // from the credit that makes a poll due to its end
	/** Does the partition hold the count? If not, each credit polls by chance. */
	#counts = true;
	#word = CREDITS; // no credit is left before it
	#failureReported = false;
	#tick?: TimerID;
	#delay?: TimerID;

	constructor(options: PollerOptions) {
		this.#options = options;
	}

	/** Reads the partition, gives the credit for this boot, and counts on. */
	start(): void {
		this.#read();
		this.#wait();
		this.#credit(BOOT_SPREAD);
	}

	stop(): void {
		const { timer } = this.#options;
		if (this.#tick !== undefined) timer.clear(this.#tick);
		if (this.#delay !== undefined) timer.clear(this.#delay);
		this.#tick = this.#delay = undefined;
	}

	#wait(): void {
		const { timer, creditTicks } = this.#options;
		this.#tick = timer.set(() => {
			this.#wait();
			this.#credit(1);
		}, creditTicks);
	}

	/** `spread`: of a credit, over which devices that were powered up together scatter their polls. */
	#credit(spread: number): void {
		this.#credits++;
		const counted = this.#counts && this.#flash(flash => this.#clearOneBit(flash));
		const byChance = !counted && this.#isDueByChance();
		if (this.#due || !(byChance || (counted && this.#credits >= this.#target))) return;
		this.#due = true;
		const { timer, creditTicks } = this.#options;
		this.#delay = timer.set(
			() => {
				this.#delay = undefined;
				this.#poll(byChance);
			},
			this.#draw(Math.ceil(creditTicks * spread)),
		);
	}

	/** One credit: the first bit that is still set. By its place, so that a rotten bit elsewhere cannot hold the count. */
	#clearOneBit(flash: Flash): void {
		for (; this.#word < WORDS; this.#word++) {
			const word = readWord(flash, this.#word);
			if (word !== 0) return writeWord(flash, this.#word, (word & (word - 1)) >>> 0);
		}
	}

	/** A device that dies in its poll must not try again at each boot: the next period begins before the poll does. */
	#poll(byChance: boolean): void {
		const begun = this.#begin(Math.min(this.#failures + 1, MAXIMUM_FAILURES));
		if (!begun && !byChance && !this.#isDueByChance()) {
			// or it would poll at each boot
			this.#due = false;
			return;
		}
		this.#options.poll().then(succeeded => {
			this.#due = false;
			if (succeeded) this.#succeed(this.#jittered());
		});
	}

	/** A new period, which lasts until a retry unless `#succeed` follows. False: the partition failed. */
	#begin(failures: number): boolean {
		this.#credits = 0;
		this.#word = CREDITS;
		this.#failures = failures;
		this.#target = this.#retryTarget();
		return (this.#counts = this.#flash(flash => {
			flash.eraseBlock(0);
			if (!readWords(flash).every(word => word === ERASED)) throw new Error("flash cannot be erased");
			writeWord(flash, FAILURES, checked(failures));
		}));
	}

	#succeed(target: number): void {
		this.#failures = 0;
		this.#target = target;
		this.#flash(flash => writeWord(flash, TARGET, checked(target)));
	}

	#read(): void {
		let failures: number | undefined, target: number | undefined;
		this.#counts = this.#flash(flash => {
			const words = readWords(flash);
			failures = unchecked(words[FAILURES]);
			target = unchecked(words[TARGET]);
			for (let i = CREDITS; i < WORDS; i++) this.#credits += zeroBits(words[i]);
			while (words[this.#word] === 0) this.#word++;
		});
		if (!this.#counts) return; // a read error never causes an erase
		if (failures !== undefined && failures <= MAXIMUM_FAILURES) {
			this.#failures = target === undefined ? failures : 0;
			this.#target = target === undefined ? this.#retryTarget() : Math.min(target, this.#longest);
		}
		if (this.#target > 0) return;
		this.#begin(0);
		this.#succeed(1 + this.#draw(this.#options.creditsPerPoll)); // devices that start together do not stay in step
	}

	#retryTarget(): number {
		return Math.min(RETRY_CREDITS * 2 ** Math.max(0, this.#failures - 1), this.#options.creditsPerPoll);
	}

	#jittered(): number {
		const { creditsPerPoll } = this.#options;
		return this.#longest - this.#draw(2 * (this.#longest - creditsPerPoll) + 1);
	}

	get #longest(): number {
		const { creditsPerPoll } = this.#options;
		return creditsPerPoll + Math.floor(creditsPerPoll * JITTER);
	}

	/** Once in an interval's credits on the average: what is left without a partition to count in. */
	#isDueByChance(): boolean {
		return this.#draw(this.#options.creditsPerPoll) === 0;
	}

	/** 0 … bound - 1. */
	#draw(bound: number): number {
		const bytes = new Uint8Array(4);
		try {
			this.#options.random(bytes);
		} catch {
			return bound >> 1; // without randomness no session succeeds either, but the device counts on
		}
		return new DataView(bytes.buffer).getUint32(0) % bound; // the bias of 1,800,000 in 2^32 does not matter here
	}

	/** Tries again each time: one failure of a chip that works costs one credit. */
	#flash(operation: (flash: Flash) => void): boolean {
		try {
			operation(this.#options.flash);
			return true;
		} catch {
			if (!this.#failureReported) this.#options.onFlashFailure();
			this.#failureReported = true;
			return false;
		}
	}
}

/**
 * Updates on demand spend tokens: two at most, one more every `refillTicks`. A stranger with rubbish certificates can
 * neither hammer the download server nor delay a genuine one for longer than that.
 */
export class TokenBucket {
	static readonly capacity = 2;
	readonly #timer: Timer;
	readonly #refillTicks: number;
	#tokens = TokenBucket.capacity;
	#pending?: () => void;
	#refill?: TimerID;

	constructor(timer: Timer, refillTicks: number) {
		this.#timer = timer;
		this.#refillTicks = refillTicks;
	}

	/** True: a token was spent, go ahead. False: `pending` is called once, when the next token comes. */
	take(pending: () => void): boolean {
		if (this.#tokens > 0) {
			this.#tokens--;
			this.#wait();
			return true;
		}
		this.#pending = pending;
		return false;
	}

	stop(): void {
		if (this.#refill !== undefined) this.#timer.clear(this.#refill);
		this.#refill = undefined;
		this.#pending = undefined;
	}

	#wait(): void {
		if (this.#refill !== undefined) return;
		this.#refill = this.#timer.set(() => {
			this.#refill = undefined;
			const pending = this.#pending;
			this.#pending = undefined;
			if (!pending) this.#tokens++;
			if (this.#tokens < TokenBucket.capacity) this.#wait();
			pending?.();
		}, this.#refillTicks);
	}
}

const ERASED = 0xffff_ffff;

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
