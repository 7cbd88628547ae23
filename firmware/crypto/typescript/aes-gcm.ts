// AES-128-GCM (FIPS 197, NIST SP 800-38D) with 12-byte nonces and 16-byte tags, in place. AES by one table of 1 KB,
// GHASH by integer products. The table is read at places that depend on the key: fine where memory answers in the
// same time at every address, as a microcontroller's RAM does; a cache, or flash behind one, tells its neighbours.

import type { Aead } from "../aead.js";
import { expectBuffer, expectBytes, sameBytes } from "./lengths.js";

/** See `Aead`. The same nonce must never seal twice: that is the caller's to see to (RFC 9846 §5.3). */
export class Aes128Gcm implements Aead {
	#keys: Int32Array;
	#h: bigint[];

	constructor(key: Uint8Array) {
		expectBytes("key", key, 16);
		this.#keys = expandKey(key);
		const zeros = new DataView(new ArrayBuffer(16));
		encryptBlocks(this.#keys, zeros, 0, zeros, 1);
		this.#h = spread(word128(zeros, 0));
	}

	wipe(): void {
		this.#keys.fill(0);
		this.#h.fill(0n);
	}

	seal(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): void {
		const text = this.#text(nonce, buffer);
		this.#encrypt(nonce, text);
		buffer.set(this.#tag(nonce, additionalData, text), text.length);
	}

	open(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): boolean {
		const text = this.#text(nonce, buffer);
		if (!sameBytes(this.#tag(nonce, additionalData, text), buffer.subarray(text.length))) return false;
		this.#encrypt(nonce, text);
		return true;
	}

	#text(nonce: Uint8Array, buffer: Uint8Array): Uint8Array {
		expectBytes("nonce", nonce, 12);
		expectBuffer(buffer);
		return buffer.subarray(0, buffer.length - 16);
	}

	/** SP 800-38D §6.5, from counter 2 on: 1 is the tag's. */
	#encrypt(nonce: Uint8Array, text: Uint8Array): void {
		const start = new DataView(nonce.buffer, nonce.byteOffset, 12);
		const blocks = text.length >>> 4;
		encryptBlocks(this.#keys, start, 2, new DataView(text.buffer, text.byteOffset, text.length), blocks);
		if (text.length & 15) {
			const rest = text.subarray(blocks << 4);
			const block = new Uint8Array(16);
			block.set(rest);
			encryptBlocks(this.#keys, start, 2 + blocks, new DataView(block.buffer), 1);
			rest.set(block.subarray(0, rest.length));
		}
	}

	/** §7.1, steps 4 to 6: GHASH of data and text, each padded with zeros to whole blocks, and of their bit lengths. */
	#tag(nonce: Uint8Array, additionalData: Uint8Array, text: Uint8Array): Uint8Array {
		let hash = absorb(0n, this.#h, additionalData);
		hash = absorb(hash, this.#h, text);
		hash = multiply(hash ^ (BigInt(additionalData.length) << 67n) ^ (BigInt(text.length) << 3n), this.#h);
		const tag = new Uint8Array(16);
		const words = new DataView(tag.buffer);
		words.setBigUint64(0, hash >> N64);
		words.setBigUint64(8, hash & WORD);
		encryptBlocks(this.#keys, new DataView(nonce.buffer, nonce.byteOffset, 12), 1, words, 1);
		return tag;
	}
}

// GHASH (§6.4). Its polynomials over GF(2) have the coefficient of x^0 in the top bit, of x^127 in the lowest. Their
// product is that of integers but for the carries, so carries are given room: of each factor, a class has every
// fifth bit. A product of two classes adds up at most 26 ones for each bit of the result, which 5 bits hold. Its
// lowest bit of five counts, and belongs to one class. Five such products, one for each class of the result, lie side
// by side in one BigInt, 256 bits each.

const N64 = 64n;
const N128 = 128n;
const WORD = (1n << N64) - 1n;
const MASK128 = (1n << N128) - 1n;
const MASK256 = (1n << 256n) - 1n;
const CLASSES = /* @__PURE__ */ [0n, 1n, 2n, 3n, 4n].map(first => {
	let bits = 0n;
	for (let bit = first; bit < 256n; bit += 5n) bits |= 1n << bit;
	return bits;
});
const ALL_CLASSES = /* @__PURE__ */ sideBySide(of => CLASSES[of]);
const [N1, N2, N7, N121, N126, N127, N256, N512, N1024] = [1n, 2n, 7n, 121n, 126n, 127n, 256n, 512n, 1024n];

function sideBySide(part: (of: number) => bigint): bigint {
	let all = 0n;
	for (let of = 4; of >= 0; of--) all = (all << 256n) | part(of);
	return all;
}

/** For each class of the other factor, the classes of h that give class 0, 1, 2, 3, 4 with it. */
function spread(h: bigint): bigint[] {
	const doubled = h << 1n; // the product of two polynomials of 128 bits has 255: this moves it up to the 256th
	return [0, 1, 2, 3, 4].map(other => sideBySide(of => doubled & CLASSES[(of - other + 5) % 5]));
}

/** a · h in the field (§6.3). */
function multiply(a: bigint, h: readonly bigint[]): bigint {
	let p =
		(((a & CLASSES[0]) * h[0]) ^
			((a & CLASSES[1]) * h[1]) ^
			((a & CLASSES[2]) * h[2]) ^
			((a & CLASSES[3]) * h[3]) ^
			((a & CLASSES[4]) * h[4])) &
		ALL_CLASSES;
	p |= (p >> N256) | (p >> N512); // classes 0, 1, 2
	p = (p | (p >> N512) | (p >> N1024)) & MASK256;
	let low = p & MASK128; // x^128 and up; x^128 = 1 + x + x^2 + x^7, and x times is >> 1
	low ^= ((low << N127) ^ (low << N126) ^ (low << N121)) & MASK128; // what x, x^2, x^7 push out comes in again
	return (p >> N128) ^ low ^ (low >> N1) ^ (low >> N2) ^ (low >> N7);
}

function absorb(hash: bigint, h: readonly bigint[], data: Uint8Array): bigint {
	const view = new DataView(data.buffer, data.byteOffset, data.length);
	const whole = data.length & ~15;
	for (let at = 0; at < whole; at += 16) hash = multiply(hash ^ word128(view, at), h);
	if (whole < data.length) {
		const block = new Uint8Array(16);
		block.set(data.subarray(whole));
		hash = multiply(hash ^ word128(new DataView(block.buffer), 0), h);
	}
	return hash;
}

function word128(view: DataView, at: number): bigint {
	return (view.getBigUint64(at) << N64) | view.getBigUint64(at + 8);
}

// AES (FIPS 197). A column is an int32, its first row on top.

/** SubBytes and MixColumns of a byte in the first row: 2s, s, s, 3s for s = S(byte). Rotated by 8 for each next row. */
const T = /* @__PURE__ */ (() => {
	const table = new Int32Array(256);
	const double = (byte: number) => ((byte << 1) ^ ((byte >> 7) * 0x11b)) & 255;
	let p = 1,
		q = 1; // 3^i and 3^-i: every byte but 0 and its inverse
	do {
		p ^= double(p);
		q ^= q << 1;
		q ^= q << 2;
		q ^= q << 4;
		q = (q ^ (q & 0x80 ? 0x09 : 0)) & 255;
		const affine = q ^ (q << 1) ^ (q << 2) ^ (q << 3) ^ (q << 4); // §5.1.1
		const s = ((affine ^ (affine >> 8)) & 255) ^ 0x63;
		table[p] = (double(s) << 24) | (s << 16) | (s << 8) | (double(s) ^ s);
	} while (p !== 1);
	table[0] = (0xc6 << 24) | 0x6363a5;
	return table;
})();

/** §5.2: 44 words. */
function expandKey(key: Uint8Array): Int32Array {
	const keys = new Int32Array(44);
	const words = new DataView(key.buffer, key.byteOffset, 16);
	for (let i = 0; i < 4; i++) keys[i] = words.getInt32(4 * i);
	for (let i = 4, constant = 1; i < 44; i++) {
		let word = keys[i - 1];
		if (i % 4 === 0) {
			word =
				((T[(word >> 16) & 255] & 0xff00) << 16) |
				((T[(word >> 8) & 255] & 0xff00) << 8) |
				(T[word & 255] & 0xff00) |
				((T[(word >> 24) & 255] >> 8) & 255);
			word ^= constant << 24;
			constant = (constant << 1) ^ (constant & 0x80 ? 0x11b : 0);
		}
		keys[i] = keys[i - 4] ^ word;
	}
	return keys;
}

/** Xors the key stream over so many blocks of 16 bytes: AES (§5.1) of `nonce` (12 bytes) and a counter (32 bits). */
function encryptBlocks(keys: Int32Array, nonce: DataView, counter: number, view: DataView, blocks: number): void {
	const n0 = nonce.getInt32(0) ^ keys[0];
	const n1 = nonce.getInt32(4) ^ keys[1];
	const n2 = nonce.getInt32(8) ^ keys[2];
	for (let at = 0; blocks > 0; blocks--, at += 16, counter++) {
		let a = n0,
			b = n1,
			c = n2,
			d = counter ^ keys[3];
		for (let k = 4; k < 40; k += 4) {
			// a column's lowest row first, since all above it rotate it
			let p = T[d & 255];
			p = T[(c >> 8) & 255] ^ ((p >> 8) & 0xffffff) ^ (p << 24);
			p = T[(b >> 16) & 255] ^ ((p >> 8) & 0xffffff) ^ (p << 24);
			p = T[(a >> 24) & 255] ^ ((p >> 8) & 0xffffff) ^ (p << 24) ^ keys[k];
			let q = T[a & 255];
			q = T[(d >> 8) & 255] ^ ((q >> 8) & 0xffffff) ^ (q << 24);
			q = T[(c >> 16) & 255] ^ ((q >> 8) & 0xffffff) ^ (q << 24);
			q = T[(b >> 24) & 255] ^ ((q >> 8) & 0xffffff) ^ (q << 24) ^ keys[k + 1];
			let r = T[b & 255];
			r = T[(a >> 8) & 255] ^ ((r >> 8) & 0xffffff) ^ (r << 24);
			r = T[(d >> 16) & 255] ^ ((r >> 8) & 0xffffff) ^ (r << 24);
			r = T[(c >> 24) & 255] ^ ((r >> 8) & 0xffffff) ^ (r << 24) ^ keys[k + 2];
			let s = T[c & 255];
			s = T[(b >> 8) & 255] ^ ((s >> 8) & 0xffffff) ^ (s << 24);
			s = T[(a >> 16) & 255] ^ ((s >> 8) & 0xffffff) ^ (s << 24);
			s = T[(d >> 24) & 255] ^ ((s >> 8) & 0xffffff) ^ (s << 24) ^ keys[k + 3];
			a = p;
			b = q;
			c = r;
			d = s;
		}
		view.setInt32(
			at,
			view.getInt32(at) ^
				keys[40] ^
				((T[(a >> 24) & 255] & 0xff00) << 16) ^
				((T[(b >> 16) & 255] & 0xff00) << 8) ^
				(T[(c >> 8) & 255] & 0xff00) ^
				((T[d & 255] >> 8) & 255),
		);
		view.setInt32(
			at + 4,
			view.getInt32(at + 4) ^
				keys[41] ^
				((T[(b >> 24) & 255] & 0xff00) << 16) ^
				((T[(c >> 16) & 255] & 0xff00) << 8) ^
				(T[(d >> 8) & 255] & 0xff00) ^
				((T[a & 255] >> 8) & 255),
		);
		view.setInt32(
			at + 8,
			view.getInt32(at + 8) ^
				keys[42] ^
				((T[(c >> 24) & 255] & 0xff00) << 16) ^
				((T[(d >> 16) & 255] & 0xff00) << 8) ^
				(T[(a >> 8) & 255] & 0xff00) ^
				((T[b & 255] >> 8) & 255),
		);
		view.setInt32(
			at + 12,
			view.getInt32(at + 12) ^
				keys[43] ^
				((T[(d >> 24) & 255] & 0xff00) << 16) ^
				((T[(a >> 16) & 255] & 0xff00) << 8) ^
				(T[(b >> 8) & 255] & 0xff00) ^
				((T[c & 255] >> 8) & 255),
		);
	}
}
