// ML-DSA-44 (FIPS 204), verification only, pure, with the empty context string: what certificates (RFC 9881) and TLS
// need. Everything here is public and takes variable time.
//
// Polynomials are Int32Arrays of 256 coefficients, anywhere between -256 q and 256 q; seven of them are held at a time,
// 7 KiB. Products are exact in a double as long as they stay below 2^53, and `%` then keeps their sign. The matrix is
// never whole: its entries are multiplied as SHAKE128 gives them.

import { SHAKE_SUFFIX, SHAKE128_RATE, SHAKE256_RATE, Sponge } from "./keccak.js";
import { expectBytes } from "./lengths.js";

/** Whether this build has ML-DSA-44. */
export const hasMlDsa44 = true;

const Q = 8380417; // 2^23 - 2^13 + 1
const N = 256;
const K = 4; // rows of A
const L = 4; // columns of A
const D = 13;
const TAU = 39;
const BETA = 78;
const GAMMA1 = 1 << 17;
const GAMMA2 = (Q - 1) / 88;
const OMEGA = 80;

const KEY_BYTES = 1312;
const SIGNATURE_BYTES = 2420;
const CHALLENGE_BYTES = 32;
const Z_BYTES = (18 * N) / 8; // of one polynomial
const T1_BYTES = (10 * N) / 8;
const HINTS_AT = CHALLENGE_BYTES + L * Z_BYTES;

/** ζ^BitRev8(m) for m = 0 … 255 (appendix B), between -q / 2 and q / 2. */
const ZETAS = /* @__PURE__ */ powersOfZeta();

function powersOfZeta(): Int32Array {
	const zetas = new Int32Array(N);
	for (let m = 0, power = 1; m < N; m++, power = (power * 1753) % Q) {
		let reversed = 0;
		for (let bit = 0; bit < 8; bit++) reversed |= ((m >> bit) & 1) << (7 - bit);
		zetas[reversed] = power > Q >> 1 ? power - Q : power;
	}
	return zetas;
}

/** Algorithm 3 with the empty context. Any signature is taken, of any length; only a good one is true. */
export function mlDsa44Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	expectBytes("public key", publicKey, KEY_BYTES);
	if (signature.length !== SIGNATURE_BYTES) return false;
	const hints = signature.subarray(HINTS_AT);
	if (!areHintsGood(hints)) return false;
	const z: Int32Array[] = [];
	for (let i = 0; i < L; i++) {
		const part = unpackZ(signature.subarray(CHALLENGE_BYTES + i * Z_BYTES));
		if (!part) return false;
		z.push(transform(part));
	}

	// Algorithm 8 on M' = 0 ‖ 0 ‖ message.
	const sponge = new Sponge();
	const challenge = signature.subarray(0, CHALLENGE_BYTES);
	const c = transform(sampleInBall(sponge, challenge));
	const tr = sponge.begin(SHAKE256_RATE).absorb(publicKey).end(SHAKE_SUFFIX).squeeze(64);
	sponge.begin(SHAKE256_RATE).absorb(tr).absorb(Uint8Array.of(0, 0)).absorb(message);
	const mu = sponge.end(SHAKE_SUFFIX).squeeze(64);
	const commitment = new Sponge().begin(SHAKE256_RATE).absorb(mu);
	const rho = publicKey.subarray(0, 32);
	const w = new Int32Array(N);
	const t1 = new Int32Array(N);
	for (let row = 0; row < K; row++) {
		unpackT1(t1, publicKey.subarray(32 + row * T1_BYTES));
		transform(t1);
		for (let i = 0; i < N; i++) w[i] = -((c[i] * t1[i]) % Q); // below 9 q each: 2^53 is more than (9 q)^2
		for (let column = 0; column < L; column++) addProduct(w, sponge, rho, row, column, z[column]);
		transformBack(w);
		const from = row === 0 ? 0 : hints[OMEGA + row - 1];
		commitment.absorb(highBits(w, hints.subarray(from, hints[OMEGA + row])));
	}
	const expected = commitment.end(SHAKE_SUFFIX).squeeze(CHALLENGE_BYTES);
	return expected.every((byte, i) => byte === challenge[i]);
}

/** Algorithm 21: in each row the places of hints ascend, and what is unused is 0. */
function areHintsGood(hints: Uint8Array): boolean {
	let i = 0;
	for (let row = 0; row < K; row++) {
		const end = hints[OMEGA + row],
			first = i;
		if (end < first || end > OMEGA) return false;
		for (; i < end; i++) if (i > first && hints[i - 1] >= hints[i]) return false;
	}
	for (; i < OMEGA; i++) if (hints[i] !== 0) return false;
	return true;
}

/** Algorithm 19 for one polynomial. Undefined: a coefficient is γ1 - β or more (Algorithm 8, step 13). */
function unpackZ(packed: Uint8Array): Int32Array | undefined {
	const z = new Int32Array(N);
	for (let i = 0; i < N; i++) {
		const at = (18 * i) >> 3; // the 18 bits lie in three bytes
		const bits = packed[at] | (packed[at + 1] << 8) | (packed[at + 2] << 16);
		const coefficient = GAMMA1 - ((bits >> ((18 * i) & 7)) & 0x3ffff);
		if (coefficient >= GAMMA1 - BETA || coefficient <= BETA - GAMMA1) return undefined;
		z[i] = coefficient;
	}
	return z;
}

