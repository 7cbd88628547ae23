// Ed25519 verification (RFC 8032 §5.1.7) with the verdicts of OpenSSL, Go and BoringSSL: the key decoded leniently,
// R compared as bytes, S < L, the equation without the cofactor. There is no signing here: devices hold no keys.

import {
	type AffineTable,
	BASE_COMB,
	COMB_DIGIT,
	comb,
	Digits,
	decode,
	NEGATIVE,
	OWN,
	oddMultiples,
	sum,
} from "./edwards25519.js";
import { invert, load, P, store } from "./field.js";
import { expectBytes } from "./lengths.js";
import { sha512Parts } from "./sha512.js";

/** The order of the base point. */
const L = (1n << 252n) + 27742317777372353535851937790883648493n;

/** A public key and its multiples, for this kernel alone to look into. */
export interface PreparedKey {
	readonly encoded: Uint8Array;
	readonly multiples: AffineTable;
}

/** The key in a form that verifies in two thirds of the time, for 6 KB; undefined if its 32 bytes are no point. */
export function ed25519Prepare(publicKey: Uint8Array): PreparedKey | undefined {
	expectBytes("public key", publicKey, 32);
	const A = decode(publicKey, 0, false);
	return A && { encoded: publicKey.slice(), multiples: comb(A) };
}

/** Whether `signature` (64 bytes) is the key's, of `message`. A key of 32 bytes that is no point has no signatures. */
export function ed25519Verify(key: Uint8Array | PreparedKey, message: Uint8Array, signature: Uint8Array): boolean {
	expectBytes("signature", signature, 64);
	if (key instanceof Uint8Array) expectBytes("public key", key, 32);
	const S = load(signature, 32);
	if (S >= L) return false;
	return key instanceof Uint8Array
		? verifyHalved(key, message, signature, S)
		: verifyPrepared(key, message, signature, S);
}

/** k = SHA-512(R ‖ A ‖ M) mod L. */
function challenge(encodedKey: Uint8Array, message: Uint8Array, signature: Uint8Array): bigint {
	const digest = sha512Parts([signature.subarray(0, 32), encodedKey, message]);
	return (load(digest, 0) | (load(digest, 32) << 256n)) % L;
}

/** S·B - k·A, encoded, is R. Quarters of both scalars side by side: 64 doublings. */
function verifyPrepared(key: PreparedKey, message: Uint8Array, signature: Uint8Array, S: bigint): boolean {
	const k = store(challenge(key.encoded, message, signature));
	const s = store(S);
	const digits = new Digits(64);
	for (let piece = 0; piece < 4; piece++) {
		digits.add(s, 64 * piece, 64 * piece + 64, COMB_DIGIT, 8 * piece, 0);
		digits.add(k, 64 * piece, 64 * piece + 64, COMB_DIGIT, 8 * piece, OWN | NEGATIVE);
	}
	const { X, Y, Z } = sum(digits, BASE_COMB, key.multiples);
	const inverse = invert(Z);
	return (((Y * inverse) % P) | ((((X * inverse) % P) & 1n) << 255n)) === load(signature, 0);
}

/**
 * c·S·B - c·k·A - c·R is the neutral point, for a c that makes c·k short: 128 doublings instead of 253. R decodes
 * only from the bytes that encode it, so that this compares bytes too.
 */
function verifyHalved(encodedKey: Uint8Array, message: Uint8Array, signature: Uint8Array, S: bigint): boolean {
	const R = decode(signature, 0, true);
	if (!R) return false;
	const A = decode(encodedKey, 0, false);
	if (!A) return false;
	const { c, ck, negative } = halve(challenge(encodedKey, message, signature));
	const cS = store((c * S) % L);
	const digits = new Digits(256);
	digits.add(cS, 0, 128, COMB_DIGIT, 0, 0);
	digits.add(cS, 128, 256, COMB_DIGIT, 16, 0); // of 2^128·B
	digits.add(store(ck), 0, 256, 4, 0, negative ? OWN : OWN | NEGATIVE);
	digits.add(store(c), 0, 256, 4, 4, OWN | NEGATIVE);
	const { X, Y, Z } = sum(digits, BASE_COMB, oddMultiples([A, R], 4));
	return X % P === 0n && (Y - Z) % P === 0n;
}

/**
 * A c > 0 and ±ck = c·k modulo 8L, both about 128 bits long, from the remainders of Euclid's algorithm on 8L and k.
 *
 * The verdict stays exact. 8L is the exponent of the curve's group, so ck·A = ±c·k·A for every A, with torsion or
 * without. And c is prime to 8L (odd, and less than L), so c times a point is neutral only if the point is. Of two
 * consecutive cofactors one is odd, so at most one step is added, and the loop ends before a remainder of 0 divides.
 * Should c get long nevertheless, which takes a k that nobody finds, 1 will do.
 */
export function halve(k: bigint): { c: bigint; ck: bigint; negative: boolean } {
	const short = 1n << 128n;
	let r0 = 8n * L;
	let r1 = k;
	let t0 = 0n; // r = t·k modulo 8L throughout
	let t1 = 1n;
	while (r1 >= short || (t1 & 1n) === 0n) {
		let r2 = r0 - r1;
		let t2 = t0 - t1;
		if (r2 >= r1) {
			// not in two cases of five, which need no division
			const q = r0 / r1;
			r2 = r0 - q * r1;
			t2 = t0 - q * t1;
		}
		r0 = r1;
		r1 = r2;
		t0 = t1;
		t1 = t2;
	}
	const negative = t1 < 0n;
	const c = negative ? -t1 : t1;
	return c < short << 64n ? { c, ck: r1, negative } : { c: 1n, ck: k, negative: false };
}
