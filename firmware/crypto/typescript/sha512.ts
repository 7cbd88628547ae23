// SHA-512 and SHA-384 (FIPS 180-4 §6.4, §6.5) on BigInt. An operation costs XS about the same for two words as for sixteen, so the
// message schedule is worked on four 64-bit words at a time: a "quad" has one in the low half of each 128-bit lane.
//
// x * (2^64 + 1) doubles every word of a quad; a right shift by n < 64 then has, in the low halves, all of them
// rotated. What lies in the high halves is masked away before anything could carry out of a lane.

const TWICE = (1n << 64n) + 1n;
const WORD = (1n << 64n) - 1n;
/** The low halves of two lanes, and of four. */
const PAIR = WORD | (WORD << 128n);
const QUAD = PAIR | (PAIR << 256n);

/** Four words, the first one lowest. */
function quad(a: bigint, b: bigint, c: bigint, d: bigint): bigint {
	return a | (b << 128n) | (c << 256n) | (d << 384n);
}

/** Fractional parts of the cube roots of the first 80 primes (§4.2.3). */
const K = [
	quad(0x428a2f98d728ae22n, 0x7137449123ef65cdn, 0xb5c0fbcfec4d3b2fn, 0xe9b5dba58189dbbcn),
	quad(0x3956c25bf348b538n, 0x59f111f1b605d019n, 0x923f82a4af194f9bn, 0xab1c5ed5da6d8118n),
	quad(0xd807aa98a3030242n, 0x12835b0145706fben, 0x243185be4ee4b28cn, 0x550c7dc3d5ffb4e2n),
	quad(0x72be5d74f27b896fn, 0x80deb1fe3b1696b1n, 0x9bdc06a725c71235n, 0xc19bf174cf692694n),
	quad(0xe49b69c19ef14ad2n, 0xefbe4786384f25e3n, 0x0fc19dc68b8cd5b5n, 0x240ca1cc77ac9c65n),
	quad(0x2de92c6f592b0275n, 0x4a7484aa6ea6e483n, 0x5cb0a9dcbd41fbd4n, 0x76f988da831153b5n),
	quad(0x983e5152ee66dfabn, 0xa831c66d2db43210n, 0xb00327c898fb213fn, 0xbf597fc7beef0ee4n),
	quad(0xc6e00bf33da88fc2n, 0xd5a79147930aa725n, 0x06ca6351e003826fn, 0x142929670a0e6e70n),
	quad(0x27b70a8546d22ffcn, 0x2e1b21385c26c926n, 0x4d2c6dfc5ac42aedn, 0x53380d139d95b3dfn),
	quad(0x650a73548baf63den, 0x766a0abb3c77b2a8n, 0x81c2c92e47edaee6n, 0x92722c851482353bn),
	quad(0xa2bfe8a14cf10364n, 0xa81a664bbc423001n, 0xc24b8b70d0f89791n, 0xc76c51a30654be30n),
	quad(0xd192e819d6ef5218n, 0xd69906245565a910n, 0xf40e35855771202an, 0x106aa07032bbd1b8n),
	quad(0x19a4c116b8d2d0c8n, 0x1e376c085141ab53n, 0x2748774cdf8eeb99n, 0x34b0bcb5e19b48a8n),
	quad(0x391c0cb3c5c95a63n, 0x4ed8aa4ae3418acbn, 0x5b9cca4f7763e373n, 0x682e6ff3d6b2b8a3n),
	quad(0x748f82ee5defb2fcn, 0x78a5636f43172f60n, 0x84c87814a1f0ab72n, 0x8cc702081a6439ecn),
	quad(0x90befffa23631e28n, 0xa4506cebde82bde9n, 0xbef9a3f7b2c67915n, 0xc67178f2e372532bn),
	quad(0xca273eceea26619cn, 0xd186b8c721c0c207n, 0xeada7dd6cde0eb1en, 0xf57d4f7fee6ed178n),
	quad(0x06f067aa72176fban, 0x0a637dc5a2c898a6n, 0x113f9804bef90daen, 0x1b710b35131c471bn),
	quad(0x28db77f523047d84n, 0x32caab7b40c72493n, 0x3c9ebe0a15c9bebcn, 0x431d67c49c100d4cn),
	quad(0x4cc5d4becb3e42b6n, 0x597f299cfc657e2an, 0x5fcb6fab3ad6faecn, 0x6c44198c4a475817n),
];

/** Those of the square roots of the first 8 (§5.3.5). */
const H0 = [
	0x6a09e667f3bcc908n,
	0xbb67ae8584caa73bn,
	0x3c6ef372fe94f82bn,
	0xa54ff53a5f1d36f1n,
	0x510e527fade682d1n,
	0x9b05688c2b3e6c1fn,
	0x1f83d9abfb41bd6bn,
	0x5be0cd19137e2179n,
];

/** Those of the 9th to 16th prime's (§5.3.4): SHA-384 is SHA-512 from here, and its hash the first 48 bytes. */
const H0_384 = [
	0xcbbb9d5dc1059ed8n,
	0x629a292a367cd507n,
	0x9159015a3070dd17n,
	0x152fecd8f70e5939n,
	0x67332667ffc00b31n,
	0x8eb44a8768581511n,
	0xdb0c2e0d64f98fa7n,
	0x47b5481dbefa4fa4n,
];

/** SHA-384 of `data`: 48 bytes. */
export function sha384(data: Uint8Array): Uint8Array {
	return sha512Parts([data], H0_384).slice(0, 48);
}

/** SHA-512 of `data`: 64 bytes. */
export function sha512(data: Uint8Array): Uint8Array {
	return sha512Parts([data]);
}

