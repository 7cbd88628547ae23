// The TypeScript kernel against node:crypto (OpenSSL): 11,500 random cases, other ones in each run.
// The curves and RSA: crypto-public-key.test.ts.

import {
	createCipheriv,
	createHash,
	createHmac,
	createPrivateKey,
	createPublicKey,
	diffieHellman,
	hkdfSync,
	type KeyObject,
	sign,
	verify,
} from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
	Aes128Gcm,
	ChaCha20Poly1305,
	ed25519Prepare,
	ed25519Verify,
	hkdfExpand,
	hkdfExtract,
	hmacSha256,
	Sha256,
	sha256,
	sha384,
	sha512,
	x25519,
	x25519PublicKey,
} from "../../firmware/crypto/typescript/kernel.js";
import {
	add,
	B,
	decodePoint,
	encodePoint,
	identity,
	L,
	littleEndian,
	multiply,
	toBytes,
} from "../reference/ed25519.js";
import { cases } from "./random-cases.js";

function same(ours: Uint8Array, theirs: ArrayBufferLike | Buffer) {
	assert.is(Buffer.from(ours).toString("hex"), Buffer.from(theirs as ArrayBuffer).toString("hex"));
}

cases("SHA-256 whole and in pieces, SHA-384, SHA-512, HMAC and HKDF", 2000, ({ bytes, below, text }) => {
	const [data, key, info] = [text(), bytes(below(150)), bytes(below(80))];
	const cut = below(data.length + 1);
	const hash = createHash("sha256").update(data).digest();
	same(sha256(data), hash);
	same(new Sha256().update(data.subarray(0, cut)).update(data.subarray(cut)).digest(), hash);
	same(sha384(data), createHash("sha384").update(data).digest());
	same(sha512(data), createHash("sha512").update(data).digest());
	same(hmacSha256(key, data), createHmac("sha256", key).update(data).digest());
	const length = below(200);
	same(hkdfExpand(hkdfExtract(key, data), info, length), hkdfSync("sha256", data, key, info, length));
});

for (const [name, Aead, keyLength] of [
	["chacha20-poly1305", ChaCha20Poly1305, 32],
	["aes-128-gcm", Aes128Gcm, 16],
] as const) {
	cases(`${name} sealed, opened, and refused with a bit flipped`, 1500, ({ bytes, below, text }) => {
		const [key, nonce, data, plain] = [bytes(keyLength), bytes(12), bytes(below(70)), text()];
		const cipher = createCipheriv(name as "chacha20-poly1305", key, nonce, { authTagLength: 16 });
		cipher.setAAD(data, { plaintextLength: plain.length });
		const theirs = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);

		const at = below(8); // anywhere in a buffer
		const buffer = new Uint8Array(at + plain.length + 16).subarray(at);
		buffer.set(plain);
		const aead = new Aead(key);
		aead.seal(nonce, data, buffer);
		same(buffer, theirs);
		const bit = below(8 * buffer.length);
		buffer[bit >> 3] ^= 1 << (bit & 7);
		assert.is(aead.open(nonce, data, buffer), false);
		buffer[bit >> 3] ^= 1 << (bit & 7);
		assert.is(aead.open(nonce, data, buffer), true);
		same(buffer.subarray(0, plain.length), Buffer.from(plain));
	});
}

const oid = { X25519: "6e", Ed25519: "70" }; // the last byte of their names (RFC 8410)
function secretKey(algorithm: keyof typeof oid, secret: Uint8Array) {
	return createPrivateKey({
		key: Buffer.concat([Buffer.from(`302e020100300506032b65${oid[algorithm]}04220420`, "hex"), secret]),
		format: "der",
		type: "pkcs8",
	});
}
function publicKey(algorithm: keyof typeof oid, bytes: Uint8Array) {
	return createPublicKey({
		key: Buffer.concat([Buffer.from(`302a300506032b65${oid[algorithm]}032100`, "hex"), bytes]),
		format: "der",
		type: "spki",
	});
}
function raw(key: KeyObject) {
	return new Uint8Array(createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32));
}

