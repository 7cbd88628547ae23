// Updates on demand spend tokens (DESIGN.md §3, "Update"): one at boot, two at most, one more every `refillTicks`. A
// stranger with rubbish certificates can neither hammer the download server, not even with a power switch, nor delay a
// genuine server for longer than that.

import type { Timer, TimerID } from "./ports.js";

const CAPACITY = 2;
const AT_BOOT = 1;

export class TokenBucket {
	readonly #timer: Timer;
	readonly #refillTicks: number;
	#tokens = AT_BOOT;
	#pending?: () => void;
	#refill?: TimerID;

	constructor(timer: Timer, refillTicks: number) {
		this.#timer = timer;
		this.#refillTicks = refillTicks;
		this.#wait();
	}

	/** True: a token was spent, go ahead. False: `pending`, the last one given, is called when the next token comes. */
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
			if (this.#tokens < CAPACITY) this.#wait();
			pending?.();
		}, this.#refillTicks);
	}
}
