// The exports of `../bytes.ts` in C: bytes.c does the work, and bytes-binding.c is what these functions reach. Where
// bytes or text are made they are made here, or by one native that makes nothing else.

import type { ByteSet } from "../literals.js";

export function ascii(text: string): Uint8Array {
	const bytes = new Uint8Array(text.length);
	if (!encodeASCII(bytes, text)) throw new RangeError(`expected ASCII, got ${JSON.stringify(text)}`);
	return bytes;
}

export function concatenate(...parts: Uint8Array[]): Uint8Array {
	return new Uint8Array(join(parts, parts.length));
}

export function areAll(this: void, bytes: Uint8Array, value: number): boolean {
	return native("xs_baton_bytes_are").call(this, bytes, value);
}
export function compareBytes(this: void, a: Uint8Array, b: Uint8Array): number {
	return native("xs_baton_bytes_compare").call(this, a, b);
}
export function copyBytes(this: void, target: Uint8Array, offset: number, source: Uint8Array): void {
	return native("xs_baton_bytes_copy").call(this, target, offset, source);
}
export function crc32(this: void, bytes: Uint8Array, before?: number): number {
	return native("xs_baton_bytes_crc32").call(this, bytes, before);
}
export function derEnd(this: void, bytes: Uint8Array, start: number, end: number, tag: number): number {
	return native("xs_baton_bytes_der_end").call(this, bytes, start, end, tag);
}
export function isDerIdentifier(this: void, bytes: Uint8Array, start: number, end: number): boolean {
	return native("xs_baton_bytes_der_identifier").call(this, bytes, start, end);
}
export function equalBytes(this: void, a: Uint8Array, b: Uint8Array): boolean {
	return native("xs_baton_bytes_equal").call(this, a, b);
}
export function equalSecrets(this: void, a: Uint8Array, b: Uint8Array): boolean {
	return native("xs_baton_bytes_equal_secrets").call(this, a, b);
}
export function latin1(this: void, bytes: Uint8Array, start?: number, end?: number): string {
	return native("xs_baton_bytes_latin1").call(this, bytes, start, end);
}
export function span(this: void, bytes: Uint8Array, start: number, set: ByteSet): number {
	return native("xs_baton_bytes_span").call(this, bytes, start, set);
}

/** Into `bytes`, which is as long as `text`. False for a character that is not ASCII. */
function encodeASCII(this: void, bytes: Uint8Array, text: string): boolean {
	return native("xs_baton_bytes_ascii").call(this, bytes, text);
}
/** `count`: of the parts. */
function join(this: void, parts: Uint8Array[], count: number): ArrayBuffer {
	return native("xs_baton_bytes_join").call(this, parts, count);
}
