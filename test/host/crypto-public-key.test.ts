// The modules that a build can leave out, in TypeScript and in C, against node:crypto and against BigInt: a sample of
// random cases and of numbers at the edges (random-cases.ts says how to have more). Vectors: test/firmware/crypto.

import * as nodeCrypto from "node:crypto";
import { p256, p384 } from "@noble/curves/nist.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { p256Verify } from "../../firmware/crypto/typescript/p256.js";
import { p384Verify } from "../../firmware/crypto/typescript/p384.js";
import { rsaVerifyPkcs1, rsaVerifyPss } from "../../firmware/crypto/typescript/rsa.js";
import { secp256r1, secp256r1PublicKey } from "../../firmware/crypto/typescript/secp256r1.js";
import { type Curve, secp256r1 as curve256, secp384r1 as curve384, inverse, mod, toBytes } from "../reference/ecdsa.js";
import { randomRsaKey } from "../reference/rsa-key.js";
import { type Case, check, flag, testWithCompiler } from "./crypto-c/driver.js";
import { cases, type Random, repeatable, TIMES } from "./random-cases.js";

/** What C is asked once all cases are made. */
const forC: Case[] = [];

function flip(bytes: Uint8Array, { below }: Random) {
	const bit = below(8 * bytes.length);
	bytes[bit >> 3] ^= 1 << (bit & 7);
}
function littleEndian(bytes: Uint8Array): bigint {
	return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex") || "0"}`);
}
function bigEndian(bytes: Uint8Array): bigint {
	return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}
function toLittleEndian(value: bigint, length: number): Uint8Array {
	return toBytes(value, length).reverse();
}

for (const { noble, curve, name, verify } of [
	{ noble: p256, curve: curve256, name: "P-256", verify: p256Verify },
	{ noble: p384, curve: curve384, name: "P-384", verify: p384Verify },
]) {
	let good = 0;
	cases(`ECDSA ${name}, good and with a bit flipped somewhere`, 250, random => {
		const { bytes, below } = random;
		const secret = toBytes(1n + (bigEndian(bytes(curve.byteLength)) % (curve.n - 1n)), curve.byteLength);
		const key = noble.getPublicKey(secret, false);
		const message = bytes(below(100));
		const hashName = ["sha256", "sha384", "sha512"][below(3)]!;
		const hash = nodeCrypto.createHash(hashName).update(message).digest();
		const signature = noble.sign(hash, secret, { prehash: false, lowS: below(2) === 0 });
		if (below(2)) flip(below(4) ? signature : below(2) ? message : key.subarray(1), random);
		const digest = nodeCrypto.createHash(hashName).update(message).digest();
		const verdict = openSSLVerdict(name, key, hashName, message, signature);
		const r = signature.subarray(0, curve.byteLength);
		const s = signature.subarray(curve.byteLength);
		assert.is(verify(key, digest, r, s), verdict);
		forC.push({ operation: "q", parts: [key, digest, signature], expected: flag(verdict) });
		if (verdict) good++;
	});
	test(`ECDSA ${name}: some of those were good, and some were not`, () => {
		assert.ok(good > 75 * TIMES && good < 200 * TIMES, `${good} of ${250 * TIMES}`);
	});
}

/** False too for a key that OpenSSL does not take. */
function openSSLVerdict(
	name: string,
	key: Uint8Array,
	hash: string,
	message: Uint8Array,
	signature: Uint8Array,
): boolean {
	const half = (key.length - 1) / 2;
	const [x, y] = [key.subarray(1, 1 + half), key.subarray(1 + half)].map(part =>
		Buffer.from(part).toString("base64url"),
	);
	let publicKey: nodeCrypto.KeyObject;
	try {
		publicKey = nodeCrypto.createPublicKey({ key: { kty: "EC", crv: name, x, y }, format: "jwk" });
	} catch {
		return false;
	}
	return nodeCrypto.verify(hash, message, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature);
}

