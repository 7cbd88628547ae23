// ChaCha20-Poly1305 (RFC 8439 §2.8), in place.

import type { Aead } from "../kernel.js";
import { expectBytes } from "./lengths.js";

export class ChaCha20Poly1305 implements Aead {
	#key: Uint8Array;

	constructor(key: Uint8Array) {
		expectBytes("key", key, 32);
		this.#key = key.slice();
	}

	seal(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): void {
		const { state, text, tag } = this.#start(nonce, buffer);
		const oneTimeKey = this.#oneTimeKey(state);
		encrypt(state, text);
		tag.set(authenticate(oneTimeKey, additionalData, text));
	}

	open(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): boolean {
		const { state, text, tag } = this.#start(nonce, buffer);
		const expected = authenticate(this.#oneTimeKey(state), additionalData, text);
		let difference = 0;
		for (let i = 0; i < 16; i++) difference |= expected[i]! ^ tag[i]!;
		if (difference !== 0) return false;
		encrypt(state, text);
		return true;
	}

	#start(nonce: Uint8Array, buffer: Uint8Array) {
		expectBytes("nonce", nonce, 12);
		if (buffer.length < 16) throw new RangeError(`buffer: expected at least 16 bytes, got ${buffer.length}`);
		const state = new Uint8Array(64);
		state.set([0x65, 0x78, 0x70, 0x61, 0x6e, 0x64, 0x20, 0x33, 0x32, 0x2d, 0x62, 0x79, 0x74, 0x65, 0x20, 0x6b]);
		state.set(this.#key, 16);
		state.set(nonce, 52);
		const view = new DataView(state.buffer);
		return {
			state: Int32Array.from({ length: 16 }, (_, i) => view.getInt32(4 * i, true)),
			text: buffer.subarray(0, buffer.length - 16),
			tag: buffer.subarray(buffer.length - 16),
		};
	}

	#oneTimeKey(state: Int32Array): Uint8Array {
		const block = new Uint8Array(64);
		encrypt(state, block);
		return block;
	}
}

function encrypt(state: Int32Array, text: Uint8Array): void {
	const x = new Int32Array(16);
	const stream = new Uint8Array(64);
	const view = new DataView(stream.buffer);
	const quarter = (a: number, b: number, c: number, d: number) => {
		x[a] = x[a]! + x[b]!;
		x[d] = rotate(x[d]! ^ x[a]!, 16);
		x[c] = x[c]! + x[d]!;
		x[b] = rotate(x[b]! ^ x[c]!, 12);
		x[a] = x[a]! + x[b]!;
		x[d] = rotate(x[d]! ^ x[a]!, 8);
		x[c] = x[c]! + x[d]!;
		x[b] = rotate(x[b]! ^ x[c]!, 7);
	};
	for (let at = 0; at < text.length; at += 64) {
		x.set(state);
		for (let i = 0; i < 10; i++) {
			quarter(0, 4, 8, 12);
			quarter(1, 5, 9, 13);
			quarter(2, 6, 10, 14);
			quarter(3, 7, 11, 15);
			quarter(0, 5, 10, 15);
			quarter(1, 6, 11, 12);
			quarter(2, 7, 8, 13);
			quarter(3, 4, 9, 14);
		}
		for (let i = 0; i < 16; i++) view.setInt32(4 * i, x[i]! + state[i]!, true);
		const end = Math.min(64, text.length - at);
		for (let i = 0; i < end; i++) text[at + i]! ^= stream[i]!;
		state[12]!++;
	}
	if (text.length === 0) state[12]!++;
}

function rotate(word: number, bits: number): number {
	return (word << bits) | (word >>> (32 - bits));
}

const P = (1n << 130n) - 5n;

function authenticate(key: Uint8Array, additionalData: Uint8Array, text: Uint8Array): Uint8Array {
	const r = integer(key, 0, 16) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
	let h = 0n;
	for (const data of [additionalData, text]) {
		for (let at = 0; at < data.length; at += 16) {
			h = (h + integer(data, at, Math.min(16, data.length - at)) + (1n << 128n)) * r % P;
		}
	}
	h = (h + BigInt(additionalData.length) + (BigInt(text.length) << 64n) + (1n << 128n)) * r % P;
	let sum = h + integer(key, 16, 16);
	const tag = new Uint8Array(16);
	for (let i = 0; i < 16; i++, sum >>= 8n) tag[i] = Number(sum & 255n);
	return tag;
}

function integer(bytes: Uint8Array, offset: number, byteLength: number): bigint {
	let result = 0n;
	for (let i = byteLength - 1; i >= 0; i--) result = (result << 8n) | BigInt(bytes[offset + i]!);
	return result;
}
