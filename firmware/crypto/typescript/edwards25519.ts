// The curve -x² + y² = 1 + d·x²·y² (RFC 8032 §5.1): points from bytes, tables of odd multiples, and the one loop
// in which verification spends its time, a sum of multiples of points. Nothing here keeps a secret.

import { load, MASK256, P, power2252m3, invert, reduce, SQRT_MINUS_1, TWICE_P } from "./field.js";

/** d and 2d. */
const D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
const TWICE_D = 2n * D % P;

/** Extended coordinates (§5.1.4): x = X/Z, y = Y/Z, xy = T/Z, each narrow (./field.ts). */
export interface Point {
	X: bigint;
	Y: bigint;
	Z: bigint;
	T: bigint;
}

/**
 * The point that 32 bytes stand for (§5.1.3), or undefined if there is none. `strict` refuses the second encodings
 * that some points have, y ≥ p and "-0"; otherwise they pass for y modulo p and 0, as OpenSSL, Go and BoringSSL have it.
 */
export function decode(bytes: Uint8Array, offset: number, strict: boolean): Point | undefined {
	const encoded = load(bytes, offset);
	const negative = encoded >> 255n;
	let y = encoded & (MASK256 >> 1n);
	if (y >= P) {
		if (strict) return undefined;
		y -= P;
	}
	const yy = y * y % P;
	const u = yy === 0n ? P - 1n : yy - 1n; // x² = u/v
	const v = (D * yy + 1n) % P;
	const v3 = reduce(reduce(v * v) * v);
	const uv3 = reduce(u * v3);
	let x = uv3 * power2252m3(reduce(uv3 * reduce(v3 * v))) % P; // (u/v)^((p+3)/8), were u/v a square
	const vxx = reduce(x * x) * v % P;
	if (vxx !== u) {
		if (vxx + u !== P) return undefined;
		x = x * SQRT_MINUS_1 % P;
	}
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
		for (let i = 1, multiple = point; i < count; i++) append(table, multiple = add(multiple, twice));
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
	const { points, twiceZ } = oddMultiples(bases, combWidth);
	const products = [1n]; // one inversion for all: 1/(z0·z1·…), undone one by one
	for (const z of twiceZ) products.push(products[products.length - 1] * z % P);
	let inverse = invert(products[twiceZ.length]);
	for (let i = twiceZ.length - 1; i >= 0; i--) {
		const twoOverTwiceZ = inverse * products[i] * 2n % P;
		for (let j = 3 * i; j < 3 * i + 3; j++) points[j] = points[j] * twoOverTwiceZ % P;
		inverse = inverse * twiceZ[i] % P;
	}
	return { points };
}
const combWidth = 8;
/** Of a comb's digits, in bits: the odd ones from -15 to 15. */
export const COMB_DIGIT = 5;

/** The base point's. On a board that loads modules ahead it lies in flash. */
export const BASE_COMB = /* @__PURE__ */ comb(BASE);

/**
 * Which table entries are to be added after which doubling: the digits of scalars in width-w non-adjacent form, in a
 * list for each position. What is added for a digit is its sign times the table's entry |digit| >> 1.
 */
export class Digits {
	readonly first: Uint8Array; // of each position: the first event's number, or 0
	readonly next = new Uint8Array(192);
	readonly entry = new Uint16Array(192); // entry's number << 2 | second table << 1 | negative
	#count = 0;

	/** Room for scalars of up to `bits` bits. */
	constructor(bits: number) {
		this.first = new Uint8Array(bits + 8);
	}

	/** Bits `from` … `to` - 1 of `scalar` (lowest byte first), by digits of `width` ≤ 8 bits from the table's entry `at` on. */
	add(scalar: Uint8Array, from: number, to: number, width: number, at: number, own: boolean, negative: boolean): void {
		const { first, next, entry } = this;
		const full = 1 << width;
		const half = full >> 1;
		const flags = (own ? 2 : 0) | (negative ? 1 : 0);
		let count = this.#count;
		let carry = 0;
		for (let i = from; i < to || carry;) {
			let digit = carry;
			if (i < to) {
				const left = to - i;
				digit += ((scalar[i >> 3] | (scalar[(i >> 3) + 1] << 8)) >> (i & 7)) & ((left < width ? 1 << left : full) - 1);
			}
			if ((digit & 1) === 0) { // a zero digit; the carry stays
				i++;
				continue;
			}
			let event = flags;
			if (digit > half) {
				digit = full - digit;
				event ^= 1;
				carry = 1;
			} else carry = 0;
			entry[++count] = ((at + (digit >> 1)) << 2) | event;
			next[count] = first[i - from];
			first[i - from] = count;
			i += width;
		}
		this.#count = count;
	}
}

