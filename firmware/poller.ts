// When to ask for CA information next, without a clock (design §3, "Poll").
//
// Time is counted in credits: one for each boot and one for each full 30 minutes of being up. Credits are cleared bits
// in the partition `poll`, so they survive reboots and cost one erase a poll. The partition's block holds
//   word 0  how many polls in a row have failed if the one under way does not succeed
//   word 1  credits to the next poll, drawn when a poll succeeds; erased until then
//   word 2… one cleared bit for each credit
// Words 0 and 1 are two 16-bit halves, the second the complement of the first. Whatever else is found there, a cut
// erase or a rotten bit, means a poll that comes early or late, once.

import type { Flash, Timer, TimerID } from "./ports.js";

/** How long a credit is, and how many make an interval. */
export interface Pace {
	creditTicks: number; // ms
	creditsPerPoll: number;
}

const LONGEST_INTERVAL = 1440; // credits: 30 days of being up
const SHORTEST_CREDIT = 20; // ms: on a bench
const RETRY_CREDITS = 2; // one hour, doubled at each failure in a row
const MAXIMUM_FAILURES = 10; // 2 × 2^10 credits are beyond any interval
const JITTER = 0.1;

const CREDIT_OFFSET = 8; // bytes
const CREDIT_WORDS = 52; // 1,664 bits: more than 1,584, the longest interval there is

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
	/** The partition failed: credits are counted in memory until the next boot. */
	onFlashFailure(): void;
}

export class Poller {
	readonly #options: PollerOptions;
	#failures = 0;
	#target = 0; // credits
	#credits = 0;
	#polling = false;
	#flashWorks = true;
	#timer?: TimerID;

	constructor(options: PollerOptions) {
		this.#options = options;
	}

	/** Reads the partition, gives the credit for this boot, and counts on. */
	start(): void {
		this.#read();
		this.#wait();
		this.#credit();
	}

	stop(): void {
		if (this.#timer !== undefined) this.#options.timer.clear(this.#timer);
		this.#timer = undefined;
	}

	#wait(): void {
		const { timer, creditTicks } = this.#options;
		this.#timer = timer.set(() => {
			this.#wait();
			this.#credit();
		}, creditTicks);
	}

	#credit(): void {
		const word = this.#credits >> 5, bit = this.#credits & 31;
		this.#credits++;
		if (word < CREDIT_WORDS)
			this.#flash(flash => flash.write(words(bit === 31 ? 0 : (0xffff_fffe << bit) >>> 0), CREDIT_OFFSET + 4 * word));
		if (this.#credits >= this.#target && !this.#polling) this.#poll();
	}

	#poll(): void {
		this.#polling = true;
		this.#begin(Math.min(this.#failures + 1, MAXIMUM_FAILURES)); // a device that dies in its poll must not try at each boot
		this.#options.poll().then(succeeded => {
			this.#polling = false;
			if (succeeded) this.#succeed(this.#jittered());
		});
	}

	/** A new period, which lasts until a retry unless `#succeed` follows. */
	#begin(failures: number): void {
		this.#credits = 0;
		this.#failures = failures;
		this.#target = this.#retryTarget();
		this.#flash(flash => {
			flash.eraseBlock(0);
			flash.write(words(checked(failures)), 0);
		});
	}

	#succeed(target: number): void {
		this.#failures = 0;
		this.#target = target;
		this.#flash(flash => flash.write(words(checked(target)), 4));
	}

	#read(): void {
		this.#flash(flash => {
			const view = new DataView(flash.read(CREDIT_OFFSET + 4 * CREDIT_WORDS, 0));
			const failures = unchecked(view.getUint32(0, true));
			const target = unchecked(view.getUint32(4, true));
			for (let word = 0; word < CREDIT_WORDS; word++)
				this.#credits += zeroBits(view.getUint32(CREDIT_OFFSET + 4 * word, true));
			if (failures === undefined || failures > MAXIMUM_FAILURES) return;
			this.#failures = target === undefined ? failures : 0;
			this.#target = Math.min(target ?? this.#retryTarget(), Math.ceil(this.#options.creditsPerPoll * (1 + JITTER)));
		});
		if (this.#target > 0) return;
		this.#begin(0);
		this.#succeed(1 + this.#draw(this.#options.creditsPerPoll)); // devices that start together do not stay in step
	}

	#retryTarget(): number {
		return Math.min(RETRY_CREDITS * 2 ** Math.max(0, this.#failures - 1), this.#options.creditsPerPoll);
	}

	#jittered(): number {
		const { creditsPerPoll } = this.#options;
		const spread = Math.floor(creditsPerPoll * JITTER);
		return creditsPerPoll - spread + this.#draw(2 * spread + 1);
	}

	/** 0 … bound - 1. */
	#draw(bound: number): number {
		const bytes = new Uint8Array(4);
		this.#options.random(bytes);
		return new DataView(bytes.buffer).getUint32(0) % bound; // the bias of 1,584 in 2^32 does not matter here
	}

	#flash(operation: (flash: Flash) => void): void {
		if (!this.#flashWorks) return;
		try {
			operation(this.#options.flash);
		} catch {
			this.#flashWorks = false;
			this.#options.onFlashFailure();
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

/** One word for the flash, little-endian. */
function words(word: number): Uint8Array {
	const bytes = new Uint8Array(4);
	new DataView(bytes.buffer).setUint32(0, word, true);
	return bytes;
}

/** 16 bits and their complement. */
function checked(value: number): number {
	return (value | (~value << 16)) >>> 0;
}

function unchecked(word: number): number | undefined {
	const value = word & 0xffff;
	return (word >>> 16) === (~value & 0xffff) ? value : undefined;
}

function zeroBits(word: number): number {
	let count = 0;
	for (let bits = ~word >>> 0; bits !== 0; bits >>>= 1) count += bits & 1;
	return count;
}
