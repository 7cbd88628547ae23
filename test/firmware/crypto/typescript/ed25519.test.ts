import { test } from "uvu";
import * as assert from "uvu/assert";
import { halve } from "../../../../firmware/crypto/typescript/ed25519.js";
import { sha512 } from "../../../../firmware/crypto/typescript/sha512.js";
import { L, littleEndian } from "../../../reference/ed25519.js";

function check(k: bigint): bigint {
	const { c, ck, negative } = halve(k);
	assert.ok(c > 0n && c < L && c % 2n === 1n, `k ${k}`);
	assert.ok(ck >= 0n && ck < L, `k ${k}`);
	assert.is((c * k - (negative ? -ck : ck)) % (8n * L), 0n, `k ${k}`);
	return c;
}

test("a random scalar is halved to an odd c and ±c·k modulo 8L, both about 128 bits long", () => {
	let k = 1n,
		longest = 0n;
	for (let i = 0; i < 500; i++) {
		k = littleEndian(sha512(Uint8Array.of(i & 255, i >> 8))) % L;
		const c = check(k);
		if (c > longest) longest = c;
	}
	assert.ok(longest > 2n ** 126n && longest < 2n ** 144n);
});

test("scalars that shorten badly are halved correctly too", () => {
	const awkward = [0n, 1n, 2n, 8n, 2n ** 127n, 2n ** 128n - 1n, 2n ** 128n, 2n ** 252n, L - 1n, L - 2n, L - 8n];
	for (let t = 1n; t < 64n; t++) awkward.push(((8n * L + t) / t) % L, ((8n * L) / t) % L, (L + t) / t, L / t);
	for (const k of awkward) check(k % L);
});

test("a k whose even cofactor would call for a long odd one is left as it is", () => {
	const k = (L + 1n) / 2n; // 16·k = 8 modulo 8L, and the next remainder's cofactor is of L's size
	assert.equal(halve(k), { c: 1n, ck: k, negative: false });
});

test.run();
