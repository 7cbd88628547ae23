// ML-KEM-768 (FIPS 203): key generation and decapsulation. No branch, no index and no division depends on a secret, but
// for what ../DESIGN.md says of JavaScript: ρ, which decides how often SHAKE128's output is rejected, is public.
//
// Polynomials are Uint16Arrays of 256 coefficients, never negative, and reduced as little as their bounds allow. The
// matrix is never whole: its entries are multiplied as SHAKE128 gives them. Decapsulation makes what it needs anew from
// the private key's 128 bytes.

import {
	SHA3_256_RATE,
	SHA3_512_RATE,
	SHA3_SUFFIX,
	SHAKE_SUFFIX,
	SHAKE128_RATE,
	SHAKE256_RATE,
	Sponge,
} from "./keccak.js";
import { expectBytes } from "./lengths.js";

/** Whether this build has ML-KEM-768. */
export const hasMlKem768 = true;

const Q = 3329;
const N = 256;
const K = 3; // rows and columns of A
const DU = 10; // bits of a compressed coefficient of u, and of v
const DV = 4;

const KEY_BYTES = 1184;
const PRIVATE_KEY_BYTES = 128;
const CIPHERTEXT_BYTES = 1088;
const POLYNOMIAL_BYTES = (12 * N) / 8;
const U_BYTES = (DU * N) / 8; // of one polynomial

// What a private key is made of, and a ciphertext.
const RHO = 0;
const SIGMA = 32;
const Z = 64;
const HASH = 96;
const V = K * U_BYTES;

/** ζ^BitRev7(m) for m = 0 … 127 (appendix A). */
const ZETAS = /* @__PURE__ */ powersOfZeta();

function powersOfZeta(): Uint16Array {
	const zetas = new Uint16Array(N / 2);
	for (let m = 0, power = 1; m < N / 2; m++, power = (power * 17) % Q) {
		let reversed = 0;
		for (let bit = 0; bit < 7; bit++) reversed |= ((m >> bit) & 1) << (6 - bit);
		zetas[reversed] = power;
	}
	return zetas;
}

/**
 * Algorithm 16. `seed` is d and z, 32 random bytes each, for one key only; `encapsulationKey`, 1,184 bytes, is filled.
 * Gives the private key, 128 bytes for `mlKem768Decapsulate`: ρ, σ, z and H(ek).
 */
export function mlKem768Generate(seed: Uint8Array, encapsulationKey: Uint8Array): Uint8Array {
	expectBytes("seed", seed, 64);
	expectBytes("encapsulation key", encapsulationKey, KEY_BYTES);
	const sponge = new Sponge();
	sponge.begin(SHA3_512_RATE).absorb(seed.subarray(0, 32)).absorb(Uint8Array.of(K)).end(SHA3_SUFFIX);
	const privateKey = new Uint8Array(PRIVATE_KEY_BYTES);
	privateKey.set(sponge.squeeze(64), RHO); // ρ and σ (Algorithm 13, step 1)
	privateKey.set(seed.subarray(32), Z);
	const rho = privateKey.subarray(RHO, SIGMA),
		sigma = privateKey.subarray(SIGMA, Z);
	const s: Uint16Array[] = [];
	for (let i = 0; i < K; i++) s.push(sample(new Uint16Array(N), sponge, sigma, i));
	const t = new Uint16Array(N);
	for (let row = 0; row < K; row++) {
		sample(t, sponge, sigma, K + row); // e
		for (let column = 0; column < K; column++) addMatrixProduct(t, sponge, rho, row, column, s[column]);
		encode(encapsulationKey.subarray(row * POLYNOMIAL_BYTES), t);
	}
	encapsulationKey.set(rho, K * POLYNOMIAL_BYTES);
	privateKey.set(sponge.begin(SHA3_256_RATE).absorb(encapsulationKey).end(SHA3_SUFFIX).squeeze(32), HASH);
	return privateKey;
}

/**
 * Algorithm 18: 32 bytes, others than the peer's if the ciphertext is not this key's. Undefined for a ciphertext that
 * has not 1,088 bytes (§7.3).
 */
export function mlKem768Decapsulate(privateKey: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
	expectBytes("private key", privateKey, PRIVATE_KEY_BYTES);
	if (ciphertext.length !== CIPHERTEXT_BYTES) return undefined;
	const sponge = new Sponge();
	const message = decrypt(sponge, privateKey, ciphertext); // step 5
	sponge.begin(SHA3_512_RATE).absorb(message).absorb(privateKey.subarray(HASH)).end(SHA3_SUFFIX);
	const shared = sponge.squeeze(32); // K' (step 6)
	const r = sponge.squeeze(32);
	const differs = differsFromEncryption(ciphertext, sponge, privateKey, message, r);
	sponge.begin(SHAKE256_RATE).absorb(privateKey.subarray(Z, HASH)).absorb(ciphertext).end(SHAKE_SUFFIX);
	const rejection = sponge.squeeze(32); // K̄ (step 7)
	const mask = -((differs + 0xffff) >> 16); // differs is below 2^16: 0, or all ones
	for (let i = 0; i < 32; i++) shared[i] ^= mask & (shared[i] ^ rejection[i]);
	return shared;
}

