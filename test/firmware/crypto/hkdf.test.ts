import wycheproofHkdf from "vectors:wycheproof/hkdf_sha256_test.json";
import wycheproofHmac from "vectors:wycheproof/hmac_sha256_test.json";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hkdfExpand, hkdfExpandLabel, hkdfExtract, hmacSha256 } from "../../../firmware/crypto/kernel.js";
import { literal } from "../../../firmware/literals.js";
import { fromHex, toHex } from "../../hex.js";
import { withVectors } from "../../vectors.js";

// RFC 4231 §4.3 and §4.7.
test("HMAC-SHA256 takes keys shorter and longer than a block", () => {
	assert.is(
		toHex(hmacSha256(fromHex("4a656665"), fromHex("7768617420646f2079612077616e7420666f72206e6f7468696e673f"))),
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	);
	const text = "Test Using Larger Than Block-Size Key - Hash Key First";
	assert.is(
		toHex(
			hmacSha256(
				new Uint8Array(131).fill(0xaa),
				Uint8Array.from(text, c => c.charCodeAt(0)),
			),
		),
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
	);
});

// RFC 5869, A.1 and A.3.
test("HKDF-SHA256 gives RFC 5869's keys", () => {
	const inputKeyingMaterial = new Uint8Array(22).fill(0x0b);
	const withSalt = hkdfExtract(fromHex("000102030405060708090a0b0c"), inputKeyingMaterial);
	assert.is(toHex(withSalt), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
	assert.is(
		toHex(hkdfExpand(withSalt, fromHex("f0f1f2f3f4f5f6f7f8f9"), 42)),
		"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
	);
	const without = hkdfExtract(new Uint8Array(0), inputKeyingMaterial);
	assert.is(toHex(without), "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04");
	assert.is(
		toHex(hkdfExpand(without, new Uint8Array(0), 42)),
		"8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
	);
});

// RFC 8448 §3: "derive write traffic keys for handshake data", and the secret "derived" from the handshake's.
test("HKDF-Expand-Label gives RFC 8448's keys", () => {
	const none = new Uint8Array(0);
	const secret = fromHex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
	assert.is(toHex(hkdfExpandLabel(secret, literal("tls13 key"), none, 16)), "3fce516009c21727d0f2e4e86ee403bc");
	assert.is(toHex(hkdfExpandLabel(secret, literal("tls13 iv"), none, 12)), "5d313eb2671276ee13000b30");
	const handshake = fromHex("1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac");
	const hash = fromHex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert.is(
		toHex(hkdfExpandLabel(handshake, literal("tls13 derived"), hash, 32)),
		"43de77e0c77713859a944db9db2590b53190a65b3ee2e4f12dd7a0bb7ce254b4",
	);
});

test("HKDF-Expand-Label is HKDF-Expand of length, label and context, each of up to 255 bytes", () => {
	const secret = new Uint8Array(32).fill(5);
	for (const [label, context, length] of [
		[0, 0, 32],
		[6, 32, 300],
		[255, 255, 33],
	]) {
		const name = new Uint8Array(label).fill(0x6c),
			data = new Uint8Array(context).fill(0x63);
		const info = Uint8Array.of(length >> 8, length, label, ...name, context, ...data);
		assert.equal(hkdfExpandLabel(secret, name, data, length), hkdfExpand(secret, info, length));
	}
	const long = new Uint8Array(256),
		short = new Uint8Array(1);
	assert.throws(() => hkdfExpandLabel(secret, long, short, 32), says("label: expected at most 255 bytes, got 256"));
	assert.throws(() => hkdfExpandLabel(secret, short, long, 32), says("context: expected at most 255 bytes, got 256"));
	assert.throws(() => hkdfExpandLabel(secret, short, short, 8161), says("output: expected 0 to 8160 bytes, got 8161"));
});

function says(message: string) {
	return (error: unknown) => error instanceof RangeError && error.message === message;
}

test("HKDF expands to any length from 0 to 8,160 bytes, each a beginning of the longer", () => {
	const key = new Uint8Array(32).fill(3);
	const longest = hkdfExpand(key, fromHex("01"), 8160);
	assert.is(longest.length, 8160);
	for (const length of [0, 1, 31, 32, 33, 64, 65]) {
		assert.equal(hkdfExpand(key, fromHex("01"), length), longest.slice(0, length));
	}
	for (const length of [-1, 8161, 1.5, NaN]) {
		assert.throws(
			() => hkdfExpand(key, fromHex("01"), length),
			says(`output: expected 0 to 8160 bytes, got ${length}`),
		);
	}
});

interface Hkdf {
	testGroups: {
		tests: { tcId: number; ikm: string; salt: string; info: string; size: number; okm: string; result: string }[];
	}[];
}
withVectors("Wycheproof's HKDF-SHA256", [wycheproofHkdf], ([text]) => {
	let count = 0;
	for (const group of (JSON.parse(text) as Hkdf).testGroups)
		for (const vector of group.tests) {
			const [salt, inputKeyingMaterial, info] = [vector.salt, vector.ikm, vector.info].map(fromHex);
			const expand = () => hkdfExpand(hkdfExtract(salt, inputKeyingMaterial), info, vector.size);
			if (vector.result === "valid") assert.is(toHex(expand()), vector.okm, `case ${vector.tcId}`);
			else assert.throws(expand, (error: unknown) => error instanceof RangeError); // longer than 8,160 bytes
			count++;
		}
	assert.is(count, 86);
});

interface Hmac {
	testGroups: { tagSize: number; tests: { tcId: number; key: string; msg: string; tag: string; result: string }[] }[];
}
withVectors("Wycheproof's HMAC-SHA256, truncated tags too", [wycheproofHmac], ([text]) => {
	let count = 0;
	for (const group of (JSON.parse(text) as Hmac).testGroups)
		for (const vector of group.tests) {
			const tag = toHex(hmacSha256(fromHex(vector.key), fromHex(vector.msg))).slice(0, group.tagSize / 4);
			assert.is(tag === vector.tag, vector.result === "valid", `case ${vector.tcId}`);
			count++;
		}
	assert.is(count, 174);
});

test.run();
