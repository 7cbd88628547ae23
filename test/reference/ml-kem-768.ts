// ML-KEM-768 as FIPS 203 tells it, slow and short: transforms by their definition, packing bit by bit. What the kernels
// are compared with.

import { sha3_256, sha3_512, shake128, shake256 } from "./keccak.js";

const q = 3329;
const [k, du, dv] = [3, 10, 4];

type Polynomial = number[]; // 256 coefficients, 0 … q - 1

function concat(...parts: Uint8Array[]): Uint8Array {
	return Uint8Array.from(parts.flatMap(part => [...part]));
}

function mod(a: number): number {
	return ((a % q) + q) % q;
}

/** Algorithms 3 and 4. */
function toBits(bytes: Uint8Array): number[] {
	return [...bytes].flatMap(byte => [0, 1, 2, 3, 4, 5, 6, 7].map(i => Math.floor(byte / 2 ** i) % 2));
}
function toBytes(bits: number[]): Uint8Array {
	return Uint8Array.from({ length: bits.length / 8 }, (_, i) =>
		bits.slice(8 * i, 8 * i + 8).reduce((byte, bit, j) => byte + bit * 2 ** j, 0),
	);
}

/** Algorithms 5 and 6. */
function encode(F: number[], d: number): Uint8Array {
	return toBytes(F.flatMap(a => Array.from({ length: d }, (_, j) => Math.floor(a / 2 ** j) % 2)));
}
function decode(B: Uint8Array, d: number): number[] {
	const bits = toBits(B);
	const numbers = Array.from({ length: 256 }, (_, i) =>
		bits.slice(d * i, d * i + d).reduce((sum, bit, j) => sum + bit * 2 ** j, 0),
	);
	return d === 12 ? numbers.map(a => a % q) : numbers;
}

/** (4.7) and (4.8); q is odd, so nothing is just between two numbers. */
function compress(x: number, d: number): number {
	return Math.round((2 ** d * x) / q) % 2 ** d;
}
function decompress(y: number, d: number): number {
	return Math.round((q * y) / 2 ** d);
}

const powers = [1]; // of ζ = 17, whose order is 256
while (powers.length < 256) powers.push((powers.at(-1)! * 17) % q);

function bitReverse7(m: number): number {
	return toBits(Uint8Array.of(m))
		.slice(0, 7)
		.reduce((sum, bit) => 2 * sum + bit, 0);
}
const exponents = Array.from({ length: 128 }, (_, i) => 2 * bitReverse7(i) + 1);

/** (4.12): the remainders modulo X^2 - ζ^(2 BitRev7(i) + 1). */
function ntt(f: Polynomial): number[] {
	return exponents.flatMap(e =>
		[0, 1].map(odd => {
			let sum = 0;
			for (let j = 0; j < 128; j++) sum += f[2 * j + odd]! * powers[(e * j) % 256]!;
			return sum % q;
		}),
	);
}
function inverseNtt(values: number[]): Polynomial {
	return Array.from({ length: 256 }, (_, n) => {
		const j = n >> 1;
		let sum = 0;
		for (let i = 0; i < 128; i++) sum += values[2 * i + (n & 1)]! * powers[(256 * 128 - exponents[i]! * j) % 256]!;
		return ((sum % q) * 3303) % q; // 1 / 128
	});
}

/** Algorithms 11 and 12. */
function multiply(f: number[], g: number[]): number[] {
	return exponents.flatMap((e, i) => {
		const [a0, a1, b0, b1] = [f[2 * i]!, f[2 * i + 1]!, g[2 * i]!, g[2 * i + 1]!];
		return [(a0 * b0 + ((a1 * b1) % q) * powers[e]!) % q, (a0 * b1 + a1 * b0) % q];
	});
}
function add(...all: number[][]): number[] {
	return all[0]!.map((_, i) => all.reduce((sum, f) => sum + f[i]!, 0) % q);
}

/** Algorithm 7. */
function sampleNtt(B: Uint8Array): number[] {
	const stream = shake128(B, 1500); // more than are ever needed
	const a: number[] = [];
	for (let at = 0; a.length < 256; at += 3) {
		const d1 = stream[at]! + 256 * (stream[at + 1]! % 16);
		const d2 = Math.floor(stream[at + 1]! / 16) + 16 * stream[at + 2]!;
		if (d1 < q) a.push(d1);
		if (d2 < q && a.length < 256) a.push(d2);
	}
	return a;
}

