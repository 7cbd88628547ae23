import { test } from "uvu";
import * as assert from "uvu/assert";
import {
	BASE,
	BASE_COMB,
	COMB_DIGIT,
	comb,
	Digits,
	decode,
	NEGATIVE,
	OWN,
	oddMultiples,
	sum,
} from "../../../../firmware/crypto/typescript/edwards25519.js";
import { P, store } from "../../../../firmware/crypto/typescript/field.js";
import { fromHex, toHex } from "../../../hex.js";
import * as reference from "../../../reference/ed25519.js";
import { add, decodePoint, encodePoint, multiply, type Point, toBytes } from "../../../reference/ed25519.js";

const d = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
function modulo(a: bigint) {
	return ((a % P) + P) % P;
}
function negate([X, Y, Z, T]: Point): Point {
	return [modulo(-X), Y, Z, modulo(-T)];
}
/** The twin's bytes of a point of ours. */
function encode({ X, Y, Z }: { X: bigint; Y: bigint; Z: bigint }) {
	return toHex(encodePoint([modulo(X), modulo(Y), modulo(Z), 0n]));
}
function toOurs([X, Y, Z, T]: Point) {
	return { X, Y, Z, T };
}
function affine(point: Point) {
	return decodePoint(encodePoint(point))!;
}

const other = multiply(0xdeadbeefcafebaben, reference.B);
const edgeScalars = [
	0n,
	1n,
	2n,
	3n,
	15n,
	16n,
	17n,
	31n,
	2n ** 63n,
	2n ** 64n - 1n,
	2n ** 64n,
	2n ** 127n,
	2n ** 128n - 1n,
	2n ** 128n,
	2n ** 192n - 1n,
	2n ** 252n,
	reference.L - 1n,
	reference.L,
	2n ** 255n - 1n,
	2n ** 256n - 1n,
	0x5555555555555555555555555555555555555555555555555555555555555555n,
	0xfefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefen,
	0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0fn,
];

/** Made once, since the twin is slow. */
function multiplesOf(point: Point) {
	return new Map(edgeScalars.map(scalar => [scalar, multiply(scalar, point)]));
}
const ofBase = multiplesOf(reference.B),
	ofOther = multiplesOf(other);

test("the base point is the twin's", () => {
	assert.is(encode(BASE), toHex(encodePoint(reference.B)));
	assert.is(BASE.T, (BASE.X * BASE.Y) % P);
});

test("a comb holds 1, 3, … 15 times P, 2^64·P, 2^128·P and 2^192·P, as y - x, y + x, 2dxy below p", () => {
	for (const [table, point] of [
		[BASE_COMB, reference.B],
		[comb(toOurs(affine(other))), other],
	] as const) {
		assert.is(table.points.length, 96);
		let base = point;
		for (let i = 0; i < 96; i += 24) {
			const twice = add(base, base);
			for (let j = 0, multiple = base; j < 24; j += 3, multiple = add(multiple, twice)) {
				const [x, y] = affine(multiple);
				const entry = [modulo(y - x), modulo(y + x), modulo(2n * d * x * y)];
				assert.equal(table.points.slice(i + j, i + j + 3), entry);
			}
			for (let doublings = 0; doublings < 64; doublings++) base = add(base, base);
		}
	}
});

test("digits of every width add up to their scalar, are odd, and w positions apart", () => {
	for (const scalar of edgeScalars)
		for (const width of [2, 4, 5, 6]) {
			const digits = new Digits(256);
			digits.add(store(scalar), 0, 256, width, 0, 0);
			let total = 0n,
				last = Infinity;
			for (let position = digits.positions - 1; position >= 0; position--) {
				for (let link = digits.links[position]; link > 0; ) {
					const what = digits.links[link];
					link = what >> 7;
					assert.is(link, 0); // one scalar: one digit a position
					const digit = BigInt(2 * ((what >> 2) & 31) + 1);
					assert.ok(digit < 2n ** BigInt(width - 1));
					total += (what & NEGATIVE ? -digit : digit) << BigInt(position);
					assert.ok(last - position >= width);
					last = position;
				}
			}
			assert.is(total, scalar);
		}
});