cases("ECDH on secp256r1", 60, random => {
	const { bytes, below } = random;
	const secret = bytes(32);
	if (below(6) === 0) secret.fill(below(2) ? 0xff : 0, below(16), 32 - below(16)); // near the ends of the range
	const ours = nodeCrypto.createECDH("prime256v1");
	const theirs = nodeCrypto.createECDH("prime256v1");
	theirs.setPrivateKey(toBytes(1n + (bigEndian(bytes(32)) % (curve256.n - 1n)), 32));
	const peer = new Uint8Array(theirs.getPublicKey());
	const isSecret = bigEndian(secret) > 0n && bigEndian(secret) < curve256.n;
	if (isSecret) ours.setPrivateKey(secret);
	const share = isSecret ? new Uint8Array(ours.getPublicKey()) : undefined;
	const shared = isSecret ? new Uint8Array(ours.computeSecret(peer)) : undefined;
	assert.equal(secp256r1PublicKey(secret), share);
	assert.equal(secp256r1(secret, peer), shared);
	forC.push({
		operation: "D",
		parts: [secret, peer.slice()],
		expected(answer) {
			assert.is(answer[0], isSecret ? 1 : 0);
			assert.is(answer[66], isSecret ? 1 : 0);
			if (share) assert.equal(new Uint8Array(answer.subarray(1, 66)), share);
			if (shared) assert.equal(new Uint8Array(answer.subarray(67)), shared);
		},
	});
	flip(peer, random); // no point of the curve, unless somebody has solved a hard problem
	assert.is(secp256r1(secret, peer), undefined);
	forC.push({ operation: "D", parts: [secret, peer], expected: answer => assert.is(answer[66], 0) });
});

function newKeys(random: Random): void {
	const { below, bytes } = random;
	for (let i = 0; i < 3 * TIMES; i++) {
		const bits = [2048, 2049, 2050 + below(200)][i % 3]!;
		const exponent = [65537, 3, 17, 4_294_967_291][below(4)]!;
		const { modulus, privateKey } = randomRsaKey(bits, exponent);
		for (const hashName of ["sha256", "sha384", "sha512"]) {
			const message = bytes(below(100));
			const hash = nodeCrypto.createHash(hashName).update(message).digest();
			const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = nodeCrypto.constants;
			for (const [operation, verify, signature] of [
				["r", rsaVerifyPkcs1, nodeCrypto.sign(hashName, message, privateKey)],
				["R", rsaVerifyPss, nodeCrypto.sign(hashName, message, { key: privateKey, padding, saltLength })],
			] as const) {
				const wrong = Uint8Array.from(signature);
				flip(wrong, random);
				const key = Uint8Array.of(...toLittleEndian(BigInt(exponent), 4), ...modulus);
				for (const [tried, verdict] of [
					[signature, true],
					[wrong, false],
				] as const) {
					assert.is(
						verify(modulus, exponent, hash, tried),
						verdict,
						`${operation} ${exponent} ${modulus.toString("hex")}`,
					);
					forC.push({ operation, parts: [key, hash, Uint8Array.from(tried)], expected: flag(verdict) });
				}
			}
		}
	}
}
test("RSA: signatures of new keys, whole bytes or not, good and with a bit flipped", repeatable("RSA", newKeys));

testWithCompiler("C gives the same verdicts and secrets", () => {
	assert.ok(forC.length > 600);
	check(forC);
});

