// The exports of `../bytes.ts` in TypeScript: on Node, and on boards whose kernel is not in C.

import type { ByteSet } from "../literals.js";

export function areAll(bytes: Uint8Array, value: number): boolean {
	const { length } = bytes;
	for (let i = 0; i < length; i++) if (bytes[i] !== value) return false;
	return true;
}

export function ascii(text: string): Uint8Array {
	const bytes = new Uint8Array(text.length);
	const { length } = bytes; // XS counts a string's length anew each time that it is asked for it
	for (let i = 0; i < length; i++) {
		const code = text.charCodeAt(i);
		if (code > 0x7f) throw new RangeError(`expected ASCII, got ${JSON.stringify(text)}`);
		bytes[i] = code;
	}
	return bytes;
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
	const length = Math.min(a.length, b.length);
	for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
	return a.length - b.length;
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

export function copyBytes(target: Uint8Array, offset: number, source: Uint8Array): void {
	target.set(source, offset);
}

/** Of half a byte, polynomial edb88320. */
const CRC = Object.freeze(
	Array.from({ length: 16 }, (_, half) => {
		let crc = half;
		for (let bit = 0; bit < 4; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
		return crc | 0;
	}),
);

/** Signed: as an unsigned integer it would be a float to XS. */
export function crc32(bytes: Uint8Array, before = 0): number {
	let crc = ~before;
	const { length } = bytes;
	for (let i = 0; i < length; i++) {
		crc ^= bytes[i];
		crc = (crc >>> 4) ^ CRC[crc & 15];
		crc = (crc >>> 4) ^ CRC[crc & 15];
	}
	return ~crc;
}

const TRUNCATED = -1,
	OTHER_TAG = -2,
	NOT_MINIMAL = -3;

/** X.690 §8.1.2, §8.1.3, §10.1: a tag of one byte, and the shortest definite length, here of at most two bytes more. */
export function derEnd(bytes: Uint8Array, start: number, end: number, tag: number): number {
	if (end - start < 2) return TRUNCATED;
	if (bytes[start] !== tag || (tag & 0x1f) === 0x1f) return OTHER_TAG;
	let length = bytes[start + 1],
		content = start + 2;
	if (length >= 0x80) {
		const count = length - 0x80;
		if (count === 0 || count > 2) return NOT_MINIMAL; // indefinite, or longer than any certificate
		if (end - content < count) return TRUNCATED;
		length = count === 1 ? bytes[content] : (bytes[content] << 8) | bytes[content + 1];
		if (length < (count === 1 ? 0x80 : 0x100)) return NOT_MINIMAL;
		content += count;
	}
	return length > end - content ? TRUNCATED : content + length;
}

/** X.690 §8.19: subidentifiers end with a byte below 80, and begin with none that is 80. */
export function isDerIdentifier(bytes: Uint8Array, start: number, end: number): boolean {
	let begins = true;
	for (let i = start; i < end; i++) {
		if (begins && bytes[i] === 0x80) return false;
		begins = bytes[i] < 0x80;
	}
	return begins && start < end;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
	if (a === b) return true; // a slot's two copies share what was verified
	const { length } = a;
	if (length !== b.length) return false;
	for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
	return true;
}

export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
	const { length } = a;
	if (length !== b.length) return false;
	let difference = 0;
	for (let i = 0; i < length; i++) difference |= a[i] ^ b[i];
	return difference === 0;
}

export function latin1(bytes: Uint8Array, start = 0, end = bytes.length): string {
	let text = "";
	for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
	return text;
}

export function span(bytes: Uint8Array, start: number, set: ByteSet): number {
	const { length } = bytes;
	let i = start;
	while (i < length && (set[bytes[i] >> 3] >> (bytes[i] & 7)) & 1) i++;
	return i;
}
