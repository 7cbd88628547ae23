// What whoever starts a device on a bench hands over to its board, as one JSON text. On an ESP32 the same text comes
// settings come from a partition (firmware/settings.ts), or this text is built into the firmware.

import type { Address, KeyExchange } from "../firmware/ports.js";
import type { ProvisionedSettings } from "../firmware/settings.js";
import type { FragmentLength } from "../firmware/tls/client.js";
import type { DlKey } from "../firmware/trust/dl-key.js";

export interface RunSettings {
	/** The fleet's name: part of what every CA information's signature covers. */
	fleet: string;
	/** The factory CA information, in hexadecimal. */
	factory: string;
	/** The download-server (DL) public keys, all of one kind, in hexadecimal: 32 bytes each, or as pairs 84. */
	dlKeys: string[];
	/** Former ones, of either kind: what they have signed stays valid in a slot. */
	retiredDlKeys?: string[];
	/** CA information, in hexadecimal, that the device is offered when it has booted. */
	offer?: string;
	/** https URL of the service. */
	service: string;
	/** Where names lead: transport only. `port` absent: any port of that host. Several entries: tried in turn. */
	map: { host: string; port?: number; address: string; toPort: number }[];
	pollInterval: number; // ms
	serviceInterval: number; // ms
	/** One session's deadline in ms; 60,000 if absent. */
	deadline?: number;
	/** Bytes of content that a TLS record is asked to have; 512 if absent. */
	fragmentLength?: FragmentLength;
	/** False: servers are not told which CAs they may show a certificate of. */
	nameAuthorities?: boolean;
	/** Whose key share is sent first; default: the board's choice. */
	keyExchange?: KeyExchange;
	/** Authenticate the service once, poll once, stop. */
	once: boolean;
	/** Stop after so many ms; absent: run until stopped. */
	runFor?: number;
}

/** Reads the JSON text. Throws SettingsError with what is wrong and where. Runs on every engine. */
export function readSettings(text: string): RunSettings {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new SettingsError("settings: not JSON");
	}
	return checkSettings(value);
}

/** As `readSettings`, of what has been parsed. */
export function checkSettings(value: unknown): RunSettings {
	const settings = fields(value, "settings");
	check(typeof settings.fleet === "string" && /^[\x20-\x7e]+$/.test(settings.fleet), "fleet", "printable ASCII");
	check(isHex(settings.factory), "factory", "hexadecimal");
	const { dlKeys, retiredDlKeys = [], map } = settings;
	const areKeys = (keys: unknown): keys is string[] =>
		Array.isArray(keys) && keys.every(key => isHex(key, 32) || isHex(key, 84));
	check(areKeys(dlKeys) && dlKeys.length > 0, "dlKeys", "32 or 84 bytes each");
	check(
		(dlKeys as string[]).every((key, _, keys) => key.length === keys[0].length),
		"dlKeys",
		"keys of one kind",
	);
	check(areKeys(retiredDlKeys), "retiredDlKeys", "32 or 84 bytes each");
	check(settings.offer === undefined || isHex(settings.offer), "offer", "hexadecimal");
	check(typeof settings.service === "string", "service", "a URL");
	check(Array.isArray(map), "map", "a list");
	for (const entry of map as unknown[]) {
		const { host, port, address, toPort } = fields(entry, "map");
		check(typeof host === "string" && host !== "", "map: host", "a name");
		check(port === undefined || isWhole(port, 1, 65535), "map: port", "1 to 65535, or none");
		check(typeof address === "string" && /^\d{1,3}(\.\d{1,3}){3}$/.test(address), "map: address", "dotted IPv4");
		check(isWhole(toPort, 1, 65535), "map: toPort", "1 to 65535");
	}
	check(isWhole(settings.pollInterval, 1, Number.MAX_SAFE_INTEGER), "pollInterval", "milliseconds");
	check(isWhole(settings.serviceInterval, 1, LONGEST_TIMER), "serviceInterval", "milliseconds, at most 2^31 - 1");
	check(isWhole(settings.deadline ?? 1, 1, LONGEST_TIMER), "deadline", "milliseconds, at most 2^31 - 1");
	check(
		[undefined, 512, 1024, 2048, 4096].includes(settings.fragmentLength as number | undefined),
		"fragmentLength",
		"512, 1024, 2048 or 4096",
	);
	check(
		[undefined, true, false].includes(settings.nameAuthorities as boolean | undefined),
		"nameAuthorities",
		"true or false",
	);
	check(
		[undefined, "x25519", "x25519mlkem768"].includes(settings.keyExchange as string | undefined),
		"keyExchange",
		"x25519 or x25519mlkem768",
	);
	check(typeof settings.once === "boolean", "once", "true or false");
	check(isWhole(settings.runFor ?? 1, 1, LONGEST_TIMER), "runFor", "milliseconds, at most 2^31 - 1");
	return value as RunSettings;
}

export class SettingsError extends Error {}

/** What a device is provisioned with, with bytes for hexadecimal, without what concerns a run on a bench alone. */
export function deviceSettings(settings: RunSettings): ProvisionedSettings {
	const { once: _, runFor: __, offer: ___, factory, dlKeys, retiredDlKeys = [], ...rest } = settings;
	const keys = { dlKeys: dlKeys.map(dlKey), retiredDlKeys: retiredDlKeys.map(dlKey) };
	return { ...rest, factory: hexBytes(factory), ...keys };
}

/** Where the bench's table says that a name leads, in turn; undefined: the table does not have it. */
export function mappedAddresses(map: RunSettings["map"], host: string, port: number): Address[] | undefined {
	const ofHost = map.filter(entry => entry.host === host);
	const ofPort = ofHost.filter(entry => entry.port === port);
	const found = ofPort.length > 0 ? ofPort : ofHost.filter(entry => entry.port === undefined);
	return found.length > 0 ? found.map(({ address, toPort }) => ({ address, port: toPort })) : undefined;
}

export function hexBytes(hex: string): Uint8Array {
	const bytes = new Uint8Array(hex.length / 2);
	for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
	return bytes;
}

/** A pair is its two keys, one after the other. */
function dlKey(hex: string): DlKey {
	const bytes = hexBytes(hex);
	return bytes.length === 32 ? bytes : { ed25519: bytes.subarray(0, 32), lms: bytes.subarray(32) };
}

const LONGEST_TIMER = 0x7fff_ffff; // ms

function check(good: boolean, name: string, expected: string): void {
	if (!good) throw new SettingsError(`settings: ${name}: expected ${expected}`);
}

function fields(value: unknown, name: string): Record<string, unknown> {
	if (typeof value !== "object" || value === null || Array.isArray(value))
		throw new SettingsError(`settings: ${name}: expected an object`);
	return value as Record<string, unknown>;
}

/** A loop in the expression would keep a state for each byte, more than a board's heap holds. */
function isHex(value: unknown, length?: number): boolean {
	if (typeof value !== "string" || value === "" || value.length % 2 !== 0 || /[^0-9a-fA-F]/.test(value)) return false;
	return length === undefined || value.length === 2 * length;
}

function isWhole(value: unknown, least: number, most: number): boolean {
	return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}