/** Algorithm 15, s made again from σ. */
function decrypt(sponge: Sponge, privateKey: Uint8Array, ciphertext: Uint8Array): Uint8Array {
	const sum = new Uint16Array(N),
		s = new Uint16Array(N),
		u = new Uint16Array(N);
	for (let i = 0; i < K; i++) {
		sample(s, sponge, privateKey.subarray(SIGMA, Z), i);
		const packed = ciphertext.subarray(i * U_BYTES);
		for (let j = 0; j < N; j++) u[j] = decompress(tenBits(packed, j), DU);
		transform(u);
		addProduct(sum, s, u);
	}
	transformBack(sum);
	const message = new Uint8Array(32);
	for (let i = 0; i < N; i++) {
		const v = decompress((ciphertext[V + (i >> 1)] >> ((i & 1) << 2)) & 15, DV);
		message[i >> 3] |= compress(v + Q - sum[i], 1) << (i & 7); // steps 6 and 7
	}
	return message;
}

/**
 * Algorithm 14 with the randomness r: 0 if it gives this ciphertext. Who has s and e need not have t = A s + e: t^T y is
 * s^T (A^T y) + e^T y, and A^T y is there, as the part of u without e1. So the encapsulation key is needed no more.
 */
function differsFromEncryption(
	ciphertext: Uint8Array,
	sponge: Sponge,
	privateKey: Uint8Array,
	message: Uint8Array,
	r: Uint8Array,
): number {
	const rho = privateKey.subarray(RHO, SIGMA),
		sigma = privateKey.subarray(SIGMA, Z);
	const v = new Uint16Array(N),
		u = new Uint16Array(N),
		y = new Uint16Array(N),
		w = new Uint16Array(N);
	let differs = 0;
	for (let column = 0; column < K; column++) {
		u.fill(0);
		for (let row = 0; row < K; row++) {
			sample(y, sponge, r, row);
			addMatrixProduct(u, sponge, rho, row, column, y);
			if (column > 0) continue; // e^T y, once
			sample(w, sponge, sigma, K + row);
			addProduct(v, w, y);
		}
		sample(w, sponge, sigma, column);
		addProduct(v, w, u);
		transformBack(u);
		addNoise(u, sponge, r, K + column); // e1
		const packed = ciphertext.subarray(column * U_BYTES);
		for (let i = 0; i < N; i++) differs |= compress(u[i], DU) ^ tenBits(packed, i);
	}
	transformBack(v);
	addNoise(v, sponge, r, 2 * K); // e2
	for (let i = 0; i < N; i++) {
		const coefficient = v[i] + decompress((message[i >> 3] >> (i & 7)) & 1, 1);
		differs |= compress(coefficient, DV) ^ ((ciphertext[V + (i >> 1)] >> ((i & 1) << 2)) & 15);
	}
	return differs;
}

/** Ten bits of a packed polynomial: they lie in two bytes. */
function tenBits(packed: Uint8Array, i: number): number {
	const at = (DU * i) >> 3;
	return ((packed[at] | (packed[at + 1] << 8)) >> ((DU * i) & 7)) & 0x3ff;
}

/** A polynomial of noise, transformed: coefficients below 1.1 q. */
function sample(w: Uint16Array, sponge: Sponge, seed: Uint8Array, number: number): Uint16Array {
	w.fill(0);
	addNoise(w, sponge, seed, number);
	transform(w);
	return w;
}

/** w += q + PRF's bits as Algorithm 8 has them, -2 … 2. */
function addNoise(w: Uint16Array, sponge: Sponge, seed: Uint8Array, number: number): void {
	sponge.begin(SHAKE256_RATE).absorb(seed).absorb(Uint8Array.of(number)).end(SHAKE_SUFFIX);
	sponge.permute(); // 128 bytes: less than one block
	const words = sponge.words;
	for (let i = 0; i < N; i++) {
		const bits = words[i >> 3] >> ((i & 7) << 2);
		w[i] += Q + (bits & 1) + ((bits >> 1) & 1) - ((bits >> 2) & 1) - ((bits >> 3) & 1);
	}
}

/** x modulo q, but below 1.1 q, for x below 2^16: 314 / 2^20 is a little less than 1 / q. */
function reduceSmall(x: number): number {
	return x - ((x * 314) >> 20) * Q;
}

/**
 * x modulo q, but below 1.9 q, for x below 4.9 q^2: for more, the product would reach 2^31. 20158 / 2^26 is less than
 * 1 / q, by so little that the quotient lacks 0.7 at most; the bits that are shifted out first make that less than 0.9,
 * and rounding down less than 1.9.
 */
