// Signing with HSS/LMS (RFC 8554): one level of LMS_SHA256_M24_H10 with LMOTS_SHA256_N24_W4 (RFC 9858, SP 800-208), the
// quantum-safe half of a DL key. The private key is 40 bytes, from which everything is derived by RFC 8554, appendix A;
// making the public key takes 800,000 hashes, so the tree's leaves are made once and kept.
//
// An index signs once. Two messages signed with one index, or one message signed with one index and two randomizers,
// are enough to forge others. So the randomizer is derived from key and index, and signing the same message again gives
// the same bytes. That no index is used for two messages is for the caller to see to, who has a log; nothing here does.

import { hssLmsVerify } from "../firmware/crypto/hss-lms.js";
import { Sha256, sha256Block } from "../firmware/crypto/typescript/sha256.js";

/** I, 16 bytes, and SEED, 24 bytes (RFC 8554, appendix A): random, and the key's whole secret. */
export const LMS_PRIVATE_KEY_BYTES = 40;
/** How many indices a key has: 0 … 1,023. */
export const LMS_INDICES = 1024;
/** What is kept of a key beside its secret; it is not secret itself. */
export const LMS_LEAVES_BYTES = 24 * LMS_INDICES;

const N = 24; // bytes of a hash
const P = 51; // chains
const LAST_DIGIT = 15; // of a chain
const H = 10; // levels of the tree
const TYPES = Uint8Array.of(0, 0, 0, 0x0b, 0, 0, 0, 7); // of LMS and of LM-OTS

const D_PBLK = 0x8080;
const D_MESG = 0x8181;
const D_LEAF = 0x8282;
const D_INTR = 0x8383;
/** The i with which the randomizer is derived: beyond every chain's, as in the authors' own implementation. */
const RANDOMIZER = 0xfffd;

/** Between two looks at what else there is to do. */
const LEAVES_AT_ONCE = 8;

/**
 * The leaves of a key's tree, for `LmsSigner`: a few seconds' work. Calls `onProgress` with the number of those that are
 * made, of 1,024, now and then and at the end.
 */
export async function makeLmsLeaves(privateKey: Uint8Array, onProgress = (_made: number) => {}): Promise<Uint8Array> {
	const key = new Secrets(privateKey);
	const leaves = new Uint8Array(LMS_LEAVES_BYTES);
	for (let q = 0; q < LMS_INDICES; q++) {
		leaves.set(key.leaf(q), N * q);
		if ((q + 1) % LEAVES_AT_ONCE !== 0) continue;
		onProgress(q + 1);
		await new Promise(resolve => setImmediate(resolve));
	}
	return leaves;
}

/** The leaf of one index: all that `LmsSigner` needs of a key that signs with it alone, and has no other leaves. */
export function makeLmsLeaf(privateKey: Uint8Array, q: number): Uint8Array {
	return new Secrets(privateKey).leaf(q);
}

export class LmsSigner {
	/** 52 bytes: HSS's public key (RFC 8554 §6.1). */
	readonly publicKey: Uint8Array;
	#secrets: Secrets;
	#nodes: Uint8Array[]; // T[r] of RFC 8554 §5.3; [0] is unused

