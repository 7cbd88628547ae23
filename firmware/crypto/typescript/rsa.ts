// RSA signature verification (RFC 8017): ../rsa.ts says what each export does.

import { toBigInt, toBytes } from "./numbers.js";
import { sha256 } from "./sha256.js";
import { sha384, sha512 } from "./sha512.js";

export const hasRsa = true;

export function rsaVerifyPkcs1(
	modulus: Uint8Array,
	exponent: number,
	hash: Uint8Array,
	signature: Uint8Array,
): boolean {
	// EMSA-PKCS1-v1_5 (§9.2) has one encoding, with the parameters NULL: 0 ‖ 1 ‖ 255 … 255 ‖ 0 ‖ DigestInfo.
	const { number } = algorithmOf(hash);
	const encoded = encodedMessage(modulus, exponent, signature);
	if (!encoded) return false;
	const length = hash.length;
	const prefix = [0x30, 17 + length, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, number, 5, 0, 4, length];
	const digestInfo = Uint8Array.of(...prefix, ...hash);
	const start = encoded.length - digestInfo.length;
	for (let i = 0; i < start; i++) {
		const expected = i === 0 || i === start - 1 ? 0 : i === 1 ? 1 : 0xff;
		if (encoded[i] !== expected) return false;
	}
	return isEqual(encoded.subarray(start), digestInfo);
}

export function rsaVerifyPss(modulus: Uint8Array, exponent: number, hash: Uint8Array, signature: Uint8Array): boolean {
	// EMSA-PSS (§9.1.2): maskedDB ‖ H ‖ 0xbc, DB = 0 … 0 ‖ 1 ‖ salt, H = Hash(0 (8 bytes) ‖ hash ‖ salt).
	const { digest } = algorithmOf(hash);
	let encoded = encodedMessage(modulus, exponent, signature);
	if (!encoded) return false;
	// It has one bit less than the modulus (§8.1.2), so it may be a byte shorter.
	let allowed = 0x7f; // bits of its first byte
	while (!(modulus[0] & (allowed + 1))) allowed >>= 1;
	if (encoded[0] & ~allowed) return false;
	if (allowed === 0) {
		encoded = encoded.subarray(1);
		allowed = 0xff;
	}
	if (encoded[encoded.length - 1] !== 0xbc) return false;

	const db = encoded.subarray(0, encoded.length - hash.length - 1);
	const H = encoded.subarray(db.length, encoded.length - 1);
	const seed = new Uint8Array(hash.length + 4); // MGF1 (appendix B.2.1): H ‖ counter
	seed.set(H);
	for (let i = 0; i < db.length; i += hash.length, seed[hash.length + 3]++) {
		const mask = digest(seed);
		for (let j = 0; j < hash.length && i + j < db.length; j++) db[i + j] ^= mask[j];
	}
	db[0] &= allowed;
	const padding = db.length - hash.length - 1;
	for (let i = 0; i <= padding; i++) if (db[i] !== (i < padding ? 0 : 1)) return false;
	const input = new Uint8Array(8 + 2 * hash.length);
	input.set(hash, 8);
	input.set(db.subarray(padding + 1), 8 + hash.length);
	return isEqual(digest(input), H);
}

/** The hash function by its hash's length, and the last number of its name (§9.2, note 1). */
function algorithmOf(hash: Uint8Array): { number: number; digest: (data: Uint8Array) => Uint8Array } {
	if (hash.length === 32) return { number: 1, digest: sha256 };
	if (hash.length === 48) return { number: 2, digest: sha384 };
	if (hash.length === 64) return { number: 3, digest: sha512 };
	throw new RangeError(`hash: expected 32, 48 or 64 bytes, got ${hash.length}`);
}

/** signature^exponent modulo the modulus (RSAVP1, §5.2.2), as long as it. Undefined if key or signature are none. */
function encodedMessage(modulus: Uint8Array, exponent: number, signature: Uint8Array): Uint8Array | undefined {
	const length = modulus.length;
	if (length < 256 || length > 512) throw new RangeError(`modulus: expected 256 to 512 bytes, got ${length}`);
	const m = toBigInt(modulus);
	const s = toBigInt(signature);
	const isKey = modulus[0] !== 0 && (m & 1n) === 1n && (exponent & 1) === 1 && exponent >= 3 && exponent < 2 ** 32;
	if (!isKey || signature.length !== length || s >= m) return undefined;
	let x = s;
	for (let bit = 30 - Math.clz32(exponent); bit >= 0; bit--) {
		x = (x * x) % m;
		if ((exponent >>> bit) & 1) x = (x * s) % m;
	}
	return toBytes(x, length);
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
	for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
	return true;
}
