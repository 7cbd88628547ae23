import wycheproof from "vectors:wycheproof/ecdsa_secp384r1_sha384_test.json";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { sha256, sha384, sha512 } from "../../../firmware/crypto/kernel.js";
import { hasP384, p384Verify } from "../../../firmware/crypto/p384.js";
import { fromHex } from "../../hex.js";
import { secp384r1 } from "../../reference/ecdsa.js";
import { testECDSA, testWycheproofECDSA } from "./ecdsa.js";

const ascii = (text: string) => Uint8Array.from(text, character => character.charCodeAt(0));

// RFC 6979 §A.2.6.
test("RFC 6979's P-384 signatures verify, with SHA-384, and with shorter and longer hashes", () => {
	assert.ok(hasP384);
	const key = fromHex(
		"04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc138015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
	);
	for (const [text, hash, r, s] of [
		[
			"sample",
			sha256,
			"21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355d92fa2b3c36d8fb2cd",
			"f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac42ec0cb8668a4fa0ab0",
		],
		[
			"sample",
			sha384,
			"94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46",
			"99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
		],
		[
			"sample",
			sha512,
			"ed0959d5880ab2d869ae7f6c2915c6d60f96507f9cb3e047c0046861da4a799cfe30f35cc900056d7c99cd7882433709",
			"512c8cceee3890a84058ce1e22dbc2198f42323ce8aca9135329f03c068e5112dc7cc3ef3446defceb01a45c2667fdd5",
		],
	] as const) {
		assert.ok(p384Verify(key, hash(ascii(text)), fromHex(r), fromHex(s)), r);
		assert.not(p384Verify(key, hash(ascii(`${text}!`)), fromHex(r), fromHex(s)));
		assert.not(p384Verify(key, hash(ascii(text)), fromHex(s), fromHex(r)));
	}
});

testECDSA("P-384", secp384r1, p384Verify);
testWycheproofECDSA("ECDSA P-384", wycheproof, 504, sha384, p384Verify);

test.run();