function reduce(x: number): number {
	return x - (((x >> 9) * 20158) >> 17) * Q;
}

/** The least: x - q, or x, for x below 2 q. */
function least(x: number): number {
	const less = x - Q;
	return less + ((less >> 31) & Q);
}

/**
 * Algorithm 9, from at most q + 2 to below 1.1 q. In between each of the seven layers adds less than 2 q, so nothing
 * reaches 2^16.
 */
function transform(w: Uint16Array): void {
	for (let length = 128, m = 1; length > 1; length >>= 1) {
		for (let start = 0; start < N; start += 2 * length) {
			const zeta = ZETAS[m++];
			for (let i = start, j = start + length; i < start + length; i++, j++) {
				const t = reduce(zeta * reduceSmall(w[j])); // q times 1.1 q
				const a = w[i];
				w[j] = a + 2 * Q - t;
				w[i] = a + t;
			}
		}
	}
	for (let i = 0; i < N; i++) w[i] = reduceSmall(w[i]);
}

/** Algorithm 10, from below 2 q to below q. Every layer leaves less than 1.9 q. */
function transformBack(w: Uint16Array): void {
	for (let length = 2, m = 127; length < N; length <<= 1) {
		for (let start = 0; start < N; start += 2 * length) {
			const zeta = ZETAS[m--];
			for (let i = start, j = start + length; i < start + length; i++, j++) {
				const a = w[i],
					b = w[j];
				w[i] = reduceSmall(a + b);
				w[j] = reduce(zeta * (b + 2 * Q - a)); // q times 4 q
			}
		}
	}
	for (let i = 0; i < N; i++) w[i] = least(reduce(w[i] * 3303)); // 1 / 128
}

/**
 * sum += a b, of the pairs of coefficients at i (Algorithm 12): modulo X^2 - γ (Algorithm 11). a is below 1.1 q, b and sum
 * below 1.9 q: what is reduced is below 4.2 q^2, and below 1.9 q again.
 */
function addPair(sum: Uint16Array, i: number, a0: number, a1: number, b0: number, b1: number): void {
	const zeta = ZETAS[64 + (i >> 2)];
	const gamma = (i & 2) === 0 ? zeta : Q - zeta;
	sum[i] = reduce(sum[i] + a0 * b0 + a1 * reduce(gamma * b1));
	sum[i + 1] = reduce(sum[i + 1] + a0 * b1 + a1 * b0);
}

function addProduct(sum: Uint16Array, a: Uint16Array, b: Uint16Array): void {
	for (let i = 0; i < N; i += 2) addPair(sum, i, a[i], a[i + 1], b[i], b[i + 1]);
}

/** sum += A[row, column] b, the entry as Algorithm 7 samples it of ρ, column and row. */
function addMatrixProduct(
	sum: Uint16Array,
	sponge: Sponge,
	rho: Uint8Array,
	row: number,
	column: number,
	b: Uint16Array,
): void {
	sponge.begin(SHAKE128_RATE).absorb(rho).absorb(Uint8Array.of(column, row)).end(SHAKE_SUFFIX);
	const words = sponge.words;
	let first = 0; // of a pair
	for (let i = 0; ; ) {
		sponge.permute();
		for (let bit = 0; bit < 8 * SHAKE128_RATE; bit += 12) {
			const word = bit >> 5,
				shift = bit & 31;
			let a = (words[word] >> shift) & 0xfff;
			if (shift > 20) a = (a & (0xfff >> (shift - 20))) | ((words[word + 1] << (32 - shift)) & 0xfff);
			if (a >= Q) continue;
			if ((i & 1) === 0) first = a;
			else addPair(sum, i - 1, first, a, b[i - 1], b[i]);
			if (++i === N) return;
		}
	}
}

/** ByteEncode12 (Algorithm 5) of what is below 2 q. */
function encode(bytes: Uint8Array, w: Uint16Array): void {
	for (let i = 0, at = 0; i < N; i += 2) {
		const a = least(w[i]),
			b = least(w[i + 1]);
		bytes[at++] = a;
		bytes[at++] = (a >> 8) | (b << 4);
		bytes[at++] = b >> 4;
	}
}

/** Compress (4.7): x 2^bits / q, rounded, modulo 2^bits, for x below 2^16. */
function compress(x: number, bits: number): number {
	const sum = (least(reduceSmall(x)) << bits) + (Q >> 1); // below 2^22
	const quotient = ((sum >> 7) * 20158) >> 19; // right, or less by one
	const rest = sum - quotient * Q; // below 2 q
	return (quotient + 1 + ((rest - Q) >> 31)) & ((1 << bits) - 1);
}

/** Decompress (4.8): x q / 2^bits, rounded. */
function decompress(x: number, bits: number): number {
	return (x * Q + (1 << (bits - 1))) >> bits;
}
