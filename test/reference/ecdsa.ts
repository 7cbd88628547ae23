// The curves of SEC 2 in affine coordinates, and ECDSA, slow and short: what the optimised kernels are compared with.
// Not constant-time; for test keys only.

export interface Curve {
	byteLength: number;
	p: bigint;
	n: bigint;
	b: bigint;
	G: { x: bigint; y: bigint };
}

/** SEC 2 §2.4.2, §2.5.1. */
export const secp256r1: Curve = {
	byteLength: 32,
	p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
	n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
	b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
	G: {
		x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
		y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
	},
};
export const secp384r1: Curve = {
	byteLength: 48,
	p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
	n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
	b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
	G: {
		x: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
		y: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
	},
};

/** Undefined is the point at infinity. */
export type Point = { x: bigint; y: bigint } | undefined;

export function mod(a: bigint, m: bigint): bigint {
	return ((a % m) + m) % m;
}

export function inverse(a: bigint, m: bigint): bigint {
	let [low, high, x, y] = [mod(a, m), m, 1n, 0n];
	while (low > 1n) [low, high, x, y] = [high % low, low, y - (high / low) * x, x];
	return mod(x, m);
}

export function add({ p }: Curve, P: Point, Q: Point): Point {
	if (!P || !Q) return P ?? Q;
	if (P.x === Q.x && mod(P.y + Q.y, p) === 0n) return undefined;
	const slope = P.x === Q.x ? (3n * P.x * P.x - 3n) * inverse(2n * P.y, p) : mod(Q.y - P.y, p) * inverse(Q.x - P.x, p);
	const x = mod(slope * slope - P.x - Q.x, p);
	return { x, y: mod(slope * (P.x - x) - P.y, p) };
}

export function multiply(curve: Curve, scalar: bigint, P: Point): Point {
	let sum: Point;
	for (let s = scalar; s > 0n; s /= 2n, P = add(curve, P, P)) if (s % 2n === 1n) sum = add(curve, sum, P);
	return sum;
}

/** k times the base point, from the nearer end, so that scalars close to n are quick too. */
export function multiplyBase(curve: Curve, k: bigint): Point {
	const { n, p, G } = curve;
	const s = mod(k, n);
	return s > n / 2n ? multiply(curve, n - s, { x: G.x, y: p - G.y }) : multiply(curve, s, G);
}

export function toBytes(value: bigint, length: number): Uint8Array {
	const bytes = new Uint8Array(length);
	for (let i = length - 1, rest = value; i >= 0; i--, rest /= 256n) bytes[i] = Number(rest % 256n);
	return bytes;
}

/** Uncompressed (SEC 1 §2.3.3). */
export function encodePoint({ byteLength }: Curve, P: Point): Uint8Array {
	if (!P) throw new RangeError("the point at infinity has no such encoding");
	return Uint8Array.of(4, ...toBytes(P.x, byteLength), ...toBytes(P.y, byteLength));
}

/**
 * The signature, and the hash that it is of, for which a verifier finds u G + v Q, Q = d G (FIPS 186-5 §6.4.2): valid,
 * unless that sum is 0.
 */
export function signatureFor(curve: Curve, d: bigint, u: bigint, v: bigint): { e: bigint; r: bigint; s: bigint } {
	const sum = multiplyBase(curve, u + v * d);
	const r = sum ? mod(sum.x, curve.n) : 1n;
	const s = mod(r * inverse(v, curve.n), curve.n);
	return { e: mod(u * s, curve.n), r, s };
}
