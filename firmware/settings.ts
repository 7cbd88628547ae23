// What a device is given when it is made: what is burnt in or provisioned (DESIGN.md §5), and its one binary form, in the
// partition `settings` or built into a signed image. `baton provision` writes it, the device reads it. Nothing in it is
// secret; it is trusted as the firmware is, and where secure boot covers the firmware it has to be in the image.
//
//   offset 0   16 bytes  the ASCII of `baton/settings/1`
//   offset 16   4 bytes  the length of the form, little-endian
//   offset 20  12 bytes  the first of the form's SHA-256: what rots is noticed
//   offset 32            the form: a map in deterministic CBOR (RFC 8949 §4.2); erased flash after it
//
//   1 fleet            tstr          5 service            tstr, an https URL
//   2 DL keys          [+ bstr]      6 poll interval      uint, ms
//   3 retired DL keys  [* bstr]      7 service interval   uint, ms
//   4 factory          bstr          8 deadline           uint, ms; optional
//   9 map              [* [host: tstr, port: uint (0: any), address: tstr, port there: uint]]; optional
//  10 fragment length  uint; optional
//  11 authorities are named to servers  bool; optional
//  12 key exchange     uint, the group whose share is sent first: 29 (X25519) or 4,588 (X25519MLKEM768); optional
//
// A DL key has 32 bytes, or as a pair 84 (trust/dl-key.ts). Those in service are all of one kind; retired ones of either.
// 20,480 bytes are room for pairs of DL keys, tables prepared for two of them (6,272 bytes each), and a factory CA
// information of the longest.

import { ascii, concatenate, equalBytes } from "./bytes.js";
import { arrayHead, booleanItem, byteString, CborReader, DecodeError, mapHead, textString, unsigned } from "./cbor.js";
import { sha256 } from "./crypto/kernel.js";
import type { KeyExchange } from "./ports.js";
import type { FragmentLength } from "./tls/client.js";
import { type DlKey, dlKeyBytes, isPair, readDlKey } from "./trust/dl-key.js";

export interface Settings {
	/** The fleet's name: ASCII. */
	fleet: string;
	/** Factory CA information, as a download would bring it. */
	factory: Uint8Array;
	/** DL public keys, all of one kind. */
	dlKeys: readonly DlKey[];
	/** Former ones, of either kind: what they have signed stays valid in a slot. */
	retiredDlKeys?: readonly DlKey[];
	/** https URL of the service. */
	service: string;
	pollInterval?: number; // ms; default 30 days
	serviceInterval?: number; // ms, at most 2^31 - 1; default one hour
	deadline?: number; // ms, of each connection; default 60 s
	/** Bytes of content that a TLS record is asked to have; default 512. */
	fragmentLength?: FragmentLength;
	/** False: servers are not told which CAs they may show a certificate of (RFC 9846 §4.3.4). */
	nameAuthorities?: boolean;
	/** Whose key share is sent first; default: as the board affords it. X25519's where the build has no other. */
	keyExchange?: KeyExchange;
}

/** What a device is provisioned with: the settings, and where names lead. */
export interface ProvisionedSettings extends Settings {
	pollInterval: number;
	serviceInterval: number;
	/** Transport only. `port` absent: any port of that host. Several entries of a host: tried in turn. */
	map: { host: string; port?: number; address: string; toPort: number }[];
}

export type SettingsReason =
	| "erased"
	| "not settings" // something else stands there
	| "too long"
	| "damaged"
	| "unknown key" // made for a later firmware
	| "missing key"
	| "too many items"
	| "bad DL key" // neither 32 nor 84 bytes
	| "DL keys of two kinds"
	| "bad mapping"
	| "fragment length out of range"
	| "unknown key exchange";

export const SETTINGS_LENGTH = 20_480; // bytes

const MAGIC = "baton/settings/1";
const HEADER_LENGTH = 32,
	DIGEST_LENGTH = 12; // bytes

const FLEET = 1,
	DL_KEYS = 2,
	RETIRED_DL_KEYS = 3,
	FACTORY = 4,
	SERVICE = 5,
	POLL_INTERVAL = 6,
	SERVICE_INTERVAL = 7,
	DEADLINE = 8,
	MAP = 9,
	FRAGMENT_LENGTH = 10,
	NAME_AUTHORITIES = 11,
	KEY_EXCHANGE = 12;

/** By their codes in TLS. */
const X25519 = 0x001d,
	X25519MLKEM768 = 0x11ec;

/** The whole partition. Throws RangeError if they are too long for it. */
export function writeSettings(settings: ProvisionedSettings): Uint8Array {
	const form = encode(settings);
	const length = HEADER_LENGTH + form.length;
	if (length > SETTINGS_LENGTH)
		throw new RangeError(`settings: expected at most ${SETTINGS_LENGTH} bytes, got ${length}`);
	const image = new Uint8Array(SETTINGS_LENGTH).fill(0xff);
	image.set(ascii(MAGIC));
	new DataView(image.buffer).setUint32(MAGIC.length, form.length, true);
	image.set(sha256(form).subarray(0, DIGEST_LENGTH), HEADER_LENGTH - DIGEST_LENGTH);
	image.set(form, HEADER_LENGTH);
	return image;
}

/**
 * Reads the form out of a partition, no more of it than there is. Throws DecodeError<SettingsReason | CborReason>, and
 * what `read` throws. Values are checked by who uses them: main.ts.
 */
