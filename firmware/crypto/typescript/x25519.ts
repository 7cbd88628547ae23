// X25519 (RFC 7748 §5). The scalar is secret, and BigInt keeps no secrets: what an operation costs depends on the
// length of its operands, and here the order of operations and which table entries are read depend on the scalar.
// ../DESIGN.md says why a handshake's key, used once, may live with that, and that no other key may.

import { BASE_COMB, COMB_DIGIT, Digits, sum } from "./edwards25519.js";
import { invert, load, MASK256, P, store, TWICE_P } from "./field.js";
import { expectBytes } from "./lengths.js";

/** X25519: 32 bytes, all zero if `u` has small order: the caller refuses those (RFC 9846 §7.4.2). */
export function x25519(scalar: Uint8Array, u: Uint8Array): Uint8Array {
	expectBytes("scalar", scalar, 32);
	expectBytes("u", u, 32);
	const k = clamp(scalar);
	const mask = MASK256;
	const twiceP = TWICE_P;
	const s = 256n;
	const c38 = 38n;
	const a24 = 121665n;
	const o257 = P << 2n; // multiples of p that keep differences positive, just under 2^257 and 2^266
	const o266 = P << 11n;
	const x1 = load(u, 0) & (MASK256 >> 1n);
	let x2 = 1n; // all four narrow (./field.ts) throughout
	let z2 = 0n;
	let x3 = x1;
	let z3 = 1n;
	let swapped = 0;
	let x: bigint; // what is being folded
	for (let t = 254; t >= 0; t--) {
		const bit = (k[t >> 3] >> (t & 7)) & 1;
		if (bit !== swapped) {
			swapped = bit;
			let other = x2;
			x2 = x3;
			x3 = other;
			other = z2;
			z2 = z3;
			z3 = other;
		}
		const A = x2 + z2; // < 2^258
		const B = x2 + o257 - z2; // < 2^258
		const AA = ((x = A * A) & mask) + (x >> s) * c38; // from 2^516 to 2^266
		const BB = ((x = B * B) & mask) + (x >> s) * c38;
		const DA = ((x = (x3 + o257 - z3) * A) & mask) + (x >> s) * c38;
		const CB = ((x = (x3 + z3) * B) & mask) + (x >> s) * c38;
		const E = AA + o266 - BB; // < 2^267
		x3 = DA + CB;
		x3 = ((x = x3 * x3) & mask) + (x >> s) * c38; // from 2^534 to 2^284
		x3 -= twiceP * (x3 >> s);
		z3 = DA - CB; // squared next: its sign is of no account
		z3 = ((x = z3 * z3) & mask) + (x >> s) * c38;
		z3 = ((x = z3 * x1) & mask) + (x >> s) * c38; // from 2^539 to 2^289
		z3 -= twiceP * (z3 >> s);
		x2 = ((x = AA * BB) & mask) + (x >> s) * c38;
		x2 -= twiceP * (x2 >> s);
		z2 = ((x = (AA + E * a24) * E) & mask) + (x >> s) * c38; // from 2^552 to 2^302
		z2 -= twiceP * (z2 >> s);
	}
	return store(swapped ? (x3 * invert(z3)) % P : (x2 * invert(z2)) % P); // the inverse of 0 is 0
}

/** X25519 with u = 9, by way of the Edwards base point: u = (1 + y)/(1 - y) (RFC 7748 §4.1). */
export function x25519PublicKey(scalar: Uint8Array): Uint8Array {
	expectBytes("scalar", scalar, 32);
	const k = clamp(scalar);
	const digits = new Digits(64);
	for (let piece = 0; piece < 4; piece++) {
		digits.add(k, 64 * piece, 64 * piece + 64, COMB_DIGIT, 8 * piece, 0);
	}
	const { Y, Z } = sum(digits, BASE_COMB, BASE_COMB);
	return store(((Z + Y) * invert(Z - Y + (P << 2n))) % P);
}

/** RFC 7748 §5: `decodeScalar25519`. */
function clamp(scalar: Uint8Array): Uint8Array {
	const k = scalar.slice();
	k[0] &= 0xf8;
	k[31] = (k[31] & 0x7f) | 0x40;
	return k;
}
