// CA information (firmware/trust/FORMAT.md): tag 18, COSE_Sign1 (RFC 9052 §4.2) over a map in deterministic CBOR (RFC 8949 §4.2),
// written and read with cbor-x and Node's own crypto. It shares no code with the firmware's reader, so each is a
// check of the other: what the host says of a slot is its own judgement.

import { type KeyObject, verify } from "node:crypto";
import { Decoder, Encoder, Tag } from "cbor-x";
import { isDeterministic } from "./deterministic-cbor.js";

export const MAXIMUM_GENERATION = 65_535;
export const MAXIMUM_LENGTH = 4_032; // bytes
export const MAXIMUM_CERTIFICATE = 2_304; // bytes
export const MAXIMUM_ADDRESSES = 3;

export interface CaInformation {
	generation: number;
	certificate: Uint8Array; // the CA's, DER
	/** https URL at which the CA information after this one will be downloadable. */
	nextAddress: string;
	/** Where else it will be, up to two: https, or http since the object carries its own signature. */
	mirrors?: string[];
	/** Seconds since 1970: a server certificate whose notBefore is earlier is refused. */
	leafNotBefore?: number;
	/** Every lower generation is revoked: promote as soon as this is stored. */
	revokes?: true;
	/** The generation in full operation when this was signed, if it is not the one before. */
	follows?: number;
}

/** `Ed25519`, in the protected header's only form. */
const protectedHeader = Uint8Array.of(0xa1, 0x01, 0x32);
const COSE_SIGN1_TAG = 18;

// Without tag 259 a map is what RFC 8949 calls a map; cbor-x's declarations do not know that option.
const plainMaps = { useRecords: false, variableMapSize: true, tagUint8Array: false, useTag259ForMaps: false };
const cbor = new Encoder(plainMaps);
const reader = new Decoder({ useRecords: false, mapsAsObjects: false });

/**
 * The payload of a COSE_Sign1. Throws RangeError for what has no place in it. Whether devices take what it says is judged
 * before it is signed (device-judge.ts).
 */
export function encodePayload(information: CaInformation): Uint8Array {
	const { generation, certificate, nextAddress, mirrors = [], leafNotBefore, revokes, follows } = information;
	if (!Number.isInteger(generation) || generation < 1 || generation > MAXIMUM_GENERATION) {
		throw new RangeError(`expected a generation of 1 to ${MAXIMUM_GENERATION}, got ${generation}`);
	}
	if (certificate.length > MAXIMUM_CERTIFICATE) {
		throw new RangeError(
			`expected a CA certificate of at most ${MAXIMUM_CERTIFICATE} bytes, got ${certificate.length}`,
		);
	}
	if (mirrors.length >= MAXIMUM_ADDRESSES) throw new RangeError(`expected at most ${MAXIMUM_ADDRESSES} addresses`);
	const map = new Map<number, unknown>([
		[1, generation],
		[2, certificate],
		[3, mirrors.length === 0 ? nextAddress : [nextAddress, ...mirrors]],
	]);
	if (leafNotBefore !== undefined) {
		if (!Number.isSafeInteger(leafNotBefore) || leafNotBefore < 0) {
			throw new RangeError(`expected whole seconds since 1970, got ${leafNotBefore}`);
		}
		map.set(4, uint(leafNotBefore));
	}
	if (revokes) map.set(5, true);
	if (follows !== undefined && follows !== generation - 1) {
		if (!isUint(follows, generation - 2))
			throw new RangeError(`expected to follow 0 to ${generation - 1}, got ${follows}`);
		map.set(6, follows);
	}
	return encode(map);
}

/** What the DL signing key signs (RFC 9052 §4.4): it names this use of the key, and the fleet. */
export function signatureStructure(fleet: string, payload: Uint8Array): Uint8Array {
	const externalAad = Buffer.from(`baton/ca-information/1/${fleet}`, "ascii");
	return encode(["Signature1", protectedHeader, externalAad, payload]);
}

/** The whole object. Throws RangeError if it is larger than a device takes. */
export function encodeCoseSign1(payload: Uint8Array, signature: Uint8Array): Uint8Array {
	const object = encode(new Tag([protectedHeader, new Map(), payload, signature], COSE_SIGN1_TAG));
	if (object.length > MAXIMUM_LENGTH) {
		throw new RangeError(`expected CA information of at most ${MAXIMUM_LENGTH} bytes, got ${object.length}`);
	}
	return object;
}

export interface Opened {
	information: CaInformation;
	payload: Uint8Array;
	signature: Uint8Array;
}

