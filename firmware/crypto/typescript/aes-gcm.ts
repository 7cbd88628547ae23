// AES-128-GCM (FIPS 197, NIST SP 800-38D) with 12-byte nonces and 16-byte tags, in place.

import type { Aead } from "../kernel.js";
import { expectBytes } from "./lengths.js";

const SBOX = substitution();

export class Aes128Gcm implements Aead {
	#roundKeys: Uint8Array;
	#h: bigint;

	constructor(key: Uint8Array) {
		expectBytes("key", key, 16);
		this.#roundKeys = expandKey(key);
		this.#h = integer(cipher(this.#roundKeys, new Uint8Array(16)), 0, 16);
	}

	seal(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): void {
		const text = this.#text(nonce, buffer);
		this.#encrypt(nonce, text);
		buffer.set(this.#tag(nonce, additionalData, text), text.length);
	}

	open(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): boolean {
		const text = this.#text(nonce, buffer);
		const expected = this.#tag(nonce, additionalData, text);
		let difference = 0;
		for (let i = 0; i < 16; i++) difference |= expected[i]! ^ buffer[text.length + i]!;
		if (difference !== 0) return false;
		this.#encrypt(nonce, text);
		return true;
	}

	#text(nonce: Uint8Array, buffer: Uint8Array): Uint8Array {
		expectBytes("nonce", nonce, 12);
		if (buffer.length < 16) throw new RangeError(`buffer: expected at least 16 bytes, got ${buffer.length}`);
		return buffer.subarray(0, buffer.length - 16);
	}

	#counterBlock(nonce: Uint8Array, counter: number): Uint8Array {
		const block = new Uint8Array(16);
		block.set(nonce);
		new DataView(block.buffer).setUint32(12, counter);
		return cipher(this.#roundKeys, block);
	}

	#encrypt(nonce: Uint8Array, text: Uint8Array): void {
		for (let at = 0, counter = 2; at < text.length; at += 16, counter++) {
			const stream = this.#counterBlock(nonce, counter);
			const end = Math.min(16, text.length - at);
			for (let i = 0; i < end; i++) text[at + i]! ^= stream[i]!;
		}
	}

	#tag(nonce: Uint8Array, additionalData: Uint8Array, text: Uint8Array): Uint8Array {
		let y = 0n;
		for (const data of [additionalData, text]) {
			for (let at = 0; at < data.length; at += 16) y = multiply(y ^ integer(data, at, data.length - at), this.#h);
		}
		y = multiply(y ^ (BigInt(additionalData.length) << 67n) ^ (BigInt(text.length) << 3n), this.#h);
		let tag = y ^ integer(this.#counterBlock(nonce, 1), 0, 16);
		const bytes = new Uint8Array(16);
		for (let i = 15; i >= 0; i--, tag >>= 8n) bytes[i] = Number(tag & 255n);
		return bytes;
	}
}

/** 16 bytes from `offset`, big-endian, zeros after the end. */
function integer(bytes: Uint8Array, offset: number, byteLength: number): bigint {
	let result = 0n;
	for (let i = 0; i < 16; i++) result = (result << 8n) | BigInt(i < byteLength ? bytes[offset + i]! : 0);
	return result;
}

/** SP 800-38D §6.3. */
function multiply(x: bigint, y: bigint): bigint {
	let z = 0n;
	for (let i = 127n; i >= 0n; i--) {
		if ((x >> i) & 1n) z ^= y;
		y = y & 1n ? (y >> 1n) ^ (0xe1n << 120n) : y >> 1n;
	}
	return z;
}

function double(a: number): number {
	return ((a << 1) ^ ((a >> 7) * 0x11b)) & 0xff;
}

/** FIPS 197 §5.1.1. */
function substitution(): Uint8Array {
	const sbox = new Uint8Array(256);
	let p = 1;
	let q = 1;
	do {
		p = p ^ double(p); // times 3
		q ^= q << 1; // over 3
		q ^= q << 2;
		q ^= q << 4;
		q &= 0xff;
		if (q & 0x80) q ^= 0x09;
		const x = q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^ (q << 3 | q >> 5) ^ (q << 4 | q >> 4);
		sbox[p] = (x ^ 0x63) & 0xff;
	} while (p !== 1);
	sbox[0] = 0x63;
	return sbox;
}

/** FIPS 197 §5.2. */
function expandKey(key: Uint8Array): Uint8Array {
	const w = new Uint8Array(176);
	w.set(key);
	let constant = 1;
	for (let i = 16; i < 176; i += 4) {
		const first = i % 16 === 0;
		for (let j = 0; j < 4; j++) {
			const last = first ? SBOX[w[i - 4 + ((j + 1) & 3)]!]! : w[i - 4 + j]!;
			w[i + j] = w[i - 16 + j]! ^ last ^ (first && j === 0 ? constant : 0);
		}
		if (first) constant = double(constant);
	}
	return w;
}

/** FIPS 197 §5.1. */
function cipher(roundKeys: Uint8Array, block: Uint8Array): Uint8Array {
	let s = block.map((byte, i) => byte ^ roundKeys[i]!);
	for (let round = 1; round <= 10; round++) {
		const t = s.map((_, i) => SBOX[s[(i + 4 * (i & 3)) & 15]!]!);
		s = t.map((byte, i) => {
			const key = roundKeys[16 * round + i]!;
			if (round === 10) return byte ^ key;
			const c = i & 12;
			const b = t[c + ((i + 1) & 3)]!;
			return double(byte) ^ double(b) ^ b ^ t[c + ((i + 2) & 3)]! ^ t[c + ((i + 3) & 3)]! ^ key;
		});
	}
	return s;
}
