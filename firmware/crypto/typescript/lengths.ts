// What every entry of the kernel asks of its caller: our own code passes the right number of bytes, or hears of it.

/** Throws RangeError ("key: expected 32 bytes, got 31") unless `bytes` has that many. */
export function expectBytes(name: string, bytes: Uint8Array, byteLength: number): void {
	if (bytes.length !== byteLength) throw new RangeError(`${name}: expected ${byteLength} bytes, got ${bytes.length}`);
}
