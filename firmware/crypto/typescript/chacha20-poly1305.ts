// ChaCha20-Poly1305 (RFC 8439 §2.8), in place: ChaCha20 on int32 in locals, which makes no garbage, and Poly1305 on
// BigInt, a handful of small numbers for each 16 bytes. Text of any alignment is read and written where it lies.

import type { Aead } from "../aead.js";
import { expectBuffer, expectBytes, sameBytes } from "./lengths.js";

/** See `Aead`. The same nonce must never seal twice: that is the caller's to see to (RFC 9846 §5.3). */
export class ChaCha20Poly1305 implements Aead {
	#state = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]; // "expand 32-byte k", key, counter, nonce (§2.3)

	constructor(key: Uint8Array) {
		expectBytes("key", key, 32);
		const words = new DataView(key.buffer, key.byteOffset, 32);
		for (let i = 0; i < 32; i += 4) this.#state.push(words.getInt32(i, true));
		this.#state.push(0, 0, 0, 0);
	}

	wipe(): void {
		this.#state.fill(0);
	}

	seal(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): void {
		const oneTimeKey = this.#start(nonce, buffer);
		const text = buffer.subarray(0, buffer.length - 16);
		encrypt(this.#state, text);
		buffer.set(authenticate(oneTimeKey, additionalData, text), text.length);
	}

	open(nonce: Uint8Array, additionalData: Uint8Array, buffer: Uint8Array): boolean {
		const oneTimeKey = this.#start(nonce, buffer);
		const text = buffer.subarray(0, buffer.length - 16);
		if (!sameBytes(authenticate(oneTimeKey, additionalData, text), buffer.subarray(text.length))) return false;
		encrypt(this.#state, text);
		return true;
	}

	/** Takes the nonce and gives Poly1305's key, the beginning of block 0 (§2.6). The text's blocks count from 1. */
	#start(nonce: Uint8Array, buffer: Uint8Array): DataView {
		expectBytes("nonce", nonce, 12);
		expectBuffer(buffer);
		const state = this.#state;
		const words = new DataView(nonce.buffer, nonce.byteOffset, 12);
		state[12] = 0;
		state[13] = words.getInt32(0, true);
		state[14] = words.getInt32(4, true);
		state[15] = words.getInt32(8, true);
		const block = new DataView(new ArrayBuffer(64));
		encryptBlocks(state, block, 1);
		state[12] = 1;
		return block;
	}
}

/** §2.4, from the state's counter on. */
function encrypt(state: number[], text: Uint8Array): void {
	const blocks = text.length >>> 6;
	encryptBlocks(state, new DataView(text.buffer, text.byteOffset, text.length), blocks);
	if (text.length & 63) {
		const rest = text.subarray(blocks << 6);
		const block = new Uint8Array(64);
		block.set(rest);
		state[12] += blocks;
		encryptBlocks(state, new DataView(block.buffer), 1);
		rest.set(block.subarray(0, rest.length));
	}
}

/**
 * §2.3: xors the key stream over so many blocks of 64 bytes. Each line is an addition, an xor and a rotation. What XS
 * runs fastest: `(a + b) | 0`, although a sum may pass through a double, and `>>` with a mask, since `>>>` calls.
 */
function encryptBlocks(state: readonly number[], view: DataView, blocks: number): void {
	const s0 = state[0],
		s1 = state[1],
		s2 = state[2],
		s3 = state[3];
	const s4 = state[4],
		s5 = state[5],
		s6 = state[6],
		s7 = state[7];
	const s8 = state[8],
		s9 = state[9],
		s10 = state[10],
		s11 = state[11];
	let s12 = state[12]; // the counter of blocks
	const s13 = state[13],
		s14 = state[14],
		s15 = state[15];
	for (let at = 0; blocks > 0; blocks--, at += 64, s12 = (s12 + 1) | 0) {
		let x0 = s0,
			x1 = s1,
			x2 = s2,
			x3 = s3;
		let x4 = s4,
			x5 = s5,
			x6 = s6,
			x7 = s7;
		let x8 = s8,
			x9 = s9,
			x10 = s10,
			x11 = s11;
		let x12 = s12,
			x13 = s13,
			x14 = s14,
			x15 = s15;
		for (let round = 0; round < 20; round += 2) {
			x12 = ((x12 ^= x0 = (x0 + x4) | 0) << 16) | ((x12 >> 16) & 65535);
			x4 = ((x4 ^= x8 = (x8 + x12) | 0) << 12) | ((x4 >> 20) & 4095);
			x12 = ((x12 ^= x0 = (x0 + x4) | 0) << 8) | ((x12 >> 24) & 255);
			x4 = ((x4 ^= x8 = (x8 + x12) | 0) << 7) | ((x4 >> 25) & 127);
			x13 = ((x13 ^= x1 = (x1 + x5) | 0) << 16) | ((x13 >> 16) & 65535);
			x5 = ((x5 ^= x9 = (x9 + x13) | 0) << 12) | ((x5 >> 20) & 4095);
			x13 = ((x13 ^= x1 = (x1 + x5) | 0) << 8) | ((x13 >> 24) & 255);
			x5 = ((x5 ^= x9 = (x9 + x13) | 0) << 7) | ((x5 >> 25) & 127);
			x14 = ((x14 ^= x2 = (x2 + x6) | 0) << 16) | ((x14 >> 16) & 65535);
			x6 = ((x6 ^= x10 = (x10 + x14) | 0) << 12) | ((x6 >> 20) & 4095);
			x14 = ((x14 ^= x2 = (x2 + x6) | 0) << 8) | ((x14 >> 24) & 255);
			x6 = ((x6 ^= x10 = (x10 + x14) | 0) << 7) | ((x6 >> 25) & 127);
			x15 = ((x15 ^= x3 = (x3 + x7) | 0) << 16) | ((x15 >> 16) & 65535);
			x7 = ((x7 ^= x11 = (x11 + x15) | 0) << 12) | ((x7 >> 20) & 4095);
			x15 = ((x15 ^= x3 = (x3 + x7) | 0) << 8) | ((x15 >> 24) & 255);
			x7 = ((x7 ^= x11 = (x11 + x15) | 0) << 7) | ((x7 >> 25) & 127);
			x15 = ((x15 ^= x0 = (x0 + x5) | 0) << 16) | ((x15 >> 16) & 65535);
			x5 = ((x5 ^= x10 = (x10 + x15) | 0) << 12) | ((x5 >> 20) & 4095);
			x15 = ((x15 ^= x0 = (x0 + x5) | 0) << 8) | ((x15 >> 24) & 255);
			x5 = ((x5 ^= x10 = (x10 + x15) | 0) << 7) | ((x5 >> 25) & 127);
			x12 = ((x12 ^= x1 = (x1 + x6) | 0) << 16) | ((x12 >> 16) & 65535);
			x6 = ((x6 ^= x11 = (x11 + x12) | 0) << 12) | ((x6 >> 20) & 4095);
			x12 = ((x12 ^= x1 = (x1 + x6) | 0) << 8) | ((x12 >> 24) & 255);
			x6 = ((x6 ^= x11 = (x11 + x12) | 0) << 7) | ((x6 >> 25) & 127);
			x13 = ((x13 ^= x2 = (x2 + x7) | 0) << 16) | ((x13 >> 16) & 65535);
			x7 = ((x7 ^= x8 = (x8 + x13) | 0) << 12) | ((x7 >> 20) & 4095);
			x13 = ((x13 ^= x2 = (x2 + x7) | 0) << 8) | ((x13 >> 24) & 255);
			x7 = ((x7 ^= x8 = (x8 + x13) | 0) << 7) | ((x7 >> 25) & 127);
			x14 = ((x14 ^= x3 = (x3 + x4) | 0) << 16) | ((x14 >> 16) & 65535);
			x4 = ((x4 ^= x9 = (x9 + x14) | 0) << 12) | ((x4 >> 20) & 4095);
			x14 = ((x14 ^= x3 = (x3 + x4) | 0) << 8) | ((x14 >> 24) & 255);
			x4 = ((x4 ^= x9 = (x9 + x14) | 0) << 7) | ((x4 >> 25) & 127);
		}
		view.setInt32(at, view.getInt32(at, true) ^ (x0 + s0), true);
		view.setInt32(at + 4, view.getInt32(at + 4, true) ^ (x1 + s1), true);
		view.setInt32(at + 8, view.getInt32(at + 8, true) ^ (x2 + s2), true);
		view.setInt32(at + 12, view.getInt32(at + 12, true) ^ (x3 + s3), true);
		view.setInt32(at + 16, view.getInt32(at + 16, true) ^ (x4 + s4), true);
		view.setInt32(at + 20, view.getInt32(at + 20, true) ^ (x5 + s5), true);
		view.setInt32(at + 24, view.getInt32(at + 24, true) ^ (x6 + s6), true);
		view.setInt32(at + 28, view.getInt32(at + 28, true) ^ (x7 + s7), true);
		view.setInt32(at + 32, view.getInt32(at + 32, true) ^ (x8 + s8), true);
		view.setInt32(at + 36, view.getInt32(at + 36, true) ^ (x9 + s9), true);
		view.setInt32(at + 40, view.getInt32(at + 40, true) ^ (x10 + s10), true);
		view.setInt32(at + 44, view.getInt32(at + 44, true) ^ (x11 + s11), true);
		view.setInt32(at + 48, view.getInt32(at + 48, true) ^ (x12 + s12), true);
		view.setInt32(at + 52, view.getInt32(at + 52, true) ^ (x13 + s13), true);
		view.setInt32(at + 56, view.getInt32(at + 56, true) ^ (x14 + s14), true);
		view.setInt32(at + 60, view.getInt32(at + 60, true) ^ (x15 + s15), true);
	}
}

const WORD = (1n << 64n) - 1n;
const TWO64 = 64n;
const TWO128 = 1n << 128n;
const SHIFT = 130n; // 2^130 = 5 modulo Poly1305's prime
const MASK = (1n << SHIFT) - 1n;
const FIVE = 5n;
const PRIME = (1n << SHIFT) - FIVE;
/** Clears the bits of r that must be (§2.5). */
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

/** The tag of §2.8: Poly1305 of data and text, each padded with zeros to whole blocks, and of their lengths. */
function authenticate(key: DataView, additionalData: Uint8Array, text: Uint8Array): Uint8Array {
	const r = word128(key, 0) & CLAMP;
	let sum = absorb(0n, r, additionalData);
	sum = absorb(sum, r, text);
	sum = (sum + BigInt(additionalData.length) + (BigInt(text.length) << TWO64) + TWO128) * r;
	sum = (sum % PRIME) + word128(key, 16);

	const tag = new Uint8Array(16);
	const words = new DataView(tag.buffer);
	words.setBigUint64(0, sum & WORD, true);
	words.setBigUint64(8, (sum >> TWO64) & WORD, true);
	return tag;
}

/** (sum + block) · r for each block (§2.5). Sums are kept below 2^131, not below the prime. */
function absorb(sum: bigint, r: bigint, data: Uint8Array): bigint {
	const view = new DataView(data.buffer, data.byteOffset, data.length);
	const whole = data.length & ~15;
	for (let at = 0; at < whole; at += 16) {
		sum += view.getBigUint64(at, true) + ((view.getBigUint64(at + 8, true) << TWO64) | TWO128);
		sum *= r; // < 2^256
		sum = (sum & MASK) + (sum >> SHIFT) * FIVE; // < 2^130 + 5 · 2^126
	}
	if (whole < data.length) {
		const block = new Uint8Array(16);
		block.set(data.subarray(whole));
		sum = (sum + word128(new DataView(block.buffer), 0) + TWO128) * r;
		sum = (sum & MASK) + (sum >> SHIFT) * FIVE;
	}
	return sum;
}

function word128(view: DataView, at: number): bigint {
	return view.getBigUint64(at, true) | (view.getBigUint64(at + 8, true) << TWO64);
}