/** Bytes of which most words are 0, 1, all ones or nearly so. */
function sparse(length: number, { bytes, below }: Random): Uint8Array {
	const made = bytes(length);
	const view = new DataView(made.buffer);
	const words = [0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
	for (let i = 0; i < length; i += 4) if (below(8)) view.setUint32(i, words[below(words.length)]!, true);
	return made;
}

for (const [name, curve] of [
	["secp256r1", curve256],
	["secp384r1", curve384],
] as const) {
	const pairs = (random: Random) => {
		const pair = (i: number) => elementCase(curve, element(curve, i, random), element(curve, i >> 3, random));
		check(Array.from({ length: 500 * TIMES }, (_, i) => pair(i)));
	};
	testWithCompiler(
		`${name}'s field agrees with BigInt at the edges of its words, aliased or not`,
		repeatable(name, pairs),
	);
}

/** A number less than p. */
function element({ p, byteLength }: Curve, i: number, random: Random): bigint {
	const R = 2n ** BigInt(8 * byteLength);
	const edges = [0n, 1n, p - 1n, p - 2n, R - p, mod(R * R, p), (p - 1n) / 2n, (p + 1n) / 2n];
	if (i < 64) return edges[i & 7]!;
	return littleEndian(i % 4 ? sparse(byteLength, random) : random.bytes(byteLength)) % p;
}

function elementCase({ p, n, byteLength }: Curve, x: bigint, y: bigint): Case {
	const R = 2n ** BigInt(8 * byteLength);
	const perR = inverse(R, p);
	const five = (xy: bigint, xx: bigint) => [xy, xy, xy, xx, xx].map(value => mod(value, p));
	const half = mod(x * inverse(2n, p), p);
	const inverses = [p, n].flatMap(m => {
		const inverted = x % m === 0n || x >= m ? 0n : inverse(x, m);
		return [inverted, inverted, inverted];
	});
	// In order, what driver.c tells of them. An x between n and p has been replaced by 0 before n's turn.
	const expected = [
		...five(x * y * perR, x * x * perR),
		...five(x + y, x + x),
		...five(x - y, 0n),
		half,
		half,
		...inverses,
		mod((R - 1n) * y * perR, p),
	];
	return {
		operation: "w",
		parts: [toLittleEndian(x, byteLength), toLittleEndian(y, byteLength)],
		expected(answer) {
			const got = expected.map((_, i) => littleEndian(answer.subarray(byteLength * i, byteLength * (i + 1))));
			assert.equal(got, expected, `x = ${x.toString(16)}, y = ${y.toString(16)}`);
		},
	};
}

function manyWords(random: Random): void {
	check(
		Array.from({ length: 1000 * TIMES }, (): Case => {
			const length = 8 * (1 + random.below(8));
			const [a, b, c] = [sparse(length, random), sparse(length, random), sparse(length, random)];
			c[0]! |= 1;
			const [x, y, m] = [littleEndian(a), littleEndian(b), littleEndian(c)];
			const R = 2n ** BigInt(8 * length);
			return {
				operation: "m",
				parts: [a, b, c],
				expected(answer) {
					assert.equal([...answer.subarray(0, 3)], [x === 0n ? 1 : 0, x < y ? 1 : 0, x < y ? 1 : 0]);
					const at = (start: number, size: number) => littleEndian(answer.subarray(start, start + size));
					assert.is(at(3, length), mod(x - y, R));
					assert.is(at(3 + length, 2 * length), x * y);
					if (y < m) assert.is(at(3 + 3 * length, length), m === 1n ? 0n : mod(x * y * inverse(R, m), m));
				},
			};
		}),
	);
}
testWithCompiler(
	"numbers of many words agree with BigInt at the edges of their words",
	repeatable("numbers", manyWords),
);

function powers(random: Random): void {
	const { below, bytes } = random;
	check(
		Array.from({ length: 40 * TIMES }, (_, i): Case => {
			const length = 256 + (i % 4 ? below(257) : 4 * below(65));
			const odd = (some: Uint8Array) => some.subarray(0, length);
			const padded = (length + 3) & ~3;
			const modulus = odd(i % 3 ? sparse(padded, random) : bytes(padded));
			modulus[0]! ||= 1 + below(255);
			modulus[length - 1]! |= 1;
			const m = bigEndian(modulus);
			const s = bigEndian(odd(i % 2 ? sparse(padded, random) : bytes(padded))) % m;
			const exponent = [3, 65537, 0xffffffff, 0x80000001, 2 * below(2 ** 31) + 3][below(5)]! >>> 0;
			let power = 1n;
			for (let bit = 31; bit >= 0; bit--) {
				power = (power * power) % m;
				if ((exponent >>> bit) & 1) power = (power * s) % m;
			}
			const key = Uint8Array.of(...toLittleEndian(BigInt(exponent), 4), ...modulus);
			const where = `modulus ${m.toString(16)}, exponent ${exponent}, s = ${s.toString(16)}`;
			return {
				operation: "r",
				parts: [key, new Uint8Array(0), toBytes(s, length)],
				expected: answer => assert.is(bigEndian(answer), power, where),
			};
		}),
	);
}
testWithCompiler("powers modulo any odd number of 256 to 512 bytes agree with BigInt", repeatable("powers", powers));

test.run();
