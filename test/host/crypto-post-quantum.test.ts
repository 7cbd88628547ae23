// The post-quantum algorithms of both kernels, in TypeScript and in C with this machine's sanitizers, against
// @noble/post-quantum and against the slow twins. Other cases in each run.

import { readFileSync } from "node:fs";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { vectorFile } from "../../boards/bundle.js";
import { hssLmsIndex, hssLmsVerify } from "../../firmware/crypto/typescript/hss-lms.js";
import { mlDsa44Verify } from "../../firmware/crypto/typescript/ml-dsa-44.js";
import { mlKem768Decapsulate, mlKem768Generate } from "../../firmware/crypto/typescript/ml-kem-768.js";
import { LMS_INDICES, LMS_PRIVATE_KEY_BYTES, LmsSigner, makeLmsLeaves } from "../../host/lms.js";
import { verify as hssLmsReference } from "../reference/hss-lms.js";
import { verify as mlDsa44Reference } from "../reference/ml-dsa-44.js";
import { decapsulate, encapsulate, keyGen } from "../reference/ml-kem-768.js";
import { withVectors } from "../vectors.js";
import { type Case, check, flag, whyNoCompiler } from "./crypto-c/driver.js";
import { cases, type Random } from "./random-cases.js";

if (whyNoCompiler) test.skip(`the C kernel's post-quantum algorithms [${whyNoCompiler}]`, () => {});

/** What the C kernel is asked: all at once, when the cases in TypeScript are through. */
let asked: Case[] = [];
function askAll() {
	if (!whyNoCompiler) check(asked);
	asked = [];
}

/** @noble's verdict, which must be ours. */
function judgeMlDsa(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	const verdict = ml_dsa44.verify(signature, message, key);
	assert.is(mlDsa44Verify(key, message, signature), verdict);
	asked.push({ operation: "d", parts: [key, message, signature].map(part => part.slice()), expected: flag(verdict) });
	return verdict;
}

const HINTS_AT = 32 + 4 * 576;

/** A signature with something changed. Not all that is changed here makes it bad. */
function spoil(signature: Uint8Array, { bytes, below }: Random): Uint8Array {
	const bad = signature.slice();
	const hints = bad.subarray(HINTS_AT);
	switch (below(8)) {
		case 0: // a hint more, less, or elsewhere
			hints[below(80)] += 1 + below(255);
			break;
		case 1: // another number of hints
			hints[80 + below(4)] += 1 + below(255);
			break;
		case 2: {
			// two hints change places
			const at = below(hints[83]! || 1);
			[hints[at], hints[at + 1]] = [hints[at + 1]!, hints[at]!];
			break;
		}
		case 3: {
			// a coefficient of z at the edges: γ1 - z in 18 bits, from β + 1 to 2 γ1 - β - 1
			const bits = [0, 78, 79, 2 ** 18 - 79, 2 ** 18 - 78, 2 ** 18 - 1][below(6)]!;
			bad.set([bits & 255, (bits >> 8) & 255, (bits >> 16) | (bad[34]! & 0xfc)], 32);
			break;
		}
		case 4:
			bad.set(bytes(32));
			break;
		case 5:
			bad.set(bytes(576), 32 + 576 * below(4));
			break;
		case 6:
			hints.fill(0);
			break;
		default: {
			const bit = below(8 * bad.length);
			bad[bit >> 3]! ^= 1 << (bit & 7);
		}
	}
	return bad;
}

