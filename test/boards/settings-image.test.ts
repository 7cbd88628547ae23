import { test } from "uvu";
import * as assert from "uvu/assert";
import { SETTINGS_LENGTH } from "../../boards/partitions.js";
import { type RunSettings, SettingsError } from "../../boards/settings.js";
import { readSettingsImage, settingsImage } from "../../boards/settings-image.js";

const settings: RunSettings = {
	fleet: "test fleet",
	factory: "d28443a10132",
	dlKeys: ["00".repeat(32)],
	service: "https://service.example/",
	map: [],
	pollInterval: 1000,
	serviceInterval: 500,
	once: false,
};

function refused(act: () => unknown, message: string) {
	try {
		act();
	} catch (error) {
		assert.ok(error instanceof SettingsError, String(error));
		assert.is(error.message, `settings: ${message}`);
		return;
	}
	assert.unreachable(`accepted, expected ${message}`);
}

test("what is written is read, and fills the partition", () => {
	const image = settingsImage(settings);
	assert.is(image.length, SETTINGS_LENGTH);
	assert.is(image[SETTINGS_LENGTH - 1], 0xff);
	assert.equal(readSettingsImage(image), settings);
});

test("the longest text leaves no erased byte, one more byte is refused", () => {
	const spare = SETTINGS_LENGTH - JSON.stringify(settings).length;
	const longest = { ...settings, service: settings.service + "x".repeat(spare) };
	assert.equal(readSettingsImage(settingsImage(longest)), longest);
	refused(() => settingsImage({ ...longest, service: `${longest.service}x` }), "expected at most 4096 bytes, got 4097");
});

test("wrong settings, and text beyond ASCII, are not written", () => {
	refused(() => settingsImage({ ...settings, dlKeys: [] }), "dlKeys: expected 32 bytes each");
	refused(() => settingsImage({ ...settings, service: "https://dienst.exämple/" }), "expected printable ASCII");
});

test("an erased partition, and one that holds something else, are told apart", () => {
	refused(() => readSettingsImage(new Uint8Array(SETTINGS_LENGTH).fill(0xff)), "the partition is erased");
	refused(() => readSettingsImage(new Uint8Array(SETTINGS_LENGTH)), "the partition holds no settings");
	refused(() => readSettingsImage(new Uint8Array(0)), "expected a partition of 4096 bytes");
	const image = settingsImage(settings);
	image[SETTINGS_LENGTH - 1] = 0x7f;
	refused(() => readSettingsImage(image), "something follows the text");
});

test("every truncation of the text is refused", () => {
	const image = settingsImage(settings);
	const { length } = JSON.stringify(settings);
	for (let cut = 1; cut < length; cut++) refused(() => readSettingsImage(image.slice().fill(0xff, cut)), "not JSON");
});

test.run();
