// The same verdicts from uvu's own assertions (on Node) and from the stand-in (on XS).

import { test } from "uvu";
import * as assert from "uvu/assert";

class Thing {
	readonly n: number;
	constructor(n: number) {
		this.n = n;
	}
}
function thrower() {
	throw new RangeError("out of range");
}

const holds: [string, () => void][] = [
	["ok", () => assert.ok(1)],
	["is", () => assert.is("a", "a")],
	["is.not", () => assert.is.not({}, {})],
	["equal, arrays", () => assert.equal([1, [2, "x"]], [1, [2, "x"]])],
	["equal, bytes", () => assert.equal(Uint8Array.of(1, 2), Uint8Array.of(1, 2))],
	["equal, buffers", () => assert.equal(Uint8Array.of(1).buffer, Uint8Array.of(1).buffer)],
	["equal, objects in another order", () => assert.equal({ a: 1, b: { c: 2n } }, { b: { c: 2n }, a: 1 })],
	["equal, instances", () => assert.equal(new Thing(1), new Thing(1))],
	[
		"equal, maps and sets",
		() => assert.equal([new Map([[1, { a: 1 }]]), new Set([1])], [new Map([[1, { a: 1 }]]), new Set([1])]),
	],
	["equal, NaN", () => assert.equal([NaN], [NaN])],
	["equal, undefined", () => assert.equal([undefined], [undefined])],
	["not", () => assert.not(0)],
	["not.ok", () => assert.not.ok("")],
	["not.equal", () => assert.not.equal([1], [2])],
	["match", () => assert.match("abcd", /bc/)],
	["match, text", () => assert.match("abcd", "bc")],
	["not.match", () => assert.not.match("abcd", "bd")],
	["type", () => assert.type("1", "string")],
	["instance", () => assert.instance(new RangeError(), Error)],
	["throws", () => assert.throws(thrower)],
	["throws, pattern", () => assert.throws(thrower, /of range/)],
	["throws, predicate", () => assert.throws(thrower, (error: unknown) => error instanceof RangeError)],
	["not.throws", () => assert.not.throws(() => {})],
];

const fails: [string, () => void][] = [
	["ok", () => assert.ok(0)],
	["is", () => assert.is({}, {})],
	["is, NaN", () => assert.is(NaN, NaN)],
	["is.not", () => assert.is.not(1, 1)],
	["equal, a longer array", () => assert.equal([1, 2], [1])],
	["equal, a shorter array", () => assert.equal([1], [1, 2])],
	["equal, another value", () => assert.equal([1, { a: [1] }], [1, { a: [2] }])],
	["equal, text and number", () => assert.equal(["1"], [1])],
	["equal, null and undefined", () => assert.equal([null], [undefined])],
	["equal, null and object", () => assert.equal(null, {})],
	["equal, more fields", () => assert.equal({ a: 1, b: 2 }, { a: 1 })],
	["equal, fewer fields", () => assert.equal({ a: 1 }, { a: 1, b: 2 })],
	["equal, other fields", () => assert.equal({ a: undefined }, { b: undefined })],
	["equal, bytes", () => assert.equal(Uint8Array.of(1, 2), Uint8Array.of(1, 3))],
	["equal, bytes and list", () => assert.equal(Uint8Array.of(1), [1])],
	["equal, another width", () => assert.equal(Uint8Array.of(1), Uint16Array.of(1))],
	["equal, buffers", () => assert.equal(Uint8Array.of(1).buffer, Uint8Array.of(2).buffer)],
	["equal, instance and object", () => assert.equal(new Thing(1), { n: 1 })],
	["equal, maps", () => assert.equal(new Map([[1, 1]]), new Map([[1, 2]]))],
	["equal, sets", () => assert.equal(new Set([1]), new Set([2]))],
	["unreachable", () => assert.unreachable()],
	["not", () => assert.not(1)],
	["not.ok", () => assert.not.ok("x")],
	["not.equal", () => assert.not.equal([1], [1])],
	["match", () => assert.match("abcd", /bd/)],
	["match, text", () => assert.match("abcd", "bd")],
	["not.match", () => assert.not.match("abcd", /bc/)],
	["type", () => assert.type("1", "number")],
	["instance", () => assert.instance({}, Error)],
	["throws, nothing thrown", () => assert.throws(() => {})],
	["throws, nothing thrown but a message", () => assert.throws(() => {}, "must throw")],
	["throws, another pattern", () => assert.throws(thrower, /in range/)],
	["throws, another predicate", () => assert.throws(thrower, (error: unknown) => error instanceof TypeError)],
	["throws, an assertion inside", () => assert.throws(() => assert.unreachable())],
	["not.throws", () => assert.not.throws(thrower)],
];

function broken(body: () => void): unknown {
	try {
		body();
	} catch (error) {
		return error;
	}
	return undefined;
}

for (const [name, body] of holds) {
	test(`${name} holds`, () => {
		if (broken(body) !== undefined) throw broken(body);
	});
}
for (const [name, body] of fails) {
	test(`${name} fails`, () => {
		if (!(broken(body) instanceof Error)) throw new Error("it did not");
	});
}

test("a message of one's own is what is told", () => {
	for (const body of [() => assert.ok(0, "mine"), () => assert.is(1, 2, "mine"), () => assert.equal([1], [2], "mine")])
		if ((broken(body) as Error).message !== "mine") throw broken(body);
});

test.run();
