// What the SDK lacks on an ESP32: randomness from the hardware (its own `rng` is RC4 with a guessable seed), and
// ticks that nothing sets back.

import "microseconds";
import Time from "time";

/**
 * Fills `bytes` from the chip's random number generator. It draws on the radio's noise: before Wi-Fi has started it is
 * only pseudo-random, and until then this firmware makes no key.
 */
export function random(this: void, bytes: Uint8Array): void {
	return native("xs_baton_random").call(this, bytes);
}

/** Has the chip been restarted by a panic or a watchdog, as XS does when it is out of memory? */
export function faulted(this: void): boolean {
	return native("xs_baton_faulted").call(this);
}

/** Milliseconds since the boot, modulo 2^32. */
export function ticks(): number {
	return (Time.microseconds! / 1000) | 0;
}

/** Prints a line where the SDK's console is: xsbug, or xsbug-log. A release build of the SDK has no console. */
export function print(line: string): void {
	trace(`${line}\n`);
}
