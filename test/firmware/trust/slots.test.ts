import { test } from "uvu";
import * as assert from "uvu/assert";
import { DecodeError } from "../../../firmware/cbor.js";
import { ed25519Prepare } from "../../../firmware/crypto/kernel.js";
import type { Partition } from "../../../firmware/ports.js";
import { type Fleet, VerifiedCaInformation } from "../../../firmware/trust/ca-information.js";
import { type Acceptance, type SlotReport, Slots, type Source } from "../../../firmware/trust/slots.js";
import { BLOCK_LENGTH, FlashEmulator, type Operation } from "../../flash-emulator.js";
import { toHex } from "../../hex.js";
import { publicKeyOf } from "../../reference/ed25519.js";
import { refusedAs } from "../../refusal.js";
import { CERTIFICATE_B, CERTIFICATE_C, CERTIFICATE_D } from "./certificates.js";
import { copyImage } from "./copy-image.js";
import { dlSeed, FLEET_NAME, issue, spareSeed } from "./issue.js";

const fleet: Fleet = { name: FLEET_NAME, dlKeys: [ed25519Prepare(publicKeyOf(dlSeed))!] };
const A = issue({ generation: 1 });
const B = issue({ generation: 2, certificate: CERTIFICATE_B });
const C = issue({ generation: 3, certificate: CERTIFICATE_C });
const D = issue({ generation: 4, certificate: CERTIFICATE_D });
const movedA = issue({ generation: 2, url: "https://other.fleet.example/" });
const revokingB = issue({ generation: 2, certificate: CERTIFICATE_B, revokes: true });
/** In the place of B: it follows A as well. */
const otherB = issue({ generation: 3, certificate: CERTIFICATE_D, follows: 1 });
/** Signed, but with a certificate that this firmware cannot read. */
const foreign = issue({ generation: 4, certificate: CERTIFICATE_D.slice(0, -2) });
/** By a DL key that this firmware does not know. */
const stranger = issue({ generation: 4, certificate: CERTIFICATE_D }, { seed: spareSeed });
const BLOCKS = ["ca0:0", "ca0:1", "ca1:0", "ca1:1"] as const;

interface Booted {
	slots: Slots;
	reports: string[];
}

function verify(bytes: Uint8Array, of = fleet) {
	return VerifiedCaInformation.verify(bytes, of);
}

function slotsOn(chip: FlashEmulator, factory: Uint8Array, of: Fleet): Slots {
	chip.powerOn();
	return new Slots([chip.open("ca0"), chip.open("ca1")], factory, of);
}

function boot(chip: FlashEmulator, factory = A, of = fleet): Booted {
	const slots = slotsOn(chip, factory, of);
	const reports: string[] = [];
	slots.repair(report => reports.push(words(report)));
	return { slots, reports };
}

function words(report: SlotReport): string {
	return `${report.slot} ${report.generation ?? "-"} ${report.is === "failed" ? report.reason : report.what}`;
}

function held({ slots }: { slots: Slots }) {
	const { current, next, candidate } = slots;
	return [current, next, ...(candidate ? [candidate] : [])].map(each => each?.generation ?? "-").join(" ");
}

function anchors({ slots }: { slots: Slots }): string[] {
	return slots.anchors.map(({ slot, information }) => `${slot} ${information.generation}`);
}

/** By current's own address. */
function download({ slots }: { slots: Slots }, bytes: Uint8Array): Acceptance["outcome"] {
	return slots.accept(bytes, from(slots.current!)).outcome;
}

function from(of: VerifiedCaInformation, https = true): Source {
	return { by: "address", of, https };
}

/** A service has proved itself by the anchor of this generation. */
function prove({ slots }: { slots: Slots }, generation: number) {
	const anchor = slots.anchors.find(({ information }) => information.generation === generation);
	assert.ok(anchor, `no anchor ${generation}`);
	return slots.promote(anchor!.information);
}

/** Puts a whole copy where no code of ours did. */
function put(chip: FlashEmulator, partition: Partition, block: number, record: Uint8Array, marks = {}): void {
	chip.setImage(partition, copyImage(record, marks), block * BLOCK_LENGTH);
}

/** A chip whose copies, ca0's two and then ca1's, hold these: ca0's proved, ca1's not; undefined: erased. */
function chipWith(...copies: (Uint8Array | undefined)[]): FlashEmulator {
	const chip = new FlashEmulator();
	copies.forEach((record, i) => record && put(chip, i < 2 ? "ca0" : "ca1", i & 1, record, { proved: i < 2 }));
	return chip;
}

/** As `chipWith`, all proved. */
function chipProved(...copies: (Uint8Array | undefined)[]): FlashEmulator {
	const chip = new FlashEmulator();
	copies.forEach((record, i) => record && put(chip, i < 2 ? "ca0" : "ca1", i & 1, record));
	return chip;
}

function copy(chip: FlashEmulator, partition: Partition, block: number) {
	return chip.image(partition).subarray(block * BLOCK_LENGTH, (block + 1) * BLOCK_LENGTH);
}

function isCopyOf(chip: FlashEmulator, partition: Partition, block: number, record: Uint8Array, proved: boolean) {
	return toHex(copy(chip, partition, block)) === toHex(copyImage(record, { proved }));
}

function isBlank(chip: FlashEmulator, partition: Partition) {
	return [0, 1].every(block => copy(chip, partition, block).every(byte => byte === 0xff));
}

function isSlotOf(chip: FlashEmulator, partition: Partition, record: Uint8Array, proved: boolean) {
	return [0, 1].every(block => isCopyOf(chip, partition, block, record, proved));
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
	const what = { 4048: "measure", 4064: "proved", 4080: "stored" }[operation.offset % BLOCK_LENGTH] ?? "record";
	return `${partition}:${block} ${operation.bytes.every(byte => byte === 0) ? "revoke" : what}`;
}