export function readSettings(read: (byteLength: number, offset: number) => Uint8Array): ProvisionedSettings {
	const header = read(HEADER_LENGTH, 0);
	if (header.every(byte => byte === 0xff)) refuse("erased");
	if (!equalBytes(header.subarray(0, MAGIC.length), ascii(MAGIC))) refuse("not settings");
	const length = new DataView(header.buffer, header.byteOffset).getUint32(MAGIC.length, true);
	if (length > SETTINGS_LENGTH - HEADER_LENGTH) refuse("too long");
	const form = read(length, HEADER_LENGTH);
	const digest = header.subarray(HEADER_LENGTH - DIGEST_LENGTH);
	if (!equalBytes(sha256(form).subarray(0, DIGEST_LENGTH), digest)) refuse("damaged");
	return decode(form);
}

function encode(settings: ProvisionedSettings): Uint8Array {
	const { deadline, map, fragmentLength, nameAuthorities, keyExchange, retiredDlKeys = [] } = settings;
	const pairs: [key: number, value: Uint8Array | undefined][] = [
		[FLEET, textString(settings.fleet)],
		[DL_KEYS, list(settings.dlKeys.map(key => byteString(dlKeyBytes(key))))],
		[RETIRED_DL_KEYS, list(retiredDlKeys.map(key => byteString(dlKeyBytes(key))))],
		[FACTORY, byteString(settings.factory)],
		[SERVICE, textString(settings.service)],
		[POLL_INTERVAL, unsigned(settings.pollInterval)],
		[SERVICE_INTERVAL, unsigned(settings.serviceInterval)],
		[DEADLINE, deadline === undefined ? undefined : unsigned(deadline)],
		[MAP, map.length === 0 ? undefined : list(map.map(encodeMapping))],
		[FRAGMENT_LENGTH, fragmentLength === undefined ? undefined : unsigned(fragmentLength)],
		[NAME_AUTHORITIES, nameAuthorities === undefined ? undefined : booleanItem(nameAuthorities)],
		[KEY_EXCHANGE, keyExchange && unsigned(keyExchange === "x25519" ? X25519 : X25519MLKEM768)],
	];
	const present = pairs.flatMap(([key, value]) => (value ? [unsigned(key), value] : []));
	return concatenate(mapHead(present.length / 2), ...present);
}

function encodeMapping({ host, port = 0, address, toPort }: ProvisionedSettings["map"][number]): Uint8Array {
	return list([textString(host), unsigned(port), textString(address), unsigned(toPort)]);
}

function list(items: Uint8Array[]): Uint8Array {
	return concatenate(arrayHead(items.length), ...items);
}

function decode(form: Uint8Array): ProvisionedSettings {
	const reader = new CborReader(form);
	const read: Partial<ProvisionedSettings> = {};
	reader.integerMap(key => {
		switch (key) {
			case FLEET:
				read.fleet = reader.text();
				return;
			case DL_KEYS:
				read.dlKeys = items(reader, () => decodeDlKey(reader));
				if (read.dlKeys.some(key => isPair(key) !== isPair(read.dlKeys![0]))) refuse("DL keys of two kinds");
				return;
			case RETIRED_DL_KEYS:
				read.retiredDlKeys = items(reader, () => decodeDlKey(reader));
				return;
			case FACTORY:
				read.factory = reader.bytes();
				return;
			case SERVICE:
				read.service = reader.text();
				return;
			case POLL_INTERVAL:
				read.pollInterval = reader.uint();
				return;
			case SERVICE_INTERVAL:
				read.serviceInterval = reader.uint();
				return;
			case DEADLINE:
				read.deadline = reader.uint();
				return;
			case MAP:
				read.map = items(reader, () => decodeMapping(reader));
				return;
			case FRAGMENT_LENGTH:
				read.fragmentLength = fragmentLength(reader.uint());
				return;
			case NAME_AUTHORITIES:
				read.nameAuthorities = reader.boolean();
				return;
			case KEY_EXCHANGE:
				read.keyExchange = keyExchange(reader.uint());
				return;
			default:
				refuse("unknown key");
		}
	});
	reader.end();
	const { fleet, dlKeys, factory, service, map = [], pollInterval, serviceInterval } = read;
	if (fleet === undefined || !dlKeys || !factory || service === undefined || !pollInterval || !serviceInterval)
		return refuse("missing key");
	return { ...read, fleet, dlKeys, factory, service, map, pollInterval, serviceInterval };
}

function decodeDlKey(reader: CborReader): DlKey {
	return readDlKey(reader.bytes().slice()) ?? refuse("bad DL key");
}

function decodeMapping(reader: CborReader): ProvisionedSettings["map"][number] {
	if (reader.array() !== 4) refuse("bad mapping");
	const host = reader.text(),
		port = reader.uint(),
		address = reader.text(),
		toPort = reader.uint();
	return port === 0 ? { host, address, toPort } : { host, port, address, toPort };
}

function fragmentLength(value: number): FragmentLength {
	if (value === 512 || value === 1024 || value === 2048 || value === 4096) return value;
	return refuse("fragment length out of range");
}

function keyExchange(code: number): KeyExchange {
	if (code === X25519) return "x25519";
	return code === X25519MLKEM768 ? "x25519mlkem768" : refuse("unknown key exchange");
}

const MOST_ITEMS = 64;

function items<Item>(reader: CborReader, item: () => Item): Item[] {
	const count = reader.array();
	if (count > MOST_ITEMS) refuse("too many items");
	return Array.from({ length: count }, item);
}

function refuse(reason: SettingsReason): never {
	throw new DecodeError(reason);
}
