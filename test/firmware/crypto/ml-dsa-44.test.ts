import wycheproof from "vectors:wycheproof/mldsa_44_verify_test.json";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hasMlDsa44, mlDsa44Verify } from "../../../firmware/crypto/ml-dsa-44.js";
import * as absent from "../../../firmware/crypto/no-ml-dsa-44.js";
import { fromHex, toHex } from "../../hex.js";
import { withVectors } from "../../vectors.js";

const KEY_BYTES = 1312;
const SIGNATURE_BYTES = 2420;

interface Vectors {
	testGroups: {
		publicKey: string;
		tests: { tcId: number; comment: string; msg: string; ctx?: string; sig: string; result: "valid" | "invalid" }[];
	}[];
}

interface Vector {
	name: string;
	key: Uint8Array;
	message: Uint8Array;
	signature: Uint8Array;
	isGood: boolean;
}

/** `isGood`: with the empty context, the only one that we know. */
function* read(text: string): Generator<Vector> {
	for (const { publicKey, tests } of (JSON.parse(text) as Vectors).testGroups) {
		const key = fromHex(publicKey);
		for (const { tcId, comment, msg, ctx, sig, result } of tests) {
			const isGood = result === "valid" && !ctx;
			yield { name: `case ${tcId}, ${comment}`, key, message: fromHex(msg), signature: fromHex(sig), isGood };
		}
	}
}
let first: Vector; // the first vector, a good one

withVectors("Wycheproof's ML-DSA-44 signatures, each under the empty context", [wycheproof], ([text]) => {
	let good = 0,
		bad = 0;
	for (const vector of read(text)) {
		first ??= vector;
		const { name, key, message, signature, isGood } = vector;
		if (key.length !== KEY_BYTES) {
			assert.throws(() => mlDsa44Verify(key, message, signature), `public key: expected 1312 bytes, got ${key.length}`);
			continue;
		}
		assert.is(mlDsa44Verify(key, message, signature), isGood, name);
		if (isGood) good++;
		else bad++;
	}
	assert.is(hasMlDsa44, true);
	assert.equal([good, bad], [75, 101]);
});

withVectors("a changed byte of signature, key or message, wherever, is a bad signature", [wycheproof], () => {
	const { key, message, signature } = first;
	assert.is(mlDsa44Verify(key, message, signature), true);
	for (const [bytes, step] of [
		[signature, 211],
		[signature.subarray(32 + 4 * 576), 7],
		[key, 131],
		[message, 5],
	] as const) {
		for (let at = 0; at < bytes.length; at += step) {
			bytes[at] ^= 1 << (at & 7);
			assert.is(mlDsa44Verify(key, message, signature), false, `byte ${at} of ${bytes.length}`);
			bytes[at] ^= 1 << (at & 7);
		}
	}
	assert.is(mlDsa44Verify(key, message, signature), true);
});

withVectors("key, message and signature may lie anywhere, and are left as they are", [wycheproof], () => {
	const { key, message, signature } = first;
	for (const offset of [1, 2, 3]) {
		const buffer = new Uint8Array(offset + KEY_BYTES + message.length + SIGNATURE_BYTES + 7);
		const place = (bytes: Uint8Array, at: number) => {
			buffer.set(bytes, at);
			return buffer.subarray(at, at + bytes.length);
		};
		const parts = [
			place(key, offset),
			place(message, offset + KEY_BYTES),
			place(signature, offset + KEY_BYTES + message.length),
		] as const;
		const before = toHex(buffer);
		assert.is(mlDsa44Verify(...parts), true);
		assert.is(toHex(buffer), before);
	}
});

test("a signature of another length is bad; a key of another length is our mistake, and named", () => {
	const key = new Uint8Array(KEY_BYTES),
		message = new Uint8Array(3);
	for (const length of [0, 1, 32, SIGNATURE_BYTES - 1, SIGNATURE_BYTES + 1]) {
		assert.is(mlDsa44Verify(key, message, new Uint8Array(length)), false);
	}
	const says = (message: string) => (error: unknown) => error instanceof RangeError && error.message === message;
	for (const length of [0, KEY_BYTES - 1, KEY_BYTES + 1]) {
		const bad = new Uint8Array(length);
		const expected = `public key: expected 1312 bytes, got ${length}`;
		assert.throws(() => mlDsa44Verify(bad, message, new Uint8Array(SIGNATURE_BYTES)), says(expected));
	}
});

test("noise is a bad signature under a noisy key", () => {
	for (let i = 0; i < 4; i++) {
		const noise = (length: number, factor: number) =>
			Uint8Array.from({ length }, (_, at) => ((at + i) * factor * (at + 3)) >> 3);
		const signature = noise(SIGNATURE_BYTES, 41);
		if (i % 2) signature.fill(0, 32 + 4 * 576); // no hints: everything is computed
		assert.is(mlDsa44Verify(noise(KEY_BYTES, 37), noise(i * 50, 3), signature), false);
	}
});

test("a build may leave ML-DSA-44 out: then every signature is bad", () => {
	assert.is(absent.hasMlDsa44, false);
	const signature = new Uint8Array(SIGNATURE_BYTES);
	assert.is(absent.mlDsa44Verify(new Uint8Array(KEY_BYTES), new Uint8Array(0), signature), false);
	assert.equal(Object.keys(absent).sort(), ["hasMlDsa44", "mlDsa44Verify"]);
});

test.run();
