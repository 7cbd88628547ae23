import wycheproof from "vectors:wycheproof/ecdsa_secp256r1_sha256_test.json";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { sha256, sha384, sha512 } from "../../../firmware/crypto/kernel.js";
import { hasP256, p256Verify } from "../../../firmware/crypto/p256.js";
import { fromHex } from "../../hex.js";
import { secp256r1 } from "../../reference/ecdsa.js";
import { testECDSA, testWycheproofECDSA } from "./ecdsa.js";

const ascii = (text: string) => Uint8Array.from(text, character => character.charCodeAt(0));

// RFC 6979 §A.2.5.
test("RFC 6979's P-256 signatures verify, with SHA-256, and with longer hashes", () => {
	assert.ok(hasP256);
	const key = fromHex(
		"0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
	);
	for (const [text, hash, r, s] of [
		[
			"sample",
			sha256,
			"efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
			"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
		],
		[
			"sample",
			sha384,
			"0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719",
			"4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954",
		],
		[
			"sample",
			sha512,
			"8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00",
			"2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe",
		],
		[
			"test",
			sha256,
			"f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
			"019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
		],
	] as const) {
		assert.ok(p256Verify(key, hash(ascii(text)), fromHex(r), fromHex(s)), r);
		assert.not(p256Verify(key, hash(ascii(`${text}!`)), fromHex(r), fromHex(s)));
		assert.not(p256Verify(key, hash(ascii(text)), fromHex(s), fromHex(r)));
	}
});

testECDSA("P-256", secp256r1, p256Verify);
testWycheproofECDSA("ECDSA P-256", wycheproof, 484, sha256, p256Verify);

test.run();
