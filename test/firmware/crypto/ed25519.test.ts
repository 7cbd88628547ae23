import signInput from "vectors:ed25519-sign.input";
import speccheck from "vectors:speccheck/cases.json";
import wycheproof from "vectors:wycheproof/ed25519_test.json";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ed25519Prepare, ed25519Verify, sha512 } from "../../../firmware/crypto/kernel.js";
import { fromHex, toHex } from "../../hex.js";
import * as reference from "../../reference/ed25519.js";
import { add, B, encodePoint, L, littleEndian, multiply, type Point, toBytes } from "../../reference/ed25519.js";
import { withVectors } from "../../vectors.js";

const p = 2n ** 255n - 19n;

/** The verdict for a key as bytes, which must be that for the key prepared. */
function verdict(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	const plain = ed25519Verify(publicKey, message, signature);
	const prepared = ed25519Prepare(publicKey);
	const again = prepared !== undefined && ed25519Verify(prepared, message, signature);
	assert.is(again, plain, "the prepared key's verdict");
	return plain;
}

// RFC 8032 §7.1, tests 1, 2, 3 and SHA(abc).
const rfc8032 = [
	[
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
		"",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" +
			"5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
	],
	[
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
		"72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
			"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
	],
	[
		"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
		"af82",
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac" +
			"18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
	],
	[
		"ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
			"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		"dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589" +
			"09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
	],
].map(([publicKey, message, signature]) => ({
	publicKey: fromHex(publicKey),
	message: fromHex(message),
	signature: fromHex(signature),
}));

test("the signatures of RFC 8032 §7.1 are good", () => {
	for (const { publicKey, message, signature } of rfc8032) assert.ok(verdict(publicKey, message, signature));
});

test("one flipped bit of signature or message, or another key, is refused", () => {
	const { publicKey, message, signature } = rfc8032[3];
	for (let bit = 0; bit < 512; bit += 3) {
		const flipped = signature.slice();
		flipped[bit >> 3] ^= 1 << (bit & 7);
		assert.not.ok(ed25519Verify(publicKey, message, flipped), `bit ${bit}`);
	}
	for (let i = 0; i < message.length; i += 7) {
		const flipped = message.slice();
		flipped[i] ^= 0x80;
		assert.not.ok(verdict(publicKey, flipped, signature));
	}
	assert.not.ok(verdict(rfc8032[2].publicKey, message, signature));
});

test("S ≥ L is refused, although the equation holds modulo L", () => {
	const { publicKey, message, signature } = rfc8032[1];
	const S = littleEndian(signature.subarray(32));
	for (let multiple = 1n; S + multiple * L < 2n ** 256n; multiple++) {
		const forged = signature.slice();
		forged.set(toBytes(S + multiple * L), 32);
		assert.not.ok(verdict(publicKey, message, forged));
	}
});

test("a key that is no point is refused, and has no prepared form", () => {
	const y = fromHex("0200000000000000000000000000000000000000000000000000000000000000");
	assert.is(reference.decodePoint(y), undefined);
	assert.is(ed25519Prepare(y), undefined);
	assert.not.ok(ed25519Verify(y, rfc8032[0].message, rfc8032[0].signature));
});

// The points of order 1, 2, 4 and 8: multiples of one of order 8, which is L times a point at random.
const order8 = (() => {
	for (let y = 2n; ; y++) {
		const point = reference.decodePoint(toBytes(y));
		const torsion = point && multiply(L, point);
		if (torsion && !same(multiply(4n, torsion), reference.identity)) return torsion;
	}
})();
const torsion = Array.from({ length: 8 }, (_, i) => multiply(BigInt(i), order8));
const encodings = torsion.map(point => toHex(encodePoint(point)));
/** Every encoding that decodes to one, y ≥ p and "-0" too, and which multiple it is. */
const smallOrder = [
	...torsion.map((point, multiple) => ({ bytes: encodePoint(point), multiple })),
	...[p, p + 1n, 1n, p - 1n]
		.flatMap(y => [toBytes(y), toBytes(y + 2n ** 255n)])
		.map(bytes => ({
			bytes,
			multiple: encodings.indexOf(toHex(encodePoint(reference.decodePoint(bytes)!))),
		})),
];

function same(P: Point, Q: Point): boolean {
	return toHex(encodePoint(P)) === toHex(encodePoint(Q));
}

