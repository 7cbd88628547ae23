import wycheproof from "vectors:wycheproof/aes_gcm_test.json";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Aes128Gcm } from "../../../firmware/crypto/kernel.js";
import { fromHex, toHex } from "../../hex.js";
import { withVectors } from "../../vectors.js";
import { checkWycheproof, testAead } from "./aead.js";

// McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, cases 1, 2 and 4.
test("GCM's own examples come out", () => {
	const sealed = (key: string, nonce: string, data: string, text: string) => {
		const buffer = fromHex(text + "00".repeat(16));
		new Aes128Gcm(fromHex(key)).seal(fromHex(nonce), fromHex(data), buffer);
		return toHex(buffer);
	};
	const [zeros16, zeros12] = ["00".repeat(16), "00".repeat(12)];
	assert.is(sealed(zeros16, zeros12, "", ""), "58e2fccefa7e3061367f1d57a4e7455a");
	assert.is(sealed(zeros16, zeros12, "", zeros16), "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf");
	assert.is(
		sealed(
			"feffe9928665731c6d6a8f9467308308",
			"cafebabefacedbaddecaf888",
			"feedfacedeadbeeffeedfacedeadbeefabaddad2",
			"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
				"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
		),
		"42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05" +
			"1ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47",
	);
});

testAead(Aes128Gcm, 16);

// Of 316 cases 67 have a key and a nonce of the profile's size. The kernel refuses the others' lengths.
withVectors("Wycheproof's AES-GCM, 128-bit keys and 96-bit nonces; all others are refused", [wycheproof], ([text]) => {
	assert.equal(checkWycheproof(Aes128Gcm, 16, text), { ran: 67, refused: 249 });
});

test.run();
