// Bytes put together and compared: what several folders need of `Uint8Array` and the language does not give.

/** The bytes of ASCII `text`. Throws RangeError for any other character. */
export function ascii(text: string): Uint8Array {
	const bytes = new Uint8Array(text.length);
	for (let i = 0; i < bytes.length; i++) {
		// XS counts a string's length anew each time that it is asked for it
		const code = text.charCodeAt(i);
		if (code > 0x7f) throw new RangeError(`expected ASCII, got ${JSON.stringify(text)}`);
		bytes[i] = code;
	}
	return bytes;
}

/** `bytes` as text, a character for each. */
export function latin1(bytes: Uint8Array): string {
	let text = "";
	for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
	return text;
}

export function concatenate(...parts: Uint8Array[]): Uint8Array {
	let length = 0;
	for (const part of parts) length += part.length;
	const whole = new Uint8Array(length);
	let offset = 0;
	for (const part of parts) {
		whole.set(part, offset);
		offset += part.length;
	}
	return whole;
}

/** Of public data: not in constant time. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
	if (a === b) return true; // a slot's two copies share what was verified
	const { length } = a;
	if (length !== b.length) return false;
	for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
	return true;
}

/** Of secrets, a MAC say: the time depends on the length alone. */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
	if (a.length !== b.length) return false;
	let difference = 0;
	for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
	return difference === 0;
}
