// HSS with one level (RFC 8554 §6) of LMS_SHA256_M24_H10 (§5) with LMOTS_SHA256_N24_W4 (§4): the parameter sets of
// RFC 9858 §4 and §5 and of SP 800-208 §4.2, whose hash is SHA-256 cut to 24 bytes. Verification only; everything here
// is public.

import { expectBytes } from "./lengths.js";
import { Sha256, sha256Block } from "./sha256.js";

/** Whether this build has HSS/LMS. */
export const hasHssLms = true;

const N = 24; // bytes of a hash
const P = 51; // chains: one for each digit of 4 bits of the message's hash, three for their checksum
const LAST_DIGIT = 15; // of a chain: 2^w - 1
const H = 10; // levels of the tree
const LMS_TYPE = 0x0b;
const LMOTS_TYPE = 7;

const KEY_BYTES = 52;
const SIGNATURE_BYTES = 1504;

// Where things lie, in bytes (§4.5, §5.3, §5.4, §6.1, §6.2).
const KEY_LEVELS = 0;
const KEY_LMS_TYPE = 4;
const KEY_LMOTS_TYPE = 8;
const KEY_IDENTIFIER = 12;
const KEY_ROOT = 28;
const SIGNED_KEYS = 0;
const INDEX = 4;
const SIGNATURE_LMOTS_TYPE = 8;
const RANDOMIZER = 12;
const CHAINS = RANDOMIZER + N;
const SIGNATURE_LMS_TYPE = CHAINS + P * N;
const PATH = SIGNATURE_LMS_TYPE + 4;

// What a chain's step hashes (§4.3): I ‖ u32str(q) ‖ u16str(i) ‖ u8str(j) ‖ tmp, 47 bytes.
const CHAIN_NUMBER = 20;
const CHAIN_STEP = 22;
const CHAIN_VALUE = 23;
const CHAIN_END = CHAIN_VALUE + N;

/** What a hash is for (§4.3, §5.3). */
const D_PBLK = 0x8080;
const D_MESG = 0x8181;
const D_LEAF = 0x8282;
const D_INTR = 0x8383;

/** §5.4: q. Undefined for a signature of another length. */
export function hssLmsIndex(signature: Uint8Array): number | undefined {
	return signature.length === SIGNATURE_BYTES ? viewOf(signature).getUint32(INDEX) : undefined;
}

/** §6.3, with Algorithm 6a and Algorithm 4b. Any signature is taken, of any length; only a good one is true. */
export function hssLmsVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	expectBytes("public key", publicKey, KEY_BYTES);
	if (signature.length !== SIGNATURE_BYTES) return false;
	const index = viewOf(signature).getUint32(INDEX);
	if (!hasOurTypes(viewOf(publicKey), viewOf(signature)) || index >= 1 << H) return false;
	const identifier = publicKey.subarray(KEY_IDENTIFIER, KEY_ROOT);

	const digits = begin(identifier, index, D_MESG)
		.update(signature.subarray(RANDOMIZER, CHAINS))
		.update(message)
		.digest();
	addChecksum(digits);

	// The chains' ends (Algorithm 4b), hashed. Every step is one block, of which only 25 bytes change.
	const block = new Uint8Array(64);
	const words = viewOf(block);
	const value = block.subarray(CHAIN_VALUE, CHAIN_END);
	const hash: number[] = new Array(8).fill(0);
	block.set(identifier);
	words.setUint32(16, index);
	block[CHAIN_END] = 0x80; // FIPS 180-4 §5.1.1
	words.setUint32(60, 8 * CHAIN_END);
	const ends = begin(identifier, index, D_PBLK);
	for (let i = 0; i < P; i++) {
		const at = CHAINS + i * N;
		block[CHAIN_NUMBER + 1] = i;
		value.set(signature.subarray(at, at + N));
		for (let j = (i & 1) === 0 ? digits[i >> 1] >> 4 : digits[i >> 1] & 15; j < LAST_DIGIT; j++) {
			block[CHAIN_STEP] = j;
			sha256Block(hash, words);
			for (let k = 0; k < N >> 2; k++) words.setInt32(CHAIN_VALUE + (k << 2), hash[k]);
		}
		ends.update(value);
	}

	// From the leaf to the root (Algorithm 6a).
	let node = (1 << H) + index;
	let sum = cut(begin(identifier, node, D_LEAF).update(cut(ends)));
	for (let at = PATH; node > 1; at += N, node >>= 1) {
		const path = signature.subarray(at, at + N);
		const hash = begin(identifier, node >> 1, D_INTR);
		sum = cut((node & 1) === 1 ? hash.update(path).update(sum) : hash.update(sum).update(path));
	}
	return sum.every((byte, i) => byte === publicKey[KEY_ROOT + i]);
}

/** One level, no signed keys, and the one pair of types that we know. */
function hasOurTypes(publicKey: DataView, signature: DataView): boolean {
	return (
		publicKey.getUint32(KEY_LEVELS) === 1 &&
		signature.getUint32(SIGNED_KEYS) === 0 &&
		publicKey.getUint32(KEY_LMS_TYPE) === LMS_TYPE &&
		signature.getUint32(SIGNATURE_LMS_TYPE) === LMS_TYPE &&
		publicKey.getUint32(KEY_LMOTS_TYPE) === LMOTS_TYPE &&
		signature.getUint32(SIGNATURE_LMOTS_TYPE) === LMOTS_TYPE
	);
}

/** Begins a hash: I ‖ u32str(number) ‖ u16str(purpose). */
function begin(identifier: Uint8Array, number: number, purpose: number): Sha256 {
	const bytes = new Uint8Array(6);
	viewOf(bytes).setUint32(0, number);
	viewOf(bytes).setUint16(4, purpose);
	return new Sha256().update(identifier).update(bytes);
}

/** SHA-256/192 (RFC 9858 §3.1). */
function cut(hash: Sha256): Uint8Array {
	return hash.digest().subarray(0, N);
}

/** Algorithm 2: what the digits lack to 15 each, at most 720, in the three digits after them. */
function addChecksum(digits: Uint8Array): void {
	let sum = 0;
	for (let i = 0; i < N; i++) sum += 2 * LAST_DIGIT - (digits[i] >> 4) - (digits[i] & 15);
	viewOf(digits).setUint16(N, sum << 4);
}

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
