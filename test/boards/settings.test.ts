import { test } from "uvu";
import * as assert from "uvu/assert";
import {
	deviceSettings,
	hexBytes,
	mappedAddresses,
	type RunSettings,
	readSettings,
	SettingsError,
} from "../../boards/settings.js";

const good: RunSettings = {
	fleet: "test fleet",
	factory: "d28443a10132",
	dlKeys: ["00".repeat(32), "fF".repeat(32)],
	service: "https://service.example/",
	map: [
		{ host: "service.example", port: 443, address: "127.0.0.1", toPort: 8443 },
		{ host: "b", address: "10.0.2.2", toPort: 1 },
	],
	pollInterval: 1000,
	serviceInterval: 500,
	once: false,
};

test("whole settings are read, with or without what is optional", () => {
	assert.equal(readSettings(JSON.stringify(good)), good);
	const more = { ...good, deadline: 3000, runFor: 2 ** 31 - 1, once: true };
	assert.equal(readSettings(JSON.stringify(more)), more);
});

function refused(text: string, message: string) {
	try {
		readSettings(text);
	} catch (error) {
		assert.ok(error instanceof SettingsError);
		assert.is(error.message, `settings: ${message}`);
		return;
	}
	assert.unreachable(`accepted, expected ${message}`);
}

test("what is not a JSON object is refused", () => {
	for (const text of ["", "{", '{"fleet":', "nothing"]) refused(text, "not JSON");
	for (const text of ["1", "null", "[]", '"text"']) refused(text, "settings: expected an object");
});

test("every field that is missing or wrong is refused by its name", () => {
	const wrong: [keyof RunSettings, unknown[], string][] = [
		["fleet", [undefined, 1, "", "é", "a\n"], "fleet: expected printable ASCII"],
		["factory", [undefined, 5, "", "d", "xy", "d2 "], "factory: expected hexadecimal"],
		["dlKeys", [undefined, [], "00", ["00"], [1], ["00".repeat(33)]], "dlKeys: expected 32 or 84 bytes each"],
		["retiredDlKeys", ["00", ["00"], ["00".repeat(52)]], "retiredDlKeys: expected 32 or 84 bytes each"],
		["dlKeys", [["00".repeat(32), "00".repeat(84)]], "dlKeys: expected keys of one kind"],
		["service", [undefined, 1], "service: expected a URL"],
		["map", [undefined, {}, "x"], "map: expected a list"],
		["map", [[1], [null], [[]]], "map: expected an object"],
		["map", [[{ ...good.map[0], host: "" }], [{ ...good.map[0], host: undefined }]], "map: host: expected a name"],
		[
			"map",
			[[{ ...good.map[0], port: 0 }], [{ ...good.map[0], port: "443" }]],
			"map: port: expected 1 to 65535, or none",
		],
		[
			"map",
			[[{ ...good.map[0], address: "localhost" }], [{ ...good.map[0], address: "::1" }]],
			"map: address: expected dotted IPv4",
		],
		[
			"map",
			[[{ ...good.map[0], toPort: 65536 }], [{ ...good.map[0], toPort: undefined }]],
			"map: toPort: expected 1 to 65535",
		],
		["pollInterval", [undefined, 0, 1.5, "1", -1, 2 ** 53], "pollInterval: expected milliseconds"],
		["serviceInterval", [undefined, 0, 2 ** 31], "serviceInterval: expected milliseconds, at most 2^31 - 1"],
		["deadline", [0, "1", 2 ** 31], "deadline: expected milliseconds, at most 2^31 - 1"],
		["once", [undefined, 1, "true"], "once: expected true or false"],
		["runFor", [0, -5, 2 ** 31], "runFor: expected milliseconds, at most 2^31 - 1"],
	];
	for (const [name, values, message] of wrong)
		for (const value of values) refused(JSON.stringify({ ...good, [name]: value }), message);
});

test("hexadecimal gives its bytes", () => {
	assert.equal(hexBytes("00fFa510"), Uint8Array.of(0, 255, 165, 16));
	assert.is(hexBytes("").length, 0);
});

test("the firmware gets what is burnt in, as bytes, and nothing of the bench", () => {
	const { fleet, service, pollInterval, serviceInterval, map } = good;
	assert.equal(deviceSettings({ ...good, factory: "0aff", dlKeys: ["11".repeat(32)], runFor: 5, offer: "00" }), {
		...{ fleet, service, pollInterval, serviceInterval, map },
		factory: Uint8Array.of(10, 255),
		dlKeys: [new Uint8Array(32).fill(0x11)],
		retiredDlKeys: [],
	});
	const { dlKeys, retiredDlKeys } = deviceSettings({
		...good,
		dlKeys: [`${"11".repeat(32)}${"22".repeat(52)}`],
		retiredDlKeys: ["33".repeat(32)],
	});
	assert.equal(dlKeys, [{ ed25519: new Uint8Array(32).fill(0x11), lms: new Uint8Array(52).fill(0x22) }]);
	assert.equal(retiredDlKeys, [new Uint8Array(32).fill(0x33)]);
});

test("a name leads where the entries of its port, or of any port, say, in turn", () => {
	const map = [
		{ host: "a.example", address: "127.0.0.3", toPort: 9000 },
		{ host: "a.example", port: 443, address: "127.0.0.1", toPort: 8443 },
		{ host: "a.example", address: "127.0.0.2", toPort: 9000 },
	];
	const told = (host: string, port: number) =>
		mappedAddresses(map, host, port)?.map(({ address, port }) => `${address}:${port}`);
	assert.equal(told("a.example", 443), ["127.0.0.1:8443"]);
	assert.equal(told("a.example", 80), ["127.0.0.3:9000", "127.0.0.2:9000"]);
	assert.is(told("b.example", 80), undefined);
});

test.run();