function written(partition: Partition, block: number, proved: boolean) {
	const steps = ["revoke", "erase", "record", "measure", ...(proved ? ["proved"] : []), "stored"];
	return steps.map(step => `${partition}:${block} ${step}`);
}

test("the factory CA information is verified when it may be used, and not beside what was proved at least as late", () => {
	const unsigned = (generation: number) => issue({ generation }, { seed: new Uint8Array(32) });
	for (const chip of [chipWith(), chipWith(undefined, undefined, B), chipProved(A, A)])
		refusedAs(DecodeError, "bad signature", () => boot(chip, unsigned(2)));
	for (const generation of [1, 2]) {
		const device = boot(chipProved(B, B), unsigned(generation));
		assert.equal(anchors(device), ["current 2"]);
		assert.is(download(device, C), "stored");
		assert.equal(anchors(device), ["current 2", "next 3"]);
	}
	refusedAs(DecodeError, "unexpected type", () => boot(chipProved(B, B), Uint8Array.of(0)));
});

test("a new device stores the factory CA information in both copies of ca0, as proved", () => {
	const chip = new FlashEmulator();
	const device = boot(chip);
	assert.equal(device.reports, ["ca0 1 factory CA information stored"]);
	assert.is(held(device), "1 -");
	assert.equal(anchors(device), ["current 1"]);
	assert.ok(device.slots.stored);
	assert.ok(isSlotOf(chip, "ca0", A, true) && isBlank(chip, "ca1"));
});

test("a reboot with nothing to mend programs the marks of valid copies again, and nothing else", () => {
	const chip = chipWith(A, A, B, B);
	const operations = trace(chip, () => assert.is(held(boot(chip)), "1 2"));
	assert.equal(operations, [
		"ca0:0 proved",
		"ca0:0 stored",
		"ca0:1 proved",
		"ca0:1 stored",
		"ca1:0 stored",
		"ca1:1 stored",
	]);
	assert.ok(isSlotOf(chip, "ca0", A, true) && isSlotOf(chip, "ca1", B, false));
});

test("the proved slot of the highest generation is current, the unproved one above it next", () => {
	assert.is(held(boot(chipWith(A, A, B, B))), "1 2");
	assert.is(held(boot(chipWith(undefined, undefined, B, B))), "1 2"); // next follows the factory's, which is stored
	assert.is(held(boot(chipProved(A, A, B, B))), "2 -");
	assert.is(held(boot(chipProved(B, B, A, A))), "2 -");
	assert.is(held(boot(chipProved(undefined, undefined, B, B))), "2 -");
	assert.is(held(boot(chipWith(B, B, A, A))), "2 -"); // not above current
});

test("what a cut promotion left is retired copy by copy, after current's copies were written afresh", () => {
	const chip = chipProved(A, A, B, B);
	let device: Booted | undefined;
	const operations = trace(chip, () => (device = boot(chip)));
	assert.equal(device!.reports, ["ca0 2 promotion finished"]);
	const marks = 4;
	assert.equal(operations.slice(marks), [
		...written("ca1", 0, true),
		...written("ca1", 1, true),
		...["ca0:0 revoke", "ca0:0 erase", "ca0:1 revoke", "ca0:1 erase"],
	]);
	assert.ok(isBlank(chip, "ca0") && isSlotOf(chip, "ca1", B, true));
});

test("if a copy of it is blank, current's copies were whole: it is retired alone", () => {
	const chip = chipProved(undefined, A, B, B);
	const operations = trace(chip, () => boot(chip));
	assert.equal(operations.slice(4), ["ca0:1 revoke", "ca0:1 erase"]);
});

test("where current's copies cannot be written afresh, it goes into the place of what a cut promotion left", () => {
	const chip = chipProved(A, A, B, B);
	for (const block of ["ca1:0", "ca1:1"]) chip.blockFaults.set(block, "refuses");
	assert.equal(boot(chip).reports, ["ca0 2 promotion finished"]);
	assert.ok(isSlotOf(chip, "ca0", B, true));
	const again = trace(chip, () => assert.equal(boot(chip).reports, ["ca1 2 flash cannot be programmed"]));
	assert.not.ok(again.some(operation => operation.endsWith("erase"))); // no boot wears anything
	assert.is(download(boot(chip), C), "held");
});

test("of two slots that hold current the one that flash takes marks in is it, and the other is retired if that goes", () => {
	for (const dead of ["ca0", "ca1"] as const) {
		const chip = chipProved(B, B, B, undefined);
		for (const block of [0, 1]) chip.blockFaults.set(`${dead}:${block}`, "refuses");
		const device = boot(chip);
		assert.is(held(device), "2 -");
		assert.is(download(device, C), "held"); // its place would be the dead one
		assert.ok(isSlotOf(chip, dead === "ca0" ? "ca1" : "ca0", B, true));
	}
	const chip = chipProved(B, B, B, undefined);
	assert.equal(boot(chip).reports, ["ca1 2 promotion finished"]);
	assert.ok(isSlotOf(chip, "ca0", B, true) && isBlank(chip, "ca1"));
});

test("a record without its stored mark, with a wrong CRC or length does not count", () => {
	const wrongCrc = copyImage(B);
	wrongCrc[4052] ^= 1;
	const wrongLength = copyImage(B);
	wrongLength[4048] ^= 4;
	for (const block of [copyImage(B, { stored: false }), wrongCrc, wrongLength]) {
		const chip = chipWith(A, A);
		for (const i of [0, 1]) chip.setImage("ca1", block, i * BLOCK_LENGTH);
		assert.is(held(boot(chip)), "1 -");
	}
});

