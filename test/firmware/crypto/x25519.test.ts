import wycheproof from "vectors:wycheproof/x25519_test.json";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { x25519, x25519PublicKey } from "../../../firmware/crypto/kernel.js";
import { fromHex, toHex } from "../../hex.js";
import { littleEndian, toBytes } from "../../reference/ed25519.js";
import { ladder } from "../../reference/x25519.js";
import { withVectors } from "../../vectors.js";

const p = 2n ** 255n - 19n;

// RFC 7748 §5.2.
test("RFC 7748's two multiplications come out", () => {
	assert.is(
		toHex(
			x25519(
				fromHex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
				fromHex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
			),
		),
		"c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
	);
	assert.is(
		toHex(
			x25519(
				fromHex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
				fromHex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"),
			),
		),
		"95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
	);
});

// RFC 7748 §5.2 again.
test("a chain of 100 multiplications agrees with RFC 7748's ladder as written, and its first with the RFC", () => {
	let k = fromHex(`09${"00".repeat(31)}`),
		u = k;
	for (let i = 0; i < 100; i++) {
		const next = x25519(k, u);
		if (i === 0) assert.is(toHex(next), "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
		if (i % 10 === 0) assert.equal(next, ladder(k, u));
		[k, u] = [next, k];
	}
});

// RFC 7748 §6.1.
test("Alice and Bob share a secret", () => {
	const alice = fromHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
	const bob = fromHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
	const shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
	assert.is(toHex(x25519PublicKey(alice)), "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
	assert.is(toHex(x25519PublicKey(bob)), "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
	assert.is(toHex(x25519(alice, x25519PublicKey(bob))), shared);
	assert.is(toHex(x25519(bob, x25519PublicKey(alice))), shared);
});

test("the public key is the multiple of 9, whatever the scalar", () => {
	const nine = toBytes(9n);
	const scalars = [0n, 1n, 7n, 8n, 2n ** 251n - 1n, 2n ** 254n, 2n ** 255n - 1n, 2n ** 256n - 1n, 0x55555555n << 99n];
	for (let i = 0n; i < 16n; i++) scalars.push(p - i * 2n ** 200n, (i * 0x123456789abcdefn) ** 4n % 2n ** 256n);
	for (const scalar of scalars) {
		const k = toBytes(scalar);
		assert.equal(x25519PublicKey(k), x25519(k, nine), `scalar ${scalar}`);
	}
});

test("at the edges of the field the result is that of RFC 7748's ladder as written", () => {
	const edges = [0n, 1n, 2n, 9n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 64n - 1n, 2n ** 128n - 1n, 2n ** 224n, 2n ** 254n];
	for (let i = 0n; i < 4n; i++) edges.push(p - 2n + i, 2n ** 255n - 1n - i, 2n ** 256n - 1n - i);
	const k = fromHex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
	for (const edge of edges) assert.equal(x25519(k, toBytes(edge)), ladder(k, toBytes(edge)), `u = ${edge}`);
	for (const edge of edges) assert.equal(x25519(toBytes(edge), k), ladder(toBytes(edge), k), `k = ${edge}`);
});

// RFC 7748 §6.1: the caller refuses what has small order.
test("a point of small order gives 32 zeros", () => {
	const small = [
		0n,
		1n,
		p - 1n,
		p,
		p + 1n,
		325606250916557431795983626356110631294008115727848805560023387167927233504n,
		39382357235489614581723060781553021112529911719440698176882885853963445705823n,
	];
	const k = fromHex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d");
	for (const u of small) assert.is(toHex(x25519(k, toBytes(u))), "00".repeat(32), `u = ${u}`);
	assert.is(littleEndian(x25519(k, toBytes(2n))) === 0n, false);
});

test("scalar and point may be one array or lie in one buffer, and are left as they are", () => {
	const k = fromHex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
	const both = new Uint8Array(70);
	both.set(k, 3);
	both.set(k, 36);
	const before = both.slice();
	const expected = toHex(x25519(k, k.slice()));
	assert.is(toHex(x25519(k, k)), expected);
	assert.is(toHex(x25519(both.subarray(3, 35), both.subarray(36, 68))), expected);
	assert.equal(both, before);
	assert.is(toHex(k), "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
});

test("a scalar or a point of another length is our mistake, and named", () => {
	const says = (message: string) => (error: unknown) => error instanceof RangeError && error.message === message;
	const good = new Uint8Array(32);
	for (const length of [0, 31, 33]) {
		const bad = new Uint8Array(length);
		assert.throws(() => x25519(bad, good), says(`scalar: expected 32 bytes, got ${length}`));
		assert.throws(() => x25519(good, bad), says(`u: expected 32 bytes, got ${length}`));
		assert.throws(() => x25519PublicKey(bad), says(`scalar: expected 32 bytes, got ${length}`));
	}
});

interface Wycheproof {
	testGroups: { tests: { tcId: number; public: string; private: string; shared: string }[] }[];
}
// "acceptable" there: keys that a strict peer may refuse. X25519 itself gives their result; TLS refuses the zeros.
withVectors("Wycheproof's X25519, the merely acceptable too", [wycheproof], ([text]) => {
	let count = 0;
	for (const group of (JSON.parse(text) as Wycheproof).testGroups)
		for (const vector of group.tests) {
			assert.is(toHex(x25519(fromHex(vector.private), fromHex(vector.public))), vector.shared, `case ${vector.tcId}`);
			count++;
		}
	assert.is(count, 518);
});

test.run();