/** Reads CA information without judging its signature. Throws TypeError that says what is wrong with its shape. */
export function decodeCaInformation(object: Uint8Array): Opened {
	if (object.length > MAXIMUM_LENGTH) malformed(`${object.length} bytes, more than ${MAXIMUM_LENGTH}`);
	const tag = decode(object);
	if (!(tag instanceof Tag) || tag.tag !== COSE_SIGN1_TAG) malformed("no COSE_Sign1 (tag 18)");
	const parts: unknown = (tag as Tag).value;
	if (!Array.isArray(parts) || parts.length !== 4) malformed("no array of four");
	const [header, unprotected, payload, signature] = parts as unknown[];
	if (!(header instanceof Uint8Array) || !Buffer.from(header).equals(protectedHeader))
		malformed("another protected header");
	if (!(unprotected instanceof Map) || unprotected.size !== 0) malformed("an unprotected header");
	if (!(payload instanceof Uint8Array)) malformed("no payload");
	if (!(signature instanceof Uint8Array) || (signature as Uint8Array).length !== 64)
		malformed("no signature of 64 bytes");
	return {
		information: decodePayload(payload as Uint8Array),
		payload: new Uint8Array(payload as Uint8Array),
		signature: new Uint8Array(signature as Uint8Array),
	};
}

/** Reads a payload, as it is signed. Throws TypeError. */
export function decodePayload(payload: Uint8Array): CaInformation {
	const map = decode(payload);
	if (!(map instanceof Map)) malformed("the payload is no map");
	return readMap(map as Map<unknown, unknown>);
}

/** Reads and verifies. Throws TypeError if the shape is wrong; returns undefined if no key made the signature. */
export function openCaInformation(object: Uint8Array, fleet: string, dlKeys: KeyObject[]): CaInformation | undefined {
	const { information, payload, signature } = decodeCaInformation(object);
	const signed = signatureStructure(fleet, payload);
	return dlKeys.some(key => verify(null, signed, key, signature)) ? information : undefined;
}

function readMap(map: Map<unknown, unknown>): CaInformation {
	for (const key of map.keys()) {
		if (!Number.isInteger(key)) malformed("a key that is no integer");
		if ((key as number) === 0 || (key as number) > 6) malformed(`unknown key ${key}`);
	}
	const generation = map.get(1);
	if (!isUint(generation, MAXIMUM_GENERATION) || generation === 0) malformed("no generation (key 1)");
	const certificate = map.get(2);
	if (!(certificate instanceof Uint8Array) || certificate.length > MAXIMUM_CERTIFICATE)
		malformed("no CA certificate (key 2)");
	const addresses = readAddresses(map.get(3));
	const notBefore = map.get(4);
	if (notBefore !== undefined && !isUint(notBefore, Number.MAX_SAFE_INTEGER)) malformed("no time (key 4)");
	const revokes = map.get(5);
	if (revokes !== undefined && revokes !== true) malformed("revokes (key 5) is not true");
	const follows = map.get(6);
	if (follows !== undefined && !isUint(follows, (generation as number) - 2))
		malformed("follows (key 6) is no earlier generation than the one before");
	const [nextAddress, ...mirrors] = addresses;
	return {
		generation: generation as number,
		certificate: new Uint8Array(certificate as Uint8Array),
		nextAddress,
		...(mirrors.length === 0 ? {} : { mirrors }),
		...(notBefore === undefined ? {} : { leafNotBefore: Number(notBefore) }),
		...(revokes === undefined ? {} : { revokes: true as const }),
		...(follows === undefined ? {} : { follows: follows as number }),
	};
}

/** One text, or an array of two or three. */
function readAddresses(value: unknown): string[] {
	if (typeof value === "string") return [value];
	const isList = Array.isArray(value) && value.length >= 2 && value.length <= MAXIMUM_ADDRESSES;
	if (!isList || !value.every(each => typeof each === "string")) return malformed("no next address (key 3)");
	return value;
}

function isUint(value: unknown, largest: number) {
	return (
		((typeof value === "number" && Number.isInteger(value)) || typeof value === "bigint") &&
		value >= 0 &&
		value <= largest
	);
}

/** cbor-x writes numbers from 2^32 on as floats, and bigints in eight bytes always: each is right in its own range. */
function uint(value: number) {
	return value < 2 ** 32 ? value : BigInt(value);
}

// cbor-x hands out views of a buffer that it uses again.
function encode(value: unknown) {
	return new Uint8Array(cbor.encode(value));
}

/** Decodes exactly one item. */
function decode(bytes: Uint8Array): unknown {
	if (!isDeterministic(bytes)) malformed("not one item of deterministic CBOR");
	try {
		return reader.decode(bytes);
	} catch (error) {
		return malformed((error as Error).message);
	}
}

function malformed(what: string): never {
	throw new TypeError(`malformed CA information: ${what}`);
}
