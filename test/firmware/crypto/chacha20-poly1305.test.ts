import wycheproof from "vectors:wycheproof/chacha20_poly1305_test.json";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ChaCha20Poly1305 } from "../../../firmware/crypto/kernel.js";
import { fromHex, toHex } from "../../hex.js";
import { withVectors } from "../../vectors.js";
import { checkWycheproof, testAead } from "./aead.js";

// RFC 8439 §2.8.2.
test("the sunscreen of RFC 8439 is sealed and opened", () => {
	const key = Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i);
	const nonce = fromHex("070000004041424344454647");
	const data = fromHex("50515253c0c1c2c3c4c5c6c7");
	const text =
		"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, " +
		"sunscreen would be it.";
	const buffer = new Uint8Array(text.length + 16);
	for (let i = 0; i < text.length; i++) buffer[i] = text.charCodeAt(i);
	new ChaCha20Poly1305(key).seal(nonce, data, buffer);
	assert.is(
		toHex(buffer),
		"d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b" +
			"1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc" +
			"3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691",
	);
	assert.ok(new ChaCha20Poly1305(key).open(nonce, data, buffer));
	assert.is(String.fromCharCode(...buffer.subarray(0, text.length)), text);
});

testAead(ChaCha20Poly1305, 32);

// Of 325 cases 9 have another nonce than RFC 8439's 96 bits. The kernel refuses their lengths.
withVectors("Wycheproof's ChaCha20-Poly1305; nonces of another length are refused", [wycheproof], ([text]) => {
	assert.equal(checkWycheproof(ChaCha20Poly1305, 32, text), { ran: 316, refused: 9 });
});

test.run();
