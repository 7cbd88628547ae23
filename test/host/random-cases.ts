// Tests of many random cases, other ones in each run. BATON_SEED repeats a run: a failure names the seed. BATON_TIMES asks
// for so many times as many cases.

import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { test } from "uvu";

export const TIMES = Number(process.env.BATON_TIMES ?? 1);
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

/** A test's body with randomness that `what` decides; its failure names the seed. */
export function repeatable(what: string, body: (random: Random) => void): () => void {
	return () => {
		try {
			body(randomness(what));
		} catch (error) {
			const [, file] = /(test\/.*)$/.exec(process.argv[1]) ?? [];
			(error as Error).message += `\n    again: BATON_SEED=${seed} node bin/run.js ${file}`;
			throw error;
		}
	};
}

/** `after`: once, when all cases are through. */
export function cases(name: string, count: number, body: (random: Random) => void, after = () => {}): void {
	const total = count * TIMES;
	const all = (random: Random) => {
		for (let i = 0; i < total; i++) {
			try {
				body(random);
			} catch (error) {
				(error as Error).message += `\n    case ${i}`;
				throw error;
			}
		}
		after();
	};
	test(`${name}: ${total} random cases`, repeatable(name, all));
}
