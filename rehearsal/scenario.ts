// A scenario: a plan, and one timeline that is read from top to bottom, in the order of years. What happens beside the
// plan stands there (`at`), what the years wait for (`until`), and what must have been seen by then (`expect`).

import type { Order, Plan } from "../host/operator.js";
import type { Deployment } from "./deployment.js";
import type { Period, Seen } from "./record.js";

export interface Scenario {
	name: string;
	/** One sentence for people. */
	summary: string;
	plan: Plan;
	/** One socket for all servers, told apart by their names (figure 10). */
	shared?: boolean;
	/** Application servers behind a front (`baton front`); default 1, without one. */
	services?: number;
	/** Its servers show ML-DSA keys: they need a Node that knows those (host/newer-node.ts). */
	needsMlDsa?: boolean;
	/** The fleet begins with a DL key of Ed25519 alone; default: with a pair. */
	classical?: true;
	/** The device is switched on in year 0, unless the timeline does it later. */
	deviceLater?: boolean;
	timeline: Moment[];
	/** The year in which the rehearsal ends. */
	end: number;
	/** Generations that the device's flash holds then. */
	slots: { current: number; next: number | null };
}

export type Moment = At | Until | Expect;

export interface At {
	is: "at";
	year: number;
	what: string;
	act(stage: Stage): void | Promise<void>;
}

export interface Until {
	is: "until";
	year: number;
	what: string;
	holds(seen: Seen): boolean;
}

export interface Expect {
	is: "expect";
	period: Period;
	what: string | ((seen: Seen) => string);
	holds(seen: Seen): boolean;
}

/** What a scenario can do in a rehearsal. */
export interface Stage {
	/** A folder: raw images of the device's partitions. */
	readonly flash: string;
	/** Each server by itself, for what goes against the plan. Throws TypeError where all have one socket. */
	readonly deployment: Deployment;
	/** Brings the servers in line with what is in operation. */
	reconcile(): Promise<void>;
	switchOn(): Promise<void>;
	/** A power cut: nothing runs on the device after it. */
	switchOff(): Promise<void>;
	/**
	 * Another device comes once: it authenticates the service, polls, and is off again. It has its own flash, with the
	 * factory's CA information A at first; its build may leave modules out.
	 */
	visit(visitor: string, without?: readonly string[]): Promise<void>;
	/** Both blocks of the slot that is current are erased. Only while the device is off. */
	loseCurrent(): void;
	/** A new DL key, a pair, with the log of the one in service: it signs for the fleet once devices have it. */
	createDlKey(): Promise<void>;
	/**
	 * The device gets newer firmware, and boots: with the new DL key, the former ones retired in it, and a factory CA
	 * information signed by the new one. `forgetting`: without the retired keys.
	 */
	updateFirmware(forgetting?: "retired keys"): Promise<void>;
	/** The fleet's DL keys are changed: what is served is signed again. */
	changeDlKeys(): Promise<void>;
	/** What an operator does by hand. */
	order(order: Order): Promise<void>;
	/** Enters a remark in the record. */
	say(text: string): void;
}

/** In this year something happens beside the plan. */
export function at(year: number, what: string, act: At["act"]): At {
	return { is: "at", year, what, act };
}

/** In this year the years stand still until it holds. */
export function until(year: number, what: string, holds: Until["holds"]): Until {
	return { is: "until", year, what, holds };
}

/** In this period it must have been so; judged at the end, by what was seen in the period alone. */
export function expect(period: Period, what: Expect["what"], holds: Expect["holds"]): Expect {
	return { is: "expect", period, what, holds };
}

/**
 * Throws RangeError unless the timeline is in the order of years. An expectation stands where its period is over; one
 * without an end, anywhere.
 */
export function checkOrder({ name, timeline, end }: Scenario): void {
	let before = 0;
	for (const moment of timeline) {
		const year = moment.is === "expect" ? (moment.period.before ?? before) : moment.year;
		if (year < before || year > end)
			throw new RangeError(
				`${name}: expected a year from ${before} to ${end}, got ${year}: ${typeof moment.what === "string" ? moment.what : moment.is}`,
			);
		before = year;
	}
}
