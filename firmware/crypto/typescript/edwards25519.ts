// The curve -x² + y² = 1 + d·x²·y² (RFC 8032 §5.1): points from bytes, tables of odd multiples, and the one loop
// in which verification spends its time, a sum of multiples of points. Nothing here keeps a secret.

import { fold, invert, load, MASK256, P, power2252m3, reduce, SQRT_MINUS_1, TWICE_P, trim } from "./field.js";

/** d and 2d. */
const D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
const TWICE_D = (2n * D) % P;
const FOUR_P = 4n * P; // keeps differences of narrow numbers positive
const OFFSET = P << 10n; // and this those of what was folded: 2^265 and a bit less

/** Extended coordinates (§5.1.4): x = X/Z, y = Y/Z, xy = T/Z, each narrow (./field.ts). */
export interface Point {
	X: bigint;
	Y: bigint;
	Z: bigint;
	T: bigint;
}

/**
 * The point that 32 bytes stand for (§5.1.3), or undefined if there is none. `strict` refuses the second encodings
 * that some points have, y ≥ p and "-0"; otherwise they pass for y modulo p and 0, as with OpenSSL and Go.
 */
export function decode(bytes: Uint8Array, offset: number, strict: boolean): Point | undefined {
	const encoded = load(bytes, offset);
	const negative = encoded >> 255n;
	let y = encoded & (MASK256 >> 1n);
	if (y >= P) {
		if (strict) return undefined;
		y -= P;
	}
	const yy = reduce(y * y);
	const u = yy + FOUR_P - 1n; // x² = u/v
	const v = reduce(D * yy) + 1n;
	const v3 = reduce(reduce(v * v) * v);
	const uv3 = reduce(u * v3);
	let x = reduce(uv3 * power2252m3(reduce(uv3 * reduce(v3 * v)))); // (u/v)^((p+3)/8), were u/v a square
	const vxx = reduce(x * x) * v;
	if ((vxx + FOUR_P + FOUR_P - u) % P !== 0n) {
		if ((vxx + u) % P !== 0n) return undefined;
		x = x * SQRT_MINUS_1;
	}
	x %= P;
	if (x === 0n) {
		if (strict && negative) return undefined;
	} else if ((x & 1n) !== negative) x = P - x;
	return { X: x, Y: y, Z: 1n, T: reduce(x * y) };
}

/** The base point (§5.1): y = 4/5, x even. */
export const BASE: Point = {
	X: 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an,
	Y: 0x6666666666666666666666666666666666666666666666666666666666666658n,
	Z: 1n,
	T: 0x67875f0fd78b766566ea4e8e64abe37d20f09f80775152f56dde8ab3a5b7dda3n,
};

/** Points ready to be added: y - x, y + x, 2dxy for each, all times z, and 2z for each. All narrow. */
export interface Table {
	readonly points: bigint[];
	readonly twiceZ: bigint[];
}

/** The same with z = 1. */
export interface AffineTable {
	readonly points: bigint[];
	readonly twiceZ?: undefined;
}

/** 1, 3, 5, … times each of `points`, `count` entries for each, as they come: 2z differs. */
export function oddMultiples(points: readonly Point[], count: number): Table {
	const table: Table = { points: [], twiceZ: [] };
	for (const point of points) {
		append(table, point);
		const twice: Table = { points: [], twiceZ: [] };
		append(twice, double(point));
		for (let i = 1, multiple = point; i < count; i++) append(table, (multiple = add(multiple, twice)));
	}
	return table;
}

/** The pieces of a comb: 1, 3, … 15 times each of P, 2^64·P, 2^128·P, 2^192·P, affine. 32 points, 5.4 KB on XS. */
export function comb(point: Point): AffineTable {
	const bases = [point];
	for (let i = 0; i < 192; i++) {
		point = double(point);
		if (i % 64 === 63) bases.push(point);
	}
	const { points, twiceZ } = oddMultiples(bases, COMB_WIDTH);
	const products = [1n]; // one inversion for all: 1/(z0·z1·…), undone one by one
	for (const z of twiceZ) products.push((products[products.length - 1] * z) % P);
	let inverse = invert(products[twiceZ.length]);
	for (let i = twiceZ.length - 1; i >= 0; i--) {
		const twoOverTwiceZ = (inverse * products[i] * 2n) % P;
		for (let j = 3 * i; j < 3 * i + 3; j++) points[j] = (points[j] * twoOverTwiceZ) % P;
		inverse = (inverse * twiceZ[i]) % P;
	}
	return { points };
}
const COMB_WIDTH = 8;
/** Of a comb's digits, in bits: the odd ones from -15 to 15. */
export const COMB_DIGIT = 5;

/** The base point's. On a board that loads modules ahead it lies in flash. */
export const BASE_COMB = /* @__PURE__ */ comb(BASE);

