import { test } from "uvu";
import * as assert from "uvu/assert";
import { DerReader } from "../../../firmware/x509/der.js";
import {
	handshakeSchemes,
	readSignatureAlgorithm,
	schemesOfCertificates,
} from "../../../firmware/x509/signature-algorithm.js";
import { fromHex } from "../../hex.js";

function algorithm(hex: string): string | undefined {
	const der = new DerReader(fromHex(hex));
	const read = readSignatureAlgorithm(der);
	assert.ok(der.atEnd);
	return read && `${read.kind} ${read.hash}`;
}

const RSA = "06092a864886f70d0101"; // and 0b, 0c, 0d

test("signature algorithms are known by their identifiers and parameters", () => {
	assert.is(algorithm("300506032b6570"), "ed25519 sha512");
	assert.is(algorithm("300a06082a8648ce3d040302"), "ecdsa sha256");
	assert.is(algorithm("300a06082a8648ce3d040303"), "ecdsa sha384");
	assert.is(algorithm("300a06082a8648ce3d040304"), "ecdsa sha512");
	assert.is(algorithm(`300d${RSA}0b0500`), "rsa-pkcs1 sha256");
	assert.is(algorithm(`300d${RSA}0c0500`), "rsa-pkcs1 sha384");
	assert.is(algorithm(`300d${RSA}0d0500`), "rsa-pkcs1 sha512");
});

test("others are left open, since often nobody checks the signature", () => {
	for (const other of [
		"300706032b65700500", // Ed25519 with parameters
		"300c06082a8648ce3d0403020500", // ECDSA with parameters
		"300a06082a8648ce3d040301", // with SHA-224
		`300b${RSA}0b`, // RSA without parameters (RFC 4055 §5)
		`300d${RSA}050500`, // with SHA-1
		`300d${RSA}0a3000`, // RSASSA-PSS
	])
		assert.is(algorithm(other), undefined, other);
});

test("in certificates RSA signs by PKCS#1, in the handshake by PSS", () => {
	const schemes = handshakeSchemes(["rsa"]);
	assert.equal(
		schemes.slice(0, 3).map(({ kind }) => kind),
		["rsa-pss", "rsa-pss", "rsa-pss"],
	);
	const codes = schemesOfCertificates(schemes)?.map(({ code }) => code);
	assert.equal(codes, [0x0807, 0x0403, 0x0503, 0x0401, 0x0501, 0x0601]);
});

test.run();
