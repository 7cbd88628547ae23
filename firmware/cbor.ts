// Deterministic CBOR (RFC 8949 §4.2.1), the subset that CA information needs: a reader that takes nothing else, and
// the few writers of a Sig_structure. Left out: floats, simple values other than false, true and null, and tags
// other than the one that the caller asks for.

import { ascii, concatenate, latin1, span } from "./bytes.js";
import { RefusedError } from "./errors.js";
import { byteSet } from "./literals.js";

/** Their bytes are bad: what was held before is kept. `reason` is a literal of the parser that threw it. */
export class DecodeError<Reason extends string = string> extends RefusedError<Reason> {}

export type CborReason =
	| "truncated"
	| "trailing bytes"
	| "unexpected type"
	| "not deterministic" // a longer head than needed, an indefinite length, or map keys out of order
	| "duplicate key"
	| "unsupported item" // float, tag, or a simple value other than false, true, null
	| "nested too deeply"
	| "not UTF-8";

const ASCII = byteSet("\0-\x7f");

/** Major types (RFC 8949 §3.1). */
const UINT = 0,
	NINT = 1,
	BSTR = 2,
	TSTR = 3,
	ARRAY = 4,
	MAP = 5,
	TAG = 6,
	SIMPLE = 7;
const FALSE = 20,
	TRUE = 21,
	NULL = 22;

/** Reads items one after the other from `bytes`. Every method throws DecodeError<CborReason>. */
export class CborReader {
	/** Where the next item begins. */
	offset = 0;
	readonly #bytes: Uint8Array;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	/** An unsigned integer. From 2^53 on it is rounded: compare it with bounds below that only. */
	uint(): number {
		return this.#head(UINT);
	}

	/** An unsigned or a negative integer, as a map's key. */
	int(): number {
		return this.#major() === NINT ? -1 - this.#head(NINT) : this.#head(UINT);
	}

	/** A byte string, as a view of the bytes given. */
	bytes(): Uint8Array {
		return this.#take(this.#head(BSTR));
	}

