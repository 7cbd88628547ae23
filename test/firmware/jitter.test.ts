import { test } from "uvu";
import * as assert from "uvu/assert";
import { draw, jittered, mostJittered } from "../../firmware/jitter.js";
import { Dice } from "../dice.js";

test("what is drawn is below its bound, and all of it comes", () => {
	const { fill } = new Dice(1);
	const seen = new Set<number>();
	for (let i = 0; i < 500; i++) seen.add(draw(fill, 7));
	assert.equal([...seen].sort(), [0, 1, 2, 3, 4, 5, 6]);
});

test("a spread of ten per cent goes both ways, and is whole", () => {
	const { fill } = new Dice(2);
	const seen = new Set<number>();
	for (let i = 0; i < 2000; i++) seen.add(jittered(fill, 50));
	assert.equal(
		[...seen].sort((a, b) => a - b),
		[45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55],
	);
	assert.is(mostJittered(50), 55);
	assert.is(jittered(fill, 9), 9);
});

test("without randomness it is the value itself", () => {
	const broken = () => {
		throw new Error("no randomness");
	};
	assert.is(jittered(broken, 1440), 1440);
	assert.is(draw(broken, 1440), 720);
});

test.run();
