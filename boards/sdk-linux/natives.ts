// What the SDK lacks on Linux: randomness (its Math.random repeats), ticks that nothing sets back, and a console
// without a debugger.

/** Fills `bytes` from the kernel's random number generator. */
export function random(this: void, bytes: Uint8Array): void {
	return native("xs_baton_random").call(this, bytes);
}

/** A PC does not restart a program that failed. */
export function restarts(): number {
	return 0;
}

export function steady(): void {}

/** Milliseconds since some moment, modulo 2^32. */
export function ticks(this: void): number {
	return native("xs_baton_ticks").call(this);
}

/** Prints a line on the standard output of the simulator. */
export function print(this: void, line: string): void {
	return native("xs_baton_print").call(this, line);
}
