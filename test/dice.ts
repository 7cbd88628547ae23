// Random numbers that a seed repeats, on every engine: xorshift32 (Marsaglia 2003). For tests only.

export class Dice {
	#state: number;

	constructor(seed: number) {
		this.#state = (Math.imul(seed, 0x9e37_79b1) ^ 0x7f4a_7c15) | 0 || 1;
		for (let i = 0; i < 4; i++) this.word();
	}

	/** 32 bits, never 0. */
	word(): number {
		let x = this.#state;
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		this.#state = x;
		return x >>> 0;
	}

	/** 0 … bound - 1. */
	below(bound: number): number {
		return Math.floor((this.word() / 0x1_0000_0000) * bound);
	}

	chance(probability: number): boolean {
		return this.word() < probability * 0x1_0000_0000;
	}

	/** Each bit set with probability 1/2, or (`dense`) 3/4. `bytes` begins and ends at a multiple of 4. */
	noise(bytes: Uint8Array, dense: boolean): void {
		const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
		for (let i = 0; i < words.length; i++) words[i] = dense ? this.word() | this.word() : this.word();
	}

	readonly fill = (bytes: Uint8Array): void => {
		for (let i = 0; i < bytes.length; i++) bytes[i] = this.word() >>> 13;
	};
}