test("one bad copy is written again from the other, whose marks are programmed again first", () => {
	for (const block of [0, 1]) {
		const chip = chipWith(A, A);
		chip.flip("ca0", 8 * (block * BLOCK_LENGTH + 100));
		let device: Booted | undefined;
		const operations = trace(chip, () => (device = boot(chip)));
		assert.equal(device!.reports, ["ca0 1 copy rewritten"]);
		const marks = [`ca0:${1 - block} proved`, `ca0:${1 - block} stored`];
		assert.equal(operations, [...marks, ...written("ca0", block, true)]);
		assert.ok(isSlotOf(chip, "ca0", A, true));
	}
});

test("a copy without the proved mark in a proved slot gets it, afresh if its place is spoilt", () => {
	for (const spoilt of [false, true]) {
		const chip = chipWith(A, A);
		const block = copyImage(A, { proved: false });
		if (spoilt) block.fill(0, 4064, 4068);
		chip.setImage("ca0", block, BLOCK_LENGTH);
		boot(chip);
		assert.ok(isSlotOf(chip, "ca0", A, true));
	}
});

test("of two valid copies that differ a proved one is the slot's, then the higher generation", () => {
	for (const copies of [
		[B, C],
		[C, B],
	]) {
		const chip = chipWith(A, A, ...copies);
		const device = boot(chip);
		assert.is(held(device), "1 3");
		assert.ok(isSlotOf(chip, "ca1", C, false));
	}
	const chip = chipWith(A, A, C, C);
	put(chip, "ca1", 1, B);
	assert.is(held(boot(chip)), "2 -");
});

test("the proved mark counts for the record beside it alone", () => {
	const chip = new FlashEmulator();
	put(chip, "ca0", 0, A);
	put(chip, "ca0", 1, B, { proved: false });
	assert.is(held(boot(chip)), "1 -");
});

test("both slots destroyed: the factory CA information is stored again, and newer ones are taken from there", () => {
	const chip = chipWith(B, B, C, C);
	for (const partition of ["ca0", "ca1"] as const)
		for (const block of [0, 1]) chip.setImage(partition, new Uint8Array(60), block * BLOCK_LENGTH);
	const device = boot(chip);
	assert.equal(device.reports, ["ca0 1 factory CA information stored"]);
	assert.is(held(device), "1 -");
	assert.is(download(device, C), "stored");
	assert.is(held(boot(chip)), "1 3");
});

test("a newer CA information goes into the slot that is not current, one copy after the other, unproved", () => {
	const chip = chipWith(A, A);
	const device = boot(chip);
	const operations = trace(chip, () => assert.is(download(device, B), "stored"));
	assert.equal(operations, [...written("ca1", 0, false), ...written("ca1", 1, false)]);
	assert.is(held(device), "1 2");
	assert.is(download(device, otherB), "stored");
	assert.is(held(device), "1 3");
	assert.is(held(boot(chip)), "1 3");
});

test("what is the same, or is refused, writes nothing", () => {
	const chip = chipWith(B, B, C, C);
	const device = boot(chip);
	const operations = trace(chip, () => {
		assert.is(download(device, B), "same");
		assert.is(download(device, C), "same");
		refusedAs(DecodeError, "older generation", () => download(device, A));
		refusedAs(DecodeError, "equal generation", () => download(device, otherB));
		refusedAs(DecodeError, "truncated", () => download(device, D.subarray(0, 100)));
		refusedAs(DecodeError, "bad signature", () => download(device, stranger));
	});
	assert.equal(operations, []);
	assert.is(held(device), "2 3");
});

test("a promotion writes next afresh with both marks, then retires the lower slot copy by copy", () => {
	const chip = chipWith(A, A, B, B);
	const device = boot(chip);
	const operations = trace(chip, () => assert.equal(prove(device, 2), { outcome: "promoted" }));
	assert.equal(operations, [
		...written("ca1", 0, true),
		...written("ca1", 1, true),
		...["ca0:0 revoke", "ca0:0 erase", "ca0:1 revoke", "ca0:1 erase"],
	]);
	assert.is(held(device), "2 -");
	assert.is(held(boot(chip)), "2 -");
	assert.ok(isBlank(chip, "ca0") && isSlotOf(chip, "ca1", B, true));
	assert.equal(prove(device, 2), { outcome: "current" });
});

test("what was proved is promoted, whatever next is by then", () => {
	const chip = chipWith(A, A, B, B);
	const device = boot(chip);
	const [, next] = device.slots.anchors;
	assert.is(download(device, otherB), "stored"); // a poll in parallel
	assert.equal(device.slots.promote(next.information), { outcome: "promoted" });
	assert.is(held(device), "2 3"); // not otherB, which is still to be proved
	assert.is(held(boot(chip)), "2 3");
	const former = verify(A);
	assert.equal(device.slots.promote(former), { outcome: "current" }); // never back
	assert.is(held(device), "2 3");
});

test("the same CA with another address, and one that revokes, are promoted as soon as they are accepted", () => {
	for (const information of [movedA, revokingB])
		for (const source of ["offer", "address"] as const) {
			const chip = chipWith(A, A);
			const device = boot(chip);
			const { current } = device.slots;
			const how: Source = source === "offer" ? { by: "offer" } : from(current!);
			assert.is(device.slots.accept(information, how).outcome, "promoted");
			assert.is(held(device), "2 -");
			assert.is(held(boot(chip)), "2 -");
		}
});

test("the same key under another name is another CA: it is promoted by a proof alone", () => {
	// RFC 5280 §4.1.2.4: an issuer is known by its name
	const renamed = CERTIFICATE_D.replaceAll("20434120343", "20434120353");
	const device = boot(chipWith(issue({ generation: 1, certificate: CERTIFICATE_D })), issue({ generation: 1 }));
	assert.is(download(device, issue({ generation: 2, certificate: renamed })), "stored");
	assert.is(held(device), "1 2");
});

test("a promotion that no server has to justify is finished at boot, if the power failed before it", () => {
	for (const information of [movedA, revokingB]) {
		const device = boot(chipWith(A, A, information, information));
		assert.equal(device.reports, ["ca1 2 promotion finished"]);
		assert.is(held(device), "2 -");
	}
	assert.is(held(boot(chipWith(A, A, B, B))), "1 2");
});

