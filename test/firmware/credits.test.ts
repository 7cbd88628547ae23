import { test } from "uvu";
import * as assert from "uvu/assert";
import { Credits } from "../../firmware/credits.js";
import { FlashEmulator } from "../flash-emulator.js";

const silent = () => assert.unreachable("this flash does not fail");

test("a new partition has no credits, and says nothing of a period", () => {
	const credits = new Credits(new FlashEmulator().open("poll"), silent);
	assert.equal(credits.read(), { credits: 0, failures: undefined, target: undefined });
});

test("what a period holds is there after a reboot: its credits, its failures, its target", () => {
	const chip = new FlashEmulator();
	const before = new Credits(chip.open("poll"), silent);
	before.read();
	assert.ok(before.begin(3));
	for (let i = 0; i < 40; i++) assert.ok(before.add());
	const after = new Credits(chip.open("poll"), silent);
	assert.equal(after.read(), { credits: 40, failures: 3, target: undefined });
	after.setTarget(1500);
	assert.ok(after.add());
	assert.equal(new Credits(chip.open("poll"), silent).read(), { credits: 41, failures: 3, target: 1500 });
});

test("a header that rotted says nothing, whichever bit it was", () => {
	for (let bit = 0; bit < 64; bit++) {
		const chip = new FlashEmulator();
		const credits = new Credits(chip.open("poll"), silent);
		credits.begin(3);
		credits.setTarget(1500);
		chip.flip("poll", bit);
		const { failures, target } = new Credits(chip.open("poll"), silent).read()!;
		assert.is(bit < 32 ? failures : target, undefined, `bit ${bit}`);
	}
});

test("without a partition nothing is counted, and that is said once", () => {
	let said = 0;
	const credits = new Credits(undefined, () => said++);
	assert.is(credits.read(), undefined);
	assert.not.ok(credits.add());
	assert.not.ok(credits.begin(1));
	credits.setTarget(1500);
	assert.is(said, 1);
});

test("an erase that fails without a word is seen, and nothing is counted on top of what was there", () => {
	const chip = new FlashEmulator();
	const credits = new Credits(chip.open("poll"), () => {});
	credits.begin(0);
	credits.add();
	chip.blockFaults.set("poll:0", "ignores erase");
	assert.not.ok(credits.begin(1));
	assert.not.ok(credits.add());
	chip.blockFaults.clear();
	assert.is(new Credits(chip.open("poll"), silent).read()!.credits, 1);
});

test("an erase that left everything is seen, though the same header stands there again", () => {
	const chip = new FlashEmulator();
	const credits = new Credits(chip.open("poll"), () => {});
	credits.begin(0);
	credits.add();
	chip.blockFaults.set("poll:0", "ignores erase");
	assert.not.ok(credits.begin(0));
});

test("when every credit was given, nothing more is written", () => {
	const chip = new FlashEmulator();
	const credits = new Credits(chip.open("poll"), silent);
	credits.begin(0);
	for (let i = 0; i < 52 * 32; i++) credits.add();
	const { operations } = chip;
	assert.ok(credits.add());
	assert.is(chip.operations, operations);
	assert.is(new Credits(chip.open("poll"), silent).read()!.credits, 52 * 32);
});

test.run();
