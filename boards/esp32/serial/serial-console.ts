// The chip's own serial line, as its ROM writes to it.

/** Prints a line. */
export function print(this: void, line: string): void {
	return native("xs_baton_serial_print").call(this, line);
}
