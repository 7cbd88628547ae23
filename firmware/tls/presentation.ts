// The presentation language (RFC 9846 §3): numbers in network order, vectors behind their length. Bounds are checked
// here once, so that the parsers of handshake.ts are nothing but the order of the fields. A message is read by one
// reader and written by one writer, which go into its vectors and out of them: nothing is copied on the way.

import { copyBytes } from "../bytes.js";
import { refuse } from "./alert.js";

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
		if (this.#offset !== this.#end) refuse("malformed message");
	}

	#length(lengthBytes: LengthBytes, least: number): number {
		let length = lengthBytes === 3 ? this.uint8() << 16 : 0;
		length |= lengthBytes === 1 ? this.uint8() : this.uint16();
		if (length < least) refuse("malformed message");
		return length;
	}

	/** Passes over the next `length` bytes. Returns where they begin. */
	#pass(length: number): number {
		const start = this.#offset;
		if (length > this.#end - start) refuse("malformed message");
		this.#offset = start + length;
		return start;
	}
}

/** Writes fields one after the other. */
export class FieldWriter {
	readonly #bytes: Uint8Array;
	#offset = 0;

	/** `capacity`: of bytes; what goes beyond it is our mistake. */
	constructor(capacity: number) {
		this.#bytes = new Uint8Array(capacity);
	}

	/** All that was written, as a view. */
	get written(): Uint8Array {
		if (this.#offset > this.#bytes.length) throw new RangeError(`expected at most ${this.#bytes.length} bytes`);
		return this.#bytes.subarray(0, this.#offset);
	}

	uint8(value: number): void {
		this.#bytes[this.#offset++] = value;
	}

	uint16(value: number): void {
		this.uint8(value >> 8);
		this.uint8(value);
	}

	bytes(bytes: Uint8Array): void {
		copyBytes(this.#bytes, this.#offset, bytes);
		this.#offset += bytes.length;
	}

	/** A vector of bytes, whose length goes before it in `lengthBytes` bytes. */
	vector(lengthBytes: LengthBytes, bytes: Uint8Array): void {
		const start = this.open(lengthBytes);
		this.bytes(bytes);
		this.close(lengthBytes, start);
	}

	/** A vector of numbers of 16 bits, whose length goes before it in 2 bytes. */
	uint16s(values: readonly number[]): void {
		this.uint16(2 * values.length);
		for (let i = 0; i < values.length; i++) this.uint16(values[i]);
	}

	/** Begins a vector. Returns what `close` wants. */
	open(lengthBytes: LengthBytes): number {
		return (this.#offset += lengthBytes);
	}

	/** Ends the vector that `open` began: its length is known now. */
	close(lengthBytes: LengthBytes, start: number): void {
		let length = this.#offset - start;
		for (let i = 1; i <= lengthBytes; i++, length >>= 8) this.#bytes[start - i] = length;
	}
}
