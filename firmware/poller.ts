// When to ask for CA information next, without a clock (DESIGN.md §3, "Poll"). Time is counted in credits: one for each
// boot and one for each full 30 minutes of being up. credits.ts keeps them on flash; while that fails, each credit polls
// by chance, as often on the average.

import type { Credits } from "./credits.js";
import { draw, jittered, mostJittered } from "./jitter.js";
import type { Board, Timer, TimerID } from "./ports.js";

/** How long a credit is, and how many make an interval. */
export interface Pace {
	creditTicks: number; // ms
	creditsPerPoll: number;
}

const LONGEST_INTERVAL = 1440; // credits: 30 days of being up
const SHORTEST_CREDIT = 20; // ms: on a bench
const RETRY_CREDITS = 2; // one hour, doubled at each failure in a row
const MAXIMUM_FAILURES = 11; // the last retry, after 2 × 2^10 credits, is beyond any interval
const BOOT_SPREAD = 1 / 90; // of a credit: 20 s. A device that is on for a minute a day must get its poll done

/** 1,440 credits of 30 minutes make 30 days; a bench squeezes both. `interval` in ms. */
export function pace(interval: number): Pace {
	const creditsPerPoll = Math.min(LONGEST_INTERVAL, Math.max(1, Math.floor(interval / SHORTEST_CREDIT)));
	return { creditTicks: Math.max(1, Math.round(interval / creditsPerPoll)), creditsPerPoll };
}

/**
 * `answered`: ask again after an interval. `failed`: try again soon. `open`: nothing answered, and nobody knows yet
 * whether that was the network; as `failed`, unless `answered` is said later.
 */
export type PollResult = "answered" | "failed" | "open";

export interface PollerOptions extends Pace {
	credits: Credits;
	timer: Timer;
	random: Board["random"];
	/** Polls once. Never rejects. */
	poll(): Promise<PollResult>;
	/** A credit was given, at boot or by time. */
	onCredit?(): void;
}

export class Poller {
	readonly #options: PollerOptions;
	#failures = 0;
	#target = 0; // credits
	#count = 0; // credits in this period
	#due = false; // from the credit that makes a poll due to its end
	#open = false; // the last poll has not been answered
	#tick?: TimerID;
	#delay?: TimerID;

	constructor(options: PollerOptions) {
		this.#options = options;
	}

	/** Gives the credit for this boot, and counts on from what flash says. */
	start(): void {
		this.#recall();
		this.#wait();
		this.#credit(BOOT_SPREAD);
	}

	stop(): void {
		const { timer } = this.#options;
		if (this.#tick !== undefined) timer.clear(this.#tick);
		if (this.#delay !== undefined) timer.clear(this.#delay);
		this.#tick = this.#delay = undefined;
	}

	/** The network works: if the last poll is open, nobody was there to answer it. */
	answered(): void {
		if (this.#open) this.#succeed(this.#drawTarget());
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
		const { credits, timer, random, creditTicks, onCredit } = this.#options;
		onCredit?.();
		this.#count++;
		const counted = credits.add();
		const byChance = !counted && this.#isDueByChance();
		if (this.#due || !(byChance || (counted && this.#count >= this.#target))) return;
		this.#due = true;
		this.#delay = timer.set(
			() => {
				this.#delay = undefined;
				this.#poll(byChance);
			},
			draw(random, Math.ceil(creditTicks * spread)),
		);
	}

	/** A device that dies in its poll must not try again at each boot: the next period begins before the poll does. */
	#poll(byChance: boolean): void {
		const begun = this.#begin(Math.min(this.#failures + 1, MAXIMUM_FAILURES));
		if (!begun && !byChance && !this.#isDueByChance()) {
			// or it would poll at each boot
			this.#due = false;
			return;
		}
		this.#options.poll().then(result => {
			this.#due = false;
			this.#open = result === "open";
			if (result === "answered") this.#succeed(this.#drawTarget());
		});
	}

	/** A new period, which lasts until a retry unless `#succeed` follows. False: the partition failed. */
	#begin(failures: number): boolean {
		this.#count = 0;
		this.#failures = failures;
		this.#target = this.#retryTarget;
		this.#open = false;
		return this.#options.credits.begin(failures);
	}

	#succeed(target: number): void {
		this.#failures = 0;
		this.#target = target;
		this.#open = false;
		this.#options.credits.setTarget(target);
	}

	#recall(): void {
		const { credits, random, creditsPerPoll } = this.#options;
		const period = credits.read();
		if (!period) return; // a read error never causes an erase
		const { failures, target } = period;
		this.#count = period.credits;
		if (failures !== undefined && failures <= MAXIMUM_FAILURES) {
			this.#failures = target === undefined ? failures : 0;
			this.#target = target === undefined ? this.#retryTarget : Math.min(target, mostJittered(creditsPerPoll));
		}
		if (this.#target > 0) return;
		this.#begin(0);
		this.#succeed(1 + draw(random, creditsPerPoll)); // devices that start together do not stay in step
	}

	get #retryTarget(): number {
		return Math.min(RETRY_CREDITS * 2 ** Math.max(0, this.#failures - 1), this.#options.creditsPerPoll);
	}

	#drawTarget(): number {
		return jittered(this.#options.random, this.#options.creditsPerPoll);
	}

	/** True for one credit in an interval's, on the average: how to poll without a partition to count in. */
	#isDueByChance(): boolean {
		return draw(this.#options.random, this.#options.creditsPerPoll) === 0;
	}
}
