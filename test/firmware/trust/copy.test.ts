import { test } from "uvu";
import * as assert from "uvu/assert";
import { VerifiedCaInformation } from "../../../firmware/trust/ca-information.js";
import { Copy, FlashError, type FlashReason } from "../../../firmware/trust/copy.js";
import { BLOCK_LENGTH, FlashEmulator } from "../../flash-emulator.js";
import { toHex } from "../../hex.js";
import { refusedAs } from "../../refusal.js";
import { CERTIFICATE_A, CERTIFICATE_B } from "./certificates.js";
import { copyImage } from "./copy-image.js";
import { fleet, issue } from "./issue.js";

const record = issue({ generation: 7, certificate: CERTIFICATE_A });
const information = VerifiedCaInformation.verify(record, fleet);
const foreign = issue({ generation: 8, follows: 3, certificate: CERTIFICATE_B.slice(0, -2) });
const stranger = issue({ generation: 8 }, { name: "other.example" });

/** A chip whose second block of ca0 holds this, and the copy there, read. */
function copyOf(block: Uint8Array, chip = new FlashEmulator()) {
	chip.setImage("ca0", block, BLOCK_LENGTH);
	const copy = new Copy(chip.open("ca0"), 1);
	copy.read(fleet);
	return { chip, copy };
}

function image(chip: FlashEmulator): string {
	return toHex(chip.image("ca0").subarray(BLOCK_LENGTH));
}

test("what is written is a record, its measure and its marks, and reads back so", () => {
	for (const proved of [true, false]) {
		const { chip, copy } = copyOf(new Uint8Array(BLOCK_LENGTH).fill(0x5a));
		assert.is(copy.state.is, "damaged");
		copy.write(information, proved);
		assert.equal(copy.state, { is: "valid", information, proved, marked: true });
		assert.is(image(chip), toHex(copyImage(record, { proved })));
		const again = copyOf(copyImage(record, { proved })).copy.state;
		assert.ok(again.is === "valid" && again.proved === proved && again.information.generation === 7);
	}
	assert.is(copyOf(new Uint8Array(BLOCK_LENGTH).fill(0xff)).copy.state.is, "blank");
});

test("any bit that rots in the record, in its measure or in the stored mark makes it count no more", () => {
	const block = copyImage(record);
	const bytes = [...record.keys(), ...[0, 1, 2, 3, 4, 5, 6, 7].map(i => 4048 + i)];
	for (let i = 4080; i < 4096; i++) bytes.push(i);
	for (const i of bytes) {
		const rotten = block.slice();
		rotten[i] ^= 1 << (i & 7);
		assert.is(copyOf(rotten).copy.state.is, "damaged", `byte ${i}`);
	}
	for (let i = 4064; i < 4080; i++) {
		const rotten = block.slice();
		rotten[i] ^= 1 << (i & 7);
		const { state } = copyOf(rotten).copy;
		assert.ok(state.is === "valid" && !state.proved, `byte ${i}`);
	}
});

test("what is whole and not for this firmware is foreign, with its generation if it is signed", () => {
	const { state } = copyOf(copyImage(foreign)).copy;
	assert.equal(state, { is: "foreign", proved: true, generation: 8, follows: 3 });
	assert.equal(copyOf(copyImage(stranger, { proved: false })).copy.state, { is: "foreign", proved: false });
	assert.equal(copyOf(copyImage(new Uint8Array(10))).copy.state, { is: "foreign", proved: true });
	assert.is(copyOf(copyImage(new Uint8Array(0))).copy.state.is, "foreign");
});

test("flash that fails three times is unreadable; that fails twice, or misreads, is not", () => {
	for (const failures of [1, 2, 3]) {
		const chip = new FlashEmulator();
		chip.setImage("ca0", copyImage(record), BLOCK_LENGTH);
		let left = failures;
		chip.readFails = () => left-- > 0;
		const copy = new Copy(chip.open("ca0"), 1);
		copy.read(fleet);
		assert.is(copy.state.is, failures < 3 ? "valid" : "unreadable");
	}
	const missing = new Copy(undefined, 0);
	missing.read(fleet);
	assert.is(missing.state.is, "unreadable");
	refusedAs(FlashError, "flash cannot be read", () => missing.write(information, true));
});

test("marks are programmed again on a valid copy, and a proved mark whose place is spoilt is refused", () => {
	const { chip, copy } = copyOf(copyImage(record, { proved: false }));
	copy.mark(false);
	assert.is(image(chip), toHex(copyImage(record, { proved: false })));
	copy.mark(true);
	assert.is(image(chip), toHex(copyImage(record)));
	assert.ok(copy.state.is === "valid" && copy.state.proved);

	const spoilt = copyImage(record, { proved: false }).fill(0, 4064, 4065);
	const other = copyOf(spoilt).copy;
	refusedAs(FlashError, "flash cannot be programmed", () => other.mark(true));
	assert.ok(other.state.is === "valid" && !other.state.proved);
	assert.throws(() => copyOf(new Uint8Array(BLOCK_LENGTH)).copy.mark(true), /expected a valid copy, got a damaged one/);
});

