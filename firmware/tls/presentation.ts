// The presentation language (RFC 9846 §3): numbers in network order, vectors behind their length. Bounds are checked
// here once, so that the parsers of handshake.ts are nothing but the order of the fields.

import { concatenate } from "../bytes.js";
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

export function uint8(value: number): Uint8Array {
	return Uint8Array.of(value);
}

export function uint16(value: number): Uint8Array {
	return Uint8Array.of(value >> 8, value);
}

/** A vector of `parts`, behind its length in `lengthBytes` bytes. */
export function vector(lengthBytes: 1 | 2 | 3, ...parts: Uint8Array[]): Uint8Array {
	const bytes = concatenate(new Uint8Array(lengthBytes), ...parts);
	for (let i = lengthBytes - 1, length = bytes.length - lengthBytes; i >= 0; i--, length >>= 8) bytes[i] = length;
	return bytes;
}
