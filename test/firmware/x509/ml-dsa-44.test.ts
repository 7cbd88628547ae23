// ML-DSA-44 in certificates (RFC 9881), and authorities without a signature (RFC 9925).

import { test } from "uvu";
import * as assert from "uvu/assert";
import { CertificateError, readCertificate } from "../../../firmware/x509/certificate.js";
import { DerReader } from "../../../firmware/x509/der.js";
import { isSameAuthority, readTrustAnchor, verifyPath } from "../../../firmware/x509/path.js";
import { readPublicKey } from "../../../firmware/x509/public-key.js";
import { readSignatureAlgorithm } from "../../../firmware/x509/signature-algorithm.js";
import { fromHex } from "../../hex.js";
import { refusedAs } from "../../refusal.js";
import { certificates } from "./ml-dsa-44-certificates.js";

const HOST = "server.example";
type Name = keyof typeof certificates;
function der(name: Name): Uint8Array {
	return fromHex(certificates[name]);
}
function verify(leaf: Uint8Array, ...anchors: Name[]) {
	return verifyPath(
		[leaf],
		HOST,
		anchors.map(name => readTrustAnchor(der(name))),
	);
}

test("an authority that signs by ML-DSA-44 issues leaves of either kind, and may be issued by none", () => {
	for (const leaf of ["leafOfB", "ed25519LeafOfB"] as const)
		for (const anchor of ["b", "unsignedB"] as const) assert.is(verify(der(leaf), anchor).anchor, 0);
	assert.is(verify(der("leafOfB"), "a", "unsignedB").anchor, 1);
	assert.is(verify(der("leafOfA"), "unsignedB", "a").anchor, 1);
	assert.is(verify(der("leafOfA"), "a").publicKey.algorithm, "ml-dsa-44");
});

test("without its signature an authority is 1,500 bytes or so, and the same authority", () => {
	assert.ok(der("unsignedB").length < 1_540 && der("b").length > 3_900);
	assert.ok(isSameAuthority(readTrustAnchor(der("unsignedB")), readTrustAnchor(der("b"))));
	assert.not(isSameAuthority(readTrustAnchor(der("unsignedB")), readTrustAnchor(der("namesakeOfB"))));
	const read = readCertificate(der("unsignedB"));
	assert.is(read.signatureAlgorithm, undefined);
	assert.is(read.signature.length, 0);
});

test("what has no signature is vouched for by nobody", () => {
	const refused = () => verifyPath([der("leafOfB"), der("unsignedB")], HOST, [readTrustAnchor(der("a"))]);
	refusedAs(CertificateError, "unknown issuer", refused); // as it would be without it: it is its own issuer
	refusedAs(CertificateError, "no subject alternative name", () => verify(der("unsignedB"), "unsignedB"));
});

test("a wrong signature, a wrong key, a name that none has", () => {
	const leaf = der("leafOfB");
	for (const at of [leaf.length - 1, leaf.length - 80, leaf.length - 2_420]) {
		leaf[at] ^= 1;
		refusedAs(CertificateError, "bad signature by issuer", () => verify(leaf, "unsignedB"));
		leaf[at] ^= 1;
	}
	refusedAs(CertificateError, "bad signature by issuer", () => verify(leaf, "namesakeOfB"));
	refusedAs(CertificateError, "unknown issuer", () => verify(leaf, "a"));
});

const KEY_HEAD = "30820532300b060960864801650304031103820521" + "00";

test("a key has 1,312 bytes and no parameters", () => {
	const key = (hex: string) => readPublicKey(new DerReader(fromHex(hex)));
	const whole = key(KEY_HEAD + "11".repeat(1_312));
	assert.is(whole.algorithm, "ml-dsa-44");
	assert.is(whole.bytes.length, 1_312);
	for (const kind of ["ed25519", "ecdsa", "rsa-pss"] as const)
		assert.not(whole.verify({ kind, hash: "sha512" }, whole.bytes, new Uint8Array(2_420)));
	for (const length of [0, 64, 2_419, 2_421])
		assert.not(whole.verify({ kind: "ml-dsa-44", hash: "sha512" }, whole.bytes, new Uint8Array(length)));
	for (const other of [
		`30820531300b06096086480165030403110382052000${"11".repeat(1_311)}`,
		`30820533300b06096086480165030403110382052200${"11".repeat(1_313)}`,
		`30820534300d060960864801650304031105000382052100${"11".repeat(1_312)}`, // parameters: NULL
		KEY_HEAD.replace("040311", "040312") + "11".repeat(1_312), // ML-DSA-65 by its name
	])
		refusedAs(CertificateError, "unsupported public key", () => key(other));
});

test("its signatures have no parameters either", () => {
	const kind = (hex: string) => readSignatureAlgorithm(new DerReader(fromHex(hex)))?.kind;
	assert.is(kind("300b0609608648016503040311"), "ml-dsa-44");
	assert.is(kind("300d06096086480165030403110500"), undefined);
	assert.is(kind("300b0609608648016503040312"), undefined); // ML-DSA-65
	assert.is(kind("300a06082b06010505070624"), undefined); // id-alg-unsigned
});

test.run();
