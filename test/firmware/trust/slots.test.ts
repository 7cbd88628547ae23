import { test } from "uvu";
import * as assert from "uvu/assert";
import { DecodeError } from "../../../firmware/cbor.js";
import { ed25519Prepare } from "../../../firmware/crypto/kernel.js";
import type { Partition } from "../../../firmware/ports.js";
import { type Fleet, VerifiedCaInformation } from "../../../firmware/trust/ca-information.js";
import { FlashError, Slots } from "../../../firmware/trust/slots.js";
import { BLOCK_LENGTH, FlashEmulator, type Operation } from "../../flash-emulator.js";
import { toHex } from "../../hex.js";
import { publicKeyOf } from "../../reference/ed25519.js";
import { refusedAs } from "../../refusal.js";
import { CERTIFICATE_B, CERTIFICATE_C, CERTIFICATE_D } from "./certificates.js";
import { dlSeed, FLEET_NAME, issue } from "./issue.js";

const fleet: Fleet = { name: FLEET_NAME, dlKeys: [ed25519Prepare(publicKeyOf(dlSeed))!] };
const A = issue({ generation: 1 });
const B = issue({ generation: 2, certificate: CERTIFICATE_B });
const C = issue({ generation: 3, certificate: CERTIFICATE_C });
const movedA = issue({ generation: 2, url: "https://other.fleet.example/" });
const revokingB = issue({ generation: 2, certificate: CERTIFICATE_B, revokes: true });
/** Signed, but with a certificate that this firmware cannot read. */
const foreign = issue({ generation: 4, certificate: CERTIFICATE_D.slice(0, -2) });
const MARK = Uint8Array.of(0x6d, 0x61, 0x72, 0x6b);

interface Booted {
	slots: Slots;
	reports: string[];
}

function boot(chip: FlashEmulator, factory = A): Booted {
	chip.powerOn();
	const burntIn = VerifiedCaInformation.read(factory, fleet);
	const slots = new Slots([chip.open("ca0"), chip.open("ca1")], burntIn, fleet);
	const reports: string[] = [];
	slots.repair((done, information) => reports.push(information ? `${done} ${information.generation}` : done));
	return { slots, reports };
}

function held({ slots }: { slots: Slots }) {
	return `${slots.current.generation} ${slots.next?.generation ?? "-"}`;
}

/** Puts a whole, marked copy where no code of ours did. */
function put(chip: FlashEmulator, partition: Partition, block: number, record: Uint8Array, mark = MARK): void {
	chip.setImage(partition, new Uint8Array(BLOCK_LENGTH).fill(0xff), block * BLOCK_LENGTH);
	chip.setImage(partition, record, block * BLOCK_LENGTH);
	chip.setImage(partition, mark, block * BLOCK_LENGTH + BLOCK_LENGTH - 4);
}

/** A chip whose copies, ca0's two and then ca1's, hold these; undefined: erased. */
function chipWith(...copies: (Uint8Array | undefined)[]): FlashEmulator {
	const chip = new FlashEmulator();
	copies.forEach((record, i) => record && put(chip, i < 2 ? "ca0" : "ca1", i & 1, record));
	return chip;
}

function copy(chip: FlashEmulator, partition: Partition, block: number) {
	return chip.image(partition).subarray(block * BLOCK_LENGTH, (block + 1) * BLOCK_LENGTH);
}

function isCopyOf(chip: FlashEmulator, partition: Partition, block: number, record: Uint8Array): boolean {
	const found = copy(chip, partition, block);
	return toHex(found.subarray(0, record.length)) === toHex(record) && toHex(found.subarray(-4)) === toHex(MARK);
}

function isBlank(chip: FlashEmulator, partition: Partition, block: number) {
	return copy(chip, partition, block).every(byte => byte === 0xff);
}

/** The operations that `action` makes, as `ca0:1 erase`. */
function trace(chip: FlashEmulator, action: () => void): string[] {
	const operations: string[] = [];
	chip.onOperation = operation => operations.push(describe(operation));
	action();
	chip.onOperation = undefined;
	return operations;
}

