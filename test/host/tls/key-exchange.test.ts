// X25519MLKEM768 (RFC 10024) against @noble/post-quantum and node:crypto: shares and secrets, in the kernel in TypeScript.
// The kernels themselves are tested in test/firmware/crypto and test/host/crypto-post-quantum.test.ts.

import { createPublicKey, diffieHellman, generateKeyPairSync, randomBytes } from "node:crypto";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { AlertError } from "../../../firmware/tls/alert.js";
import { Client } from "../../../firmware/tls/client.js";
import { groupsOf } from "../../../firmware/tls/key-exchange.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { refusedAs } from "../../refusal.js";
import * as make from "./certificate-maker.js";
import { ReferenceServer } from "./reference-server.js";

const [hybrid] = groupsOf("x25519mlkem768");

/** What a server answers to a share of ours: its share, and the secret. */
function answer(share: Uint8Array): { share: Buffer; secret: Buffer } {
	const { cipherText, sharedSecret } = ml_kem768.encapsulate(share.subarray(0, 1184));
	const { privateKey, publicKey } = generateKeyPairSync("x25519");
	const x = Buffer.from(share.subarray(1184)).toString("base64url");
	const ours = createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" });
	const own = Buffer.from(publicKey.export({ format: "jwk" }).x!, "base64url");
	return {
		share: Buffer.concat([cipherText, own]),
		secret: Buffer.concat([sharedSecret, diffieHellman({ privateKey, publicKey: ours })]),
	};
}

test("both sides get the same secret, ML-KEM's part first", () => {
	assert.is(hybrid.code, 0x11ec);
	for (let i = 0; i < 20; i++) {
		const secret = new Uint8Array(randomBytes(hybrid.secretLength));
		const share = hybrid.share(secret);
		assert.is(share.length, 1_216);
		const server = answer(share);
		assert.is(server.share.length, hybrid.shareLength);
		assert.equal(Buffer.from(hybrid.sharedSecret(secret, server.share)), server.secret);
	}
});

test("the seed is gone once the share is made", () => {
	const random = new Uint8Array(randomBytes(hybrid.secretLength));
	const secret = random.slice();
	hybrid.share(secret);
	assert.equal(secret.subarray(0, 32), random.subarray(0, 32)); // X25519's
	assert.not(Buffer.from(secret).includes(Buffer.from(random.subarray(32, 64)))); // d
});

test("a changed ciphertext gives another secret, as if it were one; an X25519 share of zeros is refused (§7.4.2)", () => {
	const secret = new Uint8Array(randomBytes(hybrid.secretLength));
	const server = answer(hybrid.share(secret));
	server.share[700] ^= 1;
	const shared = Buffer.from(hybrid.sharedSecret(secret, server.share));
	assert.not.equal(shared.subarray(0, 32), server.secret.subarray(0, 32));
	assert.equal(shared.subarray(32), server.secret.subarray(32));
	server.share.fill(0, 1088);
	refusedAs(AlertError, "shared secret is zero", () => hybrid.sharedSecret(secret, server.share));
});

const authority = make.party("CA"),
	leaf = make.party("server.example");
const credentials = { chain: [make.leaf(authority, leaf)], privateKey: leaf.privateKey };

/** A client that has sent the hybrid's share gets a ServerHello with this one, in this group. */
function answered(share: Buffer, group = 0x11ec): void {
	const client = new Client({
		host: "server.example",
		anchors: [readTrustAnchor(make.authority(authority))],
		random: bytes => bytes.set(randomBytes(bytes.length)),
		keyExchange: "x25519mlkem768",
	});
	const server = new ReferenceServer(client.take(), credentials);
	const hello = server.serverHello({ extensions: [server.versionExtension(), server.keyShareExtension(share, group)] });
	const bytes = server.plain(22, hello).take();
	for (let i = 0; i < bytes.length; ) {
		const part = bytes.subarray(i, i + client.wanted);
		i += part.length;
		client.receive(part);
	}
}

test("a server's share of another length, or in a group whose share was not sent, is refused (§4.3.8)", () => {
	for (const length of [1, 32, 1_088, 1_119, 1_121, 1_216])
		refusedAs(AlertError, "bad key share", () => answered(Buffer.alloc(length, 1)));
	refusedAs(AlertError, "group not offered", () => answered(Buffer.alloc(32, 9), 0x001d));
	refusedAs(AlertError, "shared secret is zero", () => answered(Buffer.alloc(1_120)));
	answered(Buffer.alloc(1_120, 1)); // a secret that nobody else has: the next record will not open
});

test.run();
