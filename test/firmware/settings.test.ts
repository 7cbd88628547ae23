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
	keyExchange: "x25519mlkem768",
};

const pair = (byte: number) => ({ ed25519: new Uint8Array(32).fill(byte), lms: new Uint8Array(52).fill(byte) });
/** Its DL keys were changed from the other kind. */
const hybrid: ProvisionedSettings = { ...whole, dlKeys: [pair(4), pair(5)], retiredDlKeys: [...whole.dlKeys, pair(6)] };

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
	for (const written of [settings, whole, { ...whole, keyExchange: "x25519" as const }, hybrid]) {
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
	const largest = { ...hybrid, factory: new Uint8Array(4032), retiredDlKeys: [pair(6), pair(7)] };
	assert.ok(used(writeSettings(largest)) + 2 * 6_272 < SETTINGS_LENGTH);
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
	for (const length of [0, 31, 33, 52, 83, 85])
		for (const key of ["02", "03"])
			refused(
				imageOf(`a1${key}8158${toHex(Uint8Array.of(length))}${"00".repeat(length)}`),
				length < 24 ? "not deterministic" : "bad DL key",
			);
	refused(imageOf("a1028140"), "bad DL key");
	refused(imageOf(`a102825820${"00".repeat(32)}5854${"00".repeat(84)}`), "DL keys of two kinds");
});

test.run();
