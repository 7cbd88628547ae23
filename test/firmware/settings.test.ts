import { test } from "uvu";
import * as assert from "uvu/assert";
import { DecodeError } from "../../firmware/cbor.js";
import { sha256 } from "../../firmware/crypto/kernel.js";
import { type ProvisionedSettings, readSettings, SETTINGS_LENGTH, writeSettings } from "../../firmware/settings.js";
import { fromHex, toHex } from "../hex.js";
import { refusedAs } from "../refusal.js";

const settings: ProvisionedSettings = {
	fleet: "test fleet",
	factory: fromHex("d28443a10132"),
	dlKeys: [new Uint8Array(32)],
	retiredDlKeys: [],
	service: "https://service.example/",
	map: [],
	pollInterval: 1000,
	serviceInterval: 500,
};
const whole: ProvisionedSettings = {
	...settings,
	dlKeys: [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)],
	retiredDlKeys: [new Uint8Array(32).fill(3)],
	pollInterval: 2 ** 40,
	deadline: 70_000,
	map: [
		{ host: "service.example", address: "10.0.0.1", toPort: 443 },
		{ host: "download-2.example", port: 8443, address: "10.0.0.2", toPort: 9443 },
	],
	fragmentLength: 4096,
	nameAuthorities: false,
};

function read(image: Uint8Array): ProvisionedSettings {
	return readSettings((byteLength, offset) => image.slice(offset, offset + byteLength));
}
function refused(image: Uint8Array, reason: string): void {
	refusedAs(DecodeError, reason, () => read(image));
}
function used(image: Uint8Array): number {
	let { length } = image;
	while (image[length - 1] === 0xff) length--;
	return length;
}
/** An image of this form, hexadecimal, with a digest that fits. */
function imageOf(form: string): Uint8Array {
	const bytes = fromHex(form);
	const image = writeSettings(settings).fill(0xff, 16);
	new DataView(image.buffer).setUint32(16, bytes.length, true);
	image.set(sha256(bytes).subarray(0, 12), 20);
	image.set(bytes, 32);
	return image;
}

test("what is written is read", () => {
	for (const written of [settings, whole]) {
		const image = writeSettings(written);
		assert.is(image.length, SETTINGS_LENGTH);
		assert.is(image[SETTINGS_LENGTH - 1], 0xff);
		assert.equal(read(image), written);
	}
});

test("the form is CBOR, as its head says", () => {
	const image = writeSettings(settings);
	const text = (value: string) => toHex(Uint8Array.from(value, character => character.charCodeAt(0)));
	assert.is(toHex(image.subarray(0, 16)), text("baton/settings/1"));
	assert.is(
		toHex(image.subarray(32, 32 + image[16])),
		`a7016a${text("test fleet")}02815820${"00".repeat(32)}03800446d28443a10132057818${text("https://service.example/")}061903e8071901f4`,
	);
});

test("a device reads no more of the partition than there is of the form", () => {
	let most = 0;
	const image = writeSettings(whole);
	readSettings((byteLength, offset) => {
		most = Math.max(most, offset + byteLength);
		return image.slice(offset, offset + byteLength);
	});
	assert.is(most, used(image));
});

test("there is room for the largest factory, two DL keys and two retired ones, and for tables of both", () => {
	const retiredDlKeys = [new Uint8Array(32), new Uint8Array(32)];
	const largest = { ...whole, factory: new Uint8Array(4032), retiredDlKeys };
	assert.ok(used(writeSettings(largest)) + 2 * (6_272 + 84) < SETTINGS_LENGTH);
	assert.throws(() => writeSettings({ ...whole, factory: new Uint8Array(SETTINGS_LENGTH) }), /expected at most 20480/);
});

test("an erased partition, and one that holds something else, are told apart", () => {
	refused(new Uint8Array(SETTINGS_LENGTH).fill(0xff), "erased");
	refused(new Uint8Array(SETTINGS_LENGTH), "not settings");
	const image = writeSettings(settings);
	image[18] = 0xff;
	refused(image, "too long");
});

test("no changed bit of header or form is read", () => {
	const image = writeSettings(settings);
	for (let bit = 0; bit < used(image) * 8; bit++) {
		const changed = image.slice();
		changed[bit >> 3] ^= 1 << (bit & 7);
		assert.throws(
			() => read(changed),
			(error: any) => error instanceof DecodeError && ["not settings", "damaged", "too long"].includes(error.reason),
		);
	}
});

test("a form that is not as it should be is refused, with what is wrong", () => {
	refused(imageOf("a0"), "missing key");
	refused(imageOf("a1186400"), "unknown key");
	refused(imageOf("a101"), "truncated");
	refused(imageOf("a1010000"), "unexpected type");
	refused(imageOf("a10a1864"), "fragment length out of range");
	refused(imageOf("a109818361610061620a"), "bad mapping");
	refused(imageOf("a1029841"), "too many items");
});

test.run();
