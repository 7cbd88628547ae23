import { test } from "uvu";
import * as assert from "uvu/assert";
import { hasHssLms, hssLmsIndex, hssLmsVerify } from "../../../firmware/crypto/hss-lms.js";
import * as absent from "../../../firmware/crypto/no-hss-lms.js";
import { fromHex, toHex } from "../../hex.js";
import { PUBLIC_KEY, signatures } from "./hss-lms-signatures.js";

const KEY_BYTES = 52;
const SIGNATURE_BYTES = 1504;

const key = fromHex(PUBLIC_KEY);
const cases = signatures.map(({ index, message, signature }) => ({
	index,
	message: Uint8Array.from(message, character => character.charCodeAt(0)),
	signature: fromHex(signature),
}));
const { message, signature } = cases[1];

/** Changes one byte, asks, and changes it back. */
function isGoodWith(bytes: Uint8Array, at: number, change: number): boolean {
	bytes[at] ^= change;
	const verdict = hssLmsVerify(key, message, signature);
	bytes[at] ^= change;
	return verdict;
}

test("good signatures of the first index, the last one, and others", () => {
	assert.is(hasHssLms, true);
	for (const { index, message, signature } of cases) {
		assert.is(hssLmsVerify(key, message, signature), true, `index ${index}`);
		assert.is(hssLmsIndex(signature), index);
	}
});

test("a signature is for its own message and index", () => {
	for (const one of cases) {
		for (const other of cases) {
			if (one !== other) assert.is(hssLmsVerify(key, other.message, one.signature), false);
		}
	}
	const moved = signature.slice();
	for (const index of [0, 2, 1023, 1024, 1025, 0x10001, 0x80000001, 0xffffffff]) {
		new DataView(moved.buffer).setUint32(4, index);
		assert.is(hssLmsIndex(moved), index);
		assert.is(hssLmsVerify(key, message, moved), false, `index ${index}`);
	}
});

test("a changed byte of signature, key or message, wherever, is a bad signature", () => {
	for (let at = 0; at < 36; at++) assert.is(isGoodWith(signature, at, 1 << (at & 7)), false, `byte ${at}`);
	for (let at = 36; at < SIGNATURE_BYTES; at += 29) {
		assert.is(isGoodWith(signature, at, 1 << (at & 7)), false, `byte ${at} of the signature`);
	}
	for (let at = SIGNATURE_BYTES - 248; at < SIGNATURE_BYTES; at += 3) assert.is(isGoodWith(signature, at, 0x80), false);
	for (let at = 0; at < KEY_BYTES; at++) {
		assert.is(isGoodWith(key, at, 1 << (at & 7)), false, `byte ${at} of the key`);
	}
	for (let at = 0; at < message.length; at++) assert.is(isGoodWith(message, at, 1), false);
	assert.is(hssLmsVerify(key, message.subarray(1), signature), false);
	assert.is(hssLmsVerify(key, message, signature), true);
});

test("other parameter sets, more levels and signed keys are bad signatures, in key and signature alike", () => {
	const otherKey = key.slice(),
		other = signature.slice();
	const set = (bytes: Uint8Array, at: number, value: number) => new DataView(bytes.buffer).setUint32(at, value);
	const lmsTypeAt = 36 + 51 * 24;
	for (const [levels, lms, lmots] of [
		[2, 0x0b, 7],
		[1, 0x0a, 7], // one of fewer levels
		[1, 0x0c, 7],
		[1, 0x06, 3], // SHA-256 whole
		[1, 0x0b, 8], // other digits
		[1, 0x0b, 6],
		[1, 0x10, 0x0f], // SHAKE256
		[0, 0x0b, 7],
	]) {
		set(otherKey, 0, levels);
		set(otherKey, 4, lms);
		set(otherKey, 8, lmots);
		set(other, 0, (levels - 1) >>> 0);
		set(other, 8, lmots);
		set(other, lmsTypeAt, lms);
		assert.is(hssLmsVerify(otherKey, message, other), false, `${levels} ${lms} ${lmots}`);
		assert.is(hssLmsVerify(key, message, other), false);
		assert.is(hssLmsVerify(otherKey, message, signature), false);
	}
});

test("key, message and signature may lie anywhere, and are left as they are", () => {
	for (const offset of [1, 2, 3]) {
		const buffer = new Uint8Array(offset + KEY_BYTES + message.length + SIGNATURE_BYTES + 7);
		let end = offset;
		const parts = [key, message, signature].map(bytes => {
			buffer.set(bytes, end);
			return buffer.subarray(end, (end += bytes.length));
		});
		const before = toHex(buffer);
		assert.is(hssLmsVerify(parts[0], parts[1], parts[2]), true);
		assert.is(hssLmsIndex(parts[2]), 1);
		assert.is(toHex(buffer), before);
	}
});

test("a signature of another length is bad; a key of another length is our mistake, and named", () => {
	for (const length of [0, 1, 3, 8, SIGNATURE_BYTES - 1, SIGNATURE_BYTES + 1]) {
		const other = new Uint8Array(length);
		other.set(signature.subarray(0, length));
		assert.is(hssLmsVerify(key, message, other), false);
		assert.is(hssLmsIndex(other), undefined);
	}
	const says = (message: string) => (error: unknown) => error instanceof RangeError && error.message === message;
	for (const length of [0, 32, KEY_BYTES - 1, KEY_BYTES + 1]) {
		const expected = `public key: expected 52 bytes, got ${length}`;
		assert.throws(() => hssLmsVerify(new Uint8Array(length), message, signature), says(expected));
	}
});

test("a build may leave HSS/LMS out: then every signature is bad", () => {
	assert.is(absent.hasHssLms, false);
	assert.is(absent.hssLmsVerify(key, message, signature), false);
	assert.is(absent.hssLmsIndex(signature), undefined);
	assert.equal(Object.keys(absent).sort(), ["hasHssLms", "hssLmsIndex", "hssLmsVerify"]);
});

test.run();
