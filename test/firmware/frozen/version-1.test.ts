// A device of today reads what a device of the first release has left on flash, and leaves it as it is; and today's
// writers write the same bytes. A failure here means that devices in the field would lose their CA: do not change the
// bytes, change the code (docs/stability.md).

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Credits } from "../../../firmware/credits.js";
import { readSettings, SETTINGS_LENGTH, writeSettings } from "../../../firmware/settings.js";
import { type Fleet, VerifiedCaInformation } from "../../../firmware/trust/ca-information.js";
import { readDlKey } from "../../../firmware/trust/dl-key.js";
import { Slots } from "../../../firmware/trust/slots.js";
import { BLOCK_LENGTH, FlashEmulator } from "../../flash-emulator.js";
import { fromHex, toHex } from "../../hex.js";
import { version1 } from "./version-1.js";

const first = fromHex(version1.first),
	full = fromHex(version1.full);
const fleet: Fleet = { name: version1.fleet, dlKeys: [fromHex(version1.dlKey)] };

/** `length` bytes of flash: erased, but for `parts` at their offsets. */
function flash(length: number, ...parts: [offset: number, bytes: Uint8Array][]): Uint8Array {
	const bytes = new Uint8Array(length).fill(0xff);
	for (const [offset, part] of parts) bytes.set(part, offset);
	return bytes;
}

/** A slot's partition: the same copy on both blocks. */
function slot(record: Uint8Array, trailer: string): Uint8Array {
	const block = flash(BLOCK_LENGTH, [0, record], [BLOCK_LENGTH - 48, fromHex(trailer)]);
	return flash(2 * BLOCK_LENGTH, [0, block], [BLOCK_LENGTH, block]);
}

const ca0 = slot(first, version1.firstTrailer),
	ca1 = slot(full, version1.fullTrailer);

function boot(chip: FlashEmulator, factory = first, of = fleet): { slots: Slots; reports: unknown[] } {
	const slots = new Slots([chip.open("ca0"), chip.open("ca1")], factory, of);
	const reports: unknown[] = [];
	slots.repair(report => reports.push(report));
	return { slots, reports };
}

test("a slot of the first release is read as it was left, and nothing is repaired", () => {
	const chip = new FlashEmulator();
	chip.setImage("ca0", ca0);
	const { slots, reports } = boot(chip);
	assert.equal(reports, []);
	assert.equal(slots.view, { current: 1, next: "-" });
	assert.is(toHex(slots.current!.bytes), version1.first);
	assert.is(toHex(chip.image("ca0")), toHex(ca0));
});

test("a next of the first release that revokes current takes its place, as it would have then", () => {
	const chip = new FlashEmulator();
	chip.setImage("ca0", ca0);
	chip.setImage("ca1", ca1);
	const { slots, reports } = boot(chip);
	assert.equal(reports, [{ is: "repaired", what: "promotion finished", slot: "ca1", generation: 5 }]);
	assert.equal(slots.view, { current: 5, next: "-" });
	assert.is(toHex(slots.current!.bytes), version1.full);
});

test("a slot of a hybrid fleet of the first release is read as it was left", () => {
	const chip = new FlashEmulator();
	const image = slot(fromHex(version1.hybrid), version1.hybridTrailer);
	chip.setImage("ca1", image);
	const pair = readDlKey(fromHex(version1.pair))!;
	const { slots, reports } = boot(chip, fromHex(version1.hybrid), { ...fleet, dlKeys: [pair] });
	assert.equal(reports, []);
	assert.equal(slots.view, { current: 1, next: "-" });
	assert.is(toHex(slots.current!.bytes), version1.hybrid);
	assert.is(toHex(slots.current!.payload), toHex(VerifiedCaInformation.verify(first, fleet).payload));
	assert.is(toHex(chip.image("ca1")), toHex(image));
});

test("today's device leaves on flash what the first release left there", () => {
	const chip = new FlashEmulator();
	boot(chip); // the factory's is stored as current, proved
	const written = ["ca0", "ca1"].map(name => toHex(chip.image(name as "ca0" | "ca1")));
	assert.ok(written.includes(toHex(ca0)));
});

test("every field of the first release's CA information has its meaning", () => {
	const { generation, follows, revokes, anchor, nextAddresses } = VerifiedCaInformation.verify(full, fleet);
	assert.equal([generation, follows, revokes, anchor.leafNotBefore], [5, 1, true, 2_240_524_800]);
	assert.equal(nextAddresses, [
		{ scheme: "https", host: "download-6.example", port: 443, path: "/ca" },
		{ scheme: "http", host: "cdn.example", port: 80, path: "/6" },
	]);
});

test("the first release's settings are read, and written in the same way", () => {
	const bytes = fromHex(version1.settings);
	const image = flash(SETTINGS_LENGTH, [0, bytes]);
	const settings = readSettings((byteLength, offset) => image.slice(offset, offset + byteLength));
	assert.is(settings.fleet, version1.fleet);
	assert.is(toHex(settings.factory), version1.first);
	assert.equal(settings.map, [{ host: "service.example", port: 443, address: "192.0.2.1", toPort: 8443 }]);
	assert.equal(
		[settings.pollInterval, settings.serviceInterval, settings.deadline],
		[2_592_000_000, 3_600_000, 60_000],
	);
	assert.equal([settings.fragmentLength, settings.nameAuthorities], [512, true]);
	assert.is(toHex(writeSettings(settings)), toHex(image));
});

test("the first release's count of credits goes on", () => {
	const chip = new FlashEmulator();
	chip.setImage("poll", flash(BLOCK_LENGTH, [0, fromHex(version1.poll)]));
	const credits = new Credits(chip.open("poll"), () => assert.unreachable());
	assert.equal(credits.read(), { credits: 41, failures: 3, target: 1500 });
	assert.ok(credits.add());
	assert.equal(new Credits(chip.open("poll"), () => assert.unreachable()).read()!.credits, 42);
});

test.run();
