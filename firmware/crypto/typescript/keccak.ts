// Keccak (FIPS 202): the sponge that SHAKE128, SHAKE256, SHA3-256 and SHA3-512 are made of. ML-DSA and ML-KEM alone use
// it. On halves of lanes, as int32: BigInt would make garbage with every step.

/** Bytes that one permutation takes in or gives out: 200 less twice the security strength in bytes (§6). */
export const SHAKE128_RATE = 168;
export const SHAKE256_RATE = 136;
export const SHA3_256_RATE = 136;
export const SHA3_512_RATE = 72;
/** What follows the message, the first bit of the padding included (§6.1, §6.2, §B.2). */
export const SHA3_SUFFIX = 0x06;
export const SHAKE_SUFFIX = 0x1f;

/** RC of each round (§3.2.5), lower half and upper half, as int32. */
const ROUND_CONSTANTS = /* @__PURE__ */ [
	0x00000001, 0x00000000, 0x00008082, 0x00000000, 0x0000808a, 0x80000000, 0x80008000, 0x80000000, 0x0000808b,
	0x00000000, 0x80000001, 0x00000000, 0x80008081, 0x80000000, 0x00008009, 0x80000000, 0x0000008a, 0x00000000,
	0x00000088, 0x00000000, 0x80008009, 0x00000000, 0x8000000a, 0x00000000, 0x8000808b, 0x00000000, 0x0000008b,
	0x80000000, 0x00008089, 0x80000000, 0x00008003, 0x80000000, 0x00008002, 0x80000000, 0x00000080, 0x80000000,
	0x0000800a, 0x00000000, 0x8000000a, 0x80000000, 0x80008081, 0x80000000, 0x00008080, 0x80000000, 0x80000001,
	0x00000000, 0x80008008, 0x80000000,
].map(word => word | 0);

/** A message is begun, absorbed in any pieces, and ended; then output is squeezed, in any pieces. */
export class Sponge {
	/**
	 * Lane x + 5 y of §3.1.2 is words 2 (x + 5 y), its lower half, and 2 (x + 5 y) + 1: in this order the words are the
	 * state's bytes (§B.1), read as little-endian words.
	 */
	readonly words = new Int32Array(50);
	#other = new Int32Array(50);
	#rate = 0; // bytes, a multiple of 4
	#at = 0; // bytes of this block that are absorbed or squeezed

	/** Begins an empty message. */
	begin(rate: number): this {
		this.words.fill(0);
		this.#rate = rate;
		this.#at = 0;
		return this;
	}

	absorb(data: Uint8Array): this {
		const words = this.words;
		const rate = this.#rate;
		let at = this.#at;
		for (let i = 0; i < data.length; i++, at++) {
			if (at === rate) {
				this.permute();
				at = 0;
			}
			words[at >> 2] ^= data[i] << ((at & 3) << 3);
		}
		this.#at = at;
		return this;
	}

