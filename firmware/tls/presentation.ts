// The presentation language (RFC 9846 §3): numbers in network order, vectors behind their length. Bounds are checked
// here once, so that the parsers of handshake.ts are nothing but the order of the fields. A message is read by one
// reader and written by one writer, which go into its vectors and out of them: nothing is copied on the way.

import { copyBytes } from "../bytes.js";
import { DECODE_ERROR, refuse } from "./alert.js";

type LengthBytes = 1 | 2 | 3;

/** Reads fields one after the other from `bytes`. What does not fit is AlertError "malformed message". */
export class FieldReader {
	readonly #bytes: Uint8Array;
	#offset = 0;
	#end: number;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#end = bytes.length;
	}

	/** Whether nothing is left of the vector that was entered. */
	get atEnd(): boolean {
		return this.#offset === this.#end;
	}

	uint8(): number {
		return this.#bytes[this.#pass(1)];
	}

	uint16(): number {
		const start = this.#pass(2);
		return (this.#bytes[start] << 8) | this.#bytes[start + 1];
	}

	/** The next `length` bytes, as a view. */
	bytes(length: number): Uint8Array {
		const start = this.#pass(length);
		return this.#bytes.subarray(start, start + length);
	}

	/** A vector of at least `least` bytes, whose length stands before it in `lengthBytes` bytes: as a view. */
	vector(lengthBytes: LengthBytes, least = 0): Uint8Array {
		return this.bytes(this.#length(lengthBytes, least));
	}

	/** Goes into such a vector. Returns what `leave` wants. */
	enter(lengthBytes: LengthBytes, least = 0): number {
		const outer = this.#end;
		const length = this.#length(lengthBytes, least);
		const start = this.#pass(length);
		this.#offset = start;
		this.#end = start + length;
		return outer;
	}

	/** Goes out of the vector that `enter` went into; nothing may be left in it. */
	leave(outer: number): void {
		this.end();
		this.#end = outer;
	}

	/** Passes over what is left of the vector that was entered. */
	skip(): void {
		this.#offset = this.#end;
	}

	/** Nothing may be left. */
	end(): void {
		expectWellFormed(this.#offset === this.#end);
	}

	#length(lengthBytes: LengthBytes, least: number): number {
		let length = lengthBytes === 3 ? this.uint8() << 16 : 0;
		length |= lengthBytes === 1 ? this.uint8() : this.uint16();
		expectWellFormed(length >= least);
		return length;
	}

	/** Passes over the next `length` bytes. Returns where they begin. */
	#pass(length: number): number {
		const start = this.#offset;
		expectWellFormed(length <= this.#end - start);
		this.#offset = start + length;
		return start;
	}
}

export function expectWellFormed(isWellFormed: boolean): void {
	if (!isWellFormed) refuse("malformed message", DECODE_ERROR);
}

/** Writes fields one after the other. Vectors that were opened are closed from the inside outwards. */
export class FieldWriter {
	readonly #bytes: Uint8Array;
	/** Of each vector that is open: where its length begins, and where its content. The first `#depth` count. */
	readonly #open: number[] = [];
	#depth = 0;
	#offset = 0;

	/** `capacity`: of bytes; what goes beyond it is our mistake. */
	constructor(capacity: number) {
		this.#bytes = new Uint8Array(capacity);
	}

	/** All that was written, as a view. No vector is open any more. */
	end(): Uint8Array {
		this.close(0);
		if (this.#offset > this.#bytes.length) throw new RangeError(`expected at most ${this.#bytes.length} bytes`);
		return this.#bytes.subarray(0, this.#offset);
	}

	uint8(value: number): void {
		this.#bytes[this.#offset++] = value;
	}

	uint16(value: number): void {
		this.#bytes[this.#offset++] = value >> 8;
		this.#bytes[this.#offset++] = value;
	}

	bytes(bytes: Uint8Array): void {
		copyBytes(this.#bytes, this.#offset, bytes);
		this.#offset += bytes.length;
	}

	/** A vector of bytes, whose length goes before it in `lengthBytes` bytes. */
	vector(lengthBytes: 1 | 2, bytes: Uint8Array): void {
		if (lengthBytes === 1) this.uint8(bytes.length);
		else this.uint16(bytes.length);
		this.bytes(bytes);
	}

	/** Begins a vector of whatever is written until it is closed. */
	open(lengthBytes: LengthBytes): void {
		this.#open[this.#depth++] = this.#offset;
		this.#open[this.#depth++] = this.#offset += lengthBytes;
	}

	/** Ends vectors, whose lengths are known now, until `depth` are open. */
	close(depth: number): void {
		while (this.#depth > 2 * depth) {
			let at = this.#open[--this.#depth],
				length = this.#offset - at;
			for (const start = this.#open[--this.#depth]; at > start; length >>= 8) this.#bytes[--at] = length;
		}
	}
}
