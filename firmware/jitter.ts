// Numbers drawn from a board's randomness, so that devices that start together do not stay in step.

import type { Board } from "./ports.js";

type Random = Board["random"];

const SPREAD = 0.1;

/** 0 … bound - 1. Without randomness, about the middle: no session succeeds then either, but the device counts on. */
export function draw(random: Random, bound: number): number {
	const bytes = new Uint8Array(4);
	try {
		random(bytes);
	} catch {
		return Math.floor(bound / 2);
	}
	return new DataView(bytes.buffer).getUint32(0) % bound; // slightly biased, which does not matter here
}

/** `value` ± 10 %: a whole number. */
export function jittered(random: Random, value: number): number {
	const spread = Math.floor(value * SPREAD);
	return value - spread + draw(random, 2 * spread + 1);
}

/** The most that `jittered` gives. */
export function mostJittered(value: number): number {
	return value + Math.floor(value * SPREAD);
}