function describe(operation: Operation): string {
	const { partition } = operation;
	if (operation.kind === "erase") return `${partition}:${operation.block} erase`;
	const block = Math.floor(operation.offset / BLOCK_LENGTH);
	if (operation.offset % BLOCK_LENGTH === 0) return `${partition}:${block} record`;
	return `${partition}:${block} ${operation.bytes.every(byte => byte === 0) ? "revoke" : "mark"}`;
}

function written(partition: Partition, block: number) {
	return ["revoke", "erase", "record", "mark"].map(step => `${partition}:${block} ${step}`);
}

test("a new device stores the factory CA information in both copies of ca0", () => {
	const chip = new FlashEmulator();
	const device = boot(chip);
	assert.equal(device.reports, ["factory CA information stored 1"]);
	assert.is(held(device), "1 -");
	assert.ok(device.slots.stored);
	for (const block of [0, 1]) {
		assert.ok(isCopyOf(chip, "ca0", block, A));
		assert.ok(isBlank(chip, "ca1", block));
	}
});

test("a copy is the record, erased flash, and the mark in the last word", () => {
	const chip = new FlashEmulator();
	boot(chip);
	const found = copy(chip, "ca0", 1);
	assert.is(toHex(found.subarray(0, A.length)), toHex(A));
	assert.ok(found.subarray(A.length, BLOCK_LENGTH - 4).every(byte => byte === 0xff));
	assert.is(toHex(found.subarray(-4)), "6d61726b");
});

test("a reboot with nothing to mend writes nothing", () => {
	const chip = chipWith(A, A, B, B);
	assert.equal(
		trace(chip, () => assert.is(held(boot(chip)), "1 2")),
		[],
	);
});

test("of two full slots the lower generation is current, whichever partition it is in", () => {
	assert.is(held(boot(chipWith(A, A, B, B))), "1 2");
	assert.is(held(boot(chipWith(B, B, A, A))), "1 2");
	assert.is(held(boot(chipWith(undefined, undefined, B, B))), "2 -");
});

test("of two equal generations ca0 counts, and ca1 is written next", () => {
	const chip = chipWith(B, B, movedA, movedA);
	const device = boot(chip);
	assert.is(held(device), "2 -");
	assert.is(toHex(device.slots.current.bytes), toHex(B));
	device.slots.accept(C);
	assert.is(held(device), "2 3");
	assert.ok(isCopyOf(chip, "ca1", 0, C) && isCopyOf(chip, "ca1", 1, C));
});

test("a record without its mark does not count", () => {
	for (const mark of [new Uint8Array(4), new Uint8Array(4).fill(0xff), Uint8Array.of(0x6d, 0x61, 0x72, 0x6a)]) {
		const chip = chipWith(A, A);
		put(chip, "ca1", 0, B, mark);
		put(chip, "ca1", 1, B, mark);
		const device = boot(chip);
		assert.is(held(device), "1 -");
		assert.equal(device.reports, ["damaged slot erased"]);
		assert.ok(isBlank(chip, "ca1", 0) && isBlank(chip, "ca1", 1));
	}
});

test("a mark on what does not verify does not count", () => {
	const altered = B.slice();
	altered[40] ^= 1;
	const chip = chipWith(A, A, altered, B.subarray(0, 200));
	assert.equal(boot(chip).reports, ["damaged slot erased"]);
	assert.is(held(boot(chip)), "1 -");
});

test("another fleet's CA information does not count", () => {
	const device = boot(chipWith(A, A), A);
	const other: Fleet = { ...fleet, name: "other.example" };
	assert.is(held(device), "1 -");
	const chip = chipWith(B, B);
	chip.powerOn();
	const slots = new Slots([chip.open("ca0"), chip.open("ca1")], VerifiedCaInformation.read(A, fleet), other);
	assert.not.ok(slots.stored);
});

test("one bad copy is written again from the other, whose mark is set again first", () => {
	for (const block of [0, 1]) {
		const chip = chipWith(A, A);
		chip.flip("ca0", 8 * (block * BLOCK_LENGTH + 100));
		let device: Booted | undefined;
		const operations = trace(chip, () => (device = boot(chip)));
		assert.equal(device!.reports, ["copy rewritten 1"]);
		assert.equal(operations, [`ca0:${1 - block} mark`, ...written("ca0", block)]);
		assert.ok(isCopyOf(chip, "ca0", 0, A) && isCopyOf(chip, "ca0", 1, A));
	}
});