	/** The message is complete. After this, squeeze, or permute and read `rate` bytes from `words` again and again. */
	end(suffix: number): this {
		if (this.#at === this.#rate) {
			this.permute();
			this.#at = 0;
		}
		this.words[this.#at >> 2] ^= suffix << ((this.#at & 3) << 3); // pad10*1 (§5.1)
		this.words[(this.#rate >> 2) - 1] ^= 0x80000000;
		this.#at = this.#rate;
		return this;
	}

	/** The next `byteLength` bytes. */
	squeeze(byteLength: number): Uint8Array {
		const output = new Uint8Array(byteLength);
		for (let i = 0; i < byteLength; i++) output[i] = this.byte();
		return output;
	}

	/** The next byte. */
	byte(): number {
		if (this.#at === this.#rate) {
			this.permute();
			this.#at = 0;
		}
		const at = this.#at++;
		return (this.words[at >> 2] >> ((at & 3) << 3)) & 0xff;
	}

	/** Keccak-f[1600]. */
	permute(): void {
		permute(this.words, this.#other);
	}
}

/** Keccak-f[1600] (§3.3) on `a`. Each round makes `e` of `a`, and then they change places: 24 is even. */
function permute(a: Int32Array, e: Int32Array): void {
	let l: number, h: number; // a lane before it is rotated
	let b0l: number, b0h: number, b1l: number, b1h: number, b2l: number, b2h: number;
	let b3l: number, b3h: number, b4l: number, b4h: number;
	for (let round = 0; round < 48; round += 2) {
		// θ (§3.2.1): C is the parity of each column, D what it changes.
		const c0l = a[0] ^ a[10] ^ a[20] ^ a[30] ^ a[40];
		const c0h = a[1] ^ a[11] ^ a[21] ^ a[31] ^ a[41];
		const c1l = a[2] ^ a[12] ^ a[22] ^ a[32] ^ a[42];
		const c1h = a[3] ^ a[13] ^ a[23] ^ a[33] ^ a[43];
		const c2l = a[4] ^ a[14] ^ a[24] ^ a[34] ^ a[44];
		const c2h = a[5] ^ a[15] ^ a[25] ^ a[35] ^ a[45];
		const c3l = a[6] ^ a[16] ^ a[26] ^ a[36] ^ a[46];
		const c3h = a[7] ^ a[17] ^ a[27] ^ a[37] ^ a[47];
		const c4l = a[8] ^ a[18] ^ a[28] ^ a[38] ^ a[48];
		const c4h = a[9] ^ a[19] ^ a[29] ^ a[39] ^ a[49];
		const d0l = c4l ^ ((c1l << 1) | ((c1h >> 31) & 1));
		const d0h = c4h ^ ((c1h << 1) | ((c1l >> 31) & 1));
		const d1l = c0l ^ ((c2l << 1) | ((c2h >> 31) & 1));
		const d1h = c0h ^ ((c2h << 1) | ((c2l >> 31) & 1));
		const d2l = c1l ^ ((c3l << 1) | ((c3h >> 31) & 1));
		const d2h = c1h ^ ((c3h << 1) | ((c3l >> 31) & 1));
		const d3l = c2l ^ ((c4l << 1) | ((c4h >> 31) & 1));
		const d3h = c2h ^ ((c4h << 1) | ((c4l >> 31) & 1));
		const d4l = c3l ^ ((c0l << 1) | ((c0h >> 31) & 1));
		const d4h = c3h ^ ((c0h << 1) | ((c0l >> 31) & 1));

		// ρ and π (§3.2.2, §3.2.3) take five lanes at a time, χ (§3.2.4) makes a row of them.
		l = a[0] ^ d0l;
		h = a[1] ^ d0h;
		b0l = l;
		b0h = h;
		l = a[12] ^ d1l;
		h = a[13] ^ d1h;
		b1l = (h << 12) | ((l >> 20) & 0xfff);
		b1h = (l << 12) | ((h >> 20) & 0xfff);
		l = a[24] ^ d2l;
		h = a[25] ^ d2h;
		b2l = (h << 11) | ((l >> 21) & 0x7ff);
		b2h = (l << 11) | ((h >> 21) & 0x7ff);
		l = a[36] ^ d3l;
		h = a[37] ^ d3h;
		b3l = (l << 21) | ((h >> 11) & 0x1fffff);
		b3h = (h << 21) | ((l >> 11) & 0x1fffff);
		l = a[48] ^ d4l;
		h = a[49] ^ d4h;
		b4l = (l << 14) | ((h >> 18) & 0x3fff);
		b4h = (h << 14) | ((l >> 18) & 0x3fff);
		e[0] = b0l ^ (~b1l & b2l) ^ ROUND_CONSTANTS[round];
		e[1] = b0h ^ (~b1h & b2h) ^ ROUND_CONSTANTS[round + 1];
		e[2] = b1l ^ (~b2l & b3l);
		e[3] = b1h ^ (~b2h & b3h);
		e[4] = b2l ^ (~b3l & b4l);
		e[5] = b2h ^ (~b3h & b4h);
		e[6] = b3l ^ (~b4l & b0l);
		e[7] = b3h ^ (~b4h & b0h);
		e[8] = b4l ^ (~b0l & b1l);
		e[9] = b4h ^ (~b0h & b1h);
		l = a[6] ^ d3l;
		h = a[7] ^ d3h;
		b0l = (l << 28) | ((h >> 4) & 0xfffffff);
		b0h = (h << 28) | ((l >> 4) & 0xfffffff);
		l = a[18] ^ d4l;
		h = a[19] ^ d4h;
		b1l = (l << 20) | ((h >> 12) & 0xfffff);
		b1h = (h << 20) | ((l >> 12) & 0xfffff);
		l = a[20] ^ d0l;
		h = a[21] ^ d0h;
		b2l = (l << 3) | ((h >> 29) & 0x7);
		b2h = (h << 3) | ((l >> 29) & 0x7);
		l = a[32] ^ d1l;
		h = a[33] ^ d1h;
		b3l = (h << 13) | ((l >> 19) & 0x1fff);
		b3h = (l << 13) | ((h >> 19) & 0x1fff);
		l = a[44] ^ d2l;
		h = a[45] ^ d2h;
		b4l = (h << 29) | ((l >> 3) & 0x1fffffff);
		b4h = (l << 29) | ((h >> 3) & 0x1fffffff);
		e[10] = b0l ^ (~b1l & b2l);
		e[11] = b0h ^ (~b1h & b2h);
		e[12] = b1l ^ (~b2l & b3l);
		e[13] = b1h ^ (~b2h & b3h);
		e[14] = b2l ^ (~b3l & b4l);
		e[15] = b2h ^ (~b3h & b4h);
		e[16] = b3l ^ (~b4l & b0l);
		e[17] = b3h ^ (~b4h & b0h);
		e[18] = b4l ^ (~b0l & b1l);
		e[19] = b4h ^ (~b0h & b1h);
		l = a[2] ^ d1l;
		h = a[3] ^ d1h;
		b0l = (l << 1) | ((h >> 31) & 0x1);
		b0h = (h << 1) | ((l >> 31) & 0x1);
		l = a[14] ^ d2l;
		h = a[15] ^ d2h;
		b1l = (l << 6) | ((h >> 26) & 0x3f);
		b1h = (h << 6) | ((l >> 26) & 0x3f);
		l = a[26] ^ d3l;
		h = a[27] ^ d3h;
		b2l = (l << 25) | ((h >> 7) & 0x1ffffff);
		b2h = (h << 25) | ((l >> 7) & 0x1ffffff);
		l = a[38] ^ d4l;
		h = a[39] ^ d4h;
		b3l = (l << 8) | ((h >> 24) & 0xff);
		b3h = (h << 8) | ((l >> 24) & 0xff);
		l = a[40] ^ d0l;
		h = a[41] ^ d0h;
		b4l = (l << 18) | ((h >> 14) & 0x3ffff);
		b4h = (h << 18) | ((l >> 14) & 0x3ffff);
		e[20] = b0l ^ (~b1l & b2l);
		e[21] = b0h ^ (~b1h & b2h);
		e[22] = b1l ^ (~b2l & b3l);
		e[23] = b1h ^ (~b2h & b3h);
		e[24] = b2l ^ (~b3l & b4l);
		e[25] = b2h ^ (~b3h & b4h);
		e[26] = b3l ^ (~b4l & b0l);
		e[27] = b3h ^ (~b4h & b0h);
		e[28] = b4l ^ (~b0l & b1l);
		e[29] = b4h ^ (~b0h & b1h);
		l = a[8] ^ d4l;
		h = a[9] ^ d4h;
		b0l = (l << 27) | ((h >> 5) & 0x7ffffff);
		b0h = (h << 27) | ((l >> 5) & 0x7ffffff);
		l = a[10] ^ d0l;
		h = a[11] ^ d0h;
		b1l = (h << 4) | ((l >> 28) & 0xf);
		b1h = (l << 4) | ((h >> 28) & 0xf);
		l = a[22] ^ d1l;
		h = a[23] ^ d1h;
		b2l = (l << 10) | ((h >> 22) & 0x3ff);
		b2h = (h << 10) | ((l >> 22) & 0x3ff);
		l = a[34] ^ d2l;
		h = a[35] ^ d2h;
		b3l = (l << 15) | ((h >> 17) & 0x7fff);
		b3h = (h << 15) | ((l >> 17) & 0x7fff);
		l = a[46] ^ d3l;
		h = a[47] ^ d3h;
		b4l = (h << 24) | ((l >> 8) & 0xffffff);
		b4h = (l << 24) | ((h >> 8) & 0xffffff);
		e[30] = b0l ^ (~b1l & b2l);
		e[31] = b0h ^ (~b1h & b2h);
		e[32] = b1l ^ (~b2l & b3l);
		e[33] = b1h ^ (~b2h & b3h);
		e[34] = b2l ^ (~b3l & b4l);
		e[35] = b2h ^ (~b3h & b4h);
		e[36] = b3l ^ (~b4l & b0l);
		e[37] = b3h ^ (~b4h & b0h);
		e[38] = b4l ^ (~b0l & b1l);
		e[39] = b4h ^ (~b0h & b1h);
		l = a[4] ^ d2l;
		h = a[5] ^ d2h;
		b0l = (h << 30) | ((l >> 2) & 0x3fffffff);
		b0h = (l << 30) | ((h >> 2) & 0x3fffffff);
		l = a[16] ^ d3l;
		h = a[17] ^ d3h;
		b1l = (h << 23) | ((l >> 9) & 0x7fffff);
		b1h = (l << 23) | ((h >> 9) & 0x7fffff);
		l = a[28] ^ d4l;
		h = a[29] ^ d4h;
		b2l = (h << 7) | ((l >> 25) & 0x7f);
		b2h = (l << 7) | ((h >> 25) & 0x7f);
		l = a[30] ^ d0l;
		h = a[31] ^ d0h;
		b3l = (h << 9) | ((l >> 23) & 0x1ff);
		b3h = (l << 9) | ((h >> 23) & 0x1ff);
		l = a[42] ^ d1l;
		h = a[43] ^ d1h;
		b4l = (l << 2) | ((h >> 30) & 0x3);
		b4h = (h << 2) | ((l >> 30) & 0x3);
		e[40] = b0l ^ (~b1l & b2l);
		e[41] = b0h ^ (~b1h & b2h);
		e[42] = b1l ^ (~b2l & b3l);
		e[43] = b1h ^ (~b2h & b3h);
		e[44] = b2l ^ (~b3l & b4l);
		e[45] = b2h ^ (~b3h & b4h);
		e[46] = b3l ^ (~b4l & b0l);
		e[47] = b3h ^ (~b4h & b0h);
		e[48] = b4l ^ (~b0l & b1l);
		e[49] = b4h ^ (~b0h & b1h);

		const t = a;
		a = e;
		e = t;
	}
}
