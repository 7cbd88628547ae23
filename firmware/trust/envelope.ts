// What a DL key has signed, and its signatures (FORMAT.md beside this file): COSE_Sign1 (RFC 9052 §4.2) by a classical
// fleet's key, Ed25519 (RFC 9864) alone; COSE_Sign (§4.1) by a hybrid fleet's pair, Ed25519 and HSS-LMS (RFC 8778). Read
// strictly: each has exactly one encoding. A key reads its own kind alone, so there is nothing to downgrade to.
//
// An HSS-LMS index signs once (SP 800-208), and it is the generation: whoever reads the payload compares the two.

import { ascii, concatenate, equalBytes } from "../bytes.js";
import { arrayHead, byteString, CborReader, DecodeError, textString } from "../cbor.js";
import { hssLmsIndex, hssLmsVerify } from "../crypto/hss-lms.js";
import { ed25519Verify } from "../crypto/kernel.js";
import { type DlKey, isPair } from "./dl-key.js";

export type EnvelopeReason =
	| "too large"
	| "wrong tag" // neither COSE_Sign1 nor COSE_Sign
	| "another kind of signature" // than this fleet's DL keys make
	| "wrong array length"
	| "wrong protected header"
	| "unprotected header"
	| "wrong signature length"
	| "bad signature"; // by no DL key of this fleet: altered, another fleet's, or another key's

/** Whose signatures count: burnt into the device. */
export interface Fleet {
	/** ASCII, 1 … 64 characters. */
	name: string;
	/** The DL public key and its spare. All of one kind. */
	dlKeys: readonly DlKey[];
	/** Of either kind: what they have signed is valid in a slot, and is never accepted. */
	retiredDlKeys?: readonly DlKey[];
}

/** The most that one CA information takes, in bytes. */
export const MAXIMUM_LENGTH = 4_032;

const COSE_SIGN1 = 18,
	COSE_SIGN = 98;
const NO_HEADER = new Uint8Array(0);
const BY_ED25519 = Uint8Array.of(0xa1, 0x01, 0x32); // {1: -19}: alg, Ed25519
const BY_HSS_LMS = Uint8Array.of(0xa1, 0x01, 0x38, 0x2d); // {1: -46}: alg, HSS-LMS
const ED25519_SIGNATURE = 64,
	HSS_LMS_SIGNATURE = 1_504; // bytes, of one level of LMS_SHA256_M24_H10 with LMOTS_SHA256_N24_W4 (RFC 9858)

export interface Opened {
	payload: Uint8Array;
	/** A retired DL key has signed it. */
	isRetired: boolean;
	/** The HSS-LMS index of the signature; undefined: a classical key's. */
	index?: number;
}

/** The payload, once the signatures of a DL key were verified. Throws DecodeError<EnvelopeReason | CborReason>. */
export function openSigned(bytes: Uint8Array, { name, dlKeys, retiredDlKeys = [] }: Fleet): Opened {
	if (bytes.length > MAXIMUM_LENGTH) refuse("too large");
	const reader = new CborReader(bytes);
	const tag = reader.tag();
	if (tag !== COSE_SIGN1 && tag !== COSE_SIGN) refuse("wrong tag");
	const isHybrid = tag === COSE_SIGN;
	if (![...dlKeys, ...retiredDlKeys].some(key => isPair(key) === isHybrid)) refuse("another kind of signature");
	const { payload, isBy, index } = isHybrid ? readSign(reader, name) : readSign1(reader, name);
	if (dlKeys.some(isBy)) return { payload, isRetired: false, index };
	if (retiredDlKeys.some(isBy)) return { payload, isRetired: true, index };
	return refuse("bad signature");
}

/** What a classical DL key signs. The external data separates this use of the key, and this fleet, from others. */
export function signatureStructure(fleet: string, payload: Uint8Array): Uint8Array {
	return concatenate(
		arrayHead(4),
		textString("Signature1"),
		byteString(BY_ED25519),
		byteString(externalData(fleet)),
		byteString(payload),
	);
}

/** RFC 9052 §4.4, for one of two signers: the body has no header of its own, `signer` is what protects the signer's. */
function signerStructure(signer: Uint8Array, fleet: string, payload: Uint8Array): Uint8Array {
	return concatenate(
		arrayHead(5),
		textString("Signature"),
		byteString(NO_HEADER),
		byteString(signer),
		byteString(externalData(fleet)),
		byteString(payload),
	);
}

function externalData(fleet: string): Uint8Array {
	return ascii(`baton/ca-information/1/${fleet}`);
}

interface Envelope {
	payload: Uint8Array;
	index?: number;
	/** Whether its signatures hold by this key. */
	isBy(key: DlKey): boolean;
}

function readSign1(reader: CborReader, fleet: string): Envelope {
	readHead(reader, 4, BY_ED25519);
	const payload = reader.bytes();
	const signature = readSignature(reader, ED25519_SIGNATURE);
	reader.end();
	const message = signatureStructure(fleet, payload);
	return { payload, isBy: key => !isPair(key) && ed25519Verify(key, message, signature) };
}

/** Two signers, in this order, both of one pair. */
function readSign(reader: CborReader, fleet: string): Envelope {
	readHead(reader, 4, NO_HEADER);
	const payload = reader.bytes();
	if (reader.array() !== 2) refuse("wrong array length");
	readHead(reader, 3, BY_ED25519);
	const first = readSignature(reader, ED25519_SIGNATURE);
	readHead(reader, 3, BY_HSS_LMS);
	const second = readSignature(reader, HSS_LMS_SIGNATURE);
	reader.end();
	const firstMessage = signerStructure(BY_ED25519, fleet, payload);
	const secondMessage = signerStructure(BY_HSS_LMS, fleet, payload);
	return {
		payload,
		index: hssLmsIndex(second),
		isBy: key =>
			isPair(key) && ed25519Verify(key.ed25519, firstMessage, first) && hssLmsVerify(key.lms, secondMessage, second),
	};
}

/** An array that begins with these protected headers and no unprotected ones (RFC 9052 §3). */
function readHead(reader: CborReader, length: number, header: Uint8Array): void {
	if (reader.array() !== length) refuse("wrong array length");
	if (!equalBytes(reader.bytes(), header)) refuse("wrong protected header");
	if (reader.map() !== 0) refuse("unprotected header");
}

function readSignature(reader: CborReader, length: number): Uint8Array {
	const signature = reader.bytes();
	return signature.length === length ? signature : refuse("wrong signature length");
}

function refuse(reason: EnvelopeReason): never {
	throw new DecodeError(reason);
}