	text(): string {
		return decodeUTF8(this.#take(this.#head(TSTR)));
	}

	/** Whether the next item is an array. */
	get isArray(): boolean {
		return this.#major() === ARRAY;
	}

	/** The number of items of an array. */
	array(): number {
		return this.#head(ARRAY);
	}

	/** The number of pairs of a map. */
	map(): number {
		return this.#head(MAP);
	}

	tag(): number {
		return this.#head(TAG);
	}

	boolean(): boolean {
		const value = this.#head(SIMPLE);
		if (value !== FALSE && value !== TRUE) refuse("unexpected type");
		return value === TRUE;
	}

	/**
	 * Walks a map whose keys are integers, in their deterministic order: ascending by encoded bytes, so 0, 1, … before
	 * -1, -2, … . `visit(key)` must read the value.
	 */
	integerMap(visit: (key: number) => void): void {
		const order = new KeyOrder(this.#bytes);
		for (let count = this.map(); count > 0; count--) {
			const start = this.offset;
			const key = this.int();
			order.next(start, this.offset);
			visit(key);
		}
	}

	/** Reads one item of any supported type, arrays and maps nested `depth` deep at most, and forgets it. */
	skip(depth: number): void {
		switch (this.#major()) {
			case UINT:
			case NINT:
				this.int();
				return;
			case BSTR:
				this.bytes();
				return;
			case TSTR:
				this.text();
				return;
			case ARRAY: {
				if (depth === 0) refuse("nested too deeply");
				for (let count = this.array(); count > 0; count--) this.skip(depth - 1); // each item has a byte: bounded
				return;
			}
			case MAP: {
				if (depth === 0) refuse("nested too deeply");
				const order = new KeyOrder(this.#bytes);
				for (let count = this.map(); count > 0; count--) {
					const start = this.offset;
					this.skip(depth - 1);
					order.next(start, this.offset);
					this.skip(depth - 1);
				}
				return;
			}
			case SIMPLE: {
				const value = this.#head(SIMPLE);
				if (value !== FALSE && value !== TRUE && value !== NULL) refuse("unsupported item");
				return;
			}
			default:
				refuse("unsupported item");
		}
	}

	/** Refuses anything after the last item. */
	end(): void {
		if (this.offset !== this.#bytes.length) refuse("trailing bytes");
	}

	#major(): number {
		if (this.offset >= this.#bytes.length) refuse("truncated");
		return this.#bytes[this.offset] >> 5;
	}

	/** The argument of a head of type `major`, in its shortest form (RFC 8949 §4.2.1). */
	#head(major: number): number {
		if (this.#major() !== major) refuse("unexpected type");
		const information = this.#bytes[this.offset++] & 0x1f;
		if (information < 24) return information;
		if (major === SIMPLE) refuse("unsupported item"); // floats and two-byte simple values
		if (information === 31) refuse("not deterministic"); // indefinite length
		if (information > 27) refuse("unsupported item"); // reserved
		const length = 1 << (information - 24); // 1, 2, 4 or 8 bytes
		let value = 0;
		const end = this.offset + length;
		if (end > this.#bytes.length) refuse("truncated");
		while (this.offset < end) value = value * 256 + this.#bytes[this.offset++];
		const least = length === 1 ? 24 : 2 ** (4 * length); // what no shorter form can hold
		if (value < least) refuse("not deterministic");
		return value;
	}

	#take(length: number): Uint8Array {
		const end = this.offset + length;
		if (end > this.#bytes.length) refuse("truncated");
		const taken = this.#bytes.subarray(this.offset, end);
		this.offset = end;
		return taken;
	}
}

/** Map keys ascend in the bytewise order of their encodings (RFC 8949 §4.2.1), so none comes twice. */
class KeyOrder {
	readonly #bytes: Uint8Array;
	#start = 0;
	#end = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	next(start: number, end: number): void {
		const order = this.#end === 0 ? -1 : this.#compareWithLast(start, end);
		if (order === 0) refuse("duplicate key");
		if (order > 0) refuse("not deterministic");
		this.#start = start;
		this.#end = end;
	}

	#compareWithLast(start: number, end: number): number {
		for (let last = this.#start, i = start; last < this.#end && i < end; last++, i++) {
			const order = this.#bytes[last] - this.#bytes[i];
			if (order !== 0) return order;
		}
		return this.#end - this.#start - (end - start);
	}
}

/** A head: `major` type 0 … 6 with `argument` 0 … 2^32-1, in its shortest form. */
function head(major: number, argument: number): number[] {
	const type = major << 5;
	if (argument < 24) return [type | argument];
	if (argument < 0x100) return [type | 24, argument];
	if (argument < 0x10000) return [type | 25, argument >> 8, argument & 0xff];
	return [type | 26, argument >>> 24, (argument >>> 16) & 0xff, (argument >>> 8) & 0xff, argument & 0xff];
}

/** The head of an array of `count` items. */
export function arrayHead(count: number): Uint8Array {
	return Uint8Array.from(head(ARRAY, count));
}

/** The head of a map of `count` pairs. */
export function mapHead(count: number): Uint8Array {
	return Uint8Array.from(head(MAP, count));
}

/** An unsigned integer, below 2^53. */
export function unsigned(value: number): Uint8Array {
	if (value < 2 ** 32) return Uint8Array.from(head(UINT, value));
	const item = new Uint8Array(9);
	const view = new DataView(item.buffer);
	item[0] = 27;
	view.setUint32(1, Math.floor(value / 2 ** 32));
	view.setUint32(5, value % 2 ** 32);
	return item;
}

export function booleanItem(value: boolean): Uint8Array {
	return Uint8Array.of((SIMPLE << 5) | (value ? TRUE : FALSE));
}

/** A byte string. */
export function byteString(bytes: Uint8Array): Uint8Array {
	return concatenate(Uint8Array.from(head(BSTR, bytes.length)), bytes);
}

/** A text string; `text` is ASCII. */
export function textString(text: string): Uint8Array {
	return concatenate(Uint8Array.from(head(TSTR, text.length)), ascii(text));
}

/** UTF-8 (RFC 3629 §4): no surrogates, nothing beyond U+10FFFF, nothing longer than needed. */
function decodeUTF8(bytes: Uint8Array): string {
	let i = span(bytes, 0, ASCII);
	let text = latin1(bytes, 0, i);
	while (i < bytes.length) {
		const first = bytes[i++];
		if (first < 0x80) {
			text += String.fromCharCode(first);
			continue;
		}
		const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
		if (first < 0xc2 || first > 0xf4 || i + more > bytes.length) refuse("not UTF-8");
		let point = first & (0x3f >> more);
		for (let k = 0; k < more; k++) {
			const byte = bytes[i++];
			if (byte >> 6 !== 2) refuse("not UTF-8");
			point = (point << 6) | (byte & 0x3f);
		}
		const least = more === 1 ? 0x80 : more === 2 ? 0x800 : 0x10000;
		if (point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) refuse("not UTF-8");
		text += String.fromCodePoint(point);
	}
	return text;
}

function refuse(reason: CborReason): never {
	throw new DecodeError(reason);
}