/**
 * Which table entries are to be added after which doubling: the digits of scalars in width-w non-adjacent form, in a
 * list for each position. What is added for a digit is its sign times the table's entry |digit| >> 1.
 *
 * For example 29 = 11101 in binary, by digits of width 4, which are odd and between -7 and 7, from the lowest bit up:
 *   position 0  the lowest four bits are 1101, 13. That is more than 8: the digit is 13 - 16 = -3, and 1 is carried
 *   1 to 3      no digit: the four bits are used up. What is left is 1, and the carry: 2, at position 4
 *   4           the lowest bit is 0: no digit
 *   5           what is left is 1: the digit is 1
 * So 29 = 1·2^5 - 3·2^0. Of a table P, 3P, 5P, 7P, entry 0 (1 >> 1) is asked for at position 5, and entry 1 (3 >> 1) at
 * position 0, to be subtracted: two additions, where the bits of 29 would take four.
 */
export class Digits {
	/** The list at position p begins at `links[links[p]]`, if links[p] > 0: next index << 7 | entry << 2 | flags. */
	readonly links: Uint16Array;
	readonly positions: number;
	end: number;

	/** Room for scalars of up to `bits` ≤ 256 bits and for 192 digits: indices stay below 512, entries below 32. */
	constructor(bits: number) {
		this.positions = this.end = bits + 8; // a carry leads one digit past the end
		this.links = new Uint16Array(this.end + 192);
	}

	/** Bits `from` … `to` - 1 of `scalar` (lowest byte first; multiples of 8), by digits of `width` ≤ 8 bits. */
	add(scalar: Uint8Array, from: number, to: number, width: number, firstEntry: number, flags: number): void {
		const links = this.links;
		let end = this.end;
		const full = 1 << width;
		const half = full >> 1;
		let position = 0;
		let bits = 0; // the scalar's from `position` on, less the digits so far: at most 2^known
		let known = 0;
		for (;;) {
			for (; known < 16 && from < to; known += 8, from += 8) bits += scalar[from >> 3] << known;
			if (bits === 0) {
				if (from >= to) break;
				position += known;
				known = 0;
				continue;
			}
			for (; (bits & 1) === 0; bits >>= 1, known--) position++;
			if (known < width && from < to) continue;
			let digit = bits & (full - 1);
			let what = flags;
			bits >>= width;
			if (digit > half) {
				// the greater digits are negative ones, with a carry
				digit = full - digit;
				what ^= NEGATIVE;
				bits++;
			}
			what |= (firstEntry + (digit >> 1)) << 2;
			links[end] = (links[position] << 7) | what;
			links[position] = end++;
			position += width;
			known -= width;
		}
		this.end = end;
	}
}
/** Flags of digits: to be subtracted; multiples from the second table. */
export const NEGATIVE = 1;
export const OWN = 2;

/**
 * The sum of all that `digits` say, of the affine table `fixed` and the table `own`. Its T is not computed.
 *
 * For example 29·P + 5·Q, with 29 = 2^5 - 3 as above, and 5 one digit (entry 2) at position 0. From the highest position
 * downwards, starting with the neutral point 0:
 *   position 5  0 + P                        P
 *   4           doubled                      2P
 *   3, 2, 1     doubled three times          16P
 *   0           doubled                      32P
 *               its list: - 3P, + 5Q         29P + 5Q
 * Five doublings serve both points, and would serve a third: this is why verification adds up all its multiples at once.
 */
