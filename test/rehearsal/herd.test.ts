// The thundering herd, small; and the kernel of its devices, against the firmware's own.

import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as own from "../../firmware/crypto/kernel.js";
import { rawPublicKey } from "../../host/dl-key.js";
import { herd } from "../../rehearsal/herd/herd.js";
import * as nodes from "../../rehearsal/herd/kernel.js";

function random(length: number) {
	return new Uint8Array(randomBytes(length));
}

test("both kernels give the same for everything that a handshake needs", () => {
	for (const length of [0, 1, 31, 64, 200]) {
		const data = random(length),
			key = random(32);
		assert.equal(nodes.sha256(data), own.sha256(data));
		assert.equal(nodes.sha512(data), own.sha512(data));
		assert.equal(nodes.hmacSha256(key, data), own.hmacSha256(key, data));
		assert.equal(nodes.hkdfExtract(key, data), own.hkdfExtract(key, data));
		assert.equal(nodes.hkdfExpand(key, data, 77), own.hkdfExpand(key, data, 77));
		for (const context of [data, new Uint8Array(0)])
			assert.equal(nodes.hkdfExpandLabel(key, data, context, 77), own.hkdfExpandLabel(key, data, context, 77));
		const [running, other] = [new nodes.Sha256(), new own.Sha256()];
		for (const piece of [data, key]) {
			running.update(piece);
			other.update(piece);
			assert.equal(running.digest(), other.digest());
		}
		for (const [Theirs, Ours, keyLength] of [
			[nodes.ChaCha20Poly1305, own.ChaCha20Poly1305, 32],
			[nodes.Aes128Gcm, own.Aes128Gcm, 16],
		] as const) {
			const secret = random(keyLength),
				nonce = random(12),
				additional = random(13);
			const [a, b] = [new Uint8Array(length + 16), new Uint8Array(length + 16)];
			a.set(data);
			b.set(data);
			new Theirs(secret).seal(nonce, additional, a);
			new Ours(secret).seal(nonce, additional, b);
			assert.equal(a, b);
			assert.ok(new Theirs(secret).open(nonce, additional, b));
			assert.equal(b.subarray(0, length), data);
			a[0] ^= 1;
			assert.not(new Theirs(secret).open(nonce, additional, a));
		}
	}
	const scalar = random(32),
		peer = own.x25519PublicKey(random(32));
	assert.equal(nodes.x25519PublicKey(scalar), own.x25519PublicKey(scalar));
	assert.equal(nodes.x25519(scalar, peer), own.x25519(scalar, peer));
	assert.equal(nodes.x25519(scalar, new Uint8Array(32)), new Uint8Array(32));
	const { privateKey, publicKey } = generateKeyPairSync("ed25519");
	const raw = rawPublicKey(publicKey),
		message = random(50),
		signature = new Uint8Array(sign(null, message, privateKey));
	assert.ok(nodes.ed25519Verify(raw, message, signature));
	assert.ok(nodes.ed25519Verify(nodes.ed25519Prepare(raw)!, message, signature));
	signature[5] ^= 1;
	assert.not(nodes.ed25519Verify(raw, message, signature));
});

test("forty devices come back at once, and each finds its way to B", async () => {
	const { devices, arrived, tries, handshakes, findings } = await herd(40, () => {});
	assert.is(arrived, devices);
	assert.equal(
		findings.filter(({ ok }) => !ok),
		[],
	);
	assert.is(tries.most, 1);
	assert.ok(handshakes >= 80);
});

test("a herd that is broken off ends", async () => {
	const broken = new AbortController();
	broken.abort(new Error("enough"));
	try {
		await herd(4, () => {}, broken.signal);
		assert.unreachable("went on");
	} catch (error) {
		assert.is((error as Error).message, "enough");
	}
});

test.run();
