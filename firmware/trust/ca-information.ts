// CA information (FORMAT.md beside this file): a CA certificate, the URL where the one after it will appear,
// and a signature by a download-server (DL) key. COSE_Sign1 (RFC 9052 §4.2) over deterministic CBOR (RFC 8949 §4.2.1),
// Ed25519 (RFC 9864). Read strictly: whatever is accepted has exactly one encoding.

import { arrayHead, ascii, byteString, CborReader, concatenate, DecodeError, textString } from "../cbor.js";
import { type Ed25519Key, ed25519Verify } from "../crypto/kernel.js";
import { type HttpsURL, parseURL } from "../url.js";
import { readTrustAnchor, type TrustAnchor } from "../x509/path.js";

export type CaInformationReason =
	| "too large"
	| "wrong tag" // not COSE_Sign1
	| "wrong array length"
	| "wrong protected header"
	| "unprotected header"
	| "wrong signature length"
	| "bad signature" // by no DL key of this fleet: altered, another fleet's, or another key's
	| "unknown key"
	| "missing key"
	| "generation out of range"
	| "certificate too large"
	| "not-before out of range"
	| "revokes is not true";

/** Whose signatures count: burnt into the device. */
export interface Fleet {
	/** ASCII, 1 … 64 characters. */
	name: string;
	/** The DL public key and its spare: 32 bytes each, or prepared ones. */
	dlKeys: readonly Ed25519Key[];
}

/** The most that one CA information takes, in bytes. */
export const MAXIMUM_LENGTH = 1024;
export const MAXIMUM_GENERATION = 65_535;
const MAXIMUM_CERTIFICATE = 640; // bytes
const MAXIMUM_NOT_BEFORE = 2 ** 40; // seconds since 1970: far beyond the year 9999
const MAXIMUM_DEPTH = 4; // arrays and maps under an ignored key

const COSE_SIGN1 = 18; // RFC 9052 §4.2
const PROTECTED = Uint8Array.of(0xa1, 0x01, 0x32); // {1: -19}, alg: Ed25519 (RFC 9864)
const SIGNATURE_LENGTH = 64;

/** Payload keys. */
const GENERATION = 1,
	CA_CERTIFICATE = 2,
	NEXT_ADDRESS = 3,
	LEAF_NOT_BEFORE = 4,
	REVOKES = 5;

/** CA information whose signature held. There is no other way to make one than `read`. */
export class VerifiedCaInformation {
	/** The whole COSE_Sign1, a copy of its own. */
	readonly bytes: Uint8Array;
	/** 1 … 65,535; greater at each issue. */
	readonly generation: number;
	/** The CA certificate's name and key. `leafNotBefore` is key 4. */
	readonly anchor: TrustAnchor;
	/** Where the CA information after this one will be. */
	readonly nextAddress: HttpsURL;
	/** Every lower generation is revoked: promote as soon as this is stored. */
	readonly revokes: boolean;

	private constructor(bytes: Uint8Array, payload: Payload, anchor: TrustAnchor) {
		this.bytes = bytes;
		this.generation = payload.generation;
		this.anchor = anchor;
		this.nextAddress = payload.nextAddress;
		this.revokes = payload.revokes;
	}

	/**
	 * Verifies and reads one CA information that fills `bytes`. The signature comes before anything inside it is parsed.
	 * Throws DecodeError<CaInformationReason | CborReason | UrlReason>, or CertificateError for a CA certificate that
	 * this build cannot use.
	 */
	static read(bytes: Uint8Array, fleet: Fleet): VerifiedCaInformation {
		const own = bytes.slice();
		const { payload, signature } = openEnvelope(own);
		const message = signatureStructure(fleet.name, payload);
		if (!fleet.dlKeys.some(key => ed25519Verify(key, message, signature))) refuse("bad signature");
		const content = readPayload(payload);
		const anchor = readTrustAnchor(content.certificate);
		if (content.leafNotBefore !== undefined) anchor.leafNotBefore = content.leafNotBefore;
		return new VerifiedCaInformation(own, content, anchor);
	}
}

/**
 * How many bytes the COSE_Sign1 at the start of `bytes` takes, or undefined if there is none. Says nothing of who
 * signed it: a slot's copy is followed by erased flash.
 */
export function measureCaInformation(bytes: Uint8Array): number | undefined {
	try {
		const reader = new CborReader(bytes);
		readEnvelope(reader);
		return reader.offset;
	} catch (error) {
		if (error instanceof DecodeError) return undefined;
		throw error;
	}
}

/** What a DL key signs (RFC 9052 §4.4). The external data separates this use of the key, and this fleet, from others. */
export function signatureStructure(fleet: string, payload: Uint8Array): Uint8Array {
	return concatenate(
		arrayHead(4),
		textString("Signature1"),
		byteString(PROTECTED),
		byteString(ascii(`baton/ca-information/1/${fleet}`)),
		byteString(payload),
	);
}

function openEnvelope(bytes: Uint8Array): { payload: Uint8Array; signature: Uint8Array } {
	if (bytes.length > MAXIMUM_LENGTH) refuse("too large");
	const reader = new CborReader(bytes);
	const envelope = readEnvelope(reader);
	reader.end();
	return envelope;
}

function readEnvelope(reader: CborReader): { payload: Uint8Array; signature: Uint8Array } {
	if (reader.tag() !== COSE_SIGN1) refuse("wrong tag");
	if (reader.array() !== 4) refuse("wrong array length");
	const header = reader.bytes();
	if (header.length !== PROTECTED.length || header.some((byte, i) => byte !== PROTECTED[i]))
		refuse("wrong protected header");
	if (reader.map() !== 0) refuse("unprotected header");
	const payload = reader.bytes();
	const signature = reader.bytes();
	if (signature.length !== SIGNATURE_LENGTH) refuse("wrong signature length");
	return { payload, signature };
}

interface Payload {
	generation: number;
	certificate: Uint8Array;
	nextAddress: HttpsURL;
	leafNotBefore?: number;
	revokes: boolean;
}

function readPayload(bytes: Uint8Array): Payload {
	const reader = new CborReader(bytes);
	let generation: number | undefined;
	let certificate: Uint8Array | undefined;
	let nextAddress: HttpsURL | undefined;
	let leafNotBefore: number | undefined;
	let revokes = false;
	reader.integerMap(key => {
		switch (key) {
			case GENERATION:
				generation = reader.uint();
				if (generation < 1 || generation > MAXIMUM_GENERATION) refuse("generation out of range");
				return;
			case CA_CERTIFICATE:
				certificate = reader.bytes();
				if (certificate.length > MAXIMUM_CERTIFICATE) refuse("certificate too large");
				return;
			case NEXT_ADDRESS:
				nextAddress = parseURL(reader.text());
				return;
			case LEAF_NOT_BEFORE:
				leafNotBefore = reader.uint();
				if (leafNotBefore > MAXIMUM_NOT_BEFORE) refuse("not-before out of range");
				return;
			case REVOKES:
				revokes = reader.boolean();
				if (!revokes) refuse("revokes is not true");
				return;
			default:
				if (key >= 0) refuse("unknown key");
				reader.skip(MAXIMUM_DEPTH);
		}
	});
	reader.end();
	if (generation === undefined || !certificate || !nextAddress) return refuse("missing key");
	return { generation, certificate, nextAddress, leafNotBefore, revokes };
}

function refuse(reason: CaInformationReason): never {
	throw new DecodeError(reason);
}