test("losing current proves nothing: next stays next, and the factory's stands only if next follows it", () => {
	const chip = chipWith(undefined, undefined, C, C);
	const device = boot(chip);
	assert.is(held(device), "- 3");
	assert.equal(anchors(device), ["next 3"]);
	assert.is(held(boot(chipWith(undefined, undefined, B, B))), "1 2");
	assert.equal(prove(device, 3), { outcome: "promoted" });
	assert.is(held(boot(chip)), "3 -");
});

test("what a lost current was comes back as a candidate, from the address of next or of the factory", () => {
	const chip = chipWith(undefined, undefined, C, C);
	const device = boot(chip);
	assert.is(device.slots.accept(B, from(device.slots.next!)).outcome, "held");
	assert.equal(anchors(device), ["next 3", "candidate 2"]);
	assert.is(held(boot(chip)), "- 3"); // in memory only
	assert.equal(prove(device, 2), { outcome: "promoted" });
	assert.is(held(device), "2 3");
	assert.is(held(boot(chip)), "2 3");
});

test("of two slots that nothing has proved, the lower is a candidate if the higher follows it, and else is erased", () => {
	const chip = new FlashEmulator();
	for (const block of [0, 1]) {
		put(chip, "ca0", block, B, { proved: false });
		put(chip, "ca1", block, C, { proved: false });
	}
	const device = boot(chip);
	assert.is(held(device), "- 3 2");
	assert.equal(anchors(device), ["next 3", "candidate 2"]);
	prove(device, 2);
	assert.ok(isSlotOf(chip, "ca0", B, true) && isSlotOf(chip, "ca1", C, false));

	const other = new FlashEmulator();
	for (const block of [0, 1]) {
		put(other, "ca0", block, A, { proved: false });
		put(other, "ca1", block, C, { proved: false });
	}
	const alone = boot(other);
	assert.equal(alone.reports, ["ca0 - former CA erased"]);
	assert.is(held(alone), "- 3");
});

test("a candidate is an anchor until the next boot; proved, it is stored and current in one step", () => {
	const chip = chipWith(A, A, B, B);
	const device = boot(chip);
	const operations = trace(chip, () => assert.is(download(device, C), "held"));
	assert.equal(operations, []);
	assert.equal(anchors(device), ["current 1", "next 2", "candidate 3"]);
	assert.is(download(device, C), "same");
	assert.is(held(boot(chip)), "1 2");

	const again = boot(chip);
	download(again, C);
	assert.equal(prove(again, 3), { outcome: "promoted" });
	assert.is(held(again), "3 -");
	assert.ok(isSlotOf(chip, "ca1", C, true) && isBlank(chip, "ca0"));
});

test("a promotion drops a candidate that follows a former CA", () => {
	const device = boot(chipWith(A, A, B, B));
	assert.is(download(device, issue({ generation: 5, certificate: CERTIFICATE_D })), "held");
	prove(device, 2);
	assert.is(held(device), "2 - 5");
	assert.is(
		device.slots.accept(issue({ generation: 6, certificate: CERTIFICATE_C, follows: 2 }), from(device.slots.current!))
			.outcome,
		"stored",
	);
	prove(device, 6);
	assert.is(held(device), "6 -");
});

test("from an http: mirror of current's, and by offer, what follows a former CA is refused", () => {
	const device = boot(chipWith(B, B));
	const reissue = issue({ generation: 3, follows: 1 });
	for (const source of [from(device.slots.current!, false), { by: "offer" } as const])
		refusedAs(DecodeError, "follows a former CA", () => device.slots.accept(reissue, source));
	assert.is(download(device, reissue), "stored");
});

test("nothing that is offered takes the place of what an update brought in this session", () => {
	const device = boot(chipWith(A, A, B, B));
	assert.is(download(device, C), "held");
	refusedAs(DecodeError, "an update is under way", () => device.slots.accept(D, { by: "offer" }));
	assert.is(device.slots.accept(C, { by: "offer" }).outcome, "same");
	device.slots.refresh(() => {});
	assert.is(device.slots.accept(D, { by: "offer" }).outcome, "held");
	assert.is(held(device), "1 2 4");
});

test("newer firmware's factory CA information is stored as next, or is an anchor of its own in every boot", () => {
	const chip = chipWith(A, A);
	assert.equal(boot(chip, B).reports, ["ca1 2 factory CA information stored"]);
	assert.is(held(boot(chip, B)), "1 2");
	assert.equal(boot(chip, B).reports, []);
	assert.is(held(boot(chipWith(A, A), revokingB)), "2 -");
	assert.is(held(boot(chipWith(A, A), issue({ generation: 300, certificate: CERTIFICATE_B }))), "1 300");

	const beside = boot(chipWith(A, A, B, B), C);
	assert.is(held(beside), "1 2");
	assert.equal(anchors(beside), ["current 1", "next 2", "factory 3"]);
	refusedAs(DecodeError, "older generation", () => download(beside, movedA));
	prove(beside, 3);
	assert.is(held(beside), "3 -");
	assert.equal(anchors(boot(chipWith(C, C), B)), ["current 3"]); // older firmware
});

test("flash that takes nothing: the device lives from memory, boot by boot", () => {
	for (const fault of ["ignores", "refuses"] as const) {
		const chip = new FlashEmulator();
		for (const block of BLOCKS) chip.blockFaults.set(block, fault);
		const device = boot(chip);
		const refusal = fault === "ignores" ? "programmed" : "erased";
		assert.equal(device.reports, [`ca0 1 flash cannot be ${refusal}`]);
		assert.equal(anchors(device), ["factory 1"]);
		assert.not.ok(device.slots.stored);
		assert.is(download(device, B), "held");
		assert.equal(anchors(device), ["factory 1", "candidate 2"]);
		assert.is(prove(device, 2).outcome, "promoted");
		assert.is(held(device), "2 -");
		assert.equal(anchors(device), ["current 2"]);
		assert.is(download(device, C), "held");
		prove(device, 3);
		assert.is(held(device), "3 -");
		assert.is(held(boot(chip)), "1 -");
	}
});

