// CA information (FORMAT.md beside this file): a CA certificate, the addresses where the one after it will appear, and
// what signs them (envelope.ts): a download-server (DL) key. A map in deterministic CBOR (RFC 8949 §4.2.1). Read strictly:
// whatever is accepted has exactly one encoding.

import { CborReader, DecodeError } from "../cbor.js";
import { type HttpURL, isHttps, parseMirrorURL } from "../url.js";
import { CertificateError } from "../x509/certificate.js";
import { readTrustAnchor, type TrustAnchor } from "../x509/path.js";
import { type EnvelopeReason, type Fleet, MAXIMUM_LENGTH, openSigned, signatureStructure } from "./envelope.js";

export { type Fleet, MAXIMUM_LENGTH, signatureStructure };
export type CaInformationReason =
	| EnvelopeReason
	| "unknown key"
	| "missing key"
	| "generation out of range"
	| "signed with another index" // than its generation
	| "certificate too large"
	| "wrong number of addresses"
	| "first address is not https"
	| "not-before out of range"
	| "revokes is not true"
	| "follows out of range";

export const MAXIMUM_GENERATION = 65_535;
export const MAXIMUM_CERTIFICATE = 2_304; // bytes
export const MAXIMUM_ADDRESSES = 3;
const MAXIMUM_NOT_BEFORE = 2 ** 40; // seconds since 1970: far beyond the year 9999
const MAXIMUM_DEPTH = 4; // arrays and maps under an ignored key

/** Payload keys. */
const GENERATION = 1,
	CA_CERTIFICATE = 2,
	NEXT_ADDRESS = 3,
	LEAF_NOT_BEFORE = 4,
	REVOKES = 5,
	FOLLOWS = 6;

/** CA information whose signature held. There is no other way to make one than `verify`. */
export class VerifiedCaInformation {
	/** The whole object, a copy of its own. */
	readonly bytes: Uint8Array;
	/** What was signed, within `bytes`: two objects that say the same have the same payload. */
	readonly payload: Uint8Array;
	/** 1 … 65,535; greater at each issue. */
	readonly generation: number;
	/** The generation in full operation when this was signed, from which it takes over. */
	readonly follows: number;
	/** The CA certificate's name and key. `leafNotBefore` is key 4. */
	readonly anchor: TrustAnchor;
	/** Where the CA information after this one will be: 1 to 3 addresses, the first https. */
	readonly nextAddresses: readonly HttpURL[];
	/** Every lower generation is revoked: promote as soon as this is stored. */
	readonly revokes: boolean;
	/** Signed by a retired DL key: counts in a slot, and is never accepted. */
	readonly isRetired: boolean;

	private constructor(
		bytes: Uint8Array,
		payload: Uint8Array,
		content: Payload,
		anchor: TrustAnchor,
		isRetired: boolean,
	) {
		this.bytes = bytes;
		this.payload = payload;
		this.generation = content.generation;
		this.follows = content.follows;
		this.anchor = anchor;
		this.nextAddresses = content.nextAddresses;
		this.revokes = content.revokes;
		this.isRetired = isRetired;
	}

	/**
	 * Verifies and reads one CA information that fills `bytes`. The signature comes before anything inside it is parsed.
	 * Throws DecodeError<CaInformationReason | CborReason | UrlReason>, or CertificateError for a CA certificate that
	 * this build cannot use.
	 */
	static verify(bytes: Uint8Array, fleet: Fleet): VerifiedCaInformation {
		const own = bytes.slice();
		const { payload, isRetired, index } = openSigned(own, fleet);
		const content = readPayload(payload);
		if (index !== undefined && index !== content.generation) refuse("signed with another index");
		const anchor = readTrustAnchor(content.certificate);
		if (content.leafNotBefore !== undefined) anchor.leafNotBefore = content.leafNotBefore;
		return new VerifiedCaInformation(own, payload, content, anchor, isRetired);
	}
}

/**
 * The generation that a CA information says it has, whoever has signed it: of the factory's, which is as trusted as the
 * keys beside it. Throws DecodeError.
 */
export function claimedGeneration(bytes: Uint8Array): number {
	const envelope = new CborReader(bytes);
	envelope.tag();
	envelope.array();
	envelope.bytes();
	envelope.map();
	const payload = new CborReader(envelope.bytes());
	payload.map();
	if (payload.int() !== GENERATION) refuse("missing key");
	return payload.uint();
}

/** What can be said of a CA information that `verify` refuses, although a DL key of this fleet has signed it. */
export interface ForeignGeneration {
	generation: number;
	follows: number;
}

/** Undefined: no key that this firmware knows has signed it, or its generation cannot be read. */
export function readForeignGeneration(bytes: Uint8Array, fleet: Fleet): ForeignGeneration | undefined {
	try {
		const { payload, index } = openSigned(bytes, fleet);
		const reader = new CborReader(payload);
		let generation = 0;
		let follows: number | undefined;
		reader.integerMap(key => {
			if (key === GENERATION) generation = reader.uint();
			else if (key === FOLLOWS) follows = reader.uint();
			else reader.skip(MAXIMUM_FOREIGN_DEPTH);
		});
		if (generation < 1 || generation > MAXIMUM_GENERATION) return undefined;
		if (index !== undefined && index !== generation) return undefined;
		return { generation, follows: follows ?? generation - 1 };
	} catch (error) {
		if (error instanceof DecodeError || error instanceof CertificateError) return undefined;
		throw error;
	}
}

const MAXIMUM_FOREIGN_DEPTH = 8; // arrays and maps under a key that a later firmware may know

interface Payload {
	generation: number;
	certificate: Uint8Array;
	nextAddresses: readonly HttpURL[];
	leafNotBefore?: number;
	revokes: boolean;
	follows: number;
}

function readPayload(bytes: Uint8Array): Payload {
	const reader = new CborReader(bytes);
	let generation: number | undefined;
	let certificate: Uint8Array | undefined;
	let nextAddresses: HttpURL[] | undefined;
	let leafNotBefore: number | undefined;
	let revokes = false;
	let follows: number | undefined;
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
				nextAddresses = readAddresses(reader);
				return;
			case LEAF_NOT_BEFORE:
				leafNotBefore = reader.uint();
				if (leafNotBefore > MAXIMUM_NOT_BEFORE) refuse("not-before out of range");
				return;
			case REVOKES:
				revokes = reader.boolean();
				if (!revokes) refuse("revokes is not true");
				return;
			case FOLLOWS:
				follows = reader.uint();
				return;
			default:
				if (key >= 0) refuse("unknown key");
				reader.skip(MAXIMUM_DEPTH);
		}
	});
	reader.end();
	if (generation === undefined || !certificate || !nextAddresses) return refuse("missing key");
	if (follows !== undefined && follows >= generation - 1) refuse("follows out of range"); // that one is left out
	return { generation, certificate, nextAddresses, leafNotBefore, revokes, follows: follows ?? generation - 1 };
}

/** One text, or an array of two or three: what one text can say has no second form. */
function readAddresses(reader: CborReader): HttpURL[] {
	const isArray = reader.isArray;
	const count = isArray ? reader.array() : 1;
	if (isArray && (count < 2 || count > MAXIMUM_ADDRESSES)) refuse("wrong number of addresses");
	const addresses: HttpURL[] = [];
	for (let i = 0; i < count; i++) addresses.push(parseMirrorURL(reader.text()));
	if (!isHttps(addresses[0])) refuse("first address is not https");
	return addresses;
}

function refuse(reason: CaInformationReason): never {
	throw new DecodeError(reason);
}
