// Ed25519 verification (RFC 8032 §5.1.7), with the verdicts of OpenSSL, Go and BoringSSL: the key decoded leniently,
// R compared as bytes, S < L, the equation without the cofactor.

import { expectBytes } from "./lengths.js";
import { sha512Parts } from "./sha512.js";

const P = (1n << 255n) - 19n;
const L = (1n << 252n) + 27742317777372353535851937790883648493n;
const D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
const SQRT_M1 = 0x2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0n;

interface Point { X: bigint; Y: bigint; Z: bigint; T: bigint }
const NEUTRAL: Point = { X: 0n, Y: 1n, Z: 1n, T: 0n };
const BASE = decode(0x6666666666666666666666666666666666666666666666666666666666666658n, 0n)!;

/** A public key that was decoded before. */
export interface PreparedKey { readonly bytes: Uint8Array; readonly minusA: Point }

export function ed25519Prepare(publicKey: Uint8Array): PreparedKey | undefined {
	expectBytes("public key", publicKey, 32);
	const y = integer(publicKey, 0);
	const A = decode((y & ((1n << 255n) - 1n)) % P, y >> 255n);
	return A && { bytes: publicKey.slice(), minusA: { X: P - A.X, Y: A.Y, Z: A.Z, T: P - A.T } };
}

export function ed25519Verify(key: Uint8Array | PreparedKey, message: Uint8Array, signature: Uint8Array): boolean {
	expectBytes("signature", signature, 64);
	const prepared = key instanceof Uint8Array ? ed25519Prepare(key) : key;
	if (!prepared) return false;
	const S = integer(signature, 32);
	if (S >= L) return false;
	const digest = sha512Parts([signature.subarray(0, 32), prepared.bytes, message]);
	const k = (integer(digest, 0) | (integer(digest, 32) << 256n)) % L;
	let R = NEUTRAL;
	const both = add(BASE, prepared.minusA);
	for (let i = 252n; i >= 0n; i--) {
		R = add(R, R);
		const s = (S >> i) & 1n;
		const h = (k >> i) & 1n;
		if (s & h) R = add(R, both);
		else if (s) R = add(R, BASE);
		else if (h) R = add(R, prepared.minusA);
	}
	const z = power(R.Z, P - 2n);
	return ((R.Y * z) % P | (((R.X * z) % P & 1n) << 255n)) === integer(signature, 0);
}

function integer(bytes: Uint8Array, offset: number): bigint {
	const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 32);
	return view.getBigUint64(0, true) | (view.getBigUint64(8, true) << 64n) |
		((view.getBigUint64(16, true) | (view.getBigUint64(24, true) << 64n)) << 128n);
}

function decode(y: bigint, sign: bigint): Point | undefined {
	const u = (y * y + P - 1n) % P;
	const v = (D * y * y + 1n) % P;
	const v3 = v * v * v % P;
	let x = u * v3 % P * power(u * v3 % P * v3 % P * v % P, (P - 5n) / 8n) % P;
	const vxx = v * x * x % P;
	if (vxx !== u) {
		if (vxx !== (P - u) % P) return undefined;
		x = x * SQRT_M1 % P;
	}
	if ((x & 1n) !== sign) x = (P - x) % P;
	return { X: x, Y: y, Z: 1n, T: x * y % P };
}

function power(x: bigint, exponent: bigint): bigint {
	let result = 1n;
	for (; exponent > 0n; exponent >>= 1n) {
		if (exponent & 1n) result = result * x % P;
		x = x * x % P;
	}
	return result;
}

/** RFC 8032 §5.1.4. */
function add(p: Point, q: Point): Point {
	const A = (p.Y - p.X + P) * (q.Y - q.X + P) % P;
	const B = (p.Y + p.X) * (q.Y + q.X) % P;
	const C = 2n * p.T * D % P * q.T % P;
	const Z = 2n * p.Z * q.Z % P;
	const E = B - A + P;
	const F = Z - C + P;
	const G = Z + C;
	const H = B + A;
	return { X: E * F % P, Y: G * H % P, Z: F * G % P, T: E * H % P };
}