test("keys and commitments of small order are judged by the equation alone, bytes of R compared", () => {
	const message = fromHex("abcd");
	let good = 0;
	for (const [i, A] of smallOrder.entries())
		for (const [j, R] of smallOrder.entries()) {
			const signature = Uint8Array.of(...R.bytes, ...new Uint8Array(32)); // S = 0: R should be -k·A
			const k = littleEndian(sha512(Uint8Array.of(...R.bytes, ...A.bytes, ...message))) % L;
			const expected = toHex(R.bytes) === encodings[(8 - ((A.multiple * Number(k % 8n)) % 8)) % 8];
			assert.is(verdict(A.bytes, message, signature), expected, `A ${toHex(A.bytes)}, R ${toHex(R.bytes)}`);
			if (i % 5 === 0 && j % 5 === 0) assert.is(reference.verify(A.bytes, message, signature), expected);
			if (expected) good++;
		}
	assert.ok(good > 10 && good < smallOrder.length ** 2 / 4);
});

test("torsion in the key or the commitment is neither multiplied away nor overlooked", () => {
	const a = 0x1234567890abcdef1234567890abcdefn,
		r = 0x3141592653589793238462643383279n;
	const aB = multiply(a, B),
		rB = multiply(r, B);
	let good = 0;
	for (let i = 0; i < 8; i++)
		for (let j = 0; j < 8; j++) {
			const A = encodePoint(add(aB, torsion[i]));
			const R = encodePoint(add(rB, torsion[j]));
			const message = Uint8Array.of(i, j);
			const k = littleEndian(sha512(Uint8Array.of(...R, ...A, ...message))) % L;
			const signature = Uint8Array.of(...R, ...toBytes((r + k * a) % L)); // good, if cofactors are ignored
			const expected = (j + i * Number(k % 8n)) % 8 === 0;
			assert.is(verdict(A, message, signature), expected, `A + T${i}, R + T${j}`);
			if (i === j || expected) assert.is(reference.verify(A, message, signature), expected);
			if (expected) good++;
		}
	assert.ok(good > 3 && good < 32);
});

test("a commitment is compared as bytes: y ≥ p, -0, and what is no point are refused", () => {
	const A = encodePoint(B);
	const message = fromHex("00");
	for (const y of [p, p + 1n, p + 18n, 1n + 2n ** 255n, p - 1n + 2n ** 255n, p + 1n + 2n ** 255n, 2n]) {
		const R = toBytes(y);
		const point = reference.decodePoint(R);
		const k = littleEndian(sha512(Uint8Array.of(...R, ...A, ...message))) % L;
		if (point && same(point, reference.identity)) {
			// S = k: the equation holds for the point, not for its bytes
			assert.not.ok(verdict(A, message, Uint8Array.of(...R, ...toBytes(k))));
		}
		assert.not.ok(verdict(A, message, Uint8Array.of(...R, ...toBytes(1n))));
	}
	const identity = toBytes(1n);
	const k = littleEndian(sha512(Uint8Array.of(...identity, ...A, ...message))) % L;
	assert.ok(verdict(A, message, Uint8Array.of(...identity, ...toBytes(k))));
});

test("signatures of the slow twin are good, at every length around a block of the hash", () => {
	for (const length of [0, 1, 47, 48, 63, 64, 65, 175, 176, 191, 192, 448]) {
		const seed = sha512(Uint8Array.of(length & 255)).slice(0, 32);
		const message = Uint8Array.from({ length }, (_, i) => i & 255);
		const signature = reference.sign(seed, message);
		assert.ok(verdict(reference.publicKeyOf(seed), message, signature), `${length} bytes`);
	}
});

test("scalars at the edges are handled: S and the key's multiple of 0, 1, 2^k, L - 1", () => {
	const scalars = [0n, 1n, 2n, 2n ** 64n, 2n ** 126n, 2n ** 127n - 1n, 2n ** 128n, 2n ** 192n - 1n, 2n ** 252n];
	scalars.push(L - 2n, L - 1n);
	const keys = scalars.map(a => encodePoint(multiply(a, B)));
	const edges = [0n, 1n, L - 1n, 2n ** 251n];
	const commitments = edges.map(r => encodePoint(multiply(r, B)));
	for (const [i, a] of scalars.entries())
		for (const [j, r] of edges.entries()) {
			const [A, R] = [keys[i], commitments[j]];
			const k = littleEndian(sha512(Uint8Array.of(...R, ...A))) % L;
			const S = (r + k * a) % L;
			assert.ok(verdict(A, new Uint8Array(0), Uint8Array.of(...R, ...toBytes(S))), `a ${a}, r ${r}`);
			assert.not.ok(verdict(A, new Uint8Array(0), Uint8Array.of(...R, ...toBytes((S + 1n) % L))));
		}
});

