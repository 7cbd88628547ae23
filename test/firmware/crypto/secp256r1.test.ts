import wycheproof from "vectors:wycheproof/ecdh_secp256r1_test.json";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hasSecp256r1, secp256r1, secp256r1PublicKey } from "../../../firmware/crypto/secp256r1.js";
import { fromHex, toHex } from "../../hex.js";
import { encodePoint, multiply, multiplyBase, secp256r1 as reference, toBytes } from "../../reference/ecdsa.js";
import { withVectors } from "../../vectors.js";

const { n, p } = reference;

// RFC 5903 §8.1.
test("RFC 5903's two sides share a secret", () => {
	assert.ok(hasSecp256r1);
	const i = fromHex("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433");
	const r = fromHex("c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53");
	const gi = secp256r1PublicKey(i)!;
	const gr = secp256r1PublicKey(r)!;
	assert.is(
		toHex(gi),
		"04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
	);
	assert.is(
		toHex(gr),
		"04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
	);
	const shared = "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de";
	assert.is(toHex(secp256r1(i, gr)!), shared);
	assert.is(toHex(secp256r1(r, gi)!), shared);
});

test("secrets at both ends of their range come out: there the last addition may be a doubling", () => {
	const peer = encodePoint(reference, multiplyBase(reference, 7n));
	for (let i = 1n; i <= 34n; i++) {
		for (const k of [i, n - i]) {
			const secret = toBytes(k, 32);
			assert.equal(secp256r1PublicKey(secret), encodePoint(reference, multiplyBase(reference, k)), `k = ${k}`);
			const { x } = multiplyBase(reference, 7n * k)!;
			assert.equal(secp256r1(secret, peer), toBytes(x, 32), `k = ${k}`);
		}
	}
});

test("sparse and dense secrets give what the reference gives", () => {
	const P = multiplyBase(reference, 1234567n);
	const peer = encodePoint(reference, P);
	for (const k of [2n ** 255n, 2n ** 255n - 1n, 2n ** 128n, 0x5555n << 200n, (2n ** 256n / 3n) | 1n, n / 2n]) {
		const { x } = multiply(reference, k, P)!;
		assert.equal(secp256r1(toBytes(k, 32), peer), toBytes(x, 32), `k = ${k}`);
	}
});

test("secrets that are 0, or n and more, are none", () => {
	const peer = secp256r1PublicKey(toBytes(9n, 32))!;
	for (const k of [0n, n, n + 1n, p, 2n ** 256n - 1n]) {
		assert.is(secp256r1PublicKey(toBytes(k, 32)), undefined);
		assert.is(secp256r1(toBytes(k, 32), peer), undefined);
	}
});

test("a share that is no uncompressed point of the curve is refused", () => {
	const secret = toBytes(12345n, 32);
	const good = secp256r1PublicKey(toBytes(9n, 32))!;
	const { x, y } = multiplyBase(reference, 9n)!;
	assert.ok(secp256r1(secret, good));
	const refused = (...bytes: number[]) => assert.is(secp256r1(secret, Uint8Array.from(bytes)), undefined);
	refused(4, ...toBytes(x, 32), ...toBytes(y + 1n, 32));
	refused(4, ...toBytes(x, 32), ...toBytes(p + 5n, 32));
	refused(4, ...toBytes(p + 5n, 32), ...toBytes(y, 32));
	refused(...new Uint8Array(65));
	refused(4, ...new Uint8Array(64));
	for (const form of [0, 2, 3, 6, 7]) refused(form, ...good.subarray(1));
});

test("arrays may lie in one buffer, and are left as they are", () => {
	const both = new Uint8Array(100);
	both.set(toBytes(77n, 32), 1);
	both.set(secp256r1PublicKey(toBytes(5n, 32))!, 34);
	const before = both.slice();
	const { x } = multiplyBase(reference, 77n * 5n)!;
	assert.equal(secp256r1(both.subarray(1, 33), both.subarray(34, 99)), toBytes(x, 32));
	assert.equal(both, before);
});

test("a secret or a share of another length is our mistake, and named", () => {
	const says = (message: string) => (error: unknown) => error instanceof RangeError && error.message === message;
	const peer = secp256r1PublicKey(toBytes(9n, 32))!;
	for (const length of [0, 31, 33]) {
		const bad = new Uint8Array(length);
		assert.throws(() => secp256r1PublicKey(bad), says(`secret: expected 32 bytes, got ${length}`));
		assert.throws(() => secp256r1(bad, peer), says(`secret: expected 32 bytes, got ${length}`));
	}
	for (const length of [0, 33, 64, 66]) {
		const bad = new Uint8Array(length);
		assert.throws(() => secp256r1(peer.subarray(1, 33), bad), says(`peer's share: expected 65 bytes, got ${length}`));
	}
});

interface Wycheproof {
	testGroups: { tests: { tcId: number; public: string; private: string; shared: string; result: string }[] }[];
}
// Shares are X.509's SubjectPublicKeyInfo there: what is not this one form, as it must be spelled, TLS never sees.
withVectors("Wycheproof's ECDH verdicts and secrets", [wycheproof], ([text]) => {
	const PREFIX = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
	let shared = 0;
	let refused = 0;
	let others = 0;
	for (const group of (JSON.parse(text) as Wycheproof).testGroups) {
		for (const vector of group.tests) {
			const point = vector.public.startsWith(PREFIX) ? fromHex(vector.public.slice(PREFIX.length)) : undefined;
			if (point?.length !== 65) {
				assert.is.not(vector.result, "valid");
				others++;
				continue;
			}
			const secret = fromHex(vector.private.padStart(64, "0").slice(-64));
			const ours = secp256r1(secret, point);
			if (vector.result === "valid") {
				assert.is(ours && toHex(ours), vector.shared, `case ${vector.tcId}`);
				shared++;
			} else {
				assert.is(ours, undefined, `case ${vector.tcId}`);
				refused++;
			}
		}
	}
	assert.equal([shared, refused, others], [330, 19, 263]);
});

test.run();
