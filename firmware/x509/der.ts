// Distinguished Encoding Rules (ITU-T X.690 §8, §10, §11), the subset that certificates use, read strictly: one
// encoding for each value. Left out: tags above 30, lengths above 65,535, reals, and everything indefinite.
// Called by certificate.ts and by public-key.ts (ECDSA-Sig-Value).

import { CertificateError, type DerReason } from "./certificate-error.js";

export const BOOLEAN = 0x01, INTEGER = 0x02, BIT_STRING = 0x03, OCTET_STRING = 0x04, OBJECT_IDENTIFIER = 0x06;
export const UTC_TIME = 0x17, GENERALIZED_TIME = 0x18, SEQUENCE = 0x30, SET = 0x31;
const UTF8_STRING = 0x0c, PRINTABLE_STRING = 0x13, IA5_STRING = 0x16;

/** Context-specific tags: `[n]` primitive and constructed. */
export const primitive = (n: number): number => 0x80 | n;
export const constructed = (n: number): number => 0xa0 | n;

/**
 * Reads elements one after the other. `enter` and `leave` go into an element and out of it, so that a whole
 * certificate is read with one reader. Every method throws CertificateError with a DerReason.
 */
export class DerReader {
	/** Of the next element. */
	offset = 0;
	readonly #bytes: Uint8Array;
	#end: number;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#end = bytes.length;
	}

	/** Whether the element that was entered has no more elements. */
	get atEnd(): boolean {
		return this.offset === this.#end;
	}

	/** How many bytes of the element that was entered are left. */
	get left(): number {
		return this.#end - this.offset;
	}

	/** The next element's tag; 0 at the end. */
	get tag(): number {
		return this.offset < this.#end ? this.#bytes[this.offset] : 0;
	}

	/** Whether the next element has `tag`; false at the end. */
	at(tag: number): boolean {
		return this.tag === tag;
	}

	/** What was read since `start`, as a view. */
	since(start: number): Uint8Array {
		return this.#bytes.subarray(start, this.offset);
	}

	/** Goes into the next element. Returns what `leave` wants. */
	enter(tag: number): number {
		const outer = this.#end;
		const length = this.#header(tag);
		this.#end = this.offset + length;
		return outer;
	}

	/** Goes out of the element that `enter` went into; nothing may be left in it. */
	leave(outer: number): void {
		if (this.offset !== this.#end) refuse("trailing bytes");
		this.#end = outer;
	}

	/** The content of the next element, as a view. */
	content(tag: number): Uint8Array {
		const length = this.#header(tag);
		const start = this.offset;
		this.offset += length;
		return this.since(start);
	}

	/** Passes over the next element, whatever its tag. */
	skip(): void {
		const length = this.#header(this.tag);
		this.offset += length;
	}

	/** X.690 §11.1: FF or 00. */
	boolean(): boolean {
		const content = this.content(BOOLEAN);
		if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) refuse("bad boolean");
		return content[0] !== 0;
	}

	/** X.690 §8.3: two's complement, the first nine bits not all alike. Content of at least one byte, as a view. */
	integer(): Uint8Array {
		const content = this.content(INTEGER);
		if (content.length === 0) refuse("bad integer");
		if (content.length > 1 && (content[0] === 0 || content[0] === 0xff) && (content[0] ^ content[1]) < 0x80) {
			refuse("bad integer");
		}
		return content;
	}

	/** An INTEGER between 0 and 255. */
	smallInteger(): number {
		const content = this.integer();
		if (content[0] >= 0x80 || content.length > 2 || (content.length === 2 && content[0] !== 0)) refuse("bad integer");
		return content[content.length - 1];
	}

	/** A BIT STRING of whole bytes, as a view. */
	octets(): Uint8Array {
		const content = this.content(BIT_STRING);
		if (content.length === 0 || content[0] !== 0) refuse("bad bit string");
		return content.subarray(1);
	}

	/** A BIT STRING of named bits (X.690 §11.2.2: no trailing zeros), at most 16: bit n of the result is bit n. */
	namedBits(): number {
		const content = this.content(BIT_STRING);
		const bytes = content.length - 1, unused = content[0];
		if (bytes < 0 || bytes > 2 || unused > 7) return refuse("bad bit string");
		if (bytes === 0) return unused === 0 ? 0 : refuse("bad bit string");
		const last = content[bytes];
		if ((last & ((1 << unused) - 1)) !== 0) refuse("bad bit string"); // unused bits are zero (§11.2.1)
		if ((last & (1 << unused)) === 0) refuse("bad bit string"); // and the one before them is not
		let bits = 0;
		for (let n = 0; n < bytes * 8; n++) if (content[1 + (n >> 3)] & (0x80 >> (n & 7))) bits |= 1 << n;
		return bits;
	}

	/** X.690 §8.19: content, as a view. */
	objectIdentifier(): Uint8Array {
		const content = this.content(OBJECT_IDENTIFIER);
		let first = true; // of a subidentifier: its leading byte is not 80
		for (const byte of content) {
			if (first && byte === 0x80) refuse("bad object identifier");
			first = byte < 0x80;
		}
		if (content.length === 0 || !first) refuse("bad object identifier");
		return content;
	}

	/** PrintableString, UTF8String or IA5String: what authorities may still put into names (RFC 5280 §4.1.2.4, §4.1.2.6). */
	string(): void {
		const { tag } = this;
		const content = this.content(tag);
		switch (tag) {
			case PRINTABLE_STRING:
				for (const byte of content) if (!isPrintable(byte)) refuse("bad string");
				return;
			case IA5_STRING:
				for (const byte of content) if (byte > 0x7f) refuse("bad string");
				return;
			case UTF8_STRING: // compared as bytes, shown to nobody
				return;
			default:
				refuse("unexpected tag");
		}
	}

	/**
	 * Time (RFC 5280 §4.1.2.5): UTCTime through 2049, GeneralizedTime from 2050 on, in seconds and Zulu.
	 * Seconds since 1970, negative before; no clock is asked.
	 */
	time(): number {
		const general = this.at(GENERALIZED_TIME);
		const content = this.content(general ? GENERALIZED_TIME : UTC_TIME);
		const centuryDigits = general ? 2 : 0;
		if (content.length !== 13 + centuryDigits || content[content.length - 1] !== 0x5a) refuse("bad time");
		const pair = (index: number): number => {
			const tens = content[index] - 0x30, ones = content[index + 1] - 0x30;
			return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : refuse("bad time");
		};
		const i = centuryDigits;
		const year = general ? pair(0) * 100 + pair(2) : pair(0) + (pair(0) >= 50 ? 1900 : 2000);
		const month = pair(i + 2), day = pair(i + 4), hour = pair(i + 6), minute = pair(i + 8), second = pair(i + 10);
		if (general && year < 2050) refuse("bad time");
		if (month < 1 || month > 12 || day < 1 || day > daysOf(month, year)) refuse("bad time");
		if (hour > 23 || minute > 59 || second > 59) refuse("bad time");
		return daysSince1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
	}

	/** Reads a tag and a length (X.690 §10.1: definite, and as short as can be). */
	#header(tag: number): number {
		const bytes = this.#bytes, end = this.#end;
		let offset = this.offset;
		if (end - offset < 2) refuse("truncated");
		if (bytes[offset] !== tag || (tag & 0x1f) === 0x1f) refuse("unexpected tag");
		let length = bytes[offset + 1];
		offset += 2;
		if (length >= 0x80) {
			const count = length - 0x80;
			if (count === 0 || count > 2) refuse("length not minimal"); // indefinite, or longer than any certificate
			if (end - offset < count) refuse("truncated");
			length = count === 1 ? bytes[offset] : (bytes[offset] << 8) | bytes[offset + 1];
			if (length < (count === 1 ? 0x80 : 0x100)) refuse("length not minimal");
			offset += count;
		}
		if (length > end - offset) refuse("truncated");
		this.offset = offset;
		return length;
	}
}

/** PrintableString (X.680 §41.4), with the asterisk, at sign and underscore that CAs put there: refused. */
function isPrintable(byte: number): boolean {
	if (byte >= 0x61 && byte <= 0x7a) return true; // a–z
	if (byte >= 0x41 && byte <= 0x5a) return true; // A–Z
	if (byte >= 0x27 && byte <= 0x3a) return byte !== 0x2a; // ' ( ) + , - . / 0–9 :
	return byte === 0x20 || byte === 0x3d || byte === 0x3f; // space = ?
}

function daysOf(month: number, year: number): number {
	if (month === 2) return isLeap(year) ? 29 : 28;
	return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeap(year: number): boolean {
	return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days from 1970-01-01 in the Gregorian calendar; the year is counted from March, so that a leap day ends it. */
function daysSince1970(year: number, month: number, day: number): number {
	const years = month > 2 ? year : year - 1;
	const months = (month + 9) % 12; // since March
	const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
	return years * 365 + leapDays + Math.floor((153 * months + 2) / 5) + day - 1 - 719_468;
}

function refuse(reason: DerReason): never {
	throw new CertificateError(reason);
}