test("of two valid copies that differ the higher generation is the slot's, and is written over the other", () => {
	for (const copies of [
		[B, C],
		[C, B],
	]) {
		const chip = chipWith(A, A, ...copies);
		const device = boot(chip);
		assert.is(held(device), "1 3");
		assert.equal(device.reports, ["copy rewritten 3"]);
		assert.ok(isCopyOf(chip, "ca1", 0, C) && isCopyOf(chip, "ca1", 1, C));
	}
});

test("a damaged slot is revoked and erased, and what is blank in it is not worn", () => {
	const chip = chipWith(A, A);
	chip.setImage("ca1", new Uint8Array(300).fill(0x5a), BLOCK_LENGTH);
	assert.equal(
		trace(chip, () => boot(chip)),
		["ca1:1 revoke", "ca1:1 erase"],
	);
});

test("both slots destroyed: the factory CA information is stored again, and newer ones are taken from there", () => {
	const chip = chipWith(B, B, C, C);
	for (const block of [0, 1]) {
		chip.setImage("ca0", new Uint8Array(60), block * BLOCK_LENGTH);
		chip.setImage("ca1", new Uint8Array(60), block * BLOCK_LENGTH);
	}
	const device = boot(chip);
	assert.equal(device.reports, ["damaged slot erased", "damaged slot erased", "factory CA information stored 1"]);
	assert.is(held(device), "1 -");
	assert.is(device.slots.accept(C).outcome, "stored");
	assert.is(held(boot(chip)), "1 3");
});

test("a newer CA information goes into the slot that is not current, one copy after the other", () => {
	const chip = chipWith(A, A);
	const device = boot(chip);
	const operations = trace(chip, () => assert.is(device.slots.accept(B).outcome, "stored"));
	assert.equal(operations, [...written("ca1", 0), ...written("ca1", 1)]);
	assert.is(held(device), "1 2");
	device.slots.accept(C);
	assert.is(held(device), "1 3");
	assert.is(held(boot(chip)), "1 3");
});

test("the same bytes as in either slot are `same`, and nothing is written", () => {
	const chip = chipWith(A, A, B, B);
	const { slots } = boot(chip);
	const operations = trace(chip, () => {
		assert.is(slots.accept(A).outcome, "same");
		assert.is(slots.accept(B).outcome, "same");
	});
	assert.equal(operations, []);
});

test("what is refused writes nothing", () => {
	const chip = chipWith(B, B);
	const { slots } = boot(chip);
	const operations = trace(chip, () => {
		refusedAs(DecodeError, "older generation", () => slots.accept(A));
		refusedAs(DecodeError, "equal generation", () => slots.accept(movedA));
		refusedAs(DecodeError, "generation too far ahead", () => slots.accept(issue({ generation: 259 })));
		refusedAs(DecodeError, "truncated", () => slots.accept(C.subarray(0, 100)));
	});
	assert.equal(operations, []);
});

test("a promotion writes next afresh, revokes both copies of the lower slot, then erases them", () => {
	const chip = chipWith(A, A, B, B);
	const { slots } = boot(chip);
	const operations = trace(chip, () => slots.promote());
	assert.equal(operations.slice(0, 8), [...written("ca1", 0), ...written("ca1", 1)]);
	assert.equal(operations.slice(8, 10), ["ca0:0 revoke", "ca0:1 revoke"]);
	assert.equal(
		operations.slice(10).filter(operation => operation.endsWith("erase")),
		["ca0:0 erase", "ca0:1 erase"],
	);
	assert.is(held({ slots }), "2 -");
	assert.is(held(boot(chip)), "2 -");
	assert.ok(isBlank(chip, "ca0", 0) && isBlank(chip, "ca0", 1));
});

test("without a next CA information there is nothing to promote", () => {
	const { slots } = boot(chipWith(A, A));
	assert.throws(
		() => slots.promote(),
		(error: unknown) => error instanceof RangeError,
	);
});

