// Flash that changes by itself, or that never was ours: every single bit, random damage, random content of all three
// partitions. Whatever is found, a device boots to the state that the oracle names. Runs on every engine.

import { concatenate } from "../../firmware/bytes.js";
import { Credits } from "../../firmware/credits.js";
import { Poller, type PollResult } from "../../firmware/poller.js";
import { Dice } from "../dice.js";
import { copyImage, STORED_MARK } from "../firmware/trust/copy-image.js";
import { map, pairs, signed as sign } from "../firmware/trust/issue.js";
import { BLOCK_LENGTH, FlashEmulator, type Operation, type Tear } from "../flash-emulator.js";
import { VirtualClock } from "../virtual-clock.js";
import { Bench, foreign, signed } from "./bench.js";
import { type Tally, tears } from "./cuts.js";
import { END_TRUST, ending, startOf } from "./sequences.js";

const PARTITION_BITS = 8 * 2 * BLOCK_LENGTH;
const slots = ["ca0", "ca1"] as const;

/** Device A with B in its next slot, at rest. */
function atRest(seed: number): Bench {
	const bench = startOf({ name: "at rest", start: ["A1", "A1", "B2", "B2"], steps: [] }, seed);
	bench.boot();
	return bench;
}

/** Turns each bit of both slots over, one at a time: one part of `parts`. Gives how many. */
export function everyBit(part: number, parts: number, tally: Tally, stride = 1): number {
	const rest = atRest(1);
	let count = 0;
	for (const partition of slots)
		for (let bit = part * stride; bit < PARTITION_BITS; bit += parts * stride) {
			const bench = rest.clone(bit);
			bench.chip.flip(partition, bit);
			boot(bench, ["1 2"], `bit ${bit} of ${partition}`, tally);
			count++;
		}
	return count;
}

/** Turns random bits over: mostly in one copy, which must harm nothing; sometimes anywhere. */
export function randomDamage(count: number, seed: number, tally: Tally): void {
	const dice = new Dice(seed),
		rest = atRest(seed);
	for (let n = 0; n < count; n++) {
		const bench = rest.clone(seed + n);
		const everywhere = dice.chance(0.2);
		const partition = slots[dice.below(2)],
			block = dice.below(2);
		const reach = dice.chance(0.8) ? 4500 : 8 * BLOCK_LENGTH; // bits: the record and a little, or all
		const bits = 2 + dice.below(dice.chance(0.5) ? 8 : 400);
		const burst = dice.chance(0.3) ? dice.below(reach) : -1;
		for (let k = 0; k < bits; k++) {
			const bit = dice.chance(0.02)
				? 8 * BLOCK_LENGTH - 1 - dice.below(8 * 48) // of the marks
				: burst >= 0
					? (burst + dice.below(64)) % reach
					: dice.below(reach);
			if (everywhere) bench.chip.flip(slots[dice.below(2)], 8 * BLOCK_LENGTH * dice.below(2) + bit);
			else bench.chip.flip(partition, 8 * BLOCK_LENGTH * block + bit);
		}
		if (everywhere) bench.forgive();
		boot(bench, everywhere ? undefined : ["1 2"], `random damage ${n}, seed ${seed}`, tally);
	}
}

/** Any content of the three partitions. Each boots; one in 32 lives on to the end; one in 512 waits for its poll. */
export function randomContent(count: number, seed: number, tally: Tally): void {
	const dice = new Dice(seed);
	const chip = new FlashEmulator(seed);
	for (let n = 0; n < count; n++) {
		for (const partition of slots)
			for (const block of [0, 1]) chip.setImage(partition, randomBlock(dice), block * BLOCK_LENGTH);
		const bench = new Bench(chip.clone(seed + n), dice.chance(0.1) ? "D5" : "A1");
		const where = `random content ${n}, seed ${seed}`;
		boot(bench, undefined, where, tally);
		if (n % 32 === 0 && !bench.views.flat().some(copy => typeof copy === "object" && "foreign" in copy)) {
			for (const step of ending) bench.perform(step);
			if (bench.trust !== END_TRUST) tally.count("stuck", `${where}: ends with ${bench.trust}`);
			tally.note(bench, where);
		}
		chip.setImage("poll", randomPollBlock(dice));
		const credits = creditsToPoll(chip.clone(seed + n), n % 512 === 0 ? 3000 : 1, seed + n);
		if (n % 512 === 0 && credits > 1584) tally.count("noValidCa", `${where}: no poll within ${credits} credits`);
	}
}

function boot(bench: Bench, expected: readonly string[] | undefined, where: string, tally: Tally): void {
	try {
		bench.boot(undefined, expected);
		tally.onVerdict?.(bench.trust);
	} catch {
		// noted by the bench
	}
	tally.note(bench, where);
}