test("what flash refused is written when it takes it again", () => {
	const chip = chipWith(A, A, B, B);
	const device = boot(chip);
	for (const block of BLOCKS) chip.blockFaults.set(block, "refuses");
	for (let i = 0; i < 6; i++) {
		const promotion = i === 0 ? prove(device, 2) : undefined;
		if (promotion) assert.equal(promotion, { outcome: "promoted", reason: "flash cannot be programmed" });
		assert.is(held(device), "2 -");
		const reports: string[] = [];
		device.slots.refresh(report => reports.push(words(report)));
		assert.equal(reports, ["ca1 2 flash cannot be programmed"]);
	}
	assert.is(download(device, C), "held"); // no number of refusals ends the renewal
	chip.blockFaults.clear();
	const reports: string[] = [];
	device.slots.refresh(report => reports.push(words(report)));
	assert.equal(reports, ["ca1 2 promotion finished"]);
	assert.ok(device.slots.stored);
	assert.is(held(device), "2 - 3");
	assert.is(held(boot(chip)), "2 -");
});

test("where the other slot cannot be written, what was proved is written over current", () => {
	const chip = chipWith(A, A);
	const device = boot(chip);
	for (const block of ["ca1:0", "ca1:1"]) chip.blockFaults.set(block, "refuses");
	assert.is(download(device, B), "held");
	assert.equal(prove(device, 2), { outcome: "promoted" });
	assert.ok(isSlotOf(chip, "ca0", B, true));
	assert.is(held(boot(chip)), "2 -");
});