cases("X25519 with random scalars and points, and public keys", 2000, ({ bytes, below }) => {
	const [scalar, u] = [bytes(32), bytes(32)];
	if (below(8) === 0) u.fill(below(2) ? 0xff : 0, below(20), 32); // near 0, p and 2^255
	if (below(8) === 0) scalar.fill(below(2) ? 0xff : 0, below(20), 32);
	let shared: Buffer;
	try {
		shared = diffieHellman({ privateKey: secretKey("X25519", scalar), publicKey: publicKey("X25519", u) });
	} catch {
		shared = Buffer.alloc(32); // OpenSSL refuses itself what has small order
	}
	same(x25519(scalar, u), shared);
	same(x25519PublicKey(scalar), Buffer.from(raw(secretKey("X25519", scalar))));
});

let judged = 0;
/** Our verdict, for the key as it is and, every third time, prepared. It must be OpenSSL's. */
function judge(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	const theirs = verify(null, message, publicKey("Ed25519", key), signature);
	assert.is(ed25519Verify(key, message, signature), theirs);
	if (judged++ % 3) return theirs;
	const prepared = ed25519Prepare(key);
	assert.is(prepared !== undefined && ed25519Verify(prepared, message, signature), theirs);
	return theirs;
}

cases("Ed25519 signatures, good and with a bit flipped somewhere", 2500, ({ bytes, below, text }) => {
	const secret = secretKey("Ed25519", bytes(32));
	const key = raw(secret),
		message = text();
	const signature = new Uint8Array(sign(null, message, secret));
	assert.is(judge(key, message, signature), true);
	const target = [signature, signature, key, message][below(4)];
	if (target.length === 0) return;
	const bit = below(8 * target.length);
	target[bit >> 3] ^= 1 << (bit & 7);
	judge(key, message, signature); // a flipped key may be another point, or none
});

cases("Ed25519 with random bytes for keys and commitments, and scalars up to 2^256", 1500, ({ bytes, below }) => {
	const [key, signature] = [bytes(32), bytes(64)];
	if (below(2)) signature.set(toBytes(littleEndian(signature.subarray(32)) % L), 32);
	if (below(4) === 0) key.fill(0xff, 1, 31 + below(2)); // y near p and beyond it
	if (below(4) === 0) signature.fill(0xff, 1, 31 + below(2));
	judge(key, bytes(below(100)), signature);
});

const order8 = (() => {
	for (let y = 2n; ; y++) {
		const point = decodePoint(toBytes(y));
		const torsion = point && multiply(L, point);
		if (torsion && !same8(multiply(4n, torsion))) return torsion;
	}
	function same8(point: Parameters<typeof encodePoint>[0]) {
		return Buffer.from(encodePoint(point)).equals(encodePoint(identity));
	}
})();
const torsion = Array.from({ length: 8 }, (_, i) => multiply(BigInt(i), order8));

let goodWithTorsion = 0;
cases("Ed25519 keys and commitments with torsion, signed as if they had none", 500, ({ bytes, below }) => {
	const [a, r] = [littleEndian(bytes(32)) % L, littleEndian(bytes(32)) % L];
	const i = below(8),
		j = below(8);
	const key = encodePoint(add(multiply(a, B), torsion[i])),
		R = encodePoint(add(multiply(r, B), torsion[j]));
	const message = bytes(below(60));
	const k = littleEndian(createHash("sha512").update(R).update(key).update(message).digest()) % L;
	if (judge(key, message, Uint8Array.of(...R, ...toBytes((r + k * a) % L)))) goodWithTorsion++;
});

test("some of those were good, and most were not", () => {
	assert.ok(goodWithTorsion > 20 && goodWithTorsion < 250, `${goodWithTorsion} of 500`);
});

test.run();
