// ECDSA with P-256 and SHA-256 (FIPS 186-5 §6.4.2, SEC 1 §4.1.4), verification only. Everything here is public: nothing
// has to take constant time.
//
// Field elements are BigInts in 0 … p-1, points are Jacobian: x = X/Z², y = Y/Z³; undefined is the point at infinity.
// A difference gets a multiple of p first: XS shifts negative BigInts wrongly, so there are none.

import { sha256 } from "../kernel.js";

/** Whether this build has P-256. */
export const hasP256 = true;

/** p = 2^256 - 2^224 + 2^192 + 2^96 - 1, the order n of the group, b of y² = x³ - 3x + b, the base point G. */
const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const G = {
	X: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
	Y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
	Z: 1n,
};
/** Multiples of p that keep a difference from being negative. */
const p2 = 2n * p,
	p8 = 8n * p;

interface Point {
	X: bigint;
	Y: bigint;
	Z: bigint;
}

/**
 * Whether (r, s), big-endian numbers of at most 33 bytes, is a signature of `message` by the key `publicKey`: 65 bytes,
 * an uncompressed point (SEC 1 §2.3.3). False for a key that is no point of the curve.
 */
export function p256Verify(publicKey: Uint8Array, message: Uint8Array, r: Uint8Array, s: Uint8Array): boolean {
	const Q = decodePoint(publicKey);
	const R = toBigInt(r),
		S = toBigInt(s);
	if (!Q || R === 0n || R >= n || S === 0n || S >= n) return false;
	const e = toBigInt(sha256(message)); // as long as n: nothing is cut off
	const w = inverse(S);
	const sum = sumOfProducts((e * w) % n, G, (R * w) % n, Q);
	if (!sum) return false;
	// x(sum) mod n = r, without dividing by Z²: x is r or r + n, since x < p < 2n
	const ZZ = (sum.Z * sum.Z) % p;
	return (R * ZZ) % p === sum.X || (R + n < p && ((R + n) * ZZ) % p === sum.X);
}

/** A point other than infinity, both coordinates below p, on the curve. Its order is n, the group's. */
function decodePoint(bytes: Uint8Array): Point | undefined {
	if (bytes.length !== 65) throw new RangeError(`public key: expected 65 bytes, got ${bytes.length}`);
	const X = toBigInt(bytes.subarray(1, 33)),
		Y = toBigInt(bytes.subarray(33));
	if (bytes[0] !== 4 || X >= p || Y >= p) return undefined;
	return (Y * Y) % p === (X * (X * X + p - 3n) + b) % p ? { X, Y, Z: 1n } : undefined;
}

/** u·P + v·Q: both ladders in one (Straus), digits of width-5 non-adjacent forms. */
function sumOfProducts(u: bigint, P: Point, v: bigint, Q: Point): Point | undefined {
	const uDigits = nonAdjacentForm(u),
		vDigits = nonAdjacentForm(v);
	const multiplesOfP = oddMultiples(P),
		multiplesOfQ = oddMultiples(Q);
	let sum: Point | undefined;
	for (let i = Math.max(uDigits.length, vDigits.length) - 1; i >= 0; i--) {
		sum = double(sum);
		if (uDigits[i]) sum = add(sum, multiple(multiplesOfP, uDigits[i]));
		if (vDigits[i]) sum = add(sum, multiple(multiplesOfQ, vDigits[i]));
	}
	return sum;
}

/** Digits 0, ±1, ±3 … ±15 of `k`, the lowest first; after a digit other than 0 come four zeros at least. */
function nonAdjacentForm(k: bigint): Int8Array {
	const digits = new Int8Array(257);
	for (let i = 0; k > 0n; ) {
		if ((k & 1n) === 0n) {
			k >>= 1n;
			i++;
			continue;
		}
		const low = Number(k & 31n);
		const digit = low < 16 ? low : low - 32;
		digits[i] = digit;
		k = (k - BigInt(digit)) >> 5n; // a multiple of 32, and not negative
		i += 5;
	}
	return digits;
}

/** P, 3P, 5P … 15P. */
function oddMultiples(P: Point): Point[] {
	const twice = double(P);
	const multiples = [P];
	for (let i = 1; i < 8; i++) multiples.push(add(multiples[i - 1], twice)!); // no multiple below n is infinity
	return multiples;
}

function multiple(multiples: Point[], digit: number): Point {
	const { X, Y, Z } = multiples[Math.abs(digit) >> 1];
	return digit > 0 ? { X, Y, Z } : { X, Y: p - Y, Z };
}

/** Explicit-Formulas Database, dbl-2001-b (a = -3). */
function double(P: Point | undefined): Point | undefined {
	if (!P) return undefined;
	const { X, Y, Z } = P;
	const delta = (Z * Z) % p,
		gamma = (Y * Y) % p;
	const beta = (X * gamma) % p;
	const alpha = (3n * (X + p - delta) * (X + delta)) % p;
	const X3 = (alpha * alpha + p8 - 8n * beta) % p;
	return { X: X3, Y: (alpha * (4n * beta + p - X3) + p8 * p - 8n * gamma * gamma) % p, Z: (2n * Y * Z) % p };
}

/** Cohen's general addition (add-1998-cmo-2), complete by its cases. */
function add(P: Point | undefined, Q: Point | undefined): Point | undefined {
	if (!P) return Q;
	if (!Q) return P;
	const ZZ1 = (P.Z * P.Z) % p,
		ZZ2 = (Q.Z * Q.Z) % p;
	const U1 = (P.X * ZZ2) % p,
		S1 = (P.Y * ((Q.Z * ZZ2) % p)) % p;
	const H = (Q.X * ZZ1 + p - U1) % p,
		R = (Q.Y * ((P.Z * ZZ1) % p) + p - S1) % p;
	if (H === 0n) return R === 0n ? double(P) : undefined;
	const HH = (H * H) % p;
	const HHH = (H * HH) % p,
		V = (U1 * HH) % p;
	const X = (R * R + p + p2 - HHH - 2n * V) % p;
	return { X, Y: (R * (V + p - X) + p * p - S1 * HHH) % p, Z: (P.Z * ((Q.Z * H) % p)) % p };
}

/** 1/a mod n, for 0 < a < n: Euclid's algorithm, the coefficients kept in 0 … n-1. */
function inverse(a: bigint): bigint {
	let [low, high] = [a, n],
		[x, y] = [1n, 0n]; // low = x·a, high = y·a (mod n)
	while (low > 1n) {
		const quotient = high / low;
		[low, high] = [high - quotient * low, low];
		[x, y] = [(y + (n - (quotient % n)) * x) % n, x];
	}
	return x;
}

function toBigInt(bytes: Uint8Array): bigint {
	let value = 0n;
	for (let i = 0; i < bytes.length; ) {
		const length = Math.min(6, bytes.length - i); // six bytes are exact in a double
		let part = 0;
		for (const end = i + length; i < end; i++) part = part * 256 + bytes[i];
		value = (value << BigInt(8 * length)) | BigInt(part);
	}
	return value;
}