	/**
	 * `leaves`: what `makeLmsLeaves` made of this key. Throws RangeError for another length. If they are not this key's,
	 * `publicKey` is not the one that was burnt in, which the caller knows.
	 */
	constructor(privateKey: Uint8Array, leaves: Uint8Array) {
		if (leaves.length !== LMS_LEAVES_BYTES) {
			throw new RangeError(`leaves: expected ${LMS_LEAVES_BYTES} bytes, got ${leaves.length}`);
		}
		this.#secrets = new Secrets(privateKey);
		const { identifier } = this.#secrets;
		this.#nodes = new Array(2 * LMS_INDICES);
		for (let q = 0; q < LMS_INDICES; q++) this.#nodes[LMS_INDICES + q] = leaves.slice(N * q, N * q + N);
		for (let r = LMS_INDICES - 1; r > 0; r--) {
			this.#nodes[r] = hash(identifier, r, D_INTR, this.#nodes[2 * r]!, this.#nodes[2 * r + 1]!);
		}
		this.publicKey = Uint8Array.of(0, 0, 0, 1, ...TYPES, ...identifier, ...this.#nodes[1]!);
	}

	/**
	 * The signature of `message` with index q, 1,504 bytes (RFC 8554 §6.2), always the same. Whoever calls this has made
	 * sure that no other message was or will be signed with q. Throws if what comes out does not verify: the leaves are
	 * another key's, or damaged.
	 */
	sign(q: number, message: Uint8Array): Uint8Array {
		if (!(Number.isInteger(q) && q >= 0 && q < LMS_INDICES)) {
			throw new RangeError(`index: expected 0 to ${LMS_INDICES - 1}, got ${q}`);
		}
		const signature = new Uint8Array(1504);
		const view = new DataView(signature.buffer);
		view.setUint32(4, q);
		signature.set(TYPES.subarray(4), 8);
		signature.set(this.#secrets.oneTimeSignature(q, message), 12);
		const path = 12 + N + P * N + 4;
		signature.set(TYPES.subarray(0, 4), path - 4);
		for (let i = 0; i < H; i++) {
			const node = (LMS_INDICES + q) >> i;
			signature.set(this.#nodes[node ^ 1]!, path + i * N);
		}
		if (!hssLmsVerify(this.publicKey, message, signature)) throw new Error("the LMS key and its leaves do not match");
		return signature;
	}
}

/** LM-OTS (RFC 8554 §4) with the secrets of appendix A. */
class Secrets {
	readonly identifier: Uint8Array;
	#seed: Uint8Array;
	// Every step of a chain is one block: I ‖ u32str(q) ‖ u16str(i) ‖ u8str(j) ‖ tmp, padded.
	#block = new Uint8Array(64);
	#words = new DataView(this.#block.buffer);
	#hash: number[] = new Array(8).fill(0);

	constructor(privateKey: Uint8Array) {
		if (privateKey.length !== LMS_PRIVATE_KEY_BYTES) {
			throw new RangeError(`private key: expected ${LMS_PRIVATE_KEY_BYTES} bytes, got ${privateKey.length}`);
		}
		this.identifier = privateKey.slice(0, 16);
		this.#seed = privateKey.slice(16);
		this.#block.set(this.identifier);
		this.#block[47] = 0x80;
		this.#words.setUint32(60, 8 * 47);
	}

	/** Algorithm 1 and §5.3: the leaf of q's public key. */
	leaf(q: number): Uint8Array {
		const ends = begin(this.identifier, q, D_PBLK);
		for (let i = 0; i < P; i++) ends.update(this.#chain(q, i, LAST_DIGIT));
		return hash(this.identifier, LMS_INDICES + q, D_LEAF, ends.digest().subarray(0, N));
	}

	/** Algorithm 3 without the type: C, then y. */
	oneTimeSignature(q: number, message: Uint8Array): Uint8Array {
		const C = this.#derive(q, RANDOMIZER);
		const digits = begin(this.identifier, q, D_MESG).update(C).update(message).digest();
		let sum = 0; // Algorithm 2
		for (let i = 0; i < 2 * N; i++) sum += LAST_DIGIT - digitOf(digits, i);
		new DataView(digits.buffer).setUint16(N, sum << 4);
		const signature = new Uint8Array(N + P * N);
		signature.set(C);
		for (let i = 0; i < P; i++) signature.set(this.#chain(q, i, digitOf(digits, i)), N + i * N);
		return signature;
	}

	/** Chain i after so many steps. */
	#chain(q: number, i: number, steps: number): Uint8Array {
		this.#block.set(this.#derive(q, i), 23);
		for (let j = 0; j < steps; j++) this.#step(j);
		return this.#block.slice(23, 47);
	}

	/** Appendix A: x_q[i] = H(I ‖ u32str(q) ‖ u16str(i) ‖ u8str(0xff) ‖ SEED). */
	#derive(q: number, i: number): Uint8Array {
		this.#words.setUint32(16, q);
		this.#words.setUint16(20, i);
		this.#block.set(this.#seed, 23);
		this.#step(0xff);
		return this.#block.slice(23, 47);
	}

	#step(j: number): void {
		this.#block[22] = j;
		sha256Block(this.#hash, this.#words);
		for (let k = 0; k < N / 4; k++) this.#words.setInt32(23 + 4 * k, this.#hash[k]!);
	}
}

function digitOf(digits: Uint8Array, i: number): number {
	return i % 2 === 0 ? digits[i / 2]! >> 4 : digits[(i - 1) / 2]! & 15;
}

/** I ‖ u32str(number) ‖ u16str(purpose), and what follows. */
function begin(identifier: Uint8Array, number: number, purpose: number): Sha256 {
	const bytes = new DataView(new ArrayBuffer(6));
	bytes.setUint32(0, number);
	bytes.setUint16(4, purpose);
	return new Sha256().update(identifier).update(new Uint8Array(bytes.buffer));
}

/** SHA-256/192 (RFC 9858 §3.1). */
function hash(identifier: Uint8Array, number: number, purpose: number, ...parts: Uint8Array[]): Uint8Array {
	const sha = begin(identifier, number, purpose);
	for (const part of parts) sha.update(part);
	return sha.digest().slice(0, N);
}
