// Every key of a leaf under every key of a CA, with every hash that authorities sign with.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { CertificateError } from "../../../firmware/x509/certificate.js";
import { readTrustAnchor, verifyPath } from "../../../firmware/x509/path.js";
import { refusedAs } from "../../refusal.js";
import * as make from "./certificate-maker.js";

const HOST = "server.example";
const types: make.KeyType[] = ["ed25519", "p256", "p384", "rsa2048", "rsa4096", "ml-dsa-44"];
const leaves = types.map(type => make.party(HOST, type));

for (const type of types) {
	const ca = make.party("fleet CA 1", type);
	const anchors = [readTrustAnchor(make.authority(ca))];
	const hashesItself = type === "ed25519" || type === "ml-dsa-44";
	const hashes: make.Hash[] = hashesItself ? ["sha512"] : ["sha256", "sha384", "sha512"];
	test(`an ${type} CA issues leaves of every kind of key, with ${hashes.join(", ")}`, () => {
		for (const leaf of leaves)
			for (const hash of hashes) {
				const fields = hashesItself ? {} : { hash };
				const good = make.leaf(ca, leaf, fields);
				assert.is(verifyPath([good], HOST, anchors).anchor, 0);
				const changed = Buffer.from(good);
				changed[changed.length - 1] ^= 1;
				refusedAs(CertificateError, "bad signature by issuer", () => verifyPath([changed], HOST, anchors));
			}
	});
}

function rsaKey(modulus: Buffer, ...exponent: number[]): make.CertificateFields {
	const key = make.sequence(make.der(2, modulus), make.integer(...exponent));
	return {
		publicKeyInfo: make.sequence(make.sequence(make.oid("1.2.840.113549.1.1.1"), make.der(5)), make.bitString(key)),
	};
}
function modulus(bytes: number, first = 0xc1): Buffer {
	return Buffer.concat([Buffer.of(...(first >= 0x80 ? [0] : []), first), Buffer.alloc(bytes - 1, 0x55)]);
}

test("RSA keys have 2048 to 4096 bits and an odd exponent of 3 to 2^32 - 1", () => {
	const read = (fields: make.CertificateFields) =>
		readTrustAnchor(make.authority(make.party("CA"), make.party("CA"), fields));
	for (const bytes of [256, 257, 384, 512]) assert.is(read(rsaKey(modulus(bytes), 1, 0, 1)).publicKey.algorithm, "rsa");
	for (const exponent of [[3], [0, 0xff, 0xff, 0xff, 0xff]]) assert.ok(read(rsaKey(modulus(256), ...exponent)));
	const refused: make.CertificateFields[] = [
		rsaKey(modulus(255), 1, 0, 1),
		rsaKey(modulus(513), 1, 0, 1),
		rsaKey(modulus(128), 1, 0, 1),
		rsaKey(modulus(256), 1),
		rsaKey(modulus(256), 2),
		rsaKey(modulus(256), 0x80),
		rsaKey(modulus(256), 1, 0, 0, 0, 1),
		rsaKey(Buffer.alloc(256, 0xc1), 3), // negative
	];
	for (const fields of refused) refusedAs(CertificateError, "unsupported public key", () => read(fields));
});

test.run();
