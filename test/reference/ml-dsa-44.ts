// ML-DSA-44 verification as FIPS 204 tells it, slow and short: transforms by their definition, packing bit by bit. What
// the kernels are compared with.

import { shake128, shake256 } from "./keccak.js";

const q = 8380417;
const [k, l, d, tau, gamma1, gamma2, omega, beta] = [4, 4, 13, 39, 2 ** 17, (q - 1) / 88, 80, 78];

type Polynomial = number[]; // 256 coefficients, 0 … q - 1

function mod(a: number, m = q): number {
	return ((a % m) + m) % m;
}

/** §2.3: a modulo m between -m / 2 and m / 2, the upper end included. */
function centered(a: number, m: number): number {
	const r = mod(a, m);
	return r > m / 2 ? r - m : r;
}

function concat(...parts: Uint8Array[]): Uint8Array {
	return Uint8Array.from(parts.flatMap(part => [...part]));
}

/** Algorithms 12 and 13. */
function toBits(bytes: Uint8Array): number[] {
	return [...bytes].flatMap(byte => [0, 1, 2, 3, 4, 5, 6, 7].map(i => Math.floor(byte / 2 ** i) % 2));
}
function toBytes(bits: number[]): Uint8Array {
	return Uint8Array.from({ length: bits.length / 8 }, (_, i) =>
		bits.slice(8 * i, 8 * i + 8).reduce((byte, bit, j) => byte + bit * 2 ** j, 0),
	);
}

/** 256 numbers of so many bits (Algorithm 18). */
function unpack(bytes: Uint8Array, width: number): number[] {
	const bits = toBits(bytes);
	return Array.from({ length: 256 }, (_, i) =>
		bits.slice(width * i, width * i + width).reduce((sum, bit, j) => sum + bit * 2 ** j, 0),
	);
}

/** ζ^e for e = 0 … 511, ζ = 1753 (§7.5). */
const powers = [1];
while (powers.length < 512) powers.push((powers.at(-1)! * 1753) % q);

function bitReverse(m: number): number {
	return toBits(Uint8Array.of(m)).reduce((sum, bit) => 2 * sum + bit, 0);
}

/** §7.5: the polynomial's values at ζ^(2 BitRev8(i) + 1). */
export function ntt(w: Polynomial): number[] {
	return w.map((_, i) => {
		const step = 2 * bitReverse(i) + 1;
		return w.reduce((sum, coefficient, j) => (sum + coefficient * powers[(step * j) % 512]!) % q, 0);
	});
}
export function inverseNtt(values: number[]): Polynomial {
	return values.map((_, j) => {
		const sum = values.reduce((sum, value, i) => {
			const step = 2 * bitReverse(i) + 1;
			return (sum + value * powers[(512 * 512 - step * j) % 512]!) % q;
		}, 0);
		return (sum * 8347681) % q; // 1 / 256
	});
}

/** Algorithm 30. */
function rejNttPoly(rho: Uint8Array): number[] {
	const stream = shake128(rho, 3 * 300); // more than are ever needed
	const a: number[] = [];
	for (let at = 0; a.length < 256; at += 3) {
		const z = stream[at]! + 256 * stream[at + 1]! + 65536 * (stream[at + 2]! % 128); // Algorithm 14
		if (z < q) a.push(z);
	}
	return a;
}

/** Algorithm 29. */
function sampleInBall(rho: Uint8Array): Polynomial {
	const stream = shake256(rho, 8 + 200);
	const signs = toBits(stream.subarray(0, 8));
	const c = new Array<number>(256).fill(0);
	let at = 8;
	for (let i = 256 - tau; i < 256; i++) {
		while (stream[at]! > i) at++;
		const j = stream[at++]!;
		c[i] = c[j]!;
		c[j] = mod((-1) ** signs[i + tau - 256]!);
	}
	return c;
}

/** Algorithm 21: undefined is ⊥. */
function hintBitUnpack(y: Uint8Array): number[][] | undefined {
	const h = Array.from({ length: k }, () => new Array<number>(256).fill(0));
	let index = 0;
	for (let i = 0; i < k; i++) {
		if (y[omega + i]! < index || y[omega + i]! > omega) return undefined;
		const first = index;
		while (index < y[omega + i]!) {
			if (index > first && y[index - 1]! >= y[index]!) return undefined;
			h[i]![y[index]!] = 1;
			index++;
		}
	}
	for (let i = index; i < omega; i++) if (y[i] !== 0) return undefined;
	return h;
}

/** Algorithm 36. */
function decompose(r: number): [number, number] {
	const r0 = centered(r, 2 * gamma2);
	return r - r0 === q - 1 ? [0, r0 - 1] : [(r - r0) / (2 * gamma2), r0];
}

/** Algorithm 40. */
function useHint(h: number, r: number): number {
	const m = (q - 1) / (2 * gamma2);
	const [r1, r0] = decompose(r);
	if (h === 1 && r0 > 0) return mod(r1 + 1, m);
	if (h === 1) return mod(r1 - 1, m);
	return r1;
}

/** Algorithm 3. */
export function verify(pk: Uint8Array, M: Uint8Array, sigma: Uint8Array, ctx = new Uint8Array(0)): boolean {
	if (ctx.length > 255) return false;
	return verifyInternal(pk, concat(Uint8Array.of(0, ctx.length), ctx, M), sigma);
}

/** Algorithm 8. */
function verifyInternal(pk: Uint8Array, message: Uint8Array, sigma: Uint8Array): boolean {
	if (pk.length !== 32 + 320 * k || sigma.length !== 32 + 576 * l + omega + k) return false;
	const rho = pk.subarray(0, 32); // Algorithm 23
	const t1 = Array.from({ length: k }, (_, i) => unpack(pk.subarray(32 + 320 * i, 352 + 320 * i), 10));
	const cTilde = sigma.subarray(0, 32); // Algorithm 27
	const z = Array.from({ length: l }, (_, i) => {
		return unpack(sigma.subarray(32 + 576 * i, 608 + 576 * i), 18).map(v => gamma1 - v);
	});
	const h = hintBitUnpack(sigma.subarray(32 + 576 * l));
	if (!h) return false;
	const tr = shake256(pk, 64);
	const mu = shake256(concat(tr, message), 64);
	const c = ntt(sampleInBall(cTilde));
	const zValues = z.map(part => ntt(part.map(coefficient => mod(coefficient))));
	const w1: number[] = [];
	for (let r = 0; r < k; r++) {
		const t = ntt(t1[r]!.map(coefficient => coefficient * 2 ** d));
		let values = t.map((value, i) => mod(-c[i]! * value));
		for (let s = 0; s < l; s++) {
			const a = rejNttPoly(concat(rho, Uint8Array.of(s, r))); // Algorithm 32
			values = values.map((value, i) => (value + a[i]! * zValues[s]![i]!) % q);
		}
		w1.push(...inverseNtt(values).map((coefficient, i) => useHint(h[r]![i]!, coefficient)));
	}
	const encoded = toBytes(w1.flatMap(value => toBits(Uint8Array.of(value)).slice(0, 6))); // Algorithm 28
	const again = shake256(concat(mu, encoded), 32);
	const isShort = z.every(part => part.every(coefficient => Math.abs(coefficient) < gamma1 - beta));
	return isShort && again.every((byte, i) => byte === cTilde[i]);
}
