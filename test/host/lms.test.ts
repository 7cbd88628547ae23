import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { hssLmsIndex, hssLmsVerify } from "../../firmware/crypto/hss-lms.js";
import {
	LMS_INDICES,
	LMS_LEAVES_BYTES,
	LMS_PRIVATE_KEY_BYTES,
	LmsSigner,
	makeLmsLeaf,
	makeLmsLeaves,
} from "../../host/lms.js";
import { verifyLms } from "../../host/lms-verify.js";
import { PUBLIC_KEY, signatures } from "../firmware/crypto/hss-lms-signatures.js";
import { hybridKey, LEAVES, SPARE_LEAVES } from "../firmware/trust/issue-hybrid.js";
import { KeyPair, verify } from "../reference/hss-lms.js";

const TYPE = 0x0b,
	OTS_TYPE = 7;
const privateKey = Uint8Array.from({ length: LMS_PRIVATE_KEY_BYTES }, (_, i) => i);
const progress: number[] = [];
const leaves = await makeLmsLeaves(privateKey, made => progress.push(made));
const signer = new LmsSigner(privateKey, leaves);

function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("hex");
}

interface Example {
	name: string;
	publicKey: string;
	message: string;
	signature: string;
	made?: { type: number; otsType: number; I: string; seed: string; C: string };
}
const examples: Example[] = JSON.parse(readFileSync(join(root, "test/reference/hss-lms-examples.json"), "utf8"));

test("the twin takes the examples of RFC 8554 and RFC 9858, and none with a byte changed", () => {
	assert.is(examples.length, 5);
	for (const { name, publicKey, message, signature } of examples) {
		const [key, text, good] = [publicKey, message, signature].map(part => Buffer.from(part, "hex"));
		assert.is(verify(key!, text!, good!), true, name);
		assert.is(verify(key!, text!.subarray(1), good!), false);
		assert.is(verify(key!, text!, good!.subarray(0, -1)), false);
		assert.is(verify(key!, text!, Buffer.concat([good!, Buffer.alloc(1)])), false);
		for (let at = 0; at < good!.length; at += 41) {
			good![at]! ^= 1 << (at % 8);
			assert.is(verify(key!, text!, good!), false, `${name}: byte ${at}`);
			good![at]! ^= 1 << (at % 8);
		}
	}
});

test("the twin makes the examples' keys and signatures, whose secrets are given", () => {
	let count = 0;
	for (const { name, publicKey, message, signature, made } of examples) {
		if (!made) continue;
		const [I, seed, C] = [made.I, made.seed, made.C].map(part => Buffer.from(part, "hex"));
		const pair = new KeyPair(made.type, made.otsType, I!, seed!);
		assert.is(hex(pair.publicKey), publicKey, name);
		const q = Buffer.from(signature, "hex").readUInt32BE(4);
		assert.is(hex(pair.sign(q, Buffer.from(message, "hex"), C!)), signature, name);
		count++;
	}
	assert.is(count, 3);
});

test("public key and signatures are the twin's, index by index", () => {
	const twin = new KeyPair(TYPE, OTS_TYPE, privateKey.subarray(0, 16), privateKey.subarray(16));
	assert.is(hex(signer.publicKey), hex(twin.publicKey));
	for (const q of [0, 1, 2, 3, 255, 256, 700, 1022, 1023]) {
		const message = Buffer.from(`generation ${q}`);
		const signature = signer.sign(q, message);
		assert.is(hex(signature), hex(twin.sign(q, message, signature.subarray(12, 36))));
		assert.is(hssLmsIndex(signature), q);
	}
});

test("the signatures that the kernels are tested with are this signer's", () => {
	assert.is(PUBLIC_KEY, hex(signer.publicKey));
	for (const { index, message, signature } of signatures) {
		assert.is(hex(signer.sign(index, Buffer.from(message))), signature);
	}
});

test("a signature is the same whenever it is made, and no randomizer comes twice", () => {
	const again = new LmsSigner(privateKey, leaves);
	const seen = new Set<string>();
	for (let q = 0; q < LMS_INDICES; q += 31) {
		const signature = signer.sign(q, Buffer.from("one message"));
		assert.is(hex(again.sign(q, Buffer.from("one message"))), hex(signature));
		seen.add(hex(signature.subarray(12, 36)));
		const other = signer.sign(q, Buffer.from("another"));
		assert.is(hex(other.subarray(12, 36)), hex(signature.subarray(12, 36)), "derived from key and index alone");
	}
	assert.is(seen.size, Math.ceil(LMS_INDICES / 31));
});

