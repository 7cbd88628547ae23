// Ed25519 as RFC 8032 §5.1 tells it, slow and short: what the optimised kernels are compared with, and what signs in
// tests that run where there is no host. Not constant-time; for test keys only.

import { concatenate } from "../../firmware/bytes.js";
import { sha512 } from "../../firmware/crypto/kernel.js";

const p = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;
function mod(a: bigint, m = p) {
	return ((a % m) + m) % m;
}

function power(base: bigint, exponent: bigint): bigint {
	let result = 1n;
	for (let b = mod(base), e = exponent; e > 0n; e /= 2n, b = mod(b * b)) if (e % 2n === 1n) result = mod(result * b);
	return result;
}
function invert(a: bigint) {
	return power(a, p - 2n);
}

const d = mod(-121665n * invert(121666n));
const squareRootOfMinusOne = power(2n, (p - 1n) / 4n);

/** Extended homogeneous coordinates: x = X/Z, y = Y/Z, xy = T/Z (§5.1.4). */
export type Point = readonly [X: bigint, Y: bigint, Z: bigint, T: bigint];
export const identity: Point = [0n, 1n, 1n, 0n];

export function add([X1, Y1, Z1, T1]: Point, [X2, Y2, Z2, T2]: Point): Point {
	const A = mod((Y1 - X1) * (Y2 - X2)),
		B = mod((Y1 + X1) * (Y2 + X2));
	const C = mod(2n * T1 * T2 * d),
		D = mod(2n * Z1 * Z2);
	const E = B - A,
		F = D - C,
		G = D + C,
		H = B + A;
	return [mod(E * F), mod(G * H), mod(F * G), mod(E * H)];
}

export function multiply(scalar: bigint, point: Point): Point {
	let sum = identity;
	for (let P = point, s = scalar; s > 0n; s /= 2n, P = add(P, P)) if (s % 2n === 1n) sum = add(sum, P);
	return sum;
}

/** x from y and its lowest bit (§5.1.3), or undefined: no point has this y. `-0` counts as 0, as OpenSSL has it. */
function recoverX(y: bigint, sign: bigint): bigint | undefined {
	const xx = mod((y * y - 1n) * invert(d * y * y + 1n));
	let x = power(xx, (p + 3n) / 8n);
	if (mod(x * x) !== xx) x = mod(x * squareRootOfMinusOne);
	if (mod(x * x) !== xx) return undefined;
	return x % 2n === sign ? x : mod(-x);
}

/** A key, decoded leniently: y ≥ p is taken modulo p. */
export function decodePoint(bytes: Uint8Array): Point | undefined {
	const number = littleEndian(bytes);
	const y = mod(number % 2n ** 255n);
	const x = recoverX(y, number / 2n ** 255n);
	return x === undefined ? undefined : [x, y, 1n, mod(x * y)];
}

export function encodePoint([X, Y, Z]: Point): Uint8Array {
	const inverse = invert(Z);
	return toBytes(mod(Y * inverse) + (mod(X * inverse) % 2n) * 2n ** 255n);
}

const By = mod(4n * invert(5n));
const Bx = recoverX(By, 0n)!;
export const B: Point = [Bx, By, 1n, mod(Bx * By)];

/** §5.1.5. `seed`: 32 bytes. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
	return encodePoint(multiply(secretScalar(sha512(seed)), B));
}

/** §5.1.6. */
export function sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
	const h = sha512(seed);
	const a = secretScalar(h),
		A = encodePoint(multiply(a, B));
	const r = mod(littleEndian(sha512(concatenate(h.subarray(32), message))), L);
	const R = encodePoint(multiply(r, B));
	const k = mod(littleEndian(sha512(concatenate(R, A, message))), L);
	return concatenate(R, toBytes(mod(r + k * a, L)));
}

/** §5.1.7 without the cofactor, R compared as bytes. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	const A = decodePoint(publicKey),
		R = signature.subarray(0, 32),
		S = littleEndian(signature.subarray(32));
	if (!A || S >= L) return false;
	const k = mod(littleEndian(sha512(concatenate(R, publicKey, message))), L);
	const minusA: Point = [mod(-A[0]), A[1], A[2], mod(-A[3])];
	const expected = encodePoint(add(multiply(S, B), multiply(k, minusA)));
	return expected.every((byte, i) => byte === R[i]);
}

/** The clamped scalar (§5.1.5, step 2). */
function secretScalar(h: Uint8Array): bigint {
	const low = littleEndian(h.subarray(0, 32)) % 2n ** 254n;
	return low - (low % 8n) + 2n ** 254n;
}

export function littleEndian(bytes: Uint8Array): bigint {
	let number = 0n;
	for (let i = bytes.length - 1; i >= 0; i--) number = number * 256n + BigInt(bytes[i]);
	return number;
}

export function toBytes(number: bigint): Uint8Array {
	const bytes = new Uint8Array(32);
	for (let i = 0, n = number; i < 32; i++, n /= 256n) bytes[i] = Number(n % 256n);
	return bytes;
}
