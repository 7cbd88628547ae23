// What both AEADs of the kernel owe their caller, and Wycheproof's cases for either.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Aead } from "../../../firmware/crypto/kernel.js";
import { fromHex, toHex } from "../../hex.js";

type AeadConstructor = new (key: Uint8Array) => Aead;

interface Wycheproof {
	testGroups: {
		keySize: number;
		ivSize: number;
		tests: (Record<"key" | "iv" | "aad" | "msg" | "ct" | "tag" | "result", string> & { tcId: number })[];
	}[];
}

/** Runs every case with a key and a nonce of our size, and gives how many; those of another size must be refused. */
export function checkWycheproof(Aead: AeadConstructor, keyBytes: number, text: string) {
	const counts = { ran: 0, refused: 0 };
	for (const group of (JSON.parse(text) as Wycheproof).testGroups)
		for (const vector of group.tests) {
			const [key, nonce, data] = [fromHex(vector.key), fromHex(vector.iv), fromHex(vector.aad)];
			const sealed = fromHex(vector.ct + vector.tag);
			if (group.keySize !== 8 * keyBytes || group.ivSize !== 96) {
				assert.throws(() => new Aead(key).open(nonce, data, sealed), isRangeError);
				counts.refused++;
				continue;
			}
			const aead = new Aead(key);
			const valid = vector.result === "valid";
			assert.is(aead.open(nonce, data, sealed), valid, `case ${vector.tcId}`);
			if (valid) {
				assert.is(toHex(sealed.subarray(0, sealed.length - 16)), vector.msg, `case ${vector.tcId}`);
				aead.seal(nonce, data, sealed);
			}
			assert.is(toHex(sealed), vector.ct + vector.tag, `case ${vector.tcId}`); // refused: nothing was changed
			counts.ran++;
		}
	return counts;
}

/** Registers the tests that are the same for every AEAD. */
export function testAead(Aead: AeadConstructor, keyBytes: number): void {
	const key = Uint8Array.from({ length: keyBytes }, (_, i) => 3 * i + 1);
	const nonce = Uint8Array.from({ length: 12 }, (_, i) => 251 - i);
	const data = Uint8Array.from({ length: 13 }, (_, i) => 5 * i);
	const textOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * i + 7) & 255);
	const sealedOf = (aead: Aead, text: Uint8Array) => {
		const buffer = new Uint8Array(text.length + 16);
		buffer.set(text);
		aead.seal(nonce, data, buffer);
		return buffer;
	};

	test("what was sealed opens again, at every length up to three blocks and at a record's", () => {
		const aead = new Aead(key);
		for (const length of [...Array(194).keys(), 1023, 1024, 4096]) {
			const buffer = sealedOf(aead, textOf(length));
			if (length > 15) assert.not.equal(buffer.slice(0, length), textOf(length));
			assert.ok(aead.open(nonce, data, buffer), `${length} bytes`);
			assert.equal(buffer.slice(0, length), textOf(length), `${length} bytes`);
		}
	});

	test("one flipped bit of text, tag, nonce, data or key is refused, and nothing is decrypted", () => {
		const aead = new Aead(key);
		const sealed = sealedOf(aead, textOf(70));
		const refused = (aead: Aead, nonce: Uint8Array, data: Uint8Array, buffer: Uint8Array) => {
			const before = buffer.slice();
			assert.is(aead.open(nonce, data, buffer), false);
			assert.equal(buffer, before);
		};
		const flipped = (bytes: Uint8Array, i: number) => {
			const copy = bytes.slice();
			copy[i] ^= 1 << (i & 7);
			return copy;
		};
		for (let i = 0; i < sealed.length; i++) refused(aead, nonce, data, flipped(sealed, i));
		for (let i = 0; i < nonce.length; i++) refused(aead, flipped(nonce, i), data, sealed);
		for (let i = 0; i < data.length; i++) refused(aead, nonce, flipped(data, i), sealed);
		for (let i = 0; i < key.length; i++) refused(new Aead(flipped(key, i)), nonce, data, sealed);
		for (let length = 16; length < sealed.length; length++) refused(aead, nonce, data, sealed.slice(0, length));
		assert.ok(aead.open(nonce, data, sealed));
	});

	test("a buffer is worked on in place, where it lies, and nothing beside it is touched", () => {
		const aead = new Aead(key);
		for (const length of [0, 1, 15, 16, 17, 63, 64, 65, 130]) {
			const around = new Uint8Array(length + 16 + 29).fill(0xa5);
			const buffer = around.subarray(13, 13 + length + 16);
			buffer.set(textOf(length));
			aead.seal(nonce, data, buffer);
			assert.equal(buffer.slice(), sealedOf(aead, textOf(length)));
			assert.ok(aead.open(nonce, data, buffer));
			assert.equal(buffer.slice(0, length), textOf(length));
			for (const beside of [around.slice(0, 13), around.slice(-16)]) assert.ok(beside.every(byte => byte === 0xa5));
		}
	});

	test("key, nonce and data may lie anywhere, even in one buffer, and are left as they are", () => {
		const around = new Uint8Array(7 + keyBytes + 12 + 13);
		around.set(key, 7);
		around.set(nonce, 7 + keyBytes);
		around.set(data, 19 + keyBytes);
		const before = around.slice();
		const aead = new Aead(around.subarray(7, 7 + keyBytes));
		const buffer = sealedOf(new Aead(key), textOf(40));
		assert.ok(aead.open(around.subarray(7 + keyBytes, 19 + keyBytes), around.subarray(19 + keyBytes), buffer));
		assert.equal(around, before);
		around.fill(0); // the key was kept, not the caller's buffer
		aead.seal(nonce, data, buffer);
		assert.equal(buffer, sealedOf(new Aead(key), textOf(40)));
	});

	test("a key, a nonce or a buffer of another length is our mistake, and named", () => {
		const says = (message: string) => (error: unknown) => error instanceof RangeError && error.message === message;
		for (const length of [0, keyBytes - 1, keyBytes + 1]) {
			const message = `key: expected ${keyBytes} bytes, got ${length}`;
			assert.throws(() => new Aead(new Uint8Array(length)), says(message));
		}
		const aead = new Aead(key);
		for (const length of [0, 8, 11, 13]) {
			const message = `nonce: expected 12 bytes, got ${length}`;
			assert.throws(() => aead.seal(new Uint8Array(length), data, new Uint8Array(16)), says(message));
			assert.throws(() => aead.open(new Uint8Array(length), data, new Uint8Array(16)), says(message));
		}
		const message = "buffer: expected at least 16 bytes, got 15";
		assert.throws(() => aead.seal(nonce, data, new Uint8Array(15)), says(message));
		assert.throws(() => aead.open(nonce, data, new Uint8Array(15)), says(message));
	});
}

function isRangeError(error: unknown) {
	return error instanceof RangeError;
}
