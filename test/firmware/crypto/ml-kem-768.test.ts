import wycheproof from "vectors:wycheproof/mlkem_768_test.json";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hasMlKem768, mlKem768Decapsulate, mlKem768Generate } from "../../../firmware/crypto/ml-kem-768.js";
import * as absent from "../../../firmware/crypto/no-ml-kem-768.js";
import { fromHex, toHex } from "../../hex.js";
import { withVectors } from "../../vectors.js";

const KEY_BYTES = 1184;
const CIPHERTEXT_BYTES = 1088;

interface Vectors {
	testGroups: {
		tests: { tcId: number; seed: string; ek: string; c: string; K: string; result: "valid" | "invalid" }[];
	}[];
}

withVectors("Wycheproof's ML-KEM-768: keys of seeds, secrets of ciphertexts", [wycheproof], ([text]) => {
	const counts = { good: 0, seeds: 0, ciphertexts: 0 };
	for (const group of (JSON.parse(text) as Vectors).testGroups) {
		for (const { tcId, seed, ek, c, K, result } of group.tests) {
			const secret = fromHex(seed),
				ciphertext = fromHex(c);
			const encapsulationKey = new Uint8Array(KEY_BYTES);
			if (secret.length !== 64) {
				const expected = `seed: expected 64 bytes, got ${secret.length}`;
				assert.throws(() => mlKem768Generate(secret, encapsulationKey), expected);
				counts.seeds++;
				continue;
			}
			const privateKey = mlKem768Generate(secret, encapsulationKey);
			if (ek) assert.is(toHex(encapsulationKey), ek, `the key of case ${tcId}`);
			const shared = mlKem768Decapsulate(privateKey, ciphertext);
			if (result === "valid") {
				assert.is(toHex(shared!), K, `case ${tcId}`);
				counts.good++;
			} else {
				assert.is(shared, undefined, `case ${tcId}`);
				counts.ciphertexts++;
			}
		}
	}
	assert.is(hasMlKem768, true);
	assert.equal(counts, { good: 153, seeds: 20, ciphertexts: 20 });
});

const seed = Uint8Array.from({ length: 64 }, (_, i) => i);
const encapsulationKey = new Uint8Array(KEY_BYTES);
const privateKey = mlKem768Generate(seed, encapsulationKey);

test("a key is its seed's alone, and its private half names ρ, z and the hash of the public one", () => {
	const again = new Uint8Array(KEY_BYTES);
	assert.equal(mlKem768Generate(seed, again), privateKey);
	assert.equal(again, encapsulationKey);
	assert.is(privateKey.length, 128);
	assert.equal(privateKey.subarray(0, 32), encapsulationKey.subarray(1152));
	assert.equal(privateKey.subarray(64, 96), seed.subarray(32));
	const other = seed.slice();
	other[40] ^= 1; // z
	const otherKey = mlKem768Generate(other, again);
	assert.equal(again, encapsulationKey);
	assert.equal(otherKey.subarray(0, 64), privateKey.subarray(0, 64));
	other[0] ^= 1; // d
	mlKem768Generate(other, again);
	assert.not.equal(again, encapsulationKey);
});

test("what was not made for the key gives a secret that only the key's z and the ciphertext decide", () => {
	const ciphertext = Uint8Array.from({ length: CIPHERTEXT_BYTES }, (_, i) => (i * 7) & 255);
	const first = mlKem768Decapsulate(privateKey, ciphertext)!;
	assert.is(first.length, 32);
	assert.equal(mlKem768Decapsulate(privateKey, ciphertext), first);
	for (const at of [0, 500, 959, 960, 1087]) {
		ciphertext[at] ^= 1;
		assert.not.equal(mlKem768Decapsulate(privateKey, ciphertext), first, `byte ${at}`);
		ciphertext[at] ^= 1;
	}
	const otherKey = privateKey.slice();
	otherKey[64] ^= 1; // z
	assert.not.equal(mlKem768Decapsulate(otherKey, ciphertext), first);
	otherKey[64] ^= 1;
	otherKey[96] ^= 1; // H(ek), which only good ciphertexts depend on
	assert.equal(mlKem768Decapsulate(otherKey, ciphertext), first);
});

test("keys and ciphertext may lie anywhere, and what is read is left as it is", () => {
	for (const offset of [1, 2, 3]) {
		const buffer = new Uint8Array(offset + 64 + KEY_BYTES + 7);
		const secret = buffer.subarray(offset, offset + 64),
			place = buffer.subarray(offset + 64, offset + 64 + KEY_BYTES);
		secret.set(seed);
		assert.equal(mlKem768Generate(secret, place), privateKey);
		assert.equal(secret, seed);
		assert.equal(place, encapsulationKey);
		assert.equal(buffer.subarray(offset + 64 + KEY_BYTES), new Uint8Array(7));

		const both = new Uint8Array(offset + 128 + CIPHERTEXT_BYTES + 7).fill(0x3c);
		both.set(privateKey, offset);
		const before = toHex(both);
		const ciphertext = both.subarray(offset + 128, offset + 128 + CIPHERTEXT_BYTES);
		const shared = mlKem768Decapsulate(both.subarray(offset, offset + 128), ciphertext);
		assert.equal(shared, mlKem768Decapsulate(privateKey, ciphertext.slice()));
		assert.is(toHex(both), before);
	}
});

test("a ciphertext of another length opens nothing; other lengths are our mistake, and named", () => {
	for (const length of [0, 32, CIPHERTEXT_BYTES - 1, CIPHERTEXT_BYTES + 1, 1120]) {
		assert.is(mlKem768Decapsulate(privateKey, new Uint8Array(length)), undefined);
	}
	const says = (message: string) => (error: unknown) => error instanceof RangeError && error.message === message;
	const ciphertext = new Uint8Array(CIPHERTEXT_BYTES);
	for (const length of [0, 127, 129]) {
		const expected = `private key: expected 128 bytes, got ${length}`;
		assert.throws(() => mlKem768Decapsulate(new Uint8Array(length), ciphertext), says(expected));
	}
	for (const length of [0, 1183, 1185]) {
		const expected = `encapsulation key: expected 1184 bytes, got ${length}`;
		assert.throws(() => mlKem768Generate(seed, new Uint8Array(length)), says(expected));
	}
	for (const length of [0, 32, 63, 65]) {
		const expected = `seed: expected 64 bytes, got ${length}`;
		assert.throws(() => mlKem768Generate(new Uint8Array(length), new Uint8Array(KEY_BYTES)), says(expected));
	}
});

test("a build may leave ML-KEM-768 out", () => {
	assert.is(absent.hasMlKem768, false);
	assert.is(absent.mlKem768Generate(seed, new Uint8Array(KEY_BYTES)).length, 0);
	assert.is(absent.mlKem768Decapsulate(privateKey, new Uint8Array(CIPHERTEXT_BYTES)), undefined);
	assert.equal(Object.keys(absent).sort(), ["hasMlKem768", "mlKem768Decapsulate", "mlKem768Generate"]);
});

test.run();
