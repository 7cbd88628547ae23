import wycheproof from "vectors:wycheproof/ecdsa_secp256r1_sha256_test.json";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { sha256 } from "../../../firmware/crypto/kernel.js";
import { p256Verify } from "../../../firmware/crypto/p256.js";
import { CertificateError } from "../../../firmware/x509/certificate.js";
import { DerReader } from "../../../firmware/x509/der.js";
import { readPublicKey } from "../../../firmware/x509/public-key.js";
import type { SignatureAlgorithm } from "../../../firmware/x509/signature-algorithm.js";
import { fromHex, toHex } from "../../hex.js";
import { refusedAs } from "../../refusal.js";
import { withVectors } from "../../vectors.js";

function publicKey(hex: string) {
	return readPublicKey(new DerReader(fromHex(hex)));
}
function ascii(text: string) {
	return Uint8Array.from(text, character => character.charCodeAt(0));
}

const ED25519_ALGORITHM: SignatureAlgorithm = { kind: "ed25519", hash: "sha512" };
const ECDSA_SHA256: SignatureAlgorithm = { kind: "ecdsa", hash: "sha256" };

// RFC 8410 §10.1
const ED25519 = "302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
// RFC 6979 §A.2.5: the key, and the signature of "sample" with SHA-256
const Ux = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
const Uy = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
const p256 = `3059301306072a8648ce3d020106082a8648ce3d03010703420004${Ux}${Uy}`;
const r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
const s = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";

test("an Ed25519 key is read (RFC 8410)", () => {
	const key = publicKey(ED25519);
	assert.is(key.algorithm, "ed25519");
	assert.is(key.bytes.length, 32);
	assert.is(key.verify(ED25519_ALGORITHM, ascii("x"), new Uint8Array(63)), false); // another length is no signature, and no error
});

test("ECDSA P-256 with SHA-256 verifies the example of RFC 6979 §A.2.5", () => {
	const key = publicKey(p256);
	assert.is(key.algorithm, "p256");
	const signature = fromHex(`3046022100${r}022100${s}`);
	assert.ok(key.verify(ECDSA_SHA256, ascii("sample"), signature));
	assert.not(key.verify(ECDSA_SHA256, ascii("samplf"), signature));
	assert.not(key.verify(ECDSA_SHA256, ascii("sample"), signature.subarray(1)));
	for (const hash of ["sha384", "sha512"] as const)
		assert.not(key.verify({ kind: "ecdsa", hash }, ascii("sample"), signature));
	for (const kind of ["ed25519", "rsa-pkcs1", "rsa-pss"] as const)
		assert.not(key.verify({ kind, hash: "sha256" }, ascii("sample"), signature));
	assert.ok(p256Verify(key.bytes, sha256(ascii("sample")), fromHex(r), fromHex(s)));
	assert.not(p256Verify(key.bytes, sha256(ascii("sample")), fromHex(s), fromHex(r)));
});

test("a P-256 key that is no point of the curve verifies nothing", () => {
	const key = publicKey(`${p256.slice(0, -2)}98`);
	assert.not(key.verify(ECDSA_SHA256, ascii("sample"), fromHex(`3046022100${r}022100${s}`)));
	assert.throws(() => p256Verify(new Uint8Array(64), ascii(""), fromHex(r), fromHex(s)), /expected 65 bytes, got 64/);
});

withVectors("ECDSA P-256 gives Wycheproof's verdicts", [wycheproof], ([text]) => {
	let count = 0;
	for (const group of JSON.parse(text).testGroups) {
		const key = publicKey(group.publicKeyDer);
		for (const { tcId, msg, sig, result } of group.tests) {
			assert.is(key.verify(ECDSA_SHA256, fromHex(msg), fromHex(sig)), result === "valid", `case ${tcId}`);
			count++;
		}
	}
	assert.is(count, 484);
});

test("other keys are refused", () => {
	for (const hex of [
		ED25519.replace("2b6570", "2b656e"), // X25519
		`302c300706032b65700500032100${ED25519.slice(24)}`, // with parameters
		`3029300506032b6570032000${ED25519.slice(26)}`, // 31 bytes
		`3056301006072a8648ce3d020106052b8104002203420004${Ux}${Uy}`, // P-384 by its name
		`3039301306072a8648ce3d020106082a8648ce3d03010703220002${Ux}`, // a compressed point
		p256.replace("420004", "420006"), // a hybrid one
	])
		refusedAs(CertificateError, "unsupported public key", () => publicKey(hex));
	// A curve that is spelled out instead of named (RFC 5480 §2.1.1).
	refusedAs(CertificateError, "unsupported public key", () => publicKey("300d300b06072a8648ce3d02013000"));
});

function der(tag: number, ...parts: string[]): string {
	const content = parts.join("");
	const length = content.length / 2;
	const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return toHex(Uint8Array.of(tag, ...head)) + content;
}

const MODULUS = "c1".repeat(256);

test("an RSA key has a positive modulus of 2,048 to 4,096 bits and an odd exponent from 3 to 2^32 - 1", () => {
	const rsa = (modulus: string, exponent: string, { parameters = "0500", after = "" } = {}) => {
		const key = der(0x30, der(2, modulus), der(2, exponent)) + after;
		return publicKey(der(0x30, der(0x30, "06092a864886f70d010101", parameters), der(3, "00", key)));
	};
	for (const exponent of ["03", "010001", "00ffffffff"])
		for (const length of [256, 512])
			assert.is(rsa(`00${"c1".repeat(length)}`, exponent).algorithm, "rsa", `${length} ${exponent}`);
	for (const attempt of [
		() => rsa(`00${MODULUS}`, "010001", { parameters: "050100" }),
		() => rsa(`00${MODULUS}`, "010001", { after: "00" }),
		() => rsa(MODULUS, "010001"), // negative
		() => rsa(`00${MODULUS.slice(2)}`, "010001"),
		() => rsa(`00${MODULUS}${MODULUS}c1`, "010001"),
		() => rsa(`00${MODULUS}`, "ff0001"), // negative
		() => rsa(`00${MODULUS}`, "0100000001"),
		() => rsa(`00${MODULUS}`, "010000000001"),
		() => rsa(`00${MODULUS}`, "01"),
		() => rsa(`00${MODULUS}`, "010000"),
	])
		refusedAs(CertificateError, "unsupported public key", attempt);
});

test.run();
