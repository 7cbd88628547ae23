// Tells whether bytes are one item of CBOR in core deterministic encoding (RFC 8949 §4.2.1), of the kinds that CA
// information may hold: integers, byte and text strings, arrays, maps, tags, false, true, null. A walk over the bytes alone.

const DEEPEST = 16;

/** False too for what is truncated, has bytes after it, or holds floats, undefined or other simple values. */
export function isDeterministic(bytes: Uint8Array): boolean {
	return walk(bytes, 0, 0) === bytes.length;
}

/** The offset behind the item at `offset`; -1 if it is not deterministic. */
function walk(bytes: Uint8Array, offset: number, depth: number): number {
	if (offset >= bytes.length || depth > DEEPEST) return -1;
	const major = bytes[offset] >> 5,
		additional = bytes[offset] & 0x1f;
	if (major === 7) return additional >= 20 && additional <= 22 ? offset + 1 : -1;
	if (additional > 27) return -1; // reserved, or of indefinite length
	const width = additional < 24 ? 0 : 1 << (additional - 24);
	let at = offset + 1 + width;
	if (at > bytes.length) return -1;
	let argument = width === 0 ? BigInt(additional) : 0n;
	for (const byte of bytes.subarray(offset + 1, at)) argument = (argument << 8n) | BigInt(byte);
	if (width > 0 && argument < (width === 1 ? 24n : 1n << BigInt(4 * width))) return -1; // a shorter head would do
	if (major < 2) return at;
	if (argument > BigInt(bytes.length)) return -1;
	const count = Number(argument);
	switch (major) {
		case 2:
		case 3:
			return at + count <= bytes.length ? at + count : -1;
		case 4:
			for (let i = 0; i < count && at !== -1; i++) at = walk(bytes, at, depth + 1);
			return at;
		case 5: {
			let before: Uint8Array | undefined;
			for (let i = 0; i < count; i++) {
				const end = walk(bytes, at, depth + 1);
				if (end === -1) return -1;
				const key = bytes.subarray(at, end);
				if (before && Buffer.compare(before, key) >= 0) return -1; // out of order, or twice
				before = key;
				at = walk(bytes, end, depth + 1);
				if (at === -1) return -1;
			}
			return at;
		}
		default:
			return walk(bytes, at, depth + 1); // a tag
	}
}
