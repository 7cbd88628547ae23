import { test } from "uvu";
import * as assert from "uvu/assert";
import { span } from "../../firmware/bytes.js";
import { byteSet, literal, otherThan } from "../../firmware/literals.js";

function membersOf(set: ReturnType<typeof byteSet>): number[] {
	return Array.from({ length: 256 }, (_, byte) => byte).filter(byte => span(Uint8Array.of(byte), 0, set) === 1);
}

test("a literal is its characters", () => {
	assert.equal(literal(""), new Uint8Array(0));
	assert.equal(literal("a\0\x7f\xff"), Uint8Array.of(0x61, 0, 0x7f, 0xff));
});

test("a set has its characters and ranges, the other one all else", () => {
	const set = byteSet("a-c", "z", "-", "\0", "\x7f-\x81", "\xff");
	assert.equal(membersOf(set), [0, 0x2d, 0x61, 0x62, 0x63, 0x7a, 0x7f, 0x80, 0x81, 0xff]);
	const others = membersOf(otherThan(set));
	assert.is(others.length, 246);
	assert.equal(new Set([...others, ...membersOf(set)]).size, 256);
});

test.run();
