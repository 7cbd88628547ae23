import { createPublicKey } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
	BLOCK_LENGTH,
	readDeviceSlots,
	readSlotImage,
	SLOT_LENGTH,
	select,
	writeSlotImage,
} from "../../host/slot-image.js";
import { createWorld } from "../world.js";
import { flashFolder, runOnce } from "./device-run.js";

const world = await createWorld();
const dlKeys = [createPublicKey(world.dlKey)];
function read(image: Uint8Array) {
	return readSlotImage(image, world.fleet, dlKeys);
}
const blank = new Uint8Array(SLOT_LENGTH).fill(0xff);

test("what is written for the factory is read back, both copies valid", () => {
	const { copies, information, object } = read(writeSlotImage(world.information(1)));
	assert.equal(
		copies.map(({ is }) => is),
		["valid", "valid"],
	);
	assert.is(information?.generation, 1);
	assert.equal(object, world.information(1));
});

test("a device takes the factory's image as it is: no repair", async () => {
	const flash = flashFolder();
	mkdirSync(flash, { recursive: true });
	const image = writeSlotImage(world.information(1));
	writeFileSync(join(flash, "ca0"), image);
	const { told } = await runOnce("node", world.settings({}, { service: "https://service.invalid/" }), flash);
	assert.is(told[0], "boot 1,-");
	assert.equal(new Uint8Array(readFileSync(join(flash, "ca0"))), image);
});

test("the host reads what a device wrote", async () => {
	const flash = flashFolder();
	await runOnce("node", world.settings({}, { service: "https://service.invalid/" }), flash);
	const { current, next } = readDeviceSlots(flash, world.fleet, dlKeys);
	assert.is(current?.information?.generation, 1);
	assert.equal(
		current?.copies.map(({ is }) => is),
		["valid", "valid"],
	);
	assert.is(next, undefined);
});

test("a copy without its stored mark does not count", () => {
	const image = writeSlotImage(world.information(1));
	image.fill(0, BLOCK_LENGTH - 16, BLOCK_LENGTH);
	assert.equal(
		read(image).copies.map(({ is }) => is),
		["revoked", "valid"],
	);
	image.fill(0, SLOT_LENGTH - 16);
	assert.is(read(image).information, undefined);
});

test("a changed bit is damage; another key's and another fleet's are foreign; erased is blank", () => {
	const image = writeSlotImage(world.information(1));
	image[50] ^= 1;
	assert.equal(
		read(image).copies.map(({ is }) => is),
		["damaged", "valid"],
	);
	assert.equal(read(writeSlotImage(world.information(1, { by: world.spareDlKey }))).copies[0].is, "foreign");
	assert.equal(read(writeSlotImage(world.information(1, { fleet: "other" }))).copies[0].is, "foreign");
	image[BLOCK_LENGTH - 40] ^= 1;
	assert.equal(
		read(blank).copies.map(({ is }) => is),
		["blank", "blank"],
	);
});

test("two valid copies that differ: a proved one, then the higher generation is the slot's", () => {
	for (const [proved, expected] of [
		[true, 3],
		[false, 2],
	] as const) {
		const image = writeSlotImage(world.information(2));
		image.set(writeSlotImage(world.information(3), { proved }).subarray(BLOCK_LENGTH), BLOCK_LENGTH);
		assert.is(read(image).information?.generation, expected);
	}
});

test("the proved slot of the highest generation is current, the unproved one above it next", () => {
	const generations = (a: Uint8Array, b: Uint8Array) => {
		const { current, next } = select(read(a), read(b));
		return [current?.information?.generation, next?.information?.generation];
	};
	const one = writeSlotImage(world.information(1)),
		two = writeSlotImage(world.information(2)),
		next = writeSlotImage(world.information(2), { proved: false });
	assert.equal(generations(one, next), [1, 2]);
	assert.equal(generations(next, one), [1, 2]);
	assert.equal(generations(one, two), [2, undefined]);
	assert.equal(generations(blank, two), [2, undefined]);
	assert.equal(generations(blank, next), [undefined, 2]);
	assert.equal(generations(two, two), [2, undefined]);
	assert.equal(generations(blank, blank), [undefined, undefined]);
});

test("an image of another size is refused", () => {
	assert.throws(() => read(new Uint8Array(4_096)), /8192 bytes, got 4096/);
});

test("rubbish of every kind is damaged, never an exception", () => {
	for (let seed = 1; seed <= 200; seed++) {
		const image = new Uint8Array(SLOT_LENGTH);
		for (let i = 0, x = seed; i < 600; i++) image[i] = x = (x * 1_103_515_245 + 12_345) & 0x7fffffff;
		if (seed % 2) image.set([0xd2, 0x84, 0x43, 0xa1, 0x01, 0x32, 0xa0, 0x59], 0);
		assert.is(read(image).copies[0].is, "damaged");
	}
});

test.run();
