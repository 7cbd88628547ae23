// Tests of many random cases, other ones in each run. BATON_SEED repeats a run: a failure names the seed.

import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { test } from "uvu";

const seed = process.env.BATON_SEED ?? randomBytes(8).toString("hex");

/** Bytes that the seed and `what` decide: the stream of ChaCha20 under their hash. */
function randomness(what: string) {
	const key = createHash("sha256").update(seed + what);
	const stream = createCipheriv("chacha20", key.digest(), Buffer.alloc(16));
	const bytes = (length: number) => new Uint8Array(stream.update(Buffer.alloc(length)));
	const below = (n: number) => new DataView(bytes(4).buffer).getUint32(0) % n;
	/** Mostly short, the lengths around a block's among them; sometimes up to 2,100. */
	const text = () => bytes(below(8) ? below(300) : below(2100));
	return { bytes, below, text };
}

export type Random = ReturnType<typeof randomness>;

/** `after`: once, when all cases are through. */
export function cases(name: string, count: number, body: (random: Random) => void, after = () => {}): void {
	test(`${name}: ${count} random cases`, () => {
		const random = randomness(name);
		for (let i = 0; i < count; i++) {
			try {
				body(random);
			} catch (error) {
				(error as Error).message += `\n    case ${i} of BATON_SEED=${seed}`;
				throw error;
			}
		}
		after();
	});
}