test("the leaves are made once: progress is told, and other work goes on meanwhile", async () => {
	assert.is(progress.at(-1), LMS_INDICES);
	assert.ok(progress.length >= 100);
	for (let i = 1; i < progress.length; i++) assert.ok(progress[i]! > progress[i - 1]!);
	assert.is(leaves.length, LMS_LEAVES_BYTES);
	let turns = 0;
	const timer = setInterval(() => turns++, 0);
	const other = await makeLmsLeaves(privateKey.map(byte => byte ^ 1));
	clearInterval(timer);
	assert.ok(turns > 0);
	assert.not.equal(other, leaves);
	assert.not.equal(
		new LmsSigner(
			privateKey.map(byte => byte ^ 1),
			other,
		).publicKey,
		signer.publicKey,
	);
});

test("leaves of another key or with a bit changed sign nothing", () => {
	const damaged = leaves.slice();
	damaged[24 * 7 + 5]! ^= 1; // of index 7
	const wrong = new LmsSigner(privateKey, damaged);
	assert.not.equal(wrong.publicKey, signer.publicKey); // which the caller knows
	assert.throws(() => wrong.sign(7, Buffer.from("x")), "the LMS key and its leaves do not match");
	assert.is(hssLmsVerify(signer.publicKey, Buffer.from("x"), wrong.sign(900, Buffer.from("x"))), false);
	const otherKey = new LmsSigner(
		privateKey.map(byte => byte ^ 2),
		leaves,
	);
	assert.throws(() => otherKey.sign(900, Buffer.from("x")), "the LMS key and its leaves do not match");
});

test("the leaves that the firmware's tests sign with are these, and are enough for the indices that they have", () => {
	for (const [byte, fixture] of [
		[0xd1, LEAVES],
		[0xd2, SPARE_LEAVES],
	] as const)
		for (let q = 0; q < 16; q++)
			assert.is(hex(makeLmsLeaf(new Uint8Array(40).fill(byte), q)), fixture.join("").slice(48 * q, 48 * q + 48));
	const { publicKey } = hybridKey.lms;
	assert.ok(verifyLms(publicKey, Buffer.from("x"), hybridKey.lms.sign(15, Buffer.from("x"))));
});

test("the host's own verifier and the firmware's agree, byte by byte", () => {
	const message = Buffer.from("message");
	for (const q of [0, 5, 1023]) {
		const signature = signer.sign(q, message);
		assert.ok(verifyLms(signer.publicKey, message, signature));
		assert.not(verifyLms(signer.publicKey, Buffer.from("massage"), signature));
		assert.not(verifyLms(signer.publicKey, message, signature.subarray(1)));
		assert.not(verifyLms(signer.publicKey, message, signature.subarray(0, -1)));
		assert.not(verifyLms(signer.publicKey, message, Buffer.concat([signature, Buffer.alloc(1)])));
		for (let at = 0; at < signature.length; at += q === 0 ? 1 : 29) {
			signature[at]! ^= 1 << (at % 8);
			assert.not(verifyLms(signer.publicKey, message, signature), `byte ${at}`);
			signature[at]! ^= 1 << (at % 8);
		}
		for (let at = 0; at < 52; at++) {
			const other = signer.publicKey.map((byte, i) => (i === at ? byte ^ 1 : byte));
			assert.not(verifyLms(other, message, signature), `byte ${at} of the key`);
		}
	}
	for (const { message: text, publicKey, signature } of examples.slice(0, 4)) {
		const [key, given, good] = [publicKey, text, signature].map(part => Buffer.from(part, "hex"));
		assert.not(verifyLms(key!, given!, good!), "other parameters");
	}
	for (const { index, message: text, signature } of signatures)
		assert.ok(verifyLms(signer.publicKey, Buffer.from(text), Buffer.from(signature, "hex")), String(index));
});

test("what is no key, no leaves or no index is named", () => {
	assert.throws(() => new LmsSigner(privateKey.subarray(1), leaves), "private key: expected 40 bytes, got 39");
	assert.throws(() => new LmsSigner(privateKey, leaves.subarray(24)), "leaves: expected 24576 bytes, got 24552");
	for (const index of [-1, 1024, 1.5, NaN]) {
		assert.throws(() => signer.sign(index, Buffer.alloc(0)), `index: expected 0 to 1023, got ${index}`);
	}
});

test.run();
