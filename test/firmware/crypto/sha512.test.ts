import { test } from "uvu";
import * as assert from "uvu/assert";
import { sha384, sha512 } from "../../../firmware/crypto/kernel.js";
import { toHex } from "../../hex.js";

function ascii(text: string) {
	return Uint8Array.from(text, character => character.charCodeAt(0));
}

// FIPS 180-4's examples (NIST, "SHA512.pdf").
test("the examples of FIPS 180-4 come out", () => {
	assert.is(
		toHex(sha512(new Uint8Array(0))),
		"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce" +
			"47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
	);
	assert.is(
		toHex(sha512(ascii("abc"))),
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
			"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	);
	assert.is(
		toHex(
			sha512(
				ascii(
					"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn" +
						"hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
				),
			),
		),
		"8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018" +
			"501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
	);
});

// The same, "SHA384.pdf".
test("SHA-384's examples of FIPS 180-4 come out", () => {
	assert.is(
		toHex(sha384(new Uint8Array(0))),
		"38b060a751ac96384cd9327eb1b1e36a21fdb71114be0743" + "4c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
	);
	assert.is(
		toHex(sha384(ascii("abc"))),
		"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163" + "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
	);
});

// Lengths around the padding's edges; the hash of all the hashes was made with OpenSSL 3.0.
test("every length from 0 to 260 bytes is padded as it should be", () => {
	const hashes = new Uint8Array(261 * 64);
	for (let length = 0; length <= 260; length++) {
		hashes.set(sha512(Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255)), length * 64);
	}
	assert.is(
		toHex(sha512(hashes)),
		"915194eeddc617c5bd81bd9009da1a1bb6bf61c658f2cc3fa92d1ad94cac47fb" +
			"f727c3ee5746d48a869b163c9493ed26ea7bca0e02dcf87e066dfad0f74abfe7",
	);
});

test("a message is read where it lies in its buffer, and left as it is", () => {
	const buffer = Uint8Array.from({ length: 400 }, (_, i) => i & 255);
	const view = buffer.subarray(5, 305);
	assert.is(toHex(sha512(view)), toHex(sha512(view.slice())));
	assert.equal(
		buffer,
		Uint8Array.from({ length: 400 }, (_, i) => i & 255),
	);
});

test.run();
