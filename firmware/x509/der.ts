// Distinguished Encoding Rules (ITU-T X.690 §8, §10, §11), the subset that certificates use, read strictly: one
// encoding for each value. Left out: tags above 30, lengths above 65,535, reals, and everything indefinite.
// Called by certificate.ts and by public-key.ts (ECDSA-Sig-Value).

import { span } from "../bytes.js";
import { byteSet, otherThan } from "../literals.js";
import { CertificateError, type DerReason } from "./certificate-error.js";

export const BOOLEAN = 0x01,
	INTEGER = 0x02,
	BIT_STRING = 0x03,
	OCTET_STRING = 0x04,
	NULL = 0x05,
	OBJECT_IDENTIFIER = 0x06;
export const UTC_TIME = 0x17,
	GENERALIZED_TIME = 0x18,
	SEQUENCE = 0x30,
	SET = 0x31;

const DIGIT = byteSet("0-9"),
	NOT_80 = otherThan(byteSet("\x80"));

/** Context-specific tags: `[n]` primitive and constructed. */
export function primitive(n: number): number {
	return 0x80 | n;
}
export function constructed(n: number): number {
	return 0xa0 | n;
}

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
		const last = content.length - 1;
		if (content[0] >= 0x80 || last > 1 || (last === 1 && content[0] !== 0)) refuse("bad integer");
		return content[last];
	}

	/** A BIT STRING of whole bytes, as a view. */
	octets(): Uint8Array {
		const content = this.content(BIT_STRING);
		if (content.length === 0 || content[0] !== 0) refuse("bad bit string");
		return content.subarray(1);
	}

	/** The first byte of a BIT STRING of up to 16 named bits, bit 0 the highest; 0 if there is none. */
	namedBits(): number {
		const content = this.content(BIT_STRING);
		const last = content.length - 1,
			unused = content[0];
		if (last < 0 || last > 2 || unused > (last === 0 ? 0 : 7)) refuse("bad bit string");
		if (last > 0 && (content[last] & ((1 << unused) - 1)) !== 0) refuse("bad bit string"); // X.690 §11.2.1
		return last === 0 ? 0 : content[1];
	}

	/** X.690 §8.19: content, as a view. */
	objectIdentifier(): Uint8Array {
		const start = this.passObjectIdentifier();
		return this.since(start);
	}

	/** Passes over an object identifier. Returns where its content begins. */
	passObjectIdentifier(): number {
		const bytes = this.#bytes;
		const length = this.#header(OBJECT_IDENTIFIER);
		const start = this.offset,
			end = start + length;
		if (length === 0 || bytes[end - 1] >= 0x80) refuse("bad object identifier");
		for (let i = span(bytes, start, NOT_80); i < end; i = span(bytes, i + 1, NOT_80))
			if (i === start || bytes[i - 1] < 0x80) refuse("bad object identifier"); // a subidentifier's leading byte
		this.offset = end;
		return start;
	}

	/**
	 * Time (RFC 5280 §4.1.2.5): UTCTime through 2049, GeneralizedTime from 2050 on, in seconds and Zulu.
	 * Seconds since 1970, negative before; no clock is asked.
	 */
	time(): number {
		const { tag } = this;
		const isGeneral = tag === GENERALIZED_TIME;
		const text = this.content(isGeneral ? tag : UTC_TIME);
		const digits = isGeneral ? 14 : 12;
		if (text.length !== digits + 1 || span(text, 0, DIGIT) !== digits || text[digits] !== Z) refuse("bad time");
		let year = twoDigits(text, 0);
		if (isGeneral) year = 100 * year + twoDigits(text, 2);
		else year += year < 50 ? 2000 : 1900;
		const month = twoDigits(text, digits - 10),
			day = twoDigits(text, digits - 8);
		const hour = twoDigits(text, digits - 6),
			minute = twoDigits(text, digits - 4),
			second = twoDigits(text, digits - 2);
		const start = daysSince1970(year, month),
			next = month < 12 ? daysSince1970(year, month + 1) : start + 31;
		if (isGeneral && year < 2050) refuse("bad time");
		if (month < 1 || month > 12 || day < 1 || start + day > next) refuse("bad time");
		if (hour > 23 || minute > 59 || second > 59) refuse("bad time");
		return (start + day - 1) * 86_400 + hour * 3_600 + minute * 60 + second;
	}

	/** Reads a tag and a length (X.690 §10.1: definite, and as short as can be). */
	#header(tag: number): number {
		const bytes = this.#bytes,
			end = this.#end;
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

const ZERO = 0x30,
	Z = 0x5a;

function twoDigits(text: Uint8Array, start: number): number {
	return 10 * (text[start] - ZERO) + text[start + 1] - ZERO;
}

/** Days from 1970-01-01 to the first of a month; years are counted from March, so that a leap day ends one. */
function daysSince1970(year: number, month: number): number {
	const years = month > 2 ? year : year - 1;
	const months = (month + 9) % 12; // since March
	const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
	return years * 365 + leapDays + Math.floor((153 * months + 2) / 5) - 719_468;
}

function refuse(reason: DerReason): never {
	throw new CertificateError(reason);
}
