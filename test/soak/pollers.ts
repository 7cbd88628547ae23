// Many pollers over 25 years, each with its device's habit. All must poll often enough, none too often, and they must
// come apart. The poller and its flash are all there is of a device here.

import { Credits } from "../../firmware/credits.js";
import { Poller, type PollResult } from "../../firmware/poller.js";
import { Dice } from "../dice.js";
import { FlashEmulator } from "../flash-emulator.js";
import { VirtualClock } from "../virtual-clock.js";
import { DAY, type Habit, type HabitName, HOUR, habits, MINUTE, year } from "./life.js";

export const CREDIT_TICKS = 30 * MINUTE,
	CREDITS_PER_POLL = 1440;
/** In the tenth year the power fails in the whole city, and comes back everywhere at once two hours later. */
export const cityCut = { at: 10 * year, length: 2 * HOUR };

export interface PollerReport {
	habit: HabitName;
	years: number;
	/** ms since the device's first boot. */
	polls: number[];
	/** Credits from one poll to the next, at most; and the first one's. */
	mostCredits: number;
	/** ms from one poll to the next, at most. */
	longestWait: number;
	/** Polls in any 30 days, at most. */
	mostInThirtyDays: number;
	erases: number;
	programs: number;
}

/** One device's polls: all succeed. */
export function pollFor(name: HabitName, years: number, seed: number): PollerReport {
	const habit: Habit = habits[name];
	const dice = new Dice(seed),
		clock = new VirtualClock(),
		chip = new FlashEmulator(seed);
	const report: PollerReport = {
		habit: name,
		years,
		polls: [],
		mostCredits: 0,
		longestWait: 0,
		mostInThirtyDays: 0,
		erases: 0,
		programs: 0,
	};
	const end = years * year;
	let credits = 0,
		creditsThen = 0;
	while (clock.now < end) {
		const { on, off } = habit(dice);
		const until = untilCut(clock.now, Math.min(end, clock.now + on));
		const booted = clock.now;
		credits++;
		const ticked = () => credits + Math.floor((clock.now - booted) / CREDIT_TICKS);
		boot(chip, clock, dice, () => {
			report.mostCredits = Math.max(report.mostCredits, ticked() - creditsThen);
			creditsThen = ticked();
			report.polls.push(clock.now);
		});
		clock.advance(until - clock.now);
		credits = ticked();
		clock.clearAll();
		clock.now = until === cityCut.at ? until + cityCut.length : until + off;
	}
	report.mostCredits = Math.max(report.mostCredits, credits - creditsThen);
	const { polls } = report;
	for (const [i, poll] of polls.entries()) {
		report.longestWait = Math.max(report.longestWait, poll - (polls[i - 1] ?? 0));
		let first = i;
		while (first > 0 && polls[first - 1] > poll - 30 * DAY) first--;
		report.mostInThirtyDays = Math.max(report.mostInThirtyDays, i - first + 1);
	}
	const { erases, programs } = chip.wear("poll");
	return { ...report, erases, programs };
}

function untilCut(now: number, until: number): number {
	return now < cityCut.at && until > cityCut.at ? cityCut.at : until;
}

/**
 * The hour after the power has come back to `devices` that were never off before: how many poll in each second. Each
 * stands anywhere in its period, some with a poll that the cut has kept from being made.
 */
export function hourAfterCut(devices: number, seed: number): number[] {
	const seconds: number[] = new Array(3600).fill(0);
	const dice = new Dice(seed);
	const image = new Uint8Array(216);
	const view = new DataView(image.buffer);
	const halves = (value: number) => (value | (~value << 16)) >>> 0;
	for (let n = 0; n < devices; n++) {
		const target = 1296 + dice.below(289);
		const credits = dice.below(target); // a poll is made within a credit: half of those due have still to make theirs
		const due = credits === target - 1 && dice.chance(0.5) ? 1 : 0;
		image.fill(0xff);
		view.setUint32(0, halves(1), true);
		view.setUint32(4, halves(target), true);
		for (let bit = 0; bit < credits + due; bit++) image[8 + (bit >> 3)] &= ~(1 << (bit & 7));
		const clock = new VirtualClock(),
			chip = new FlashEmulator(seed + n);
		chip.setImage("poll", image);
		boot(chip, clock, dice, () => seconds[Math.floor(clock.now / 1000)]++);
		clock.advance(HOUR - 1);
	}
	return seconds;
}

function boot(chip: FlashEmulator, clock: VirtualClock, dice: Dice, onPoll: () => void): void {
	chip.powerOn();
	new Poller({
		credits: new Credits(chip.open("poll"), () => {
			throw new Error("this flash does not fail");
		}),
		timer: clock,
		random: dice.fill,
		creditTicks: CREDIT_TICKS,
		creditsPerPoll: CREDITS_PER_POLL,
		poll: () => {
			onPoll();
			// Kept before `then` returns: decades pass in one loop.
			return { then: (onKept: (result: PollResult) => void) => onKept("answered") } as unknown as Promise<PollResult>;
		},
	}).start();
}
