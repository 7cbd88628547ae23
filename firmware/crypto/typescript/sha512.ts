// SHA-512 (FIPS 180-4 §6.4), each 64-bit word one BigInt: on XS one native addition does what a dozen int32 steps
// would. A word is doubled, x * (2^64 + 1), so that a right shift of the pair is a rotation in its low 64 bits.

// Fractional parts of the cube roots of the first 80 primes (§4.2.3).
const K = [
	0x428a2f98d728ae22n, 0x7137449123ef65cdn, 0xb5c0fbcfec4d3b2fn, 0xe9b5dba58189dbbcn, 0x3956c25bf348b538n,
	0x59f111f1b605d019n, 0x923f82a4af194f9bn, 0xab1c5ed5da6d8118n, 0xd807aa98a3030242n, 0x12835b0145706fben,
	0x243185be4ee4b28cn, 0x550c7dc3d5ffb4e2n, 0x72be5d74f27b896fn, 0x80deb1fe3b1696b1n, 0x9bdc06a725c71235n,
	0xc19bf174cf692694n, 0xe49b69c19ef14ad2n, 0xefbe4786384f25e3n, 0x0fc19dc68b8cd5b5n, 0x240ca1cc77ac9c65n,
	0x2de92c6f592b0275n, 0x4a7484aa6ea6e483n, 0x5cb0a9dcbd41fbd4n, 0x76f988da831153b5n, 0x983e5152ee66dfabn,
	0xa831c66d2db43210n, 0xb00327c898fb213fn, 0xbf597fc7beef0ee4n, 0xc6e00bf33da88fc2n, 0xd5a79147930aa725n,
	0x06ca6351e003826fn, 0x142929670a0e6e70n, 0x27b70a8546d22ffcn, 0x2e1b21385c26c926n, 0x4d2c6dfc5ac42aedn,
	0x53380d139d95b3dfn, 0x650a73548baf63den, 0x766a0abb3c77b2a8n, 0x81c2c92e47edaee6n, 0x92722c851482353bn,
	0xa2bfe8a14cf10364n, 0xa81a664bbc423001n, 0xc24b8b70d0f89791n, 0xc76c51a30654be30n, 0xd192e819d6ef5218n,
	0xd69906245565a910n, 0xf40e35855771202an, 0x106aa07032bbd1b8n, 0x19a4c116b8d2d0c8n, 0x1e376c085141ab53n,
	0x2748774cdf8eeb99n, 0x34b0bcb5e19b48a8n, 0x391c0cb3c5c95a63n, 0x4ed8aa4ae3418acbn, 0x5b9cca4f7763e373n,
	0x682e6ff3d6b2b8a3n, 0x748f82ee5defb2fcn, 0x78a5636f43172f60n, 0x84c87814a1f0ab72n, 0x8cc702081a6439ecn,
	0x90befffa23631e28n, 0xa4506cebde82bde9n, 0xbef9a3f7b2c67915n, 0xc67178f2e372532bn, 0xca273eceea26619cn,
	0xd186b8c721c0c207n, 0xeada7dd6cde0eb1en, 0xf57d4f7fee6ed178n, 0x06f067aa72176fban, 0x0a637dc5a2c898a6n,
	0x113f9804bef90daen, 0x1b710b35131c471bn, 0x28db77f523047d84n, 0x32caab7b40c72493n, 0x3c9ebe0a15c9bebcn,
	0x431d67c49c100d4cn, 0x4cc5d4becb3e42b6n, 0x597f299cfc657e2an, 0x5fcb6fab3ad6faecn, 0x6c44198c4a475817n,
];

// Those of the square roots of the first 8 (§5.3.5).
const H0 = [
	0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n,
	0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n,
];

const MASK = (1n << 64n) - 1n;
const TWICE = (1n << 64n) + 1n;

/** SHA-512 of `data`: 64 bytes. */
export function sha512(data: Uint8Array): Uint8Array {
	return sha512Parts([data]);
}

/** SHA-512 of the parts, one after the other: 64 bytes. */
export function sha512Parts(parts: readonly Uint8Array[]): Uint8Array {
	const state = H0.slice();
	const block = new Uint8Array(128);
	const words = new DataView(block.buffer);
	let fill = 0;
	let byteLength = 0;
	for (const part of parts) {
		byteLength += part.length;
		for (let from = 0; from < part.length;) {
			const to = Math.min(from + 128 - fill, part.length);
			block.set(part.subarray(from, to), fill);
			fill += to - from;
			from = to;
			if (fill === 128) {
				compress(state, words);
				fill = 0;
			}
		}
	}
	block[fill] = 0x80; // then zeros, then the length in bits (§5.1.2)
	block.fill(0, fill + 1);
	if (fill >= 112) {
		compress(state, words);
		block.fill(0);
	}
	words.setBigUint64(120, BigInt(byteLength) << 3n);
	compress(state, words);

	const hash = new Uint8Array(64);
	const out = new DataView(hash.buffer);
	for (let i = 0; i < 8; i++) out.setBigUint64(i << 3, state[i]!);
	return hash;
}

/** §6.4.2 over one block. */
function compress(state: bigint[], data: DataView): void {
	const k = K;
	const w = new Array<bigint>(16);
	let [a, b, c, d, e, f, g, h] = state as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
	for (let t = 0; t < 80; t++) {
		let word: bigint;
		if (t < 16) word = data.getBigUint64(t << 3);
		else {
			const w2 = w[(t + 14) & 15]!;
			const w15 = w[(t + 1) & 15]!;
			const r2 = w2 * TWICE;
			const r15 = w15 * TWICE;
			word = (((r2 >> 19n) ^ (r2 >> 61n) ^ (w2 >> 6n)) + w[(t + 9) & 15]! +
				((r15 >> 1n) ^ (r15 >> 8n) ^ (w15 >> 7n)) + w[t & 15]!) & MASK;
		}
		w[t & 15] = word;
		const ee = e * TWICE;
		const t1 = h + (((ee >> 14n) ^ (ee >> 18n) ^ (ee >> 41n)) & MASK) + (g ^ (e & (f ^ g))) + k[t]! + word;
		const aa = a * TWICE;
		const t2 = ((aa >> 28n) ^ (aa >> 34n) ^ (aa >> 39n)) + ((a & b) | (c & (a | b)));
		h = g;
		g = f;
		f = e;
		e = (d + t1) & MASK;
		d = c;
		c = b;
		b = a;
		a = (t1 + t2) & MASK;
	}
	state[0] = (state[0]! + a) & MASK;
	state[1] = (state[1]! + b) & MASK;
	state[2] = (state[2]! + c) & MASK;
	state[3] = (state[3]! + d) & MASK;
	state[4] = (state[4]! + e) & MASK;
	state[5] = (state[5]! + f) & MASK;
	state[6] = (state[6]! + g) & MASK;
	state[7] = (state[7]! + h) & MASK;
}
