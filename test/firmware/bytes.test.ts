// The byte layer, in TypeScript and in C: one set of tests for both.

import { test } from "uvu";
import * as assert from "uvu/assert";
import {
	areAll,
	ascii,
	compareBytes,
	concatenate,
	copyBytes,
	crc32,
	derEnd,
	equalBytes,
	equalSecrets,
	isDerIdentifier,
	latin1,
	span,
} from "../../firmware/bytes.js";
import { byteSet, otherThan } from "../../firmware/literals.js";

const EMPTY = new Uint8Array(0);
const ALL = Uint8Array.from({ length: 256 }, (_, i) => i);

function bytes(...values: number[]): Uint8Array {
	return Uint8Array.from(values);
}

/** A view that begins in the middle of its buffer, at an odd address. */
function view(...values: number[]): Uint8Array {
	return bytes(0x55, ...values, 0x55).subarray(1, -1);
}

test("ASCII is its bytes, the empty text and NUL too", () => {
	assert.equal(ascii(""), EMPTY);
	assert.equal(ascii("baton \0~\x7f"), bytes(0x62, 0x61, 0x74, 0x6f, 0x6e, 0x20, 0, 0x7e, 0x7f));
});

test("what is no ASCII throws RangeError, wherever it stands", () => {
	for (const text of ["\x80", "\xc0\x80", "a\u0100", "€b", "\u{1f600}"])
		assert.throws(() => ascii(text), /expected ASCII, got "/);
});

test("Latin-1 is a character for each byte, of the whole or of a part", () => {
	const text = latin1(ALL);
	assert.is(text.length, 256);
	for (let i = 0; i < 256; i++) assert.is(text.charCodeAt(i), i);
	assert.is(latin1(EMPTY), "");
	assert.is(latin1(view(0x62, 0xe9, 0)), "b\xe9\0");
	assert.is(latin1(ascii("abcdef"), 2), "cdef");
	assert.is(latin1(ascii("abcdef"), 2, 4), "cd");
	assert.is(latin1(ascii("abcdef"), 4, 4), "");
	assert.is(latin1(ascii("abcdef"), 6), "");
});

test("bytes are put together in their order, as a copy", () => {
	const part = bytes(1, 2);
	const whole = concatenate(part, EMPTY, view(3), part);
	assert.equal(whole, bytes(1, 2, 3, 1, 2));
	whole[0] = 9;
	assert.equal(part, bytes(1, 2));
	assert.equal(concatenate(), EMPTY);
	const copy = concatenate(part);
	copy[0] = 9;
	assert.equal(part, bytes(1, 2));
	const large = concatenate(...Array.from({ length: 64 }, () => ALL));
	assert.is(large.length, 64 * 256);
	assert.is(large[64 * 256 - 1], 255);
});

test("bytes are copied to their place, and nothing else is touched", () => {
	const target = view(0, 0, 0, 0);
	copyBytes(target, 1, bytes(1, 2));
	assert.equal(target, bytes(0, 1, 2, 0));
	copyBytes(target, 4, EMPTY);
	copyBytes(target, 0, view(5, 6, 7, 8));
	assert.equal(new Uint8Array(target.buffer), bytes(0x55, 5, 6, 7, 8, 0x55));
	copyBytes(target, 1, target.subarray(0, 3)); // they may overlap
	assert.equal(target, bytes(5, 5, 6, 7));
});

test("what does not fit is not copied", () => {
	const target = bytes(0, 0, 0);
	const wrong: [number, Uint8Array][] = [
		[0, bytes(1, 1, 1, 1)],
		[2, bytes(1, 1)],
		[4, EMPTY],
		[-1, bytes(1)],
	];
	for (const [offset, source] of wrong) assert.throws(() => copyBytes(target, offset, source), isRangeError);
	assert.equal(target, bytes(0, 0, 0));
});

function isRangeError(error: unknown): boolean {
	return error instanceof RangeError;
}

test("bytes are ordered one by one, a prefix first", () => {
	const ascending = [EMPTY, bytes(0), bytes(0, 0), bytes(0, 0xff), bytes(1), view(0x7f, 1), view(0x80), bytes(0xff, 0)];
	for (const [i, a] of ascending.entries())
		for (const [j, b] of ascending.entries()) assert.is(Math.sign(compareBytes(a, b)), Math.sign(i - j), `${i}, ${j}`);
});

for (const [name, equal] of [
	["bytes", equalBytes],
	["secrets", equalSecrets],
] as const)
	test(`${name} are equal in every byte and in length`, () => {
		assert.ok(equal(EMPTY, view()));
		assert.ok(equal(ALL, ALL.slice()));
		assert.ok(equal(bytes(1, 2, 3), view(1, 2, 3)));
		assert.not(equal(bytes(1, 2, 3), bytes(1, 2)));
		assert.not(equal(bytes(1, 2), bytes(1, 2, 3)));
		for (let i = 0; i < 256; i++) {
			const other = ALL.slice();
			other[i] ^= 1 << (i & 7);
			assert.not(equal(ALL, other), String(i));
		}
	});

test("all bytes are one value, or one of them is not", () => {
	assert.ok(areAll(EMPTY, 0xff));
	for (const length of [1, 3, 4, 5, 64]) {
		const same = new Uint8Array(length).fill(0xff);
		assert.ok(areAll(same, 0xff));
		assert.ok(areAll(same.subarray(1), 0xff));
		assert.not(areAll(same, 0));
		for (let i = 0; i < length; i++) {
			const other = same.slice();
			other[i] = 0xfe;
			assert.not(areAll(other, 0xff));
		}
	}
});

test("CRC-32 is that of ISO 3309, in one piece or in several", () => {
	assert.is(crc32(EMPTY), 0);
	assert.is(crc32(ascii("123456789")), 0xcbf4_3926 | 0);
	assert.is(crc32(bytes(0)), 0xd202_ef8d | 0);
	assert.is(crc32(new Uint8Array(4).fill(0xff)), -1);
	for (let i = 0; i <= 9; i++)
		assert.is(crc32(ascii("123456789").subarray(i), crc32(ascii("123456789".slice(0, i)))), 0xcbf4_3926 | 0);
});

test("a span ends before the first byte that is not in the set", () => {
	const digits = byteSet("0-9");
	assert.is(span(ascii("12a34"), 0, digits), 2);
	assert.is(span(ascii("12a34"), 2, digits), 2);
	assert.is(span(ascii("12a34"), 3, digits), 5);
	assert.is(span(ascii("12"), 2, digits), 2);
	assert.is(span(EMPTY, 0, digits), 0);
	assert.is(span(ascii("GET /\r\n"), 0, otherThan(byteSet("\n"))), 6);
});

test("an element of DER has its tag, the shortest length, and all of its content", () => {
	const [truncated, otherTag, notMinimal] = [-1, -2, -3];
	for (const [end, ...content] of [
		[2, 0x04, 0],
		[3, 0x04, 1, 7],
		[0x81, 0x04, 0x7f],
		[0x83, 0x04, 0x81, 0x80],
		[0x102, 0x04, 0x81, 0xff],
		[0x104, 0x04, 0x82, 1, 0],
		[0x10003, 0x04, 0x82, 0xff, 0xff],
		[truncated],
		[truncated, 0x04],
		[otherTag, 0x05, 0],
		[otherTag, 0x24, 0],
		[notMinimal, 0x04, 0x80],
		[notMinimal, 0x04, 0x81, 0x7f],
		[notMinimal, 0x04, 0x82, 0, 0xff],
		[notMinimal, 0x04, 0x83, 1, 0, 0],
		[notMinimal, 0x04, 0xff],
	]) {
		const whole = new Uint8Array(Math.max(end, content.length) + 1);
		whole.set(content, 1); // at an odd address
		const behind = content.length + 1;
		assert.is(derEnd(whole, 1, end < 0 ? behind : end + 1, 0x04), end < 0 ? end : end + 1, content.join());
		if (end < 0) continue;
		assert.is(derEnd(whole, 1, end, 0x04), truncated);
		for (let i = 1; i < Math.min(behind, end + 1); i++) assert.is(derEnd(whole, 1, i, 0x04), truncated, `${end}, ${i}`);
	}
	assert.is(derEnd(bytes(0x1f, 1, 0), 0, 3, 0x1f), otherTag); // a tag of more bytes
	assert.is(derEnd(bytes(0xbf, 1, 0), 0, 3, 0xbf), otherTag);
});

test("an object identifier of DER has one subidentifier at least, each as short as it can be", () => {
	for (const good of [bytes(0x2b), bytes(0x2b, 0x65, 0x70), bytes(0x55, 0x81, 0x80, 0x00), bytes(0xff, 0x7f)])
		assert.ok(isDerIdentifier(good, 0, good.length), good.join());
	for (const bad of [EMPTY, bytes(0x80), bytes(0x80, 1), bytes(0x2b, 0x80, 1), bytes(0x2b, 0x81)])
		assert.not(isDerIdentifier(bad, 0, bad.length), bad.join());
	assert.ok(isDerIdentifier(bytes(0x80, 0x2b, 0x80), 1, 2));
	assert.not(isDerIdentifier(bytes(0x2b), 1, 1));
});

test.run();