/** Algorithm 29. */
function sampleInBall(sponge: Sponge, seed: Uint8Array): Int32Array {
	const signs = sponge.begin(SHAKE256_RATE).absorb(seed).end(SHAKE_SUFFIX).squeeze(8);
	const c = new Int32Array(N);
	for (let n = 0; n < TAU; n++) {
		const i = N - TAU + n;
		let j: number;
		do j = sponge.byte();
		while (j > i);
		c[i] = c[j];
		c[j] = (signs[n >> 3] >> (n & 7)) & 1 ? -1 : 1;
	}
	return c;
}

/** Algorithm 18 for one polynomial, times 2^13: below q. */
function unpackT1(t1: Int32Array, packed: Uint8Array): void {
	for (let i = 0; i < N; i++) {
		const at = (10 * i) >> 3; // the 10 bits lie in two bytes
		const bits = packed[at] | (packed[at + 1] << 8);
		t1[i] = ((bits >> ((10 * i) & 7)) & 0x3ff) << D;
	}
}

/** Algorithm 41, in place. From below q each layer adds less than q: to less than 9 q. */
function transform(w: Int32Array): Int32Array {
	for (let length = 128, m = 1; length > 0; length >>= 1) {
		for (let start = 0; start < N; start += 2 * length) {
			const zeta = ZETAS[m++];
			for (let i = start, j = start + length; i < start + length; i++, j++) {
				const t = (zeta * w[j]) % Q; // 9 q times q / 2
				const u = w[i];
				w[j] = u - t;
				w[i] = u + t;
			}
		}
	}
	return w;
}

/**
 * Algorithm 42, in place. From below q each layer at most doubles: to less than 256 q, which is less than 2^31. The
 * last layer's products are below 256 q times q / 2, which is less than 2^53.
 */
function transformBack(w: Int32Array): void {
	for (let i = 0; i < N; i++) w[i] %= Q;
	for (let length = 1, m = 255; length < N; length <<= 1) {
		for (let start = 0; start < N; start += 2 * length) {
			const zeta = ZETAS[m--];
			for (let i = start, j = start + length; i < start + length; i++, j++) {
				const t = w[i],
					u = w[j];
				w[i] = t + u;
				w[j] = (zeta * (u - t)) % Q;
			}
		}
	}
	for (let i = 0; i < N; i++) w[i] = (w[i] * -32736) % Q; // 1 / 256
}

/** w += A[row, column] z, the entry as Algorithm 30 samples it: w grows by less than q. */
function addProduct(w: Int32Array, sponge: Sponge, rho: Uint8Array, row: number, column: number, z: Int32Array): void {
	sponge.begin(SHAKE128_RATE).absorb(rho).absorb(Uint8Array.of(column, row)).end(SHAKE_SUFFIX);
	const words = sponge.words;
	for (let i = 0; ; ) {
		sponge.permute();
		for (let word = 0; word < SHAKE128_RATE >> 2; word += 3) {
			// Three words are four times three bytes, of which the uppermost bit does not count (Algorithm 14).
			const w0 = words[word],
				w1 = words[word + 1],
				w2 = words[word + 2];
			let a = w0 & 0x7fffff;
			if (a < Q) {
				w[i] += (a * z[i]) % Q; // q times 9 q
				if (++i === N) return;
			}
			a = ((w0 >> 24) & 0xff) | ((w1 & 0x7fff) << 8);
			if (a < Q) {
				w[i] += (a * z[i]) % Q;
				if (++i === N) return;
			}
			a = ((w1 >> 16) & 0xffff) | ((w2 & 0x7f) << 16);
			if (a < Q) {
				w[i] += (a * z[i]) % Q;
				if (++i === N) return;
			}
			a = (w2 >> 8) & 0x7fffff;
			if (a < Q) {
				w[i] += (a * z[i]) % Q;
				if (++i === N) return;
			}
		}
	}
}

/** w1Encode (Algorithm 28) of one row: 6 bits each. `hints`: where this row has one, ascending. */
function highBits(w: Int32Array, hints: Uint8Array): Uint8Array {
	const packed = new Uint8Array((6 * N) / 8);
	let hint = 0;
	for (let i = 0, at = 0; i < N; ) {
		let bits = 0;
		for (let shift = 0; shift < 24; shift += 6, i++) {
			const isHinted = hint < hints.length && hints[hint] === i;
			if (isHinted) hint++;
			bits |= useHint(w[i] < 0 ? w[i] + Q : w[i], isHinted) << shift;
		}
		packed[at++] = bits;
		packed[at++] = bits >> 8;
		packed[at++] = bits >> 16;
	}
	return packed;
}

/** Algorithm 40, for r = 0 … q - 1. */
function useHint(r: number, isHinted: boolean): number {
	// Decompose (Algorithm 36): r0 is in -γ2 + 1 … γ2, and r - r0 a multiple of 2 γ2.
	let r0 = r % (2 * GAMMA2);
	if (r0 > GAMMA2) r0 -= 2 * GAMMA2;
	let r1 = (r - r0) / (2 * GAMMA2);
	if (r1 === 44) {
		r1 = 0;
		r0--;
	}
	if (!isHinted) return r1;
	return (r1 + (r0 > 0 ? 1 : 43)) % 44;
}