/** The sum of all that `digits` say, from the affine table `fixed` and the table `own`. T is left at 0. */
export function sum(digits: Digits, fixed: AffineTable, own: Table | AffineTable): Point {
	const { first, next, entry } = digits;
	const fixedPoints = fixed.points;
	const ownPoints = own.points;
	const ownTwiceZ = own.twiceZ;
	const mask = MASK256;
	const twiceP = TWICE_P;
	const s = 256n;
	const c38 = 38n;
	const o263 = P << 8n; // multiples of p that keep differences positive, each just under the power of two it is named for
	const o264 = P << 9n;
	const o280 = P << 25n;
	const o289 = P << 34n;
	const o309 = P << 54n;
	const o310 = P << 55n;
	let X = 0n;
	let Y = 1n;
	let Z = 1n;
	let T = 0n;
	let wide = false; // X, Y, Z < 2^279; otherwise narrow
	let i = first.length - 1;
	while (i > 0 && first[i] === 0) i--;
	for (let event = first[i], start = true; i >= 0; event = first[--i]) {
		if (start) start = false;
		else { // double (RFC 8032 §5.1.4, with E, F, G, H negated)
			let A = X * X;
			A = (A & mask) + (A >> s) * c38;
			let B = Y * Y;
			B = (B & mask) + (B >> s) * c38;
			let C = Z * Z;
			C = (C & mask) + (C >> s) * c38;
			let E = X * Y;
			E = (E & mask) + (E >> s) * c38;
			E += E;
			const H = A + B;
			let G: bigint;
			let F: bigint;
			if (wide) { // A, B, C < 2^308; E, H < 2^309
				G = B + o309 - A; // < 2^310 - 2^308
				F = C + C + o310 - G; // < 2^311
			} else { // A, B, C < 2^262; E, H < 2^263
				G = B + o263 - A; // < 2^264 - 2^262
				F = C + C + o264 - G; // < 2^265
			}
			X = E * F; // wide: < 2^620; narrow: < 2^528
			X = (X & mask) + (X >> s) * c38; // < 2^370; < 2^278
			Y = G * H;
			Y = (Y & mask) + (Y >> s) * c38;
			Z = F * G; // < 2^621; < 2^529
			Z = (Z & mask) + (Z >> s) * c38; // < 2^371; < 2^279
			if (event) {
				T = E * H; // narrow: wide points are trimmed before a doubling that an addition follows
				T = (T & mask) + (T >> s) * c38; // < 2^276
			} else if (wide || (i > 0 && first[i - 1])) {
				X -= twiceP * (X >> s); // j = 115: narrow
				Y -= twiceP * (Y >> s);
				Z -= twiceP * (Z >> s);
				wide = false;
			} else wide = true; // two doublings for one trim
		}
		while (event) { // add (X, Y, Z, T < 2^279)
			const what = entry[event];
			event = next[event];
			let d: bigint;
			let table: bigint[];
			let at = what >> 2;
			if (what & 2) {
				table = ownPoints;
				if (ownTwiceZ) {
					d = Z * ownTwiceZ[at]; // < 2^536
					d = (d & mask) + (d >> s) * c38; // < 2^286
				} else d = Z + Z;
			} else {
				table = fixedPoints;
				d = Z + Z;
			}
			at *= 3;
			let a = Y + o280 - X; // < 2^281
			let b = Y + X;
			let c = T * table[at + 2];
			c = (c & mask) + (c >> s) * c38; // < 2^286
			let F: bigint;
			let G: bigint;
			if (what & 1) { // -(x, y) = (-x, y): y - x and y + x change places, and 2dxy its sign
				a *= table[at + 1];
				b *= table[at];
				G = d + o289 - c;
				F = d + c;
			} else {
				a *= table[at]; // < 2^538
				b *= table[at + 1];
				F = d + o289 - c; // < 2^290
				G = d + c;
			}
			a = (a & mask) + (a >> s) * c38; // < 2^288
			b = (b & mask) + (b >> s) * c38;
			const E = b + o289 - a; // < 2^290
			const H = b + a; // < 2^289
			X = E * F; // < 2^580
			X = (X & mask) + (X >> s) * c38; // < 2^330
			X -= twiceP * (X >> s); // narrow
			Y = G * H;
			Y = (Y & mask) + (Y >> s) * c38;
			Y -= twiceP * (Y >> s);
			Z = F * G;
			Z = (Z & mask) + (Z >> s) * c38;
			Z -= twiceP * (Z >> s);
			if (event) {
				T = E * H;
				T = (T & mask) + (T >> s) * c38;
				T -= twiceP * (T >> s);
			}
		}
	}
	return { X, Y, Z, T: 0n };
}

/** §5.1.4, for the tables. */
function double({ X, Y, Z }: Point): Point {
	const A = reduce(X * X);
	const B = reduce(Y * Y);
	const C = 2n * reduce(Z * Z);
	const E = 2n * reduce(X * Y);
	const H = A + B;
	const G = B - A + 4n * P;
	const F = C - G + 8n * P; // G < 2^257 + 2^256 + 2^206 < 8p
	return { X: reduce(E * F), Y: reduce(G * H), Z: reduce(F * G), T: reduce(E * H) };
}

/** The same: a point plus a table's only entry. */
function add({ X, Y, Z, T }: Point, { points: [minus, plus, t], twiceZ }: Table): Point {
	const A = reduce((Y - X + 4n * P) * minus);
	const B = reduce((Y + X) * plus);
	const C = reduce(T * t);
	const D = reduce(Z * twiceZ[0]);
	const E = B - A + 4n * P;
	const F = D - C + 4n * P;
	const G = D + C;
	const H = B + A;
	return { X: reduce(E * F), Y: reduce(G * H), Z: reduce(F * G), T: reduce(E * H) };
}

function append(table: Table, { X, Y, Z, T }: Point): void {
	table.points.push((Y - X + 4n * P) % P, (Y + X) % P, T * TWICE_D % P);
	table.twiceZ.push(2n * Z % P);
}