test("an erased copy is revoked first, and blank then", () => {
	const { chip, copy } = copyOf(copyImage(record));
	const kinds: string[] = [];
	chip.onOperation = ({ kind }) => kinds.push(kind);
	copy.erase();
	assert.equal(kinds, ["program", "erase"]);
	assert.is(copy.state.is, "blank");
});

test("flash that takes an operation without doing it, or half, is found out", () => {
	const expected: FlashReason[] = ["flash cannot be programmed", "flash cannot be erased"];
	for (const fault of ["ignores", "half", "refuses"] as const)
		for (let at = 0; at < 6; at++) {
			const { chip, copy } = copyOf(copyImage(record));
			chip.operationFaults.set(at, fault);
			// A revocation that got half way is one.
			if (fault === "half" && at === 0) copy.write(information, true);
			else refusedAs(FlashError, expected[at === 1 ? 1 : 0], () => copy.write(information, true));
		}
});

test("what a cut left before its marks is damaged, not blank; and so is a length beyond flash", () => {
	const erased = new Uint8Array(BLOCK_LENGTH).fill(0xff);
	const whole = copyImage(record);
	for (const [block, expected] of [
		[changed(erased, 0, 0xfe), "damaged"],
		[changed(erased, 4047, 0xfe), "damaged"],
		[changed(erased, 4095, 0xfe), "damaged"],
		[changed(whole, 4048, 0xff, 0xff, 0xff, 0xff), "damaged"],
		[copyImage(new Uint8Array(4032)), "foreign"], // as long as one can be
		[copyImage(new Uint8Array(4033)), "damaged"],
	] as const)
		assert.is(copyOf(block).copy.state.is, expected);
});

/** `block` with other bytes at `offset`. */
function changed(block: Uint8Array, offset: number, ...bytes: number[]): Uint8Array {
	const other = block.slice();
	other.set(bytes, offset);
	return other;
}

test("what is found damaged, and cannot be read again, may be sound: it is unreadable", () => {
	const chip = new FlashEmulator();
	let reads = 0;
	chip.readFails = () => ++reads === 3 || reads === 4; // the first of the second attempt, and of the third
	assert.is(copyOf(changed(copyImage(record), 0, 0), chip).copy.state.is, "unreadable");
});

test("a mistake of ours is told, not taken for flash that fails", () => {
	const { copy } = copyOf(copyImage(record));
	assert.throws(
		() => copy.read({ name: fleet.name, dlKeys: undefined as never }),
		(error: unknown) => error instanceof TypeError,
	);
	let asked = 0;
	const failingOnce = {
		name: fleet.name,
		get dlKeys() {
			if (++asked === 1) throw new TypeError("ours");
			return fleet.dlKeys;
		},
	};
	assert.throws(() => copy.read(failingOnce), /ours/);
});

test("what its twin holds is not verified again", () => {
	const { chip, copy } = copyOf(copyImage(record));
	chip.setImage("ca0", copyImage(record, { proved: false }));
	const twin = new Copy(chip.open("ca0"), 0);
	twin.read(fleet, copy);
	assert.ok(copy.state.is === "valid" && twin.state.is === "valid" && !twin.state.proved);
	assert.is(twin.state.information, copy.state.information);
});

test("on a proved mark's spoilt place nothing is programmed: some flash takes each word once", () => {
	const { chip, copy } = copyOf(copyImage(record, { proved: false }).fill(0, 4064, 4065));
	const { operations } = chip;
	refusedAs(FlashError, "flash cannot be programmed", () => copy.mark(true));
	assert.is(chip.operations, operations);
});

test("from its revocation on a copy does not count, whatever fails after it", () => {
	for (const fault of ["ignores erase", "refuses erase"] as const) {
		const { chip, copy } = copyOf(copyImage(record));
		chip.blockFaults.set("ca0:1", fault);
		refusedAs(FlashError, "flash cannot be erased", () => copy.erase());
		assert.is(copy.state.is, "damaged");
	}
	for (let at = 2; at < 6; at++) {
		const { chip, copy } = copyOf(copyImage(record));
		chip.operationFaults.set(at, "half");
		refusedAs(FlashError, "flash cannot be programmed", () => copy.write(information, true));
		assert.is(copy.state.is, "damaged");
	}
	const { chip, copy } = copyOf(copyImage(record));
	chip.blockFaults.set("ca0:1", "ignores");
	refusedAs(FlashError, "flash cannot be programmed", () => copy.erase());
	assert.is(copy.state.is, "valid");
});

test.run();
