// Curves y² = x³ - 3x + b modulo a prime (SEC 2 §2): points, and the one loop in which ECDSA and ECDH spend their time, a
// sum of multiples of points. Nothing here keeps a secret (../DESIGN.md says what that means for ECDH).
//
// Every product is reduced by `%`, to 0 … p - 1; sums go into the next product as they are. A difference gets a multiple of p
// first: XS shifts negative BigInts wrongly, so there are none.

import { inverse, toBigInt } from "./numbers.js";

/** x and y, each from 0 to p. */
export interface AffinePoint {
	x: bigint;
	y: bigint;
}

/** x = X/Z², y = Y/Z³, each less than p. */
export interface Point {
	X: bigint;
	Y: bigint;
	Z: bigint;
}

/** k times a point: the digits of k, the lowest first, and the point's odd multiples. */
export interface Term {
	digits: Int8Array;
	multiples: AffinePoint[];
}

const DIGIT_BITS = 5; // odd digits up to 15: eight multiples

export class Curve {
	/** Of a coordinate, and of the order. */
	readonly byteLength: number;
	readonly p: bigint;
	/** The order of the group, a prime. */
	readonly n: bigint;
	readonly base: AffinePoint;
	readonly #b: bigint;

	constructor(byteLength: number, p: bigint, n: bigint, b: bigint, x: bigint, y: bigint) {
		this.byteLength = byteLength;
		this.p = p;
		this.n = n;
		this.base = { x, y };
		this.#b = b;
	}

	/** An uncompressed point (SEC 1 §2.3.4); undefined if it is not on the curve. Its order is n, the group's. */
	decode(bytes: Uint8Array): AffinePoint | undefined {
		const p = this.p;
		const end = 1 + this.byteLength;
		const x = toBigInt(bytes.subarray(1, end));
		const y = toBigInt(bytes.subarray(end));
		if (bytes[0] !== 4 || x >= p || y >= p) return undefined;
		return (y * y) % p === (x * (x * x + p - 3n) + this.#b) % p ? { x, y } : undefined;
	}

	/** `point` times k, 0 ≤ k < 2^(8 byteLength), as `sum` takes it. */
	term(k: bigint, point: AffinePoint): Term {
		return { digits: this.#digits(k), multiples: this.#oddMultiples(point) };
	}

	/** Digits 0, ±1, ±3 … ±15 of k; after one other than 0 come four zeros at least. */
	#digits(k: bigint): Int8Array {
		const digits = new Int8Array(8 * this.byteLength + 1);
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
			i += DIGIT_BITS;
		}
		return digits;
	}

	/** P, 3P, 5P … 15P. Neither they nor the sums on the way are 0. */
	#oddMultiples({ x, y }: AffinePoint): AffinePoint[] {
		const P = { X: x, Y: y, Z: 1n };
		const twice = this.toAffine([this.#double(P)])[0];
		const multiples: Point[] = [P];
		for (let i = 1; i < 8; i++) multiples.push(this.#add(multiples[i - 1], twice)!);
		return this.toAffine(multiples);
	}

	/** One inversion for all (Montgomery's trick). None is 0. */
	toAffine(points: Point[]): AffinePoint[] {
		const p = this.p;
		const products: bigint[] = []; // of the Z before
		let product = 1n;
		for (let i = 0; i < points.length; i++) {
			products.push(product);
			product = (product * points[i].Z) % p;
		}
		let inverted = inverse(product, p);
		const affine: AffinePoint[] = [];
		for (let i = points.length - 1; i >= 0; i--) {
			const { X, Y, Z } = points[i];
			const z = (inverted * products[i]) % p;
			inverted = (inverted * Z) % p;
			const zz = (z * z) % p;
			affine[i] = { x: (X * zz) % p, y: (Y * ((zz * z) % p)) % p };
		}
		return affine;
	}

	/** The sum of all terms (Straus: one chain of doublings); undefined if it is 0. */
	sum(terms: Term[]): Point | undefined {
		let sum: Point | undefined;
		for (let i = 8 * this.byteLength; i >= 0; i--) {
			if (sum) sum = this.#double(sum);
			for (let j = 0; j < terms.length; j++) {
				const digit = terms[j].digits[i];
				if (digit === 0) continue;
				const { x, y } = terms[j].multiples[Math.abs(digit) >> 1];
				const Q = digit > 0 ? { x, y } : { x, y: this.p - y };
				sum = sum ? this.#add(sum, Q) : { X: Q.x, Y: Q.y, Z: 1n };
			}
		}
		return sum;
	}

	/** Explicit-Formulas Database, dbl-2001-b (a = -3). */
	#double({ X, Y, Z }: Point): Point {
		const p = this.p;
		const delta = (Z * Z) % p;
		const gamma = (Y * Y) % p;
		const beta = (X * gamma) % p;
		const alpha = (3n * (X + p - delta) * (X + delta)) % p;
		const X3 = (alpha * alpha + ((p - beta) << 3n)) % p;
		const Y3 = (alpha * ((beta << 2n) + p - X3) + ((p * p - gamma * gamma) << 3n)) % p;
		return { X: X3, Y: Y3, Z: ((Y * Z) << 1n) % p };
	}

	/** Cohen, Miyaji and Ono (1998), "madd-1998-cmo" there, complete by its cases. */
	#add(P: Point, Q: AffinePoint): Point | undefined {
		const p = this.p;
		const ZZ = (P.Z * P.Z) % p;
		const H = (Q.x * ZZ + p - P.X) % p;
		const R = (Q.y * ((ZZ * P.Z) % p) + p - P.Y) % p;
		if (H === 0n) return R === 0n ? this.#double({ X: Q.x, Y: Q.y, Z: 1n }) : undefined;
		const HH = (H * H) % p;
		const HHH = (H * HH) % p;
		const V = (P.X * HH) % p;
		const X = (R * R + 3n * p - HHH - (V << 1n)) % p;
		return { X, Y: (R * (V + p - X) + p * p - P.Y * HHH) % p, Z: (P.Z * H) % p };
	}
}
