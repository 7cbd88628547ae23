import { test } from "uvu";
import * as assert from "uvu/assert";
import {
	SHA3_256_RATE,
	SHA3_512_RATE,
	SHA3_SUFFIX,
	SHAKE_SUFFIX,
	SHAKE128_RATE,
	SHAKE256_RATE,
	Sponge,
} from "../../../../firmware/crypto/typescript/keccak.js";
import { toHex } from "../../../hex.js";
import { permute, sponge as reference } from "../../../reference/keccak.js";

function ascii(text: string) {
	return Uint8Array.from(text, character => character.charCodeAt(0));
}

function hash(rate: number, suffix: number, message: Uint8Array, byteLength: number): string {
	return toHex(new Sponge().begin(rate).absorb(message).end(suffix).squeeze(byteLength));
}

/** Rate, suffix and a length of output. */
const functions = [
	["SHAKE128", SHAKE128_RATE, SHAKE_SUFFIX, 400],
	["SHAKE256", SHAKE256_RATE, SHAKE_SUFFIX, 300],
	["SHA3-256", SHA3_256_RATE, SHA3_SUFFIX, 32],
	["SHA3-512", SHA3_512_RATE, SHA3_SUFFIX, 64],
] as const;

// NIST's examples with intermediate values for FIPS 202 (csrc.nist.gov, "Example Values"): messages of 0 bits.
test("the examples of FIPS 202 come out", () => {
	const none = new Uint8Array(0);
	assert.is(
		hash(SHA3_256_RATE, SHA3_SUFFIX, none, 32),
		"a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",
	);
	assert.is(
		hash(SHA3_512_RATE, SHA3_SUFFIX, none, 64),
		"a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6" +
			"15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26",
	);
	assert.is(
		hash(SHAKE128_RATE, SHAKE_SUFFIX, none, 32),
		"7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26",
	);
	assert.is(
		hash(SHAKE256_RATE, SHAKE_SUFFIX, none, 32),
		"46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f",
	);
	assert.is(
		hash(SHA3_256_RATE, SHA3_SUFFIX, ascii("abc"), 32),
		"3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
	);
});

test("a chain of permutations is the standard's, lane by lane", () => {
	const state = new Sponge().begin(SHAKE128_RATE);
	let lanes = new Array<bigint>(25).fill(0n);
	for (let i = 0; i < 8; i++) {
		state.permute();
		lanes = permute(lanes);
		for (let lane = 0; lane < 25; lane++) {
			const [low, high] = [state.words[2 * lane]! >>> 0, state.words[2 * lane + 1]! >>> 0];
			assert.is((BigInt(high) << 32n) | BigInt(low), lanes[lane], `lane ${lane} after ${i + 1}`);
		}
	}
});

test("messages of every length around a block's, whole and in pieces, are hashed as the standard has it", () => {
	const message = Uint8Array.from({ length: 2 * 168 + 3 }, (_, i) => (i * 31 + 7) & 255);
	for (const [name, rate, suffix, byteLength] of functions) {
		for (const length of [0, 1, 3, 4, rate - 2, rate - 1, rate, rate + 1, 2 * rate - 1, 2 * rate, 2 * rate + 1]) {
			const data = message.subarray(0, length);
			const expected = toHex(reference(rate, suffix, data, byteLength));
			assert.is(hash(rate, suffix, data, byteLength), expected, `${name} of ${length} bytes`);
			for (const step of [1, 5, 64]) {
				const sponge = new Sponge().begin(rate);
				for (let at = 0; at < length; at += step) sponge.absorb(data.subarray(at, Math.min(at + step, length)));
				sponge.end(suffix);
				let output = "";
				for (let at = 0; at < byteLength; at += step) output += toHex(sponge.squeeze(Math.min(step, byteLength - at)));
				assert.is(output, expected, `${name} of ${length} bytes in pieces of ${step}`);
			}
		}
	}
});

test("a sponge that is begun again forgets what it held", () => {
	const sponge = new Sponge().begin(SHAKE256_RATE).absorb(ascii("forgotten")).end(SHAKE_SUFFIX);
	sponge.squeeze(200);
	const again = sponge.begin(SHA3_256_RATE).absorb(ascii("abc")).end(SHA3_SUFFIX).squeeze(32);
	assert.is(toHex(again), "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
});

test.run();