let keys = ml_dsa44.keygen(new Uint8Array(32));
let turn = 0;
cases(
	"ML-DSA-44 signatures, each good and then spoilt",
	1000,
	random => {
		const { bytes, below, text } = random;
		if (turn++ % 10 === 0) keys = ml_dsa44.keygen(bytes(32));
		const key = keys.publicKey,
			message = text();
		const signature = ml_dsa44.sign(message, keys.secretKey, { extraEntropy: bytes(32) });
		assert.is(judgeMlDsa(key, message, signature), true);
		const bad: [Uint8Array, Uint8Array, Uint8Array] = [key.slice(), message, signature];
		switch (below(8)) {
			case 0:
				bad[0][below(key.length)]! ^= 1 << below(8);
				break;
			case 1:
				bad[1] = Uint8Array.of(...message, 0);
				break;
			default:
				bad[2] = spoil(signature, random);
		}
		const verdict = judgeMlDsa(...bad);
		if (turn % 100 === 1) {
			assert.is(mlDsa44Reference(key, message, signature), true);
			assert.is(mlDsa44Reference(...bad), verdict);
		}
	},
	askAll,
);

cases(
	"ML-DSA-44 with random bytes for keys and signatures",
	200,
	({ bytes, below, text }) => {
		const signature = bytes(2420);
		signature.set(new Uint8Array(84), HINTS_AT);
		if (below(2)) {
			signature.set([3, 9, 200], HINTS_AT);
			signature.set([1, 1, 3, 3], HINTS_AT + 80);
		}
		judgeMlDsa(bytes(1312), text(), signature);
	},
	askAll,
);

const lmsKeys = await Promise.all(
	[1, 2].map(async first => {
		const privateKey = Uint8Array.from({ length: LMS_PRIVATE_KEY_BYTES }, (_, i) => first + 3 * i);
		return new LmsSigner(privateKey, await makeLmsLeaves(privateKey));
	}),
);

/** The twin's verdict, which must be ours. */
function judgeLms(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	const verdict = hssLmsReference(key, message, signature);
	assert.is(hssLmsVerify(key, message, signature), verdict);
	asked.push({ operation: "l", parts: [key, message, signature].map(part => part.slice()), expected: flag(verdict) });
	return verdict;
}

const LMS_CHAINS_AT = 36;
const LMS_PATH_AT = 36 + 51 * 24 + 4;

let index = 0;
cases(
	"HSS/LMS signatures, one of every index, each good and then spoilt",
	LMS_INDICES,
	({ bytes, below, text }) => {
		const [signer, other] = below(2) ? lmsKeys : [...lmsKeys].reverse();
		const key = signer!.publicKey.slice(),
			message = text();
		const signature = signer!.sign(index, message);
		assert.is(judgeLms(key, message, signature), true);
		assert.is(hssLmsIndex(signature), index);
		index++;
		const view = new DataView(signature.buffer);
		const swap = (from: number, to: number) => {
			const chain = signature.slice(from, from + 24);
			signature.copyWithin(from, to, to + 24);
			signature.set(chain, to);
		};
		switch (below(9)) {
			case 0: // another index
				view.setUint32(4, (view.getUint32(4) ^ (1 << below(32))) >>> 0);
				break;
			case 1: // another type, or a signed key
				view.setUint32([0, 8, LMS_PATH_AT - 4][below(3)]!, below(32));
				break;
			case 2: // another randomizer
				signature.set(bytes(24), 12);
				break;
			case 3: // two chains change places
				swap(LMS_CHAINS_AT + 24 * below(25), LMS_CHAINS_AT + 24 * (26 + below(25)));
				break;
			case 4: // two nodes of the path
				swap(LMS_PATH_AT + 24 * below(5), LMS_PATH_AT + 24 * (5 + below(5)));
				break;
			case 5: // another key
				key.set(other!.publicKey);
				break;
			case 6: // another key's root, or another's identifier
				if (below(2)) key.set(other!.publicKey.subarray(28), 28);
				else key.set(other!.publicKey.subarray(12, 28), 12);
				break;
			case 7: // the key's types
				new DataView(key.buffer).setUint32(4 * below(3), below(32));
				break;
			default: {
				const bit = below(8 * signature.length);
				signature[bit >> 3]! ^= 1 << (bit & 7);
			}
		}
		judgeLms(key, message, signature);
	},
	askAll,
);