/** Algorithm 8 with η = 2 on PRF (4.3). */
function noise(seed: Uint8Array, number: number): Polynomial {
	const b = toBits(shake256(concat(seed, Uint8Array.of(number)), 128));
	return Array.from({ length: 256 }, (_, i) => mod(b[4 * i]! + b[4 * i + 1]! - b[4 * i + 2]! - b[4 * i + 3]!));
}

function matrix(rho: Uint8Array, i: number, j: number): number[] {
	return sampleNtt(concat(rho, Uint8Array.of(j, i)));
}

const indices = [0, 1, 2];

/** Algorithm 16, with Algorithm 13. */
export function keyGen(d: Uint8Array, z: Uint8Array): { ek: Uint8Array; dk: Uint8Array } {
	const g = sha3_512(concat(d, Uint8Array.of(k)));
	const [rho, sigma] = [g.subarray(0, 32), g.subarray(32)];
	const s = indices.map(i => ntt(noise(sigma, i)));
	const e = indices.map(i => ntt(noise(sigma, k + i)));
	const t = indices.map(i => add(...indices.map(j => multiply(matrix(rho, i, j), s[j]!)), e[i]!));
	const ek = concat(...t.map(part => encode(part, 12)), rho);
	return { ek, dk: concat(...s.map(part => encode(part, 12)), ek, sha3_256(ek), z) };
}

/** Algorithm 14. */
function encrypt(ek: Uint8Array, m: Uint8Array, r: Uint8Array): Uint8Array {
	const t = indices.map(i => decode(ek.subarray(384 * i, 384 * i + 384), 12));
	const rho = ek.subarray(384 * k);
	const y = indices.map(i => ntt(noise(r, i)));
	const u = indices.map(i =>
		add(inverseNtt(add(...indices.map(j => multiply(matrix(rho, j, i), y[j]!)))), noise(r, k + i)),
	);
	const mu = decode(m, 1).map(bit => decompress(bit, 1));
	const v = add(inverseNtt(add(...indices.map(i => multiply(t[i]!, y[i]!)))), noise(r, 2 * k), mu);
	const packed = (f: number[], d: number) => {
		return encode(
			f.map(x => compress(x, d)),
			d,
		);
	};
	return concat(...u.map(part => packed(part, du)), packed(v, dv));
}

/** Algorithm 20, with §7.2's check; undefined: no encapsulation key. */
export function encapsulate(ek: Uint8Array, m: Uint8Array): { K: Uint8Array; c: Uint8Array } | undefined {
	if (ek.length !== 384 * k + 32) return undefined;
	const isReduced = indices.every(i => {
		const part = ek.subarray(384 * i, 384 * i + 384);
		return encode(decode(part, 12), 12).every((byte, at) => byte === part[at]);
	});
	if (!isReduced) return undefined;
	const g = sha3_512(concat(m, sha3_256(ek)));
	return { K: g.subarray(0, 32), c: encrypt(ek, m, g.subarray(32)) };
}

/** Algorithm 21, with §7.3's checks; undefined: no ciphertext, or no decapsulation key. */
export function decapsulate(dk: Uint8Array, c: Uint8Array): Uint8Array | undefined {
	if (c.length !== 32 * (du * k + dv) || dk.length !== 768 * k + 96) return undefined;
	const ek = dk.subarray(384 * k, 768 * k + 32);
	const h = dk.subarray(768 * k + 32, 768 * k + 64);
	if (!sha3_256(ek).every((byte, i) => byte === h[i])) return undefined;
	const s = indices.map(i => decode(dk.subarray(384 * i, 384 * i + 384), 12)); // Algorithm 15
	const u = indices.map(i => decode(c.subarray(320 * i, 320 * i + 320), du).map(x => decompress(x, du)));
	const v = decode(c.subarray(320 * k), dv).map(x => decompress(x, dv));
	const product = inverseNtt(add(...indices.map(i => multiply(s[i]!, ntt(u[i]!)))));
	const m = encode(
		v.map((x, i) => compress(mod(x - product[i]!), 1)),
		1,
	);
	const g = sha3_512(concat(m, h));
	const again = encrypt(ek, m, g.subarray(32));
	return again.every((byte, i) => byte === c[i])
		? g.subarray(0, 32)
		: shake256(concat(dk.subarray(768 * k + 64), c), 32);
}