/** SHA-512 of the parts, one after the other: 64 bytes. */
export function sha512Parts(parts: readonly Uint8Array[], initial = H0): Uint8Array {
	const state = initial.slice();
	const block = new Uint8Array(128);
	const words = new DataView(block.buffer);
	let fill = 0;
	let byteLength = 0;
	for (const part of parts) {
		byteLength += part.length;
		for (let from = 0; from < part.length; ) {
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
	for (let i = 0; i < 8; i++) out.setBigUint64(i << 3, state[i]);
	return hash;
}

/** §6.4.2 over one block. */
function compress(state: bigint[], block: DataView): void {
	let a = state[0],
		b = state[1],
		c = state[2],
		d = state[3];
	let e = state[4],
		f = state[5],
		g = state[6],
		h = state[7];
	const n1 = 1n,
		n4 = 4n,
		n5 = 5n,
		n6 = 6n,
		n7 = 7n,
		n14 = 14n,
		n19 = 19n,
		n23 = 23n,
		n28 = 28n,
		n42 = 42n;
	const oneLane = 128n,
		twoLanes = 256n,
		threeLanes = 384n;
	const twice = TWICE,
		word = WORD,
		pair = PAIR,
		four = QUAD;
	let bc = b ^ c; // maj(a, b, c) = b ^ ((a ^ b) & (b ^ c)), and a ^ b is the next round's b ^ c

	let q0 = load(block, 0); // of 16 words, the four that come next
	let q1 = load(block, 32);
	let q2 = load(block, 64);
	let q3 = load(block, 96);
	let m0 = (q0 >> oneLane) | ((q1 & word) << threeLanes); // the four that start one later
	let m1 = (q1 >> oneLane) | ((q2 & word) << threeLanes);
	let x: bigint;
	let y: bigint;

	for (let t = 0; t < 20; t++) {
		const kw = q0 + K[t];
		if (t < 16) {
			// the next four words: W[t] = σ1(W[t-2]) + W[t-7] + σ0(W[t-15]) + W[t-16]
			const m2 = (q2 >> oneLane) | ((q3 & word) << threeLanes);
			x = m0 * twice;
			x = (((((x >> n7) ^ x) >> n1) ^ (m0 >> n7)) & four) + q0 + m2; // σ0: 1, 8, and 7 bits shifted out
			m0 = m1;
			m1 = m2;
			q0 = q1;
			q1 = q2;
			q2 = q3;
			q3 >>= twoLanes;
			y = q3 * twice;
			x += ((((y >> n42) ^ y) >> n19) ^ (q3 >> n6)) & pair; // σ1: 19, 61, and 6 bits shifted out
			q3 = x & pair; // the first two, on which the others depend
			y = q3 * twice;
			q3 = (x + ((((((y >> n42) ^ y) >> n19) ^ (q3 >> n6)) & pair) << twoLanes)) & four;
		} else {
			q0 = q1;
			q1 = q2;
			q2 = q3;
		}

		// Four rounds, in which the names move instead of the words. Σ1: 14, 18, 41; Σ0: 28, 34, 39.
		x = e * twice;
		y = h + (((((x >> n23) ^ x) >> n4) ^ x) >> n14) + (g ^ (e & (f ^ g))) + (kw & word);
		d = (d + y) & word;
		x = a * twice;
		h = a ^ b;
		y += (((((x >> n5) ^ x) >> n6) ^ x) >> n28) + (b ^ (h & bc));
		bc = h;
		h = y & word;

		x = d * twice;
		y = g + (((((x >> n23) ^ x) >> n4) ^ x) >> n14) + (f ^ (d & (e ^ f))) + ((kw >> oneLane) & word);
		c = (c + y) & word;
		x = h * twice;
		g = h ^ a;
		y += (((((x >> n5) ^ x) >> n6) ^ x) >> n28) + (a ^ (g & bc));
		bc = g;
		g = y & word;

		x = c * twice;
		y = f + (((((x >> n23) ^ x) >> n4) ^ x) >> n14) + (e ^ (c & (d ^ e))) + ((kw >> twoLanes) & word);
		b = (b + y) & word;
		x = g * twice;
		f = g ^ h;
		y += (((((x >> n5) ^ x) >> n6) ^ x) >> n28) + (h ^ (f & bc));
		bc = f;
		f = y & word;

		x = b * twice;
		y = e + (((((x >> n23) ^ x) >> n4) ^ x) >> n14) + (d ^ (b & (c ^ d))) + (kw >> threeLanes);
		x = f * twice;
		e = f ^ g;
		bc = y + (((((x >> n5) ^ x) >> n6) ^ x) >> n28) + (g ^ (e & bc));
		x = (a + y) & word; // the new e; the new a is bc
		a = bc & word;
		bc = e;
		e = x;

		// a, f, g, h are the new a, b, c, d; e, b, c, d the new e, f, g, h
		x = f;
		f = b;
		b = x;
		x = g;
		g = c;
		c = x;
		x = h;
		h = d;
		d = x;
	}
	state[0] = (state[0] + a) & word;
	state[1] = (state[1] + b) & word;
	state[2] = (state[2] + c) & word;
	state[3] = (state[3] + d) & word;
	state[4] = (state[4] + e) & word;
	state[5] = (state[5] + f) & word;
	state[6] = (state[6] + g) & word;
	state[7] = (state[7] + h) & word;
}

function load(block: DataView, offset: number): bigint {
	return quad(
		block.getBigUint64(offset),
		block.getBigUint64(offset + 8),
		block.getBigUint64(offset + 16),
		block.getBigUint64(offset + 24),
	);
}
