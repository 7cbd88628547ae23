// CA information (firmware/trust/FORMAT.md): tag 18, COSE_Sign1 (RFC 9052 §4.2), or in a hybrid fleet tag 98, COSE_Sign
// (§4.1), over a map in deterministic CBOR (RFC 8949 §4.2), written and read with cbor-x and Node's own crypto. It shares
// no code with the firmware's reader, so each is a check of the other: what the host says of a slot is its own judgement.

import { verify } from "node:crypto";
import { Decoder, Encoder, Tag } from "cbor-x";
import { isDeterministic } from "./deterministic-cbor.js";
import { type DlKey, isPair } from "./dl-key.js";
import { verifyLms } from "./lms-verify.js";

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

/** `Ed25519` (RFC 9864) and `HSS-LMS` (RFC 8778), in a protected header's only form. */
const byEd25519 = Uint8Array.of(0xa1, 0x01, 0x32),
	byLms = Uint8Array.of(0xa1, 0x01, 0x38, 0x2d);
const noHeader = new Uint8Array(0);
const COSE_SIGN1_TAG = 18,
	COSE_SIGN_TAG = 98;
const ED25519_SIGNATURE = 64,
	LMS_SIGNATURE = 1_504; // bytes

/** By a classical DL key one, by a hybrid one two. */
export interface Signatures {
	ed25519: Uint8Array;
	lms?: Uint8Array;
}

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

/** What a classical DL signing key signs (RFC 9052 §4.4): it names this use of the key, and the fleet. */
export function signatureStructure(fleet: string, payload: Uint8Array): Uint8Array {
	return encode(["Signature1", byEd25519, externalData(fleet), payload]);
}

/** What the two halves of a hybrid one sign. */
export function signerStructures(fleet: string, payload: Uint8Array): { ed25519: Uint8Array; lms: Uint8Array } {
	const structure = (by: Uint8Array) => encode(["Signature", noHeader, by, externalData(fleet), payload]);
	return { ed25519: structure(byEd25519), lms: structure(byLms) };
}

function externalData(fleet: string): Buffer {
	return Buffer.from(`baton/ca-information/1/${fleet}`, "ascii");
}

/** The whole object. Throws RangeError if it is larger than a device takes. */
export function encodeCaInformation(payload: Uint8Array, { ed25519, lms }: Signatures): Uint8Array {
	const signers = [
		[byEd25519, new Map(), ed25519],
		[byLms, new Map(), lms],
	];
	const object = encode(
		lms
			? new Tag([noHeader, new Map(), payload, signers], COSE_SIGN_TAG)
			: new Tag([byEd25519, new Map(), payload, ed25519], COSE_SIGN1_TAG),
	);
	if (object.length > MAXIMUM_LENGTH) {
		throw new RangeError(`expected CA information of at most ${MAXIMUM_LENGTH} bytes, got ${object.length}`);
	}
	return object;
}

export interface Opened {
	information: CaInformation;
	payload: Uint8Array;
	signatures: Signatures;
}

/** Reads CA information without judging its signatures. Throws TypeError that says what is wrong with its shape. */
export function decodeCaInformation(object: Uint8Array): Opened {
	if (object.length > MAXIMUM_LENGTH) malformed(`${object.length} bytes, more than ${MAXIMUM_LENGTH}`);
	const tag = decode(object);
	const isHybrid = tag instanceof Tag && tag.tag === COSE_SIGN_TAG;
	if (!(tag instanceof Tag) || (tag.tag !== COSE_SIGN1_TAG && !isHybrid))
		malformed("neither a COSE_Sign1 (tag 18) nor a COSE_Sign (tag 98)");
	const [payload, last] = readHeaders((tag as Tag).value, 2, isHybrid ? noHeader : byEd25519);
	if (!(payload instanceof Uint8Array)) malformed("no payload");
	return {
		information: decodePayload(payload as Uint8Array),
		payload: new Uint8Array(payload as Uint8Array),
		signatures: isHybrid ? readSigners(last) : { ed25519: readSignature(last, ED25519_SIGNATURE) },
	};
}

function readSigners(signers: unknown): Signatures {
	if (!Array.isArray(signers) || signers.length !== 2) return malformed("no array of two signatures");
	const [ed25519] = readHeaders(signers[0], 1, byEd25519);
	const [lms] = readHeaders(signers[1], 1, byLms);
	return { ed25519: readSignature(ed25519, ED25519_SIGNATURE), lms: readSignature(lms, LMS_SIGNATURE) };
}

/** What comes after the headers, so many items. */
function readHeaders(parts: unknown, more: number, header: Uint8Array): unknown[] {
	if (!Array.isArray(parts) || parts.length !== 2 + more) return malformed(`no array of ${2 + more}`);
	const [given, unprotected] = parts;
	if (!(given instanceof Uint8Array) || !Buffer.from(given).equals(header)) malformed("another protected header");
	if (!(unprotected instanceof Map) || unprotected.size !== 0) malformed("an unprotected header");
	return parts.slice(2);
}

function readSignature(signature: unknown, length: number): Uint8Array {
	if (!(signature instanceof Uint8Array) || signature.length !== length) malformed(`no signature of ${length} bytes`);
	return new Uint8Array(signature as Uint8Array);
}

/** Reads a payload, as it is signed. Throws TypeError. */
export function decodePayload(payload: Uint8Array): CaInformation {
	const map = decode(payload);
	if (!(map instanceof Map)) malformed("the payload is no map");
	return readMap(map as Map<unknown, unknown>);
}

/** Reads and verifies. Throws TypeError if the shape is wrong; returns undefined if no key made the signatures. */
export function openCaInformation(
	object: Uint8Array,
	fleet: string,
	dlKeys: readonly DlKey[],
): CaInformation | undefined {
	const { information, payload, signatures } = decodeCaInformation(object);
	return dlKeys.some(key => isSignedBy(key, fleet, payload, signatures)) ? information : undefined;
}

/** Each kind of key reads its own alone. Of a hybrid one both signatures hold, the second with the generation's index. */
function isSignedBy(key: DlKey, fleet: string, payload: Uint8Array, { ed25519, lms }: Signatures): boolean {
	if (!isPair(key)) return !lms && verify(null, signatureStructure(fleet, payload), key, ed25519);
	if (!lms || Buffer.from(lms).readUInt32BE(4) !== decodePayload(payload).generation) return false;
	const signed = signerStructures(fleet, payload);
	return verify(null, signed.ed25519, key.ed25519, ed25519) && verifyLms(key.lms, signed.lms, lms);
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