test("the examples above Digits and sum: 29 is 2^5 - 3, and 29 P + 5 Q", () => {
	const digits = new Digits(64);
	digits.add(store(29n), 0, 64, 4, 0, 0);
	const asked: [position: number, entry: number, negative: boolean][] = [];
	for (let position = digits.positions - 1; position >= 0; position--) {
		const what = digits.links[digits.links[position]];
		if (digits.links[position] > 0) asked.push([position, (what >> 2) & 31, (what & NEGATIVE) !== 0]);
	}
	assert.equal(asked, [
		[5, 0, false],
		[0, 1, true],
	]);
	digits.add(store(5n), 0, 64, 4, 0, OWN);
	const expected = add(multiply(29n, reference.B), multiply(5n, other));
	const own = oddMultiples([toOurs(affine(other))], 4);
	assert.is(encode(sum(digits, BASE_COMB, own)), toHex(encodePoint(expected)));
});

test("a sum over combs is that of the twin, for scalars at the edges", () => {
	const own = comb(toOurs(affine(other)));
	for (const [i, a] of edgeScalars.entries()) {
		const b = edgeScalars[(i * 7 + 3) % edgeScalars.length];
		const digits = new Digits(64);
		for (let piece = 0; piece < 4; piece++) {
			digits.add(store(a), 64 * piece, 64 * piece + 64, COMB_DIGIT, 8 * piece, 0);
			digits.add(store(b), 64 * piece, 64 * piece + 64, COMB_DIGIT, 8 * piece, OWN | NEGATIVE);
		}
		const expected = add(ofBase.get(a)!, negate(ofOther.get(b)!));
		assert.is(encode(sum(digits, BASE_COMB, own)), toHex(encodePoint(expected)), `${a}, ${b}`);
	}
});

test("a sum of long scalars over odd multiples of two points is that of the twin", () => {
	const own = oddMultiples([toOurs(affine(other)), BASE], 4);
	for (const [i, a] of edgeScalars.entries()) {
		const b = edgeScalars[(i * 5 + 1) % edgeScalars.length];
		const digits = new Digits(256);
		digits.add(store(a), 0, 256, 4, 0, OWN);
		digits.add(store(b), 0, 256, 4, 4, OWN | NEGATIVE);
		const expected = add(ofOther.get(a)!, negate(ofBase.get(b)!));
		assert.is(encode(sum(digits, BASE_COMB, own)), toHex(encodePoint(expected)), `${a}, ${b}`);
	}
});

test("points are decoded as the twin does, and strictly only from the bytes that encode them", () => {
	const encodings = [...ofOther.values()].map(encodePoint);
	for (let y = 0n; y < 40n; y++) {
		for (const sign of [0n, 2n ** 255n]) encodings.push(toBytes(y + sign), toBytes(P - 20n + y + sign));
	}
	let [points, second] = [0, 0];
	for (const bytes of encodings) {
		const expected = decodePoint(bytes);
		const lenient = decode(bytes, 0, false),
			strict = decode(bytes, 0, true);
		assert.is(lenient === undefined, expected === undefined, toHex(bytes));
		if (!expected || !lenient) continue;
		points++;
		assert.is(encode(lenient), toHex(encodePoint(expected)));
		assert.is((lenient.T - lenient.X * lenient.Y) % P, 0n);
		const canonical = toHex(encodePoint(expected)) === toHex(bytes);
		assert.is(strict !== undefined, canonical, toHex(bytes));
		if (!canonical) second++;
	}
	assert.ok(points > 50 && second > 10);
	const around = new Uint8Array(40);
	around.set(fromHex("5866666666666666666666666666666666666666666666666666666666666666"), 6);
	assert.equal(decode(around, 6, true), { ...BASE, T: decode(around, 6, true)!.T });
});

test.run();
