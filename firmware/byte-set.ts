// Sets of bytes, for `span`: made once, when a module is loaded.

/** A bit for each byte: that of `b` is bit `b % 8` of byte `b / 8`. */
export type ByteSet = Uint8Array & { readonly length: 32 };

/** Of ASCII characters and ranges of them: `byteSet("a-z", "-")`. */
export function byteSet(...members: string[]): ByteSet {
	const set = new Uint8Array(32) as ByteSet;
	for (const member of members) {
		const last = member.charCodeAt(member.length - 1);
		for (let byte = member.charCodeAt(0); byte <= last; byte++) set[byte >> 3] |= 1 << (byte & 7);
	}
	return set;
}

/** Every byte but those of `set`. */
export function otherThan(set: ByteSet): ByteSet {
	return set.map(bits => ~bits) as ByteSet;
}
