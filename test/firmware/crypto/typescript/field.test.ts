import { test } from "uvu";
import * as assert from "uvu/assert";
import {
	fold,
	invert,
	load,
	P,
	power2252m3,
	reduce,
	store,
	trim,
} from "../../../../firmware/crypto/typescript/field.js";

const NARROW = 2n ** 256n + 2n ** 206n;

/** Words of all zeros, all ones, lone bits, and the neighbours of p, 2p and powers of two, up to `bits` bits. */
function edges(bits: bigint): bigint[] {
	const numbers = [0n, 1n, 2n, 19n, 38n, P, 2n * P, 2n ** bits - 1n];
	for (let bit = 31n; bit < bits; bit += 32n) {
		for (const near of [-1n, 0n, 1n]) numbers.push(2n ** bit + near, 2n ** (bit + 1n) - 2n ** (bit - 31n) + near);
	}
	for (let near = -20n; near <= 20n; near++) {
		numbers.push(P + near + 20n, 2n * P + near, 4n * P + near, 2n ** 256n + near);
	}
	numbers.push(0x5555555555555555n * 2n ** (bits - 64n), 2n ** (bits - 1n) / 3n);
	return numbers.filter(x => x >= 0n && x < 2n ** bits);
}
function same(a: bigint, b: bigint) {
	return (a - b) % P === 0n;
}

test("a fold keeps the value modulo p, and stays below 39 · 2^(256+k)", () => {
	for (const k of [0n, 1n, 14n, 46n, 64n, 109n, 188n]) {
		for (const x of edges(512n + k)) {
			assert.ok(same(fold(x), x), `${x}`);
			assert.ok(fold(x) >= 0n && fold(x) < 39n * 2n ** (256n + k), `${x}`);
		}
	}
});

test("a trim keeps the value modulo p, and makes narrow what is less than 2^456", () => {
	for (const x of edges(456n)) {
		assert.ok(same(trim(x), x), `${x}`);
		assert.ok(trim(x) >= 0n && trim(x) < NARROW, `${x}`);
	}
});

test("both make narrow what is less than 2^700", () => {
	for (const x of edges(700n)) {
		assert.ok(same(reduce(x), x), `${x}`);
		assert.ok(reduce(x) >= 0n && reduce(x) < NARROW, `${x}`);
	}
});

test("an inverse times its number is 1, in the range, and the inverse of 0 is 0", () => {
	for (const x of edges(258n)) {
		const inverse = invert(x);
		assert.ok(inverse >= 0n && inverse < P, `${x}`);
		assert.ok(same(inverse * x, x % P === 0n ? 0n : 1n), `${x}`);
	}
});

test("the power that roots are made of agrees with square and multiply, for narrow numbers", () => {
	for (const x of edges(256n)
		.filter((_, i) => i % 3 === 0)
		.concat(NARROW - 1n)) {
		let expected = 1n;
		for (let e = (P - 5n) / 8n, square = x % P; e > 0n; e /= 2n, square = (square * square) % P) {
			if (e % 2n === 1n) expected = (expected * square) % P;
		}
		const power = power2252m3(x);
		assert.ok(same(power, expected), `${x}`);
		assert.ok(power >= 0n && power < NARROW, `${x}`);
	}
});

test("numbers are stored lowest byte first, and loaded from any place", () => {
	for (const x of edges(256n)) {
		const bytes = store(x);
		assert.is(load(bytes, 0), x);
		const around = new Uint8Array(48).fill(0xee);
		around.set(bytes, 9);
		assert.is(load(around.subarray(4), 5), x);
	}
	assert.is(store(0x0102n)[0], 2);
});

test.run();