test("the same CA with another URL, and one that revokes, are promoted as soon as they are stored", () => {
	for (const information of [movedA, revokingB]) {
		const chip = chipWith(A, A);
		const { slots } = boot(chip);
		assert.is(slots.accept(information).outcome, "promoted");
		assert.is(held({ slots }), "2 -");
		assert.is(held(boot(chip)), "2 -");
	}
});

test("a promotion that no server has to justify is finished at boot, if the power failed before it", () => {
	for (const information of [movedA, revokingB]) {
		const device = boot(chipWith(A, A, information, information));
		assert.equal(device.reports, ["promotion finished 2"]);
		assert.is(held(device), "2 -");
	}
	assert.is(held(boot(chipWith(A, A, B, B))), "1 2");
});

test("a promotion that no server has to justify is finished before anything takes next's place", () => {
	const chip = chipWith(A, A);
	const { slots } = boot(chip);
	for (const block of [0, 1]) chip.blockFaults.set(`ca0:${block}`, "refuses");
	refusedAs(FlashError, "flash cannot be programmed", () => slots.accept(revokingB));
	assert.is(held({ slots }), "1 2");
	refusedAs(FlashError, "flash cannot be programmed", () => slots.accept(revokingB)); // not `same`: it is not in force
	chip.blockFaults.clear();
	assert.is(slots.accept(C).outcome, "stored");
	assert.is(held({ slots }), "2 3");
});

test("a newer firmware's factory CA information is offered at boot as a download would be", () => {
	const chip = chipWith(A, A);
	assert.equal(boot(chip, B).reports, ["factory CA information stored 2"]);
	assert.is(held(boot(chip, B)), "1 2");
	assert.equal(boot(chip, B).reports, []);
	assert.is(held(boot(chip, A)), "1 2");
	assert.is(held(boot(chipWith(A, A), revokingB)), "2 -");
	assert.is(held(boot(chipWith(A, A), issue({ generation: 300 }))), "1 -");
	assert.is(held(boot(chipWith(A, A, B, B), C)), "1 3");
});

test("nothing as old as the factory's is taken, even where the factory's could not be stored", () => {
	const { slots } = boot(chipWith(A, A), issue({ generation: 300 }));
	refusedAs(DecodeError, "older generation", () => slots.accept(B));
	refusedAs(DecodeError, "older generation", () => slots.accept(issue({ generation: 299 })));
	assert.is(slots.accept(issue({ generation: 301, certificate: CERTIFICATE_B })).outcome, "stored");
});

test("flash that takes nothing: the firmware's copy is used, and that is said", () => {
	const chip = new FlashEmulator();
	for (const block of ["ca0:0", "ca0:1", "ca1:0", "ca1:1"]) chip.blockFaults.set(block, "ignores");
	const device = boot(chip);
	assert.equal(device.reports, ["flash cannot be programmed 1"]);
	assert.is(held(device), "1 -");
	assert.not.ok(device.slots.stored);
	refusedAs(FlashError, "flash cannot be programmed", () => device.slots.accept(B)); // next alone would be current
	assert.is(held(boot(chip)), "1 -");
});

test("a read error never causes an erase", () => {
	const images = [
		[A, A],
		[A, A, B, B],
		[undefined, undefined, B, B],
		[A, undefined, B, B],
	];
	for (const copies of images)
		for (const unreadable of [["ca0:0"], ["ca0:1"], ["ca0:0", "ca0:1"], ["ca0:0", "ca0:1", "ca1:0", "ca1:1"]]) {
			const chip = chipWith(...copies);
			for (const block of unreadable) chip.blockFaults.set(block, "unreadable");
			const operations = trace(chip, () => boot(chip));
			for (const block of unreadable)
				assert.not.ok(
					operations.some(operation => operation.startsWith(block)),
					`${unreadable}: ${operations}`,
				);
		}
});

test("a slot that cannot be read is as it was when it can be read again", () => {
	const chip = chipWith(A, A, B, B);
	for (const block of ["ca0:0", "ca0:1", "ca1:0", "ca1:1"]) chip.blockFaults.set(block, "unreadable");
	const device = boot(chip);
	assert.is(held(device), "1 -");
	assert.not.ok(device.slots.stored);
	assert.equal(device.reports, ["flash cannot be read 1"]);
	chip.blockFaults.clear();
	assert.is(held(boot(chip)), "1 2");
});