test("the last valid copy of a slot is not risked where its twin could not be written", () => {
	const chip = chipWith(A, A);
	const device = boot(chip);
	for (const block of ["ca1:0", "ca1:1"]) chip.blockFaults.set(block, "refuses");
	download(device, B);
	chip.onOperation = operation => {
		if (operation.kind === "erase") for (const block of ["ca0:0", "ca0:1"]) chip.blockFaults.set(block, "ignores");
	};
	assert.is(prove(device, 2).outcome, "promoted");
	assert.is(held(device), "2 -"); // in memory
	chip.onOperation = undefined;
	chip.blockFaults.clear();
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
		for (const unreadable of [["ca0:0"], ["ca0:1"], ["ca0:0", "ca0:1"], BLOCKS]) {
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

test("a read that fails twice has not failed, and what is damaged may have been misread", () => {
	const chip = chipWith(A, A, B, B);
	const reads: Record<string, number> = {};
	chip.readFails = (partition, block) =>
		(reads[`${partition}:${block}`] = (reads[`${partition}:${block}`] ?? 0) + 1) < 3;
	assert.is(held(boot(chip)), "1 2");
});

test("beside a slot that cannot be read nothing authenticates a service before its download server was asked", () => {
	const chip = chipWith(A, A, B, B);
	for (const block of ["ca1:0", "ca1:1"]) chip.blockFaults.set(block, "unreadable");
	const device = boot(chip);
	assert.equal(device.slots.view, { current: 1, next: "unreadable" });
	assert.equal(anchors(device), []);
	for (const bytes of [B, movedA])
		refusedAs(DecodeError, "a slot cannot be read", () => device.slots.accept(bytes, { by: "offer" }));
	device.slots.asked(device.slots.current!);
	assert.equal(anchors(device), ["current 1"]);
	assert.is(device.slots.accept(B, from(device.slots.current!)).outcome, "held");
	assert.equal(prove(device, 2), { outcome: "promoted" });
	assert.is(held(device), "2 -");
});

test("both slots unreadable: the factory's is no current before it was asked, and nothing is written", () => {
	const chip = chipWith(A, A, B, B);
	for (const block of BLOCKS) chip.blockFaults.set(block, "unreadable");
	const device = boot(chip);
	assert.equal(device.reports, []);
	assert.equal(device.slots.view, { current: "unreadable", next: "unreadable" });
	assert.equal(anchors(device), []);
	device.slots.asked(device.slots.factory);
	assert.equal(anchors(device), ["factory 1"]);
	assert.not.ok(device.slots.stored);
});

test("what could not be read is read again at the next session, and counts then", () => {
	const chip = chipWith(A, A, B, B);
	for (const block of BLOCKS) chip.blockFaults.set(block, "unreadable");
	const device = boot(chip);
	chip.blockFaults.clear();
	device.slots.refresh(() => {});
	assert.is(held(device), "1 2");
	assert.ok(device.slots.stored);

	for (const block of ["ca0:0", "ca0:1"]) chip.blockFaults.set(block, "unreadable");
	const other = boot(chip);
	assert.is(held(other), "- 2");
	other.slots.asked(other.slots.factory);
	assert.is(held(other), "1 2"); // next follows the factory's
	prove(other, 2);
	chip.blockFaults.clear();
	other.slots.refresh(() => {});
	assert.is(held(other), "2 -");
	assert.ok(isBlank(chip, "ca0"));
});

test("a candidate that came while current could not be read is dropped if current turns out to be newer", () => {
	const chip = chipWith(B, B);
	for (const block of ["ca0:0", "ca0:1"]) chip.blockFaults.set(block, "unreadable");
	const device = boot(chip);
	assert.is(device.slots.accept(A, from(device.slots.factory)).outcome, "held"); // by whoever has A's key
	chip.blockFaults.clear();
	device.slots.refresh(() => {});
	device.slots.asked(device.slots.current!);
	assert.equal(anchors(device), ["current 2"]);
});

test("what a newer factory's CA has proved while current could not be read stays, and nothing older comes back", () => {
	const chip = chipWith(A, A);
	for (const block of ["ca0:0", "ca0:1"]) chip.blockFaults.set(block, "unreadable");
	const device = boot(chip, C);
	device.slots.asked(device.slots.factory);
	prove(device, 3);
	chip.blockFaults.clear();
	device.slots.refresh(() => {});
	assert.equal(anchors(device), ["current 3"]);
	assert.is(held(boot(chip, C)), "3 -");
});

test("a revocation from next's address counts at once, though current cannot be read and was not asked", () => {
	const chip = chipWith(A, A, B, B);
	for (const block of ["ca0:0", "ca0:1"]) chip.blockFaults.set(block, "unreadable");
	const device = boot(chip);
	const revocation = issue({ generation: 5, follows: 3, revokes: true, certificate: CERTIFICATE_C });
	assert.is(device.slots.accept(revocation, from(device.slots.next!)).outcome, "promoted");
	assert.equal(anchors(device), ["current 5"]);
});

test("beside a slot that cannot be read a newer factory's CA, too, authenticates nobody before current was asked", () => {
	const chip = chipWith(A, A, B, B);
	for (const block of ["ca0:0", "ca0:1"]) chip.blockFaults.set(block, "unreadable");
	const device = boot(chip, C);
	assert.equal(anchors(device), ["next 2"]);
	device.slots.asked(device.slots.factory);
	assert.equal(anchors(device), ["next 2", "factory 3"]);
});

test("what was proved while current could not be read does not take its place if current turns out to be newer", () => {
	const chip = chipWith(B, B, C, C);
	for (const block of BLOCKS) chip.blockFaults.set(block, "unreadable");
	const device = boot(chip);
	device.slots.accept(A, from(device.slots.factory));
	prove(device, 1); // by whoever has A's key
	assert.is(held(device), "1 -");
	chip.blockFaults.clear();
	device.slots.refresh(() => {});
	assert.is(held(device), "2 3");
	assert.is(held(boot(chip)), "2 3");
});

test("the missing link is written over current, so that next is kept", () => {
	const chip = chipWith(A, A, C, C);
	const device = boot(chip);
	assert.is(download(device, B), "held");
	assert.equal(prove(device, 2), { outcome: "promoted" });
	assert.is(held(device), "2 3");
	assert.ok(isSlotOf(chip, "ca0", B, true) && isSlotOf(chip, "ca1", C, false));
	stopEverywhere(
		() => chipWith(A, A, C, C),
		one => {
			download(one, B);
			prove(one, 2);
		},
		["1 3", "2 3"],
	);
});

test("a partition that is missing is one that cannot be read", () => {
	const chip = chipWith(A, A);
	chip.powerOn();
	const slots = new Slots([chip.open("ca0"), undefined], A, fleet);
	slots.repair(() => {});
	assert.equal(slots.view, { current: 1, next: "unreadable" });
	assert.throws(
		() => new Slots([chip.open("ca0"), chip.open("poll")], A, fleet),
		(error: unknown) => error instanceof RangeError,
	);
});

test("what is proved and cannot be used here is left alone, and nothing up to it authenticates or is taken", () => {
	const chip = chipProved(B, B, foreign, foreign);
	const device = boot(chip);
	assert.equal(device.reports, []);
	assert.equal(device.slots.view, { current: 2, next: "foreign" });
	assert.equal(anchors(device), []);
	refusedAs(DecodeError, "older generation", () => download(device, C));
	assert.ok(isSlotOf(chip, "ca1", foreign, true));

	const above = issue({ generation: 5, certificate: CERTIFICATE_C });
	assert.is(download(device, above), "held"); // its slot is taken
	assert.equal(prove(device, 5), { outcome: "promoted" });
	assert.is(held(boot(chip)), "5 -");
	assert.ok(isSlotOf(chip, "ca0", above, true) && isBlank(chip, "ca1")); // what was proved below current is retired
});

test("beside what is proved by an unknown key nothing authenticates a service, and it is never erased", () => {
	for (const copies of [
		[B, B, stranger, stranger],
		[undefined, undefined, stranger, stranger],
	]) {
		const chip = chipProved(...copies);
		const device = boot(chip, A);
		assert.equal(anchors(device), []);
		device.slots.asked(device.slots.factory);
		assert.equal(anchors(device), []);
		assert.ok(isSlotOf(chip, "ca1", stranger, true));
		assert.equal(boot(chip, A, { ...fleet, dlKeys: [publicKeyOf(spareSeed)] }).slots.view.current, 4);
	}
});

test("what cannot be used here and is only stored is overwritten when its slot is needed", () => {
	const chip = chipWith(B, B, foreign, foreign);
	const device = boot(chip);
	assert.equal(anchors(device), ["current 2"]);
	assert.ok(isSlotOf(chip, "ca1", foreign, false));
	assert.is(download(device, C), "stored");
	assert.is(held(boot(chip)), "2 3");
});

test("with current lost beside what is only stored and cannot be used, the factory's stands as that follows it", () => {
	const follower = issue({ generation: 2, certificate: CERTIFICATE_D.slice(0, -2) });
	assert.equal(anchors(boot(chipWith(undefined, undefined, follower, follower))), ["current 1"]);
	assert.equal(anchors(boot(chipWith(undefined, undefined, foreign, foreign))), []);
	const unknown = boot(chipWith(undefined, undefined, stranger, stranger));
	assert.equal(anchors(unknown), []);
	unknown.slots.asked(unknown.slots.factory);
	assert.equal(anchors(unknown), ["factory 1"]);
});

test("what a retired key has signed counts, is not accepted, and is signed anew by the same payload", () => {
	const spare = publicKeyOf(spareSeed);
	const of: Fleet = { name: FLEET_NAME, dlKeys: [spare], retiredDlKeys: fleet.dlKeys };
	const chip = chipWith(A, A, B, B);
	const device = { slots: slotsOn(chip, A, of) };
	device.slots.repair(() => {});
	assert.is(held(device), "1 2");
	refusedAs(DecodeError, "signed by a retired key", () => download(device, otherB));
	const anew = issue({ generation: 2, certificate: CERTIFICATE_B }, { seed: spareSeed });
	assert.is(download(device, anew), "same");
	assert.ok(isSlotOf(chip, "ca1", anew, false));
	const operations = trace(chip, () => assert.is(download(device, anew), "same"));
	assert.equal(operations, []);
	const currentAnew = issue({ generation: 1 }, { seed: spareSeed });
	assert.is(download(device, currentAnew), "same");
	assert.ok(isSlotOf(chip, "ca0", currentAnew, true));
	assert.is(held(boot(chip, A, of)), "1 2");
});

test("programming that fails once, with or without a word, leaves the other copy and is mended at the next boot", () => {
	for (const fault of ["ignores", "half", "refuses"] as const)
		for (let at = 0; at < 10; at++) {
			const chip = chipWith(A, A);
			const device = boot(chip);
			chip.operationFaults.set(chip.operations + at, fault);
			download(device, B);
			assert.is(held(device), "1 2", `${fault} ${at}`);
			assert.is(held(boot(chip)), "1 2");
			assert.ok(isSlotOf(chip, "ca1", B, false), `${fault} ${at}`);
		}
});

/** Stops before each operation of `action` in turn, boots, and lets `check` say what may be found then. */
function stopEverywhere(make: () => FlashEmulator, action: (device: Booted) => void, allowed: string[]): void {
	for (let at = 0; ; at++) {
		const chip = make();
		const device = boot(chip);
		chip.cutAt(chip.operations + at, { model: "nothing", amount: 0, unstable: false });
		try {
			action(device);
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
		device => download(device, B),
		["1 -", "1 2"],
	);
	stopEverywhere(
		() => chipWith(A, A, B, B),
		device => download(device, otherB),
		["1 2", "1 3", "1 -"],
	);
});

test("a promotion that is stopped before any operation leaves the old state or the new one", () => {
	stopEverywhere(
		() => chipWith(A, A, B, B),
		device => prove(device, 2),
		["1 2", "2 -"],
	);
	stopEverywhere(
		() => chipWith(B, B, C, C),
		device => prove(device, 3),
		["2 3", "3 -"],
	);
});

test("a revocation that is stopped before any operation has not begun, or is in force at the next boot", () => {
	stopEverywhere(
		() => chipWith(A, A),
		device => download(device, revokingB),
		["1 -", "2 -"],
	);
});

test("a first boot that is stopped before any operation is made up for by the next", () => {
	for (let at = 0; at < 10; at++) {
		const chip = new FlashEmulator();
		const slots = slotsOn(chip, A, fleet);
		chip.cutAt(at, { model: "nothing", amount: 0, unstable: false });
		slots.repair(() => {});
		assert.ok(chip.isOff);
		const device = boot(chip);
		assert.is(held(device), "1 -");
		assert.ok(device.slots.stored);
	}
});

// What single changes to slots.ts would do unseen.

/** For another firmware: its certificate cannot be read here. */
function unusable(generation: number, follows = generation - 1): Uint8Array {
	return issue({
		generation,
		certificate: CERTIFICATE_D.slice(0, -2),
		...(follows < generation - 1 ? { follows } : {}),
	});
}

test("what is as new as a CA proved for another firmware authenticates nothing", () => {
	const chip = new FlashEmulator();
	for (const block of [0, 1]) {
		put(chip, "ca0", block, foreign);
		put(chip, "ca1", block, D, { proved: false });
	}
	assert.equal(anchors(boot(chip)), []);
});

test("a slot that holds something is no foreign one, whatever its other copy holds", () => {
	const chip = chipProved(A, foreign);
	assert.equal(slotsOn(chip, A, fleet).view, { current: 1, next: "-" });
});

test("what another firmware has proved keeps the factory's from being current, though it follows that", () => {
	const device = boot(chipProved(unusable(4, 1), unusable(4, 1)));
	assert.is(held(device), "- -");
	device.slots.asked(device.slots.factory);
	assert.is(held(device), "- -");
});

test("what another firmware has proved or stored is left alone at boot, unless it was proved and is below current", () => {
	for (const [record, proved, isErased] of [
		[unusable(3), true, true],
		[unusable(3), false, false],
		[unusable(4), true, false],
		[unusable(5), true, false],
	] as const) {
		const chip = chipProved(D, D);
		for (const block of [0, 1]) put(chip, "ca1", block, record, { proved });
		boot(chip);
		assert.is(isBlank(chip, "ca1"), isErased);
		assert.is(isSlotOf(chip, "ca1", record, proved), !isErased);
	}
});

test("two slots that say the same: one is erased, and it is no next", () => {
	for (const [chip, proved] of [
		[chipProved(B, B, B, B), true],
		[chipWith(B, B, B, B), true],
	] as const) {
		assert.is(held(boot(chip)), "2 -");
		assert.ok(isSlotOf(chip, "ca0", B, proved));
		assert.ok(isBlank(chip, "ca1"));
	}
	const chip = new FlashEmulator();
	for (const block of [0, 1]) for (const slot of ["ca0", "ca1"] as const) put(chip, slot, block, B, { proved: false });
	assert.is(held(boot(chip)), "1 2");
	assert.ok(isSlotOf(chip, "ca0", B, false));
	assert.ok(isSlotOf(chip, "ca1", A, true));
});

test("what was proved in memory is stored by the session that can read flash again, unless it stands there", () => {
	for (const [chip, expected] of [
		[chipWith(A, A), ["ca1 2 promotion finished"]],
		[chipProved(B, B), []],
	] as const) {
		for (const block of BLOCKS) chip.blockFaults.set(block, "unreadable");
		const device = boot(chip);
		device.slots.accept(B, from(device.slots.factory));
		prove(device, 2);
		assert.not.ok(device.slots.stored);
		chip.blockFaults.clear();
		const reports: string[] = [];
		device.slots.refresh(report => reports.push(words(report)));
		assert.equal(reports, expected);
		assert.ok(device.slots.stored);
		assert.is(held(boot(chip)), "2 -");
	}
});

test("a session reads again only what could not be read", () => {
	const chip = chipWith(A, A, B, B);
	const device = boot(chip);
	for (const block of BLOCKS) chip.blockFaults.set(block, "unreadable");
	device.slots.refresh(() => {});
	assert.equal(anchors(device), ["current 1", "next 2"]);
});

test("the factory's that flash refused is stored by the session in which flash takes it", () => {
	const chip = new FlashEmulator();
	for (const block of BLOCKS) chip.blockFaults.set(block, "refuses");
	const device = boot(chip);
	chip.blockFaults.clear();
	const reports: string[] = [];
	device.slots.refresh(report => reports.push(words(report)));
	assert.equal(reports, ["ca1 1 factory CA information stored"]); // ca0 was touched, and counts as damaged
});

test("beside a copy that cannot be read the factory's is not stored, though it was asked", () => {
	const chip = new FlashEmulator();
	chip.blockFaults.set("ca0:1", "unreadable");
	const device = boot(chip);
	device.slots.asked(device.slots.factory);
	assert.is(held(device), "1 -");
	assert.equal(
		trace(chip, () => device.slots.refresh(() => {})),
		[],
	);
});

test("before next is stored, what was proved and refused by flash is stored: next does not take its slot", () => {
	const chip = chipWith(A, A, B, B);
	const device = boot(chip);
	for (const block of BLOCKS) chip.blockFaults.set(block, "refuses");
	prove(device, 2);
	chip.blockFaults.clear();
	assert.is(download(device, C), "stored");
	assert.is(held(boot(chip)), "2 3");
});

test("a service's proof tells what is current, though a slot cannot be read and nobody was asked", () => {
	const chip = chipWith(A, A, B, B);
	for (const block of ["ca0:0", "ca0:1"]) chip.blockFaults.set(block, "unreadable");
	const device = boot(chip);
	prove(device, 2);
	assert.equal(anchors(device), ["current 2"]);
});

test("with the factory's current in memory alone, what is stored takes the place of next", () => {
	const chip = chipWith(undefined, undefined, B, B);
	for (const block of ["ca0:0", "ca0:1"]) chip.blockFaults.set(block, "refuses");
	const device = boot(chip);
	assert.is(held(device), "1 2");
	assert.is(download(device, otherB), "stored");
	assert.is(held(device), "1 3");
	assert.ok(isSlotOf(chip, "ca1", otherB, false));
});

test("where one copy alone can be written, what was proved goes there", () => {
	for (const [slot, block] of [
		["ca0", 1],
		["ca1", 1],
		["ca0", 0],
	] as const) {
		const chip = new FlashEmulator();
		for (const each of BLOCKS) if (each !== `${slot}:${block}`) chip.blockFaults.set(each, "unreadable");
		const device = boot(chip);
		device.slots.accept(B, from(device.slots.factory));
		assert.equal(prove(device, 2), { outcome: "promoted" });
		assert.ok(isCopyOf(chip, slot, block, B, true));
	}
});

test("marks that stand are not worth a rewriting where flash takes each word once", () => {
	const chip = chipWith(A, A);
	for (const operation of [0, 1]) chip.operationFaults.set(operation, "refuses");
	const slots = new Slots([chip.open("ca0"), chip.open("ca1")], A, fleet);
	const reports: string[] = [];
	slots.repair(report => reports.push(words(report)));
	assert.equal(reports, []);
	assert.is(chip.operations, 2);
});

test("the missing link takes next's place where flash refuses it current's", () => {
	const chip = chipWith(A, A, C, C);
	const device = boot(chip);
	download(device, B);
	for (const block of ["ca0:0", "ca0:1"]) chip.blockFaults.set(block, "refuses");
	assert.equal(prove(device, 2), { outcome: "promoted" });
	assert.ok(isSlotOf(chip, "ca1", B, true));
	chip.blockFaults.clear();
	assert.is(held(boot(chip)), "2 -");
});

test("a promotion never begins with current's slot, though the other one holds rubbish", () => {
	const chip = chipWith(A, A);
	chip.setImage("ca1", new Uint8Array(2 * BLOCK_LENGTH).fill(0x5a));
	const device = boot(chip);
	assert.is(download(device, revokingB), "promoted");
	assert.ok(isSlotOf(chip, "ca1", revokingB, true));
	assert.ok(isBlank(chip, "ca0"));
});

test("the last valid copy of what is promoted is marked, not written again", () => {
	const chip = chipWith(A, A, B, B);
	const device = boot(chip);
	chip.blockFaults.set("ca1:0", "refuses erase");
	const operations = trace(chip, () => assert.equal(prove(device, 2), { outcome: "promoted" }));
	assert.ok(isCopyOf(chip, "ca1", 1, B, true));
	assert.not.ok(
		operations.some(operation => operation.startsWith("ca1:1 erase")),
		operations.join(),
	);
});

test("of one slot's copies of the same payload, the one by a key in service counts", () => {
	const of: Fleet = { ...fleet, retiredDlKeys: [ed25519Prepare(publicKeyOf(spareSeed))!] };
	const retired = issue({ generation: 1 }, { seed: spareSeed });
	for (const copies of [
		[retired, A],
		[A, retired],
	]) {
		const chip = chipProved(...copies);
		boot(chip, A, of);
		assert.ok(isSlotOf(chip, "ca0", A, true));
	}
});

test.run();