cases(
	"HSS/LMS with random bytes behind the right types",
	200,
	({ bytes, below, text }) => {
		const key = bytes(52),
			signature = bytes(1504);
		key.set(lmsKeys[0]!.publicKey.subarray(0, 12));
		signature.set([0, 0, 0, 0, 0, 0, below(5), below(256), 0, 0, 0, 7]);
		signature.set([0, 0, 0, 0x0b], LMS_PATH_AT - 4);
		assert.is(judgeLms(key, text(), signature), false);
	},
	askAll,
);

/** Both kernels' public key and secret; the latter must be the expected one. */
function judgeMlKem(seed: Uint8Array, encapsulationKey: Uint8Array, ciphertext: Uint8Array, expected: Uint8Array) {
	const key = new Uint8Array(1184);
	const privateKey = mlKem768Generate(seed, key);
	assert.equal(key, encapsulationKey);
	assert.equal(mlKem768Decapsulate(privateKey, ciphertext), expected);
	const answer = Buffer.concat([privateKey, encapsulationKey, expected]);
	asked.push({ operation: "M", parts: [seed.slice(), ciphertext.slice()], expected: answer });
}

let turnOfKem = 0;
cases(
	"ML-KEM-768 keys, each with a good ciphertext and a spoilt one",
	1000,
	({ bytes, below }) => {
		const seed = bytes(64),
			message = bytes(32);
		const { publicKey, secretKey } = ml_kem768.keygen(seed);
		const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, message);
		judgeMlKem(seed, publicKey, cipherText, sharedSecret);
		const bad = cipherText.slice();
		switch (below(4)) {
			case 0:
				bad.set(bytes(below(1088) + 1).subarray(0, 1088));
				break;
			case 1: // of the same message, for another key
				bad.set(ml_kem768.encapsulate(ml_kem768.keygen(bytes(64)).publicKey, message).cipherText);
				break;
			default: {
				const bit = below(8 * bad.length);
				bad[bit >> 3]! ^= 1 << (bit & 7);
			}
		}
		const rejection = ml_kem768.decapsulate(bad, secretKey);
		assert.not.equal(rejection, sharedSecret);
		judgeMlKem(seed, publicKey, bad, rejection);
		if (turnOfKem++ % 125 === 0) {
			const twin = keyGen(seed.subarray(0, 32), seed.subarray(32));
			assert.equal(twin.ek, publicKey);
			assert.equal(encapsulate(twin.ek, message), { K: sharedSecret, c: cipherText });
			assert.equal(decapsulate(twin.dk, cipherText), sharedSecret);
			assert.equal(decapsulate(twin.dk, bad), rejection);
		}
	},
	askAll,
);

const semiExpanded = vectorFile("wycheproof/mlkem_768_semi_expanded_decaps_test.json");
withVectors(
	"the twin takes Wycheproof's decapsulation keys, which ours are never read from",
	[semiExpanded && readFileSync(semiExpanded, "utf8")],
	([text]) => {
		let count = 0;
		const { testGroups } = JSON.parse(text!) as {
			testGroups: { tests: { tcId: number; dk: string; c: string; K: string; result: string }[] }[];
		};
		for (const { tcId, dk, c, K, result } of testGroups.flatMap(group => group.tests)) {
			const shared = decapsulate(Buffer.from(dk, "hex"), Buffer.from(c, "hex"));
			assert.is(shared && Buffer.from(shared).toString("hex"), result === "valid" ? K : undefined, `case ${tcId}`);
			count++;
		}
		assert.is(count, 9);
	},
);

test("the twin refuses an encapsulation key that is not reduced (FIPS 203 §7.2)", () => {
	const { ek } = keyGen(new Uint8Array(32), new Uint8Array(32));
	const message = new Uint8Array(32);
	assert.ok(encapsulate(ek, message));
	ek.set([0x01, 0x0d], 6); // q, in 12 bits
	assert.is(encapsulate(ek, message), undefined);
	assert.is(encapsulate(ek.subarray(1), message), undefined);
});

test.run();