test("one block that cannot be read, or not be written, does not keep a device from its first CA nor from the next", () => {
	for (const fault of [
		"unreadable",
		"ignores",
		"ignores erase",
		"ignores program",
		"refuses",
		"refuses erase",
	] as const)
		for (const block of ["ca0:0", "ca0:1", "ca1:0", "ca1:1"]) {
			const chip = new FlashEmulator();
			chip.setImage(
				block.startsWith("ca0") ? "ca0" : "ca1",
				new Uint8Array(64),
				block.endsWith("1") ? BLOCK_LENGTH : 0,
			);
			chip.blockFaults.set(block, fault);
			assert.is(held(boot(chip)), "1 -", `${block} ${fault}`);
			assert.is(boot(chip).slots.accept(B).outcome, "stored");
			boot(chip).slots.promote();
			assert.is(held(boot(chip)), "2 -", `${block} ${fault}`);
			boot(chip).slots.accept(C);
			boot(chip).slots.promote();
			assert.is(held(boot(chip)), "3 -", `${block} ${fault}`);
		}
});

test("a copy that stands against revocation is outvoted by its twin, and the device goes on renewing", () => {
	for (const fault of ["unreadable", "ignores", "ignores program", "refuses"] as const)
		for (const [partition, block] of [
			["ca0", 0],
			["ca0", 1],
			["ca1", 0],
			["ca1", 1],
		] as const) {
			const chip = partition === "ca0" ? chipWith(A, A) : chipWith(undefined, undefined, A, A);
			boot(chip);
			chip.blockFaults.set(`${partition}:${block}`, fault);
			const device = boot(chip);
			device.slots.accept(B);
			device.slots.promote();
			assert.is(held(device), "2 -", `${partition}:${block} ${fault}`);
			assert.is(held(boot(chip)), "2 -");
			boot(chip).slots.accept(C);
			assert.is(held(boot(chip)), "2 3");
			boot(chip).slots.promote();
			chip.blockFaults.clear(); // what could not be read, or not be written, is there again: A
			assert.is(held(boot(chip)), "3 -");
		}
});

test("no write to a slot that is not current shows the copy that could not be retired", () => {
	const chip = chipWith(undefined, undefined, A, A);
	chip.blockFaults.set("ca1:0", "ignores");
	const { slots } = boot(chip);
	slots.accept(B);
	slots.promote();
	const operations = trace(chip, () => boot(chip).slots.accept(C));
	assert.ok(
		operations.every(operation => !operation.startsWith("ca1:1 revoke")),
		operations.join(),
	);
});

test("a blank copy beside one that cannot be erased is not worn at each boot", () => {
	const chip = chipWith(A, A);
	chip.setImage("ca1", new Uint8Array(64), BLOCK_LENGTH);
	chip.blockFaults.set("ca1:1", "ignores erase");
	assert.equal(boot(chip).reports, ["flash cannot be erased"]);
	assert.equal(
		trace(chip, () => boot(chip)),
		["ca1:1 revoke", "ca1:1 erase"],
	);
});

test("a promotion that cannot be committed is tried a few times, then not before the next boot", () => {
	const chip = chipWith(A, A, B, B);
	for (const block of [0, 1]) chip.blockFaults.set(`ca0:${block}`, "ignores");
	const { slots } = boot(chip);
	const attempt = () => refusedAs(FlashError, "flash cannot be programmed", () => slots.promote());
	const operations = [1, 2, 3, 4, 5, 6].map(() => trace(chip, attempt).length);
	assert.ok(operations.slice(0, 4).every(count => count > 0));
	assert.equal(operations.slice(4), [0, 0]);
	assert.is(held({ slots }), "1 2");
	assert.is(held(boot(chip)), "1 2");
	slots.accept(C);
	assert.ok(trace(chip, attempt).length > 0); // of another next
	chip.blockFaults.clear();
	boot(chip).slots.promote();
	assert.is(held(boot(chip)), "3 -");
});