export function sum(digits: Digits, fixed: AffineTable, own: Table | AffineTable): Omit<Point, "T"> {
	const links = digits.links;
	const fixedPoints = fixed.points;
	const ownPoints = own.points;
	const ownTwiceZ = own.twiceZ;
	const mask = MASK256;
	const twiceP = TWICE_P;
	const s = 256n;
	const c38 = 38n;
	// Multiples of p that keep differences positive, each just under the power of two that it is named for.
	const o263 = P << 8n,
		o264 = P << 9n,
		o309 = P << 54n,
		o310 = P << 55n,
		o279 = P << 24n,
		o287 = P << 32n;
	let X = 0n;
	let Y = 1n;
	let Z = 1n;
	let T = 0n;
	let wide = false; // X < 2^278, Y < 2^277, Z < 2^279; otherwise they are narrow
	let x: bigint; // what is being folded

	let position = digits.positions - 1;
	while (position > 0 && links[position] === 0) position--;
	for (let link = links[position], neutral = true; position >= 0; link = links[--position]) {
		if (neutral) neutral = false;
		else {
			// double (RFC 8032 §5.1.4)
			const A = ((x = X * X) & mask) + (x >> s) * c38;
			const B = ((x = Y * Y) & mask) + (x >> s) * c38;
			const C = ((x = Z * Z) & mask) + (x >> s) * c38;
			let E = ((x = X * Y) & mask) + (x >> s) * c38;
			E += E;
			const H = A + B;
			let G: bigint;
			let F: bigint;
			if (wide) {
				// A, B, C < 2^308 (k = 46); E, H < 2^309
				G = B + o309 - A; // < 2^310 - 2^308
				F = C + C + o310 - G; // < 2^311
			} else {
				// A, B, C < 2^262 (39 · 2^256 and a bit); E, H < 2^263
				G = B + o263 - A; // < 2^264 - 2^262
				F = C + C + o264 - G; // < 2^265
			}
			X = ((x = E * F) & mask) + (x >> s) * c38; // from 2^620 to 2^370, from 2^528 to 2^278
			Y = ((x = G * H) & mask) + (x >> s) * c38; // from 2^619 to 2^369, from 2^527 to 2^277
			Z = ((x = F * G) & mask) + (x >> s) * c38; // from 2^621 to 2^371, from 2^529 to 2^279
			if (link) {
				// not wide before: see the next lines
				T = ((x = E * H) & mask) + (x >> s) * c38; // from 2^526 to 2^276
			} else if (wide || (position > 0 && links[position - 1])) {
				X -= twiceP * (X >> s); // j = 115: narrow
				Y -= twiceP * (Y >> s);
				Z -= twiceP * (Z >> s);
				wide = false;
			} else wide = true; // one trim for two doublings
		}

		while (link) {
			// add (the same bounds, and T < 2^277); E, F, G, H fit in nine words of 32 bits
			const what = links[link];
			link = what >> 7;
			let at = (what >> 2) & 31;
			let table = fixedPoints;
			let D: bigint;
			if (what & OWN) {
				table = ownPoints;
				if (ownTwiceZ)
					D = ((x = Z * ownTwiceZ[at]) & mask) + (x >> s) * c38; // from 2^536 to 2^286
				else D = Z + Z;
			} else D = Z + Z;
			at *= 3;
			const C = ((x = T * table[at + 2]) & mask) + (x >> s) * c38; // from 2^534 to 2^284
			let A = Y + o279 - X; // < 2^280
			let B = Y + X;
			let F: bigint;
			let G: bigint;
			if (what & NEGATIVE) {
				// of -(x, y) = (-x, y), y - x and y + x change places, and 2dxy its sign
				A *= table[at + 1];
				B *= table[at];
				F = D + C;
				G = D + o287 - C;
			} else {
				A *= table[at];
				B *= table[at + 1];
				F = D + o287 - C; // < 2^288
				G = D + C;
			}
			A = (A & mask) + (A >> s) * c38; // from 2^537 to 2^286.3 (39 · 2^281)
			B = (B & mask) + (B >> s) * c38;
			const E = B + o287 - A; // < 2^288
			const H = B + A; // < 2^287.3
			X = ((x = E * F) & mask) + (x >> s) * c38; // from 2^576 to 2^326
			X -= twiceP * (X >> s); // j = 70: narrow
			Y = ((x = G * H) & mask) + (x >> s) * c38;
			Y -= twiceP * (Y >> s);
			Z = ((x = F * G) & mask) + (x >> s) * c38;
			Z -= twiceP * (Z >> s);
			if (link) {
				T = ((x = E * H) & mask) + (x >> s) * c38;
				T -= twiceP * (T >> s);
			}
		}
	}
	return { X, Y, Z };
}

/** §5.1.4, for the tables: narrow from narrow, with A to D < 2^264. */
function double({ X, Y, Z }: Point): Point {
	const A = fold(X * X);
	const B = fold(Y * Y);
	const C = fold(Z * Z);
	const E = fold((X + X) * Y);
	const H = A + B;
	const G = B - A + OFFSET; // < 2^265 + 2^264
	const F = C + C + OFFSET + OFFSET - G;
	return { X: reduce(E * F), Y: reduce(G * H), Z: reduce(F * G), T: reduce(E * H) };
}

/** The same: a point plus a table's only entry. */
function add({ X, Y, Z, T }: Point, { points, twiceZ }: Table): Point {
	const A = fold((Y - X + FOUR_P) * points[0]);
	const B = fold((Y + X) * points[1]);
	const C = fold(T * points[2]);
	const D = fold(Z * twiceZ[0]);
	const E = B - A + OFFSET;
	const F = D - C + OFFSET;
	const G = D + C;
	const H = B + A;
	return { X: reduce(E * F), Y: reduce(G * H), Z: reduce(F * G), T: reduce(E * H) };
}

function append({ points, twiceZ }: Table, { X, Y, Z, T }: Point): void {
	points.push(trim(Y - X + FOUR_P), trim(Y + X), reduce(T * TWICE_D));
	twiceZ.push(trim(Z + Z));
}