test("key, message and signature may lie in one buffer, and are left as they are", () => {
	const { publicKey, message, signature } = rfc8032[2];
	const around = new Uint8Array(5 + 32 + 2 + 64 + 3);
	around.set(publicKey, 5);
	around.set(message, 37);
	around.set(signature, 39);
	const before = around.slice();
	const key = around.subarray(5, 37);
	assert.ok(ed25519Verify(key, around.subarray(37, 39), around.subarray(39, 103)));
	const prepared = ed25519Prepare(key)!;
	assert.equal(around, before);
	around.fill(0, 0, 37); // a prepared key keeps nothing of its caller's buffer
	assert.ok(ed25519Verify(prepared, message, signature));
	assert.ok(ed25519Verify(prepared, message, signature));
	assert.not.ok(ed25519Verify(prepared, fromHex("af83"), signature));
});

test("a key or a signature of another length is our mistake, and named", () => {
	const says = (message: string) => (error: unknown) => error instanceof RangeError && error.message === message;
	const { publicKey, message, signature } = rfc8032[0];
	for (const length of [0, 31, 33]) {
		const expected = says(`public key: expected 32 bytes, got ${length}`);
		assert.throws(() => ed25519Verify(new Uint8Array(length), message, signature), expected);
		assert.throws(() => ed25519Prepare(new Uint8Array(length)), expected);
	}
	for (const length of [0, 63, 65]) {
		const expected = says(`signature: expected 64 bytes, got ${length}`);
		assert.throws(() => ed25519Verify(publicKey, message, new Uint8Array(length)), expected);
		assert.throws(() => ed25519Verify(ed25519Prepare(publicKey)!, message, new Uint8Array(length)), expected);
	}
});

withVectors("Bernstein's 1,024 signatures are good, and bad with one bit flipped", [signInput], ([text]) => {
	const lines = text.trim().split("\n");
	for (let i = 0; i < lines.length; i++) {
		const [, publicKey, message, signed] = lines[i].split(":");
		const [A, M, signature] = [fromHex(publicKey), fromHex(message), fromHex(signed.slice(0, 128))];
		assert.ok(ed25519Verify(A, M, signature), `line ${i + 1}`);
		if (i % 8 === 0) {
			assert.ok(ed25519Verify(ed25519Prepare(A)!, M, signature), `line ${i + 1}, prepared`);
			signature[i % 64] ^= 1 << ((i >> 3) & 7);
			assert.not.ok(verdict(A, M, signature), `line ${i + 1}, altered`);
		}
	}
	assert.is(lines.length, 1024);
});

interface Wycheproof {
	testGroups: { publicKey: { pk: string }; tests: { tcId: number; msg: string; sig: string; result: string }[] }[];
}
withVectors("Wycheproof's Ed25519", [wycheproof], ([text]) => {
	let count = 0;
	for (const { publicKey, tests } of (JSON.parse(text) as Wycheproof).testGroups)
		for (const vector of tests) {
			const [A, message, signature] = [fromHex(publicKey.pk), fromHex(vector.msg), fromHex(vector.sig)];
			if (signature.length === 64) {
				assert.is(verdict(A, message, signature), vector.result === "valid", `case ${vector.tcId}`);
			} else {
				assert.is(vector.result, "invalid");
				assert.throws(
					() => ed25519Verify(A, message, signature),
					(error: unknown) => error instanceof RangeError,
				);
			}
			count++;
		}
	assert.is(count, 151);
});

interface Speccheck {
	message: string;
	pub_key: string;
	signature: string;
}
withVectors("speccheck's twelve verdicts are those of OpenSSL, Go and BoringSSL", [speccheck], ([text]) => {
	const verdicts = (JSON.parse(text) as Speccheck[]).map(({ message, pub_key, signature }) =>
		verdict(fromHex(pub_key), fromHex(message), fromHex(signature)) ? "V" : "X",
	);
	assert.is(verdicts.join(" "), "V V V V X X X X X X X V");
});

test.run();