test("programming that fails once, with or without a word, leaves the other copy and is mended at the next boot", () => {
	for (const fault of ["ignores", "half", "refuses"] as const)
		for (let at = 0; at < 8; at++) {
			const chip = chipWith(A, A);
			const { slots } = boot(chip);
			chip.operationFaults.set(chip.operations + at, fault);
			slots.accept(B);
			assert.is(held({ slots }), "1 2", `${fault} ${at}`);
			assert.is(held(boot(chip)), "1 2");
			assert.ok(isCopyOf(chip, "ca1", 0, B) && isCopyOf(chip, "ca1", 1, B), `${fault} ${at}`);
		}
});

test("what is signed but cannot be used here is left alone, for another firmware", () => {
	const chip = chipWith(A, A, foreign, foreign);
	const device = boot(chip);
	assert.is(held(device), "1 -");
	assert.equal(device.reports, []);
	assert.ok(isCopyOf(chip, "ca1", 0, foreign) && isCopyOf(chip, "ca1", 1, foreign));

	const alone = chipWith(foreign, foreign);
	const rolledBack = boot(alone);
	assert.equal(rolledBack.reports, ["flash is held for another firmware 1"]);
	assert.is(held(rolledBack), "1 -");
	refusedAs(FlashError, "flash is held for another firmware", () => rolledBack.slots.accept(B));
	assert.ok(isBlank(alone, "ca1", 0) && isBlank(alone, "ca1", 1));
});

test("partitions of another size are a mistake of ours", () => {
	const chip = new FlashEmulator();
	const burntIn = VerifiedCaInformation.read(A, fleet);
	assert.throws(
		() => new Slots([chip.open("ca0"), chip.open("poll")], burntIn, fleet),
		(error: unknown) => error instanceof RangeError,
	);
});

/** Stops before each operation of `action` in turn, boots, and lets `check` say what may be found then. */
function stopEverywhere(make: () => FlashEmulator, action: (slots: Slots) => void, allowed: string[]): void {
	for (let at = 0; ; at++) {
		const chip = make();
		const { slots } = boot(chip);
		chip.cutAt(chip.operations + at, { model: "nothing", amount: 0, unstable: false });
		try {
			action(slots);
		} catch (error) {
			if (!chip.isOff) throw error;
		}
		if (!chip.isOff) return assert.ok(at > 0);
		const found = held(boot(chip));
		assert.ok(allowed.includes(found), `stopped before operation ${at}: ${found}`);
		assert.equal(boot(chip).reports, [], `stopped before operation ${at}: not mended in one boot`);
	}
}

test("a store that is stopped before any operation leaves the old state or the new one", () => {
	stopEverywhere(
		() => chipWith(A, A),
		slots => slots.accept(B),
		["1 -", "1 2"],
	);
	stopEverywhere(
		() => chipWith(A, A, B, B),
		slots => slots.accept(C),
		["1 2", "1 3"],
	);
});

test("a promotion that is stopped before any operation leaves the old state or the new one", () => {
	stopEverywhere(
		() => chipWith(A, A, B, B),
		slots => slots.promote(),
		["1 2", "2 -"],
	);
	stopEverywhere(
		() => chipWith(C, C, B, B),
		slots => slots.promote(),
		["2 3", "3 -"],
	);
});

test("a revocation that is stopped before any operation has not begun, or is in force at the next boot", () => {
	stopEverywhere(
		() => chipWith(A, A),
		slots => slots.accept(revokingB),
		["1 -", "2 -"],
	);
});

test("a first boot that is stopped before any operation is made up for by the next", () => {
	for (let at = 0; at < 8; at++) {
		const chip = new FlashEmulator();
		chip.powerOn();
		const burntIn = VerifiedCaInformation.read(A, fleet);
		const slots = new Slots([chip.open("ca0"), chip.open("ca1")], burntIn, fleet);
		chip.cutAt(at, { model: "nothing", amount: 0, unstable: false });
		slots.repair(() => {});
		assert.ok(chip.isOff);
		const device = boot(chip);
		assert.is(held(device), "1 -");
		assert.ok(device.slots.stored);
	}
});

test.run();
