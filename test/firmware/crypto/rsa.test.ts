import pssOf2048 from "vectors:wycheproof/rsa_pss_2048_sha256_mgf1_32_test.json";
import pkcs1Of2048 from "vectors:wycheproof/rsa_signature_2048_sha256_test.json";
import pkcs1Of4096 from "vectors:wycheproof/rsa_signature_4096_sha256_test.json";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { sha256, sha384, sha512 } from "../../../firmware/crypto/kernel.js";
import { hasRsa, rsaVerifyPkcs1, rsaVerifyPss } from "../../../firmware/crypto/rsa.js";
import { fromHex } from "../../hex.js";
import { withVectors } from "../../vectors.js";
import { good, message, moduli, wrong } from "./rsa-signatures.js";

const verify = { pkcs1: rsaVerifyPkcs1, pss: rsaVerifyPss };
const hash = { sha256, sha384, sha512 };
const bytes = Uint8Array.from(message, character => character.charCodeAt(0));
const [first] = good;
const modulus = fromHex(moduli[2048]);
const digest = sha256(bytes);
const signature = fromHex(first.signature);

test("signatures of both schemes verify, with three hashes, several lengths and exponents", () => {
	assert.ok(hasRsa);
	for (const { scheme, bits, exponent, hash: name, signature } of good) {
		const ours = fromHex(signature);
		const digest = hash[name](bytes);
		const other = scheme === "pss" ? "pkcs1" : "pss";
		const title = `${scheme} ${bits} ${name}`;
		assert.ok(verify[scheme](fromHex(moduli[bits]), exponent, digest, ours), title);
		assert.not(verify[other](fromHex(moduli[bits]), exponent, digest, ours), title);
		digest[7] ^= 1;
		assert.not(verify[scheme](fromHex(moduli[bits]), exponent, digest, ours), title);
	}
});

for (const { scheme, why, signature } of wrong) {
	test(`${scheme === "pss" ? "RSASSA-PSS" : "RSASSA-PKCS1-v1_5"} refuses an encoding ${why}`, () => {
		assert.not(verify[scheme](modulus, 65537, digest, fromHex(signature)));
	});
}

test("any bit of a signature that is changed makes it false", () => {
	for (const { scheme, bits, signature } of good.slice(0, 2)) {
		const ours = fromHex(signature);
		for (let bit = 0; bit < bits; bit += 97) {
			ours[bit >> 3] ^= 1 << (bit & 7);
			assert.not(verify[scheme](modulus, 65537, digest, ours), `bit ${bit}`);
			ours[bit >> 3] ^= 1 << (bit & 7);
		}
	}
});

test("a signature is as long as the modulus and less than it", () => {
	assert.ok(rsaVerifyPkcs1(modulus, 65537, digest, signature));
	for (const length of [0, 1, 255, 257, 512]) {
		const other = new Uint8Array(length);
		other.set(signature.subarray(0, length));
		assert.not(rsaVerifyPkcs1(modulus, 65537, digest, other), `${length} bytes`);
		assert.not(rsaVerifyPss(modulus, 65537, digest, other), `${length} bytes`);
	}
	assert.not(rsaVerifyPkcs1(modulus, 65537, digest, Uint8Array.of(0, ...signature)));
	assert.not(rsaVerifyPkcs1(modulus, 65537, digest, modulus));
	assert.not(rsaVerifyPkcs1(modulus, 65537, digest, new Uint8Array(256).fill(0xff)));
	assert.not(rsaVerifyPkcs1(modulus, 65537, digest, new Uint8Array(256)));
	// The next of its class modulo the modulus, where it still fits into as many bytes: the key of 2060 bits has room.
	const { signature: hex, exponent } = good.find(({ bits, scheme }) => bits === 2060 && scheme === "pkcs1")!;
	const raised = fromHex((BigInt(`0x${hex}`) + BigInt(`0x${moduli[2060]}`)).toString(16).padStart(516, "0"));
	assert.is(raised.length, 258);
	assert.not(rsaVerifyPkcs1(fromHex(moduli[2060]), exponent, digest, raised));
});

test("what is no key verifies nothing", () => {
	const even = modulus.slice();
	even[255] ^= 1;
	assert.not(rsaVerifyPkcs1(even, 65537, digest, signature));
	const short = modulus.slice();
	short[0] = 0;
	assert.not(rsaVerifyPkcs1(short, 65537, digest, signature));
	for (const exponent of [0, 1, 2, 3, 65536, 65539, 2 ** 32 - 1, 2 ** 32 + 1, -65537]) {
		assert.not(rsaVerifyPkcs1(modulus, exponent, digest, signature), `exponent ${exponent}`);
		assert.not(rsaVerifyPss(modulus, exponent, digest, signature), `exponent ${exponent}`);
	}
	// With the exponent 1 a signature would be its own encoding.
	const encoded = Uint8Array.of(0, 1, ...new Uint8Array(202).fill(0xff), 0, 0x30, 0x31, 0x30, 13, 6, 9);
	const forged = new Uint8Array(256);
	forged.set(encoded);
	forged.set(fromHex("60864801650304020105000420"), encoded.length);
	forged.set(digest, 224);
	assert.not(rsaVerifyPkcs1(modulus, 1, digest, forged));
});

test("a modulus or a hash of another length is our mistake, and named", () => {
	const says = (message: string) => (error: unknown) => error instanceof RangeError && error.message === message;
	for (const verify of [rsaVerifyPkcs1, rsaVerifyPss]) {
		for (const length of [0, 255, 513]) {
			const expected = says(`modulus: expected 256 to 512 bytes, got ${length}`);
			assert.throws(() => verify(new Uint8Array(length), 65537, digest, signature), expected);
		}
		for (const length of [0, 20, 33, 65]) {
			const expected = says(`hash: expected 32, 48 or 64 bytes, got ${length}`);
			assert.throws(() => verify(modulus, 65537, new Uint8Array(length), signature), expected);
		}
	}
});

interface Wycheproof {
	testGroups: {
		publicKey: { modulus: string; publicExponent: string };
		tests: { tcId: number; msg: string; sig: string; result: string }[];
	}[];
}
for (const [name, text, verify, expected] of [
	["RSASSA-PKCS1-v1_5 with 2048 bits", pkcs1Of2048, rsaVerifyPkcs1, 259],
	["RSASSA-PKCS1-v1_5 with 4096 bits", pkcs1Of4096, rsaVerifyPkcs1, 258],
	["RSASSA-PSS with 2048 bits", pssOf2048, rsaVerifyPss, 108],
] as const) {
	// "acceptable" there is a DigestInfo without its NULL, which an old standard allowed: refused.
	withVectors(`${name} gives Wycheproof's verdicts`, [text], ([text]) => {
		let count = 0;
		for (const { publicKey, tests } of (JSON.parse(text) as Wycheproof).testGroups) {
			const modulus = fromHex(publicKey.modulus.replace(/^00/, ""));
			const exponent = Number(`0x${publicKey.publicExponent}`);
			for (const { tcId, msg, sig, result } of tests) {
				const verdict = verify(modulus, exponent, sha256(fromHex(msg)), fromHex(sig));
				assert.is(verdict, result === "valid", `case ${tcId}`);
				count++;
			}
		}
		assert.is(count, expected);
	});
}

test.run();
