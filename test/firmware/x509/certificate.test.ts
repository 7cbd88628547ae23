// One certificate by itself. What makes a chain of them good, and each certificate that is wrong in one thing, is
// path.test.ts's.

import { test } from "uvu";
import * as assert from "uvu/assert";
import {
	CertificateError,
	DIGITAL_SIGNATURE,
	KEY_CERT_SIGN,
	readCertificate,
} from "../../../firmware/x509/certificate.js";
import { fromHex, toHex } from "../../hex.js";
import { certificates } from "./certificates.js";

function read(name: keyof typeof certificates) {
	return readCertificate(fromHex(certificates[name]));
}
function nameOf(common: string): string {
	let hex = "";
	for (let i = 0; i < common.length; i++) hex += common.charCodeAt(i).toString(16);
	const size = (more: number) => (common.length + more).toString(16).padStart(2, "0");
	return `30${size(11)}31${size(9)}30${size(7)}0603550403${`0c${size(0)}`}${hex}`;
}

test("a leaf's fields are read", () => {
	const leaf = read("leaf");
	assert.is(toHex(leaf.issuer), nameOf("fleet CA 1"));
	assert.is(toHex(leaf.subject), nameOf("server.example"));
	assert.is(leaf.notBefore, 1_577_836_800); // 2020-01-01
	assert.is(leaf.signatureAlgorithm?.kind, "ed25519");
	assert.is(leaf.signature.length, 64);
	assert.is(leaf.publicKey.algorithm, "ed25519");
	assert.is(leaf.keyUsage, DIGITAL_SIGNATURE);
	assert.is(leaf.serverAuth, true);
	assert.not(leaf.isCA);
	assert.ok(toHex(leaf.alternativeNames!).includes("7365727665722e6578616d706c65"));
});

test("an authority's fields are read", () => {
	const middle = read("narrowMiddle");
	assert.ok(middle.isCA);
	assert.is(middle.pathLength, 0);
	assert.is(middle.keyUsage, KEY_CERT_SIGN);
	assert.is(middle.serverAuth, undefined);
	assert.is(middle.alternativeNames, undefined);
	assert.is(read("root").pathLength, Infinity);
	assert.is(read("middleForClients").serverAuth, false);
	assert.is(read("p256Root").publicKey.bytes.length, 65);
});

test("the signature covers tbsCertificate, as it stands, and nothing else", () => {
	const bytes = fromHex(certificates.leaf),
		{ toBeSigned, signatureAlgorithm, signature } = readCertificate(bytes);
	assert.is(toBeSigned[0], 0x30);
	assert.is(toBeSigned.byteOffset - bytes.byteOffset, 4); // behind the outer header
	assert.ok(read("root").publicKey.verify(signatureAlgorithm!, toBeSigned, signature));
});

test("the key is a copy, so the certificate's bytes may go", () => {
	const bytes = fromHex(certificates.leaf),
		{ publicKey } = readCertificate(bytes);
	const before = toHex(publicKey.bytes);
	bytes.fill(0);
	assert.is(toHex(publicKey.bytes), before);
});

test("no prefix of a certificate is one", () => {
	const bytes = fromHex(certificates.hostLeaf);
	for (let length = 0; length < bytes.length; length++) {
		assert.throws(
			() => readCertificate(bytes.subarray(0, length)),
			(error: any) => error instanceof CertificateError && error.reason === "truncated",
		);
	}
});

test.run();
