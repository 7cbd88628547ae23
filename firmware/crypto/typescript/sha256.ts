// SHA-256 (FIPS 180-4 §6.2) on int32 words. `(a + b + …) | 0` may pass through a double: on XS that is still fewer
// instructions than sums of 16-bit halves (../DESIGN.md).

// Fractional parts of the cube roots of the first 64 primes (§4.2.2), as int32.
const K = /* @__PURE__ */ [
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
	0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
	0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
	0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
].map(word => word | 0);

// Those of the square roots of the first 8 (§5.3.3).
const H0 = /* @__PURE__ */ [
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
].map(word => word | 0);

/** SHA-256 of `data`: 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
	return new Sha256().update(data).digest();
}

/** A running SHA-256. `digest` gives the hash of all so far and leaves the state as it is: more may follow. */
export class Sha256 {
	#state = H0.slice();
	#block = new Uint8Array(64);
	#words = new DataView(this.#block.buffer);
	#byteLength = 0;

	/** Hashes `data` after what came before; any length, up to 2^53 bytes in all. */
	update(data: Uint8Array): this {
		const block = this.#block;
		let fill = this.#byteLength & 63;
		this.#byteLength += data.length;
		let from = 0;
		if (fill > 0) {
			from = Math.min(64 - fill, data.length);
			block.set(data.subarray(0, from), fill);
			if (fill + from < 64) return this;
			compress(this.#state, this.#words, 0, 1);
		}
		const blocks = (data.length - from) >>> 6;
		if (blocks > 0) {
			compress(this.#state, new DataView(data.buffer, data.byteOffset, data.length), from, blocks);
			from += blocks << 6;
		}
		fill = data.length - from;
		if (fill > 0) block.set(data.subarray(from));
		return this;
	}

	digest(): Uint8Array {
		const state = this.#state.slice();
		const fill = this.#byteLength & 63;
		const tail = new Uint8Array(fill < 56 ? 64 : 128); // 0x80, zeros, the length in bits (§5.1.1)
		tail.set(this.#block.subarray(0, fill));
		tail[fill] = 0x80;
		const words = new DataView(tail.buffer);
		words.setUint32(tail.length - 8, Math.floor(this.#byteLength / 0x20000000));
		words.setInt32(tail.length - 4, this.#byteLength << 3);
		compress(state, words, 0, tail.length >>> 6);

		const hash = new Uint8Array(32);
		const out = new DataView(hash.buffer);
		for (let i = 0; i < 8; i++) out.setInt32(i << 2, state[i]);
		return hash;
	}
}

/** The hash, as words, of a message whose padding (§5.1.1) is in `block` already. */
export function sha256Block(hash: number[], block: DataView): void {
	for (let i = 0; i < 8; i++) hash[i] = H0[i];
	compress(hash, block, 0, 1);
}

/** §6.2.2 over `blocks` blocks of 64 bytes at `offset`. Rotations shift with a sign and mask: XS calls for `>>>`. */
function compress(state: number[], data: DataView, offset: number, blocks: number): void {
	// The last 16 words of the schedule. On XS `new Array(16)` grows with every word, and leaves 2 KB of garbage.
	const w = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
	for (; blocks > 0; blocks--, offset += 64) {
		let a = state[0],
			b = state[1],
			c = state[2],
			d = state[3];
		let e = state[4],
			f = state[5],
			g = state[6],
			h = state[7];
		let bc = b ^ c; // maj(a, b, c) = b ^ ((a ^ b) & (b ^ c)), and a ^ b is the next round's b ^ c
		for (let t = 0; t < 64; t++) {
			const i = t & 15;
			let word: number;
			if (t < 16) word = data.getInt32(offset + (t << 2));
			else {
				const w2 = w[(t + 14) & 15];
				const w15 = w[(t + 1) & 15];
				const s0 = (((w15 >> 7) & 0x1ffffff) | (w15 << 25)) ^ (((w15 >> 18) & 0x3fff) | (w15 << 14));
				const s1 = (((w2 >> 17) & 0x7fff) | (w2 << 15)) ^ (((w2 >> 19) & 0x1fff) | (w2 << 13));
				word = ((s1 ^ ((w2 >> 10) & 0x3fffff)) + w[(t + 9) & 15] + (s0 ^ ((w15 >> 3) & 0x1fffffff)) + w[i]) | 0;
			}
			w[i] = word;
			const S1 =
				(((e >> 6) & 0x3ffffff) | (e << 26)) ^ (((e >> 11) & 0x1fffff) | (e << 21)) ^ (((e >> 25) & 0x7f) | (e << 7));
			const t1 = (h + S1 + (g ^ (e & (f ^ g))) + K[t] + word) | 0;
			const S0 =
				(((a >> 2) & 0x3fffffff) | (a << 30)) ^ (((a >> 13) & 0x7ffff) | (a << 19)) ^ (((a >> 22) & 0x3ff) | (a << 10));
			const ab = a ^ b;
			const t2 = S0 + (b ^ (ab & bc));
			bc = ab;
			h = g;
			g = f;
			f = e;
			e = (d + t1) | 0;
			d = c;
			c = b;
			b = a;
			a = (t1 + t2) | 0;
		}
		state[0] = (state[0] + a) | 0;
		state[1] = (state[1] + b) | 0;
		state[2] = (state[2] + c) | 0;
		state[3] = (state[3] + d) | 0;
		state[4] = (state[4] + e) | 0;
		state[5] = (state[5] + f) | 0;
		state[6] = (state[6] + g) | 0;
		state[7] = (state[7] + h) | 0;
	}
}
