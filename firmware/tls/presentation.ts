// The presentation language (RFC 8446 §3): numbers in network order, vectors behind their length. Bounds are checked
// here once, so that the parsers of handshake.ts are nothing but the order of the fields.

import { refuse } from "./alert.js";

/** Reads fields one after the other from `bytes`. What does not fit is AlertError "malformed message". */
export class FieldReader {
	readonly #bytes: Uint8Array;
	#offset = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	get atEnd(): boolean {
		return this.#offset === this.#bytes.length;
	}

	uint8(): number {
		return this.#uint(1);
	}

	uint16(): number {
		return this.#uint(2);
	}

	/** The next `length` bytes, as a view. */
	bytes(length: number): Uint8Array {
		const start = this.#offset;
		if (length > this.#bytes.length - start) refuse("malformed message");
		this.#offset = start + length;
		return this.#bytes.subarray(start, this.#offset);
	}

	/** A vector whose length, at least `least`, stands before it in `lengthBytes` bytes: as a view. */
	vector(lengthBytes: 1 | 2 | 3, least = 0): Uint8Array {
		const length = this.#uint(lengthBytes);
		if (length < least) refuse("malformed message");
		return this.bytes(length);
	}

	/** Passes over what is left. */
	rest(): void {
		this.#offset = this.#bytes.length;
	}

	/** Nothing may be left. */
	end(): void {
		if (!this.atEnd) refuse("malformed message");
	}

	#uint(byteLength: 1 | 2 | 3): number {
		let value = 0;
		for (const byte of this.bytes(byteLength)) value = (value << 8) | byte;
		return value;
	}
}

/** Writes fields into a buffer of a fixed size, which our own messages never exceed. */
export class FieldWriter {
	readonly #bytes: Uint8Array;
	#offset = 0;

	constructor(capacity: number) {
		this.#bytes = new Uint8Array(capacity);
	}

	/** What was written, as a view. */
	get written(): Uint8Array {
		return this.#bytes.subarray(0, this.#offset);
	}

	uint8(value: number): void {
		this.#bytes[this.#offset++] = value;
	}

	uint16(value: number): void {
		this.uint8(value >> 8);
		this.uint8(value & 0xff);
	}

	bytes(bytes: Uint8Array): void {
		this.#bytes.set(bytes, this.#offset); // throws RangeError past the capacity
		this.#offset += bytes.length;
	}

	/** A vector of what `write` writes, behind its length in `lengthBytes` bytes. */
	vector(lengthBytes: 1 | 2 | 3, write: () => void): void {
		const start = (this.#offset += lengthBytes);
		write();
		for (let i = 1, length = this.#offset - start; i <= lengthBytes; i++, length >>= 8) {
			this.#bytes[start - i] = length & 0xff;
		}
	}
}
