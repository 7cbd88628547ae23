// What the SDK lacks on an ESP32: randomness from the hardware (its own `rng` is RC4 with a guessable seed), and
// ticks that nothing sets back.

import "microseconds";

export { print } from "board/console";

import Time from "time";

/**
 * Fills `bytes` from the chip's random number generator. It draws on the radio's noise: before Wi-Fi has started it is
 * only pseudo-random, and until then this firmware makes no key.
 */
export function random(this: void, bytes: Uint8Array): void {
	return native("xs_baton_random").call(this, bytes);
}

/** How often the chip has restarted by itself (XS does it when it is out of memory) since its power came, or `steady`. */
export function restarts(this: void): number {
	return native("xs_baton_restarts").call(this);
}

/** Whatever has restarted the chip does not come back at once. */
export function steady(this: void): void {
	return native("xs_baton_steady").call(this);
}

/** Milliseconds since the boot, modulo 2^32. */
export function ticks(): number {
	return (Time.microseconds! / 1000) | 0;
}
