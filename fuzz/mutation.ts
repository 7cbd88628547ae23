// Makes a new input of an old one: blindly, or as somebody would who knows that there are lengths in it.

import type { Dice } from "../test/dice.js";

const interesting = [0, 1, 2, 0x7f, 0x80, 0x81, 0xff];
const MOST_BYTES = 8_192;

export function mutate(input: Uint8Array, others: readonly Uint8Array[], dice: Dice): Uint8Array {
	let bytes: Buffer = Buffer.from(input);
	for (let steps = 1 + dice.below(4); steps > 0; steps--) bytes = step(bytes, others, dice);
	return new Uint8Array(bytes.subarray(0, MOST_BYTES));
}

function step(bytes: Buffer, others: readonly Uint8Array[], dice: Dice): Buffer {
	const at = dice.below(bytes.length + 1);
	const length = Math.min(bytes.length - at, 1 + dice.below(dice.chance(0.8) ? 4 : 64));
	const before = bytes.subarray(0, at),
		within = bytes.subarray(at, at + length),
		after = bytes.subarray(at + length);
	switch (dice.below(9)) {
		case 0: // a bit
			if (at < bytes.length) bytes[at] ^= 1 << dice.below(8);
			return bytes;
		case 1: // a byte
			if (at < bytes.length)
				bytes[at] = dice.chance(0.5) ? interesting[dice.below(interesting.length)] : dice.below(256);
			return bytes;
		case 2: // a little more or less: lengths
			if (at < bytes.length) bytes[at] += dice.below(9) - 4;
			return bytes;
		case 3:
			return Buffer.concat([before, after]);
		case 4:
			return Buffer.concat([before, within, within, after]);
		case 5: {
			const noise = new Uint8Array(1 + dice.below(8));
			dice.fill(noise);
			return Buffer.concat([before, noise, within, after]);
		}
		case 6: // a piece of another input
			return Buffer.concat([before, piece(others[dice.below(others.length)] ?? bytes, dice), after]);
		case 7: // a piece of itself, elsewhere
			return Buffer.concat([before, piece(bytes, dice), within, after]);
		default:
			return resize(bytes, at, dice);
	}
}

function piece(bytes: Uint8Array, dice: Dice): Uint8Array {
	const start = dice.below(bytes.length + 1);
	return bytes.subarray(start, start + 1 + dice.below(64));
}

/** Drops or adds a byte after `at` and corrects every byte before it that looks like a length across it. */
function resize(bytes: Buffer, at: number, dice: Dice): Buffer {
	if (bytes.length === 0) return bytes;
	const by = dice.chance(0.5) ? 1 : -1;
	const changed =
		by > 0
			? Buffer.concat([bytes.subarray(0, at), Buffer.of(dice.below(256)), bytes.subarray(at)])
			: Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
	for (let i = 0; i < at; i++) {
		const short = i + 1 + bytes[i]; // where a length of one byte would end, and one of two
		const long = i + 2 + (bytes[i] << 8) + (bytes[i + 1] ?? 0);
		if (bytes[i] > 0 && short > at && short <= bytes.length && changed[i] < 0xff) changed[i] += by;
		else if (long > at && long <= bytes.length && changed[i + 1] < 0xff && changed[i + 1] > 0) changed[i + 1] += by;
	}
	return changed;
}
