// Distinguished Encoding Rules (ITU-T X.690 §8, §10, §11), the subset that certificates use, read strictly: one
// encoding for each value. Left out: tags above 30, lengths above 65,535, reals, and everything indefinite.

import { derEnd, isDerIdentifier, span } from "../bytes.js";
import { byteSet } from "../literals.js";
import { type CertificateReason, refuse } from "./certificate-error.js";

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

const DIGIT = byteSet("0-9");
/** What `derEnd` finds, from -1 downwards. */
const FAULTS: readonly CertificateReason[] = Object.freeze([
	"truncated",
	"unexpected tag",
	"length not minimal",
] as const);

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
		const start = this.pass(tag);
		this.#end = this.offset;
		this.offset = start;
		return outer;
	}

	/** Goes into the next element, an extension's list: SIZE (1..MAX). */
	enterList(tag: number): number {
		const outer = this.enter(tag);
		if (this.atEnd) refuse("bad extension");
		return outer;
	}

	/** Goes out of the element that `enter` went into; nothing may be left in it. */
	leave(outer: number): void {
		if (this.offset !== this.#end) refuse("trailing bytes");
		this.#end = outer;
	}

	/** The content of the next element, as a view. */
	content(tag: number): Uint8Array {
		return this.since(this.pass(tag));
	}

	/** Passes over the next element. Returns where its content begins. */
	pass(tag = this.tag): number {
		const start = this.offset;
		const end = derEnd(this.#bytes, start, this.#end, tag);
		if (end < 0) refuse(FAULTS[~end]);
		this.offset = end;
		const length = end - start; // up to 7f takes a byte to write, up to ff two, up to ffff three
		return start + (length < 0x82 ? 2 : length < 0x103 ? 3 : 4);
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
		const { length } = content;
		const nine = (content[0] << 1) | (content[1] >> 7);
		if (length === 0 || (length > 1 && (nine === 0 || nine === 0x1ff))) refuse("bad integer");
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
		if (last < 0 || last > 2 || unused > (last && 7)) refuse("bad bit string");
		if (last === 0) return 0;
		if ((content[last] & ((1 << unused) - 1)) !== 0) refuse("bad bit string"); // X.690 §11.2.1
		return content[1];
	}

	/** X.690 §8.19: content, as a view. */
	objectIdentifier(): Uint8Array {
		return this.since(this.passIdentifier());
	}

	/** Passes over an object identifier. Returns where its content begins. */
	passIdentifier(): number {
		const start = this.pass(OBJECT_IDENTIFIER);
		if (!isDerIdentifier(this.#bytes, start, this.offset)) refuse("bad object identifier");
		return start;
	}

	/**
	 * Time (RFC 5280 §4.1.2.5): UTCTime through 2049, GeneralizedTime from 2050 on, in seconds and Zulu.
	 * Seconds since 1970, negative before; no clock is asked.
	 */
	time(): number {
		const isGeneral = this.at(GENERALIZED_TIME);
		const text = this.content(isGeneral ? GENERALIZED_TIME : UTC_TIME);
		const start = isGeneral ? 2 : 0; // of a year's last two digits
		if (text.length !== start + 13 || span(text, 0, DIGIT) !== start + 12 || text[start + 12] !== Z) refuse("bad time");
		const field = (index: number) => twoDigits(text, start + 2 * index);
		let year = field(0);
		year += isGeneral ? 100 * twoDigits(text, 0) : year < 50 ? 2000 : 1900;
		const month = field(1),
			day = field(2),
			hour = field(3),
			minute = field(4),
			second = field(5);
		const first = daysSince1970(year, month),
			next = month < 12 ? daysSince1970(year, month + 1) : first + 31;
		const isDate = month > 0 && month < 13 && day > 0 && first + day <= next && (year >= 2050 || !isGeneral);
		if (!isDate || hour > 23 || minute > 59 || second > 59) refuse("bad time");
		return (first + day - 1) * 86_400 + hour * 3_600 + minute * 60 + second;
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
	const leapDays = (years >> 2) - ((years / 100) | 0) + ((years / 400) | 0);
	return years * 365 + leapDays + (((153 * months + 2) / 5) | 0) - 719_468;
}
