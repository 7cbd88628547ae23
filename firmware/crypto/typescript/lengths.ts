// What every entry of the kernel asks of its caller: our own code passes the right number of bytes, or hears of it.

/** Throws RangeError ("key: expected 32 bytes, got 31") unless `bytes` has that many. */
export function expectBytes(name: string, bytes: Uint8Array, byteLength: number): void {
	if (bytes.length !== byteLength) throw new RangeError(`${name}: expected ${byteLength} bytes, got ${bytes.length}`);
}

/** The same for an AEAD's buffer, which has room for a tag at least. */
export function expectBuffer(buffer: Uint8Array): void {
	if (buffer.length < 16) throw new RangeError(`buffer: expected at least 16 bytes, got ${buffer.length}`);
}

/** Whether two tags of 16 bytes are equal, in a time that does not tell where they differ. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
	let difference = 0;
	for (let i = 0; i < 16; i++) difference |= a[i] ^ b[i];
	return difference === 0;
}