/** A block as it may be found: noise, or a record with something wrong, or right, about it. */
function randomBlock(dice: Dice): Uint8Array {
	const block = new Uint8Array(BLOCK_LENGTH).fill(0xff);
	if (dice.chance(0.25)) return block;
	if (dice.chance(0.25)) {
		const density = dice.below(4);
		if (density < 2) dice.noise(block, density === 1);
		else block.fill(density === 2 ? 0 : 0xff);
		if (dice.chance(0.5)) block.set(STORED_MARK, BLOCK_LENGTH - 16);
		return block;
	}
	const record = dice.chance(0.3) ? records[dice.below(records.length)] : Object.values(signed)[dice.below(8)].bytes;
	block.set(copyImage(record, { proved: dice.chance(0.5), stored: dice.chance(0.85) }));
	if (dice.chance(0.1)) block.fill(dice.word() >>> 9, dice.below(record.length), BLOCK_LENGTH - 48);
	if (dice.chance(0.1)) block[dice.below(record.length)] ^= 1 << dice.below(8);
	if (dice.chance(0.1)) dice.noise(block.subarray((record.length + 3) & ~3, BLOCK_LENGTH - 48), true);
	if (dice.chance(0.1)) block[BLOCK_LENGTH - 48 + dice.below(48)] ^= 1 << dice.below(8);
	return block;
}

/** What does not count, however it is marked; and what is for another firmware. */
const records: readonly Uint8Array[] = [
	...foreign.map(({ bytes }) => bytes),
	sign(map(pairs({ generation: 7 })), { name: "other.example" }),
	sign(map(pairs({ generation: 7 })), { seed: new Uint8Array(32) }),
	new Uint8Array(1024).fill(0x81), // arrays in arrays
	// A very long string.
	concatenate(Uint8Array.of(0xd2, 0x84, 0x43, 0xa1, 0x01, 0x32, 0xa0, 0x5b), new Uint8Array(8).fill(0xff)),
	Uint8Array.of(0xd2, 0x84, 0x43, 0xa1, 0x01, 0x32, 0xbf),
];

function randomPollBlock(dice: Dice): Uint8Array {
	const block = new Uint8Array(BLOCK_LENGTH);
	const density = dice.below(3);
	if (density < 2) dice.noise(block, density === 1);
	else block.fill(0xff);
	const halves = (value: number) => [value & 0xff, value >> 8, ~value & 0xff, (~value >> 8) & 0xff];
	if (dice.chance(0.8)) block.set(halves(dice.chance(0.7) ? dice.below(14) : dice.below(0x10000)), 0);
	if (dice.chance(0.7)) block.set(halves(dice.chance(0.7) ? dice.below(1700) : dice.below(0x10000)), 4);
	return block;
}

/**
 * The power fails in each operation that a poll makes in `poll` (the erase, the header, the next target) and in a credit,
 * in every way. The poll after it may come late, once; then the pace is kept. Gives how many cuts.
 */
export function cutsInPoll(amounts: number, seed: number, tally: Tally): number {
	const atPoll = (operations: Operation[]) => {
		const chip = new FlashEmulator(seed);
		creditsToPoll(chip, 3000, seed, true); // one whole period, so that a target stands in the header
		for (;;) {
			// up to the boot that polls
			const before = chip.clone(seed);
			operations.length = 0;
			chip.onOperation = operation => operations.push(operation);
			if (creditsToPoll(chip, 1, seed, true) === 1) return before;
		}
	};
	const operations: Operation[] = [];
	const rest = atPoll(operations); // a credit, the erase, the header, the target
	let cuts = 0;
	for (const [at, operation] of operations.entries())
		for (const tear of tears(operation, amounts)) {
			const chip = rest.clone(seed + cuts++);
			tally.cuts++;
			const what = `${tear.model}${tear.unstable ? ", unstable" : ""}`;
			const where = `poll, operation ${at} of ${operations.length} (${operation.kind}), ${what}`;
			creditsToPoll(chip, 1, seed, true, { at, tear });
			if (!chip.isOff) throw new Error(`${where}: no such operation`);
			const late = creditsToPoll(chip, 4000, seed + cuts, true);
			if (late > 1584 + 1440) tally.count("noValidCa", `${where}: ${late} credits to the next poll`);
			const next = creditsToPoll(chip, 4000, seed + cuts, true);
			if (next > 1584) tally.count("noValidCa", `${where}: then ${next} credits to the one after it`);
		}
	return cuts;
}

/** Boots again and again, for one credit each, until the poller polls; at most `limit` times. */
function creditsToPoll(
	chip: FlashEmulator,
	limit: number,
	seed: number,
	succeeds = false,
	cut?: { at: number; tear: Tear },
): number {
	const dice = new Dice(seed),
		clock = new VirtualClock();
	let polled = false;
	for (let credits = 1; credits <= limit; credits++) {
		chip.powerOn();
		if (cut) chip.cutAt(cut.at, cut.tear);
		clock.clearAll();
		new Poller({
			credits: new Credits(chip.open("poll"), () => {
				if (!chip.isOff) throw new Error("this flash does not fail");
			}),
			timer: clock,
			random: dice.fill,
			creditTicks: 1_800_000,
			creditsPerPoll: 1440,
			poll: () => {
				polled = true;
				const then = (onKept: (result: PollResult) => void) => succeeds && onKept("answered");
				return { then } as unknown as Promise<PollResult>;
			},
		}).start();
		clock.advance(60_000);
		if (polled) return credits;
	}
	return Infinity;
}
