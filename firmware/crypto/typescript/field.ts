// The field of integers modulo p = 2^255 - 19, as BigInt. One native operation costs XS about the same whether it
// takes two words or twelve, and a remainder (`%`) as much as six multiplications, so numbers are kept loosely:
//
//   fold   x = h·2^256 + l  ->  l + 38h, which is x modulo p, since 2^256 = 2p + 38. For x < 2^(512+k), k ≥ 0:
//          l + 38h < 2^256 + 38·2^(256+k) ≤ 39·2^(256+k) < 2^(262+k).
//   trim   the same for a small h, in fewer steps: x - (2^256 - 38)·h. For x < 2^(256+j), j ≤ 200:
//          l + 38h < 2^256 + 2^(j+6): "narrow" below, 2^256 + 2^206 at the most.
//
// Both need x ≥ 0: XS shifts negative numbers wrongly (`-4n >> 2n` is -2n there). Loops write them out on the spot,
// with these constants in locals, since a call costs as much as a fold.

export const P = (1n << 255n) - 19n;
export const MASK256 = (1n << 256n) - 1n;
/** 2^256 - 38. */
export const TWICE_P = 2n * P;
/** A square root of -1: 2^((p-1)/4). */
export const SQRT_MINUS_1 = 0x2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0n;

const N256 = 256n;
const N38 = 38n;

export function fold(x: bigint): bigint {
	return (x & MASK256) + (x >> N256) * N38;
}

export function trim(x: bigint): bigint {
	return x - TWICE_P * (x >> N256);
}

/** Both: 0 ≤ x < 2^700 becomes narrow (a fold gives less than 2^450, j = 194). */
export function reduce(x: bigint): bigint {
	x = (x & MASK256) + (x >> N256) * N38;
	return x - TWICE_P * (x >> N256);
}

/** x^(2^n), narrow, for narrow x. */
function square(x: bigint, n: number): bigint {
	const mask = MASK256;
	const twiceP = TWICE_P;
	const s = 256n;
	const c = 38n;
	let y: bigint;
	for (; n > 3; n -= 4) {
		// a trim for four
		x = ((y = x * x) & mask) + (y >> s) * c; // < 2^263
		x = ((y = x * x) & mask) + (y >> s) * c; // k = 14: < 2^276
		x = ((y = x * x) & mask) + (y >> s) * c; // k = 40: < 2^302
		x = ((y = x * x) & mask) + (y >> s) * c; // k = 92: < 2^354
		x -= twiceP * (x >> s); // j = 98: < 2^256 + 2^104
	}
	for (; n > 0; n--) {
		x = ((y = x * x) & mask) + (y >> s) * c;
		x -= twiceP * (x >> s);
	}
	return x;
}

/** x^((p-5)/8) = x^(2^252 - 3), narrow, for narrow x: what square roots are made of (RFC 8032 §5.1.3). */
export function power2252m3(x: bigint): bigint {
	const x3 = reduce(square(x, 1) * x); // xN stands for x^(2^b - 1) with b bits set
	const x4b = reduce(square(x3, 2) * x3);
	const x5b = reduce(square(x4b, 1) * x);
	const x10b = reduce(square(x5b, 5) * x5b);
	const x20b = reduce(square(x10b, 10) * x10b);
	const x40b = reduce(square(x20b, 20) * x20b);
	const x80b = reduce(square(x40b, 40) * x40b);
	const x160b = reduce(square(x80b, 80) * x80b);
	const x240b = reduce(square(x160b, 80) * x80b);
	const x250b = reduce(square(x240b, 10) * x10b);
	return reduce(square(x250b, 2) * x);
}

/** 1/x in 0 … p-1, or 0 for x = 0 modulo p: Euclid's algorithm, whose native divisions cost half of a power. */
export function invert(x: bigint): bigint {
	let r0 = P;
	let r1 = x % P;
	let t0 = 0n; // r = t·x modulo p throughout, and |t| ≤ p
	let t1 = 1n;
	const zero = 0n;
	while (r1 !== zero) {
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
	return t0 < 0n ? t0 + P : t0;
}

/** The 32 bytes at `offset`, the lowest first. */
export function load(bytes: Uint8Array, offset: number): bigint {
	const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 32);
	return (
		view.getBigUint64(0, true) |
		(view.getBigUint64(8, true) << 64n) |
		((view.getBigUint64(16, true) | (view.getBigUint64(24, true) << 64n)) << 128n)
	);
}

/** 0 ≤ x < 2^256 as 32 bytes, the lowest first. */
export function store(x: bigint): Uint8Array {
	const bytes = new Uint8Array(32);
	const view = new DataView(bytes.buffer);
	view.setBigUint64(0, x & 0xffffffffffffffffn, true);
	view.setBigUint64(8, (x >> 64n) & 0xffffffffffffffffn, true);
	view.setBigUint64(16, (x >> 128n) & 0xffffffffffffffffn, true);
	view.setBigUint64(24, x >> 192n, true);
	return bytes;
}
