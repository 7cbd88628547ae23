import { test } from "uvu";
import * as assert from "uvu/assert";
import { Sha256, sha256 } from "../../../firmware/crypto/kernel.js";
import { fromHex, toHex } from "../../hex.js";

function ascii(text: string) {
	return Uint8Array.from(text, character => character.charCodeAt(0));
}

// FIPS 180-4's examples (NIST, "SHA256.pdf").
test("the examples of FIPS 180-4 come out", () => {
	assert.is(toHex(sha256(new Uint8Array(0))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert.is(toHex(sha256(ascii("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert.is(
		toHex(sha256(ascii("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
	);
	assert.is(
		toHex(sha256(new Uint8Array(100_000).fill(0x61))),
		"6d1cf22d7cc09b085dfc25ee1a1f3ae0265804c607bc2074ad253bcc82fd81ee",
	);
});

test("a message may come in pieces of any length", () => {
	const message = Uint8Array.from({ length: 300 }, (_, i) => (i * 31) & 255);
	const whole = toHex(sha256(message));
	for (const step of [1, 3, 55, 56, 57, 63, 64, 65, 128, 300]) {
		const hash = new Sha256();
		for (let at = 0; at < message.length; at += step) hash.update(message.subarray(at, at + step));
		assert.is(toHex(hash.digest()), whole, `pieces of ${step}`);
	}
});

test("a digest leaves the state as it is", () => {
	const message = ascii("transcript");
	const hash = new Sha256().update(message);
	const first = toHex(hash.digest());
	assert.is(toHex(hash.digest()), first);
	assert.is(first, toHex(sha256(message)));
	hash.update(message);
	assert.is(toHex(hash.digest()), toHex(sha256(ascii("transcripttranscript"))));
});

test("a message is read where it lies in its buffer, and left as it is", () => {
	const buffer = Uint8Array.from({ length: 200 }, (_, i) => i);
	const view = buffer.subarray(3, 131);
	assert.is(toHex(sha256(view)), toHex(sha256(view.slice())));
	assert.equal(
		buffer,
		Uint8Array.from({ length: 200 }, (_, i) => i),
	);
});

test("an update keeps nothing of its caller's buffer", () => {
	const piece = fromHex("616263");
	const hash = new Sha256().update(piece);
	piece.fill(0);
	assert.is(toHex(hash.digest()), toHex(sha256(ascii("abc"))));
});

test.run();
