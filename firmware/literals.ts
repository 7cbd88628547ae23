// Bytes, and sets of bytes, that stand in the program. They are made when a module is loaded: with the Moddable SDK that
// is on the machine that links it, where no native can be called. So JavaScript alone makes them.

/** The bytes of `text`, of which each is a character below 256. */
export function literal(text: string): Uint8Array {
	return Uint8Array.from(text, character => character.charCodeAt(0));
}

/** A bit for each byte: that of `b` is bit `b % 8` of byte `b / 8`. For `span`. */
export type ByteSet = Uint8Array & { readonly length: 32 };

/** Of characters below 256 and ranges of them: `byteSet("a-z", "-")`. */
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
