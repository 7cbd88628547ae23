// One X.509 v3 certificate (RFC 5280 §4), read strictly into what path.ts asks about. Left out on purpose: validity
// against a clock (a device has none; notBefore is read because CA information may set a bound for it), names in the
// subject, policies, revocation lists. A critical extension that is not implemented is refused (§4.2).

import { CertificateError, type CertificateReason } from "./certificate-error.js";
import {
	BOOLEAN,
	compare,
	constructed,
	DerReader,
	INTEGER,
	isASCII,
	OCTET_STRING,
	primitive,
	SEQUENCE,
	SET,
} from "./der.js";
import { type KeyAlgorithm, type PublicKey, readPublicKey, readSignatureAlgorithm } from "./public-key.js";

export { CertificateError, type CertificateReason };

const MAXIMUM_LENGTH = 2_048; // bytes of one certificate; a leaf with a dozen names has 600
const MAXIMUM_EXTENSIONS = 16;

/** KeyUsage (§4.2.1.3): bits 0 and 5 of a first byte. */
export const DIGITAL_SIGNATURE = 0x80,
	KEY_CERT_SIGN = 0x04;

/** Views of the bytes that were read, except for the key. What is optional is absent in the certificate. */
export interface Certificate {
	/** tbsCertificate: what the signature covers. */
	toBeSigned: Uint8Array;
	signatureAlgorithm: KeyAlgorithm;
	signature: Uint8Array;
	/** Name, as it stands: names are compared byte for byte. */
	issuer: Uint8Array;
	subject: Uint8Array;
	/** Seconds since 1970. */
	notBefore: number;
	publicKey: PublicKey;
	/** basicConstraints (§4.2.1.9). */
	isCA: boolean;
	pathLength: number; // Infinity if it says nothing
	/** keyUsage: its first byte. */
	keyUsage?: number;
	/** Whether extKeyUsage (§4.2.1.12) names id-kp-serverAuth. */
	serverAuth?: boolean;
	/** subjectAltName (§4.2.1.6): the GeneralNames' DER, every name well-formed. */
	alternativeNames?: Uint8Array;
}

/** Decodes one certificate. Throws CertificateError. */
export function readCertificate(bytes: Uint8Array): Certificate {
	if (bytes.length > MAXIMUM_LENGTH) refuse("certificate too large");
	const der = new DerReader(bytes);
	const certificate = der.enter(SEQUENCE);
	const tbsStart = der.offset;
	const tbs = der.enter(SEQUENCE);

	if (!der.at(constructed(0))) refuse("not version 3"); // absent means v1 (§4.1.2.1)
	const version = der.enter(constructed(0));
	if (der.smallInteger() !== 2) refuse("not version 3");
	der.leave(version);

	const serialNumber = der.integer(); // positive, 20 bytes at most (§4.1.2.2)
	if (serialNumber[0] >= 0x80 || serialNumber.length > 20) refuse("bad serial number");
	if (serialNumber.length === 1 && serialNumber[0] === 0) refuse("bad serial number");

	const innerAlgorithm = readSignatureAlgorithm(der);
	const issuer = readName(der);
	if (issuer.length === 2) refuse("bad name"); // an empty issuer (§4.1.2.4)

	const validity = der.enter(SEQUENCE);
	const notBefore = der.time();
	der.time(); // notAfter: well-formed, and compared with nothing
	der.leave(validity);

	const subject = readName(der);
	const publicKey = readPublicKey(der);
	if (der.at(primitive(1)) || der.at(primitive(2))) refuse("unique identifier"); // §4.1.2.8: not to be generated

	const read: Certificate = {
		toBeSigned: bytes,
		signature: bytes, // set below
		signatureAlgorithm: innerAlgorithm,
		issuer,
		subject,
		notBefore,
		publicKey,
		isCA: false,
		pathLength: Infinity,
	};
	if (!der.atEnd) readExtensions(der, read);
	der.leave(tbs);
	read.toBeSigned = bytes.subarray(tbsStart, der.offset);

	if (readSignatureAlgorithm(der) !== innerAlgorithm) refuse("algorithms differ"); // §4.1.1.2
	read.signature = der.octets();
	der.leave(certificate);
	if (!der.atEnd) refuse("trailing bytes");
	return read;
}

/** Name (§4.1.2.4): RDNSequence of non-empty sets of type and string. Its whole DER, as a view. */
function readName(der: DerReader): Uint8Array {
	const start = der.offset;
	const name = der.enter(SEQUENCE);
	while (!der.atEnd) {
		const relative = der.enter(SET);
		if (der.atEnd) refuse("bad name");
		let previous: Uint8Array | undefined;
		while (!der.atEnd) {
			const attributeStart = der.offset;
			const attribute = der.enter(SEQUENCE);
			der.objectIdentifier();
			der.string();
			der.leave(attribute);
			const encoded = der.since(attributeStart);
			if (previous && compare(previous, encoded) >= 0) refuse("set out of order"); // X.690 §11.6
			previous = encoded;
		}
		der.leave(relative);
	}
	der.leave(name);
	return der.since(start);
}

/** Last byte of id-ce (2.5.29): the extensions that are implemented, and two that are refused, critical or not. */
const KEY_USAGE = 15,
	SUBJECT_ALT_NAME = 17,
	BASIC_CONSTRAINTS = 19,
	NAME_CONSTRAINTS = 30,
	POLICY_CONSTRAINTS = 36;
const EXT_KEY_USAGE = 37;

function readExtensions(der: DerReader, read: Certificate): void {
	const explicit = der.enter(constructed(3));
	const extensions = der.enter(SEQUENCE);
	if (der.atEnd) refuse("bad extension"); // SIZE (1..MAX)
	const seen: Uint8Array[] = [];
	while (!der.atEnd) {
		const extension = der.enter(SEQUENCE);
		const identifier = der.objectIdentifier();
		if (seen.some(other => compare(other, identifier) === 0)) refuse("duplicate extension"); // §4.2
		if (seen.push(identifier) > MAXIMUM_EXTENSIONS) refuse("too many extensions");
		const critical = der.at(BOOLEAN) && (der.boolean() || refuse("bad boolean")); // DEFAULT FALSE is not written
		const value = der.enter(OCTET_STRING);
		const isCE = identifier.length === 3 && identifier[0] === 0x55 && identifier[1] === 0x1d;
		switch (isCE ? identifier[2] : -1) {
			case KEY_USAGE:
				read.keyUsage = der.namedBits();
				break;
			case SUBJECT_ALT_NAME:
				read.alternativeNames = readGeneralNames(der);
				if (!critical && read.subject.length === 2) refuse("bad extension"); // no other name (§4.2.1.6)
				break;
			case BASIC_CONSTRAINTS:
				readBasicConstraints(der, read);
				if (!critical && read.isCA) refuse("bad extension"); // §4.2.1.9
				break;
			case EXT_KEY_USAGE:
				read.serverAuth = readExtKeyUsage(der);
				break;
			case NAME_CONSTRAINTS:
			case POLICY_CONSTRAINTS:
				refuse("unsupported constraints"); // what is not enforced must not be passed over
				break;
			default:
				if (critical) refuse("unknown critical extension"); // §4.2
				der.offset += der.left; // whatever it holds
		}
		der.leave(value);
		der.leave(extension);
	}
	der.leave(extensions);
	der.leave(explicit);
}

/** §4.2.1.9. */
function readBasicConstraints(der: DerReader, read: Certificate): void {
	const sequence = der.enter(SEQUENCE);
	if (der.at(BOOLEAN)) read.isCA = der.boolean() || refuse("bad boolean"); // DEFAULT FALSE is not written
	if (der.at(INTEGER)) {
		if (!read.isCA) refuse("bad extension");
		read.pathLength = der.smallInteger();
	}
	der.leave(sequence);
}

/** id-kp-serverAuth, 1.3.6.1.5.5.7.3.1. anyExtendedKeyUsage does not stand for it. */
const SERVER_AUTH = Uint8Array.of(0x2b, 6, 1, 5, 5, 7, 3, 1);

/** §4.2.1.12. */
function readExtKeyUsage(der: DerReader): boolean {
	const sequence = der.enter(SEQUENCE);
	if (der.atEnd) refuse("bad extension");
	let serverAuth = false;
	while (!der.atEnd) if (compare(der.objectIdentifier(), SERVER_AUTH) === 0) serverAuth = true;
	der.leave(sequence);
	return serverAuth;
}

/** GeneralName (§4.2.1.6): the alternatives that are read; others are well-formed DER and never match. */
export const DNS_NAME = primitive(2),
	IP_ADDRESS = primitive(7);
const RFC822_NAME = primitive(1),
	URI = primitive(6);
/** "Preferred name syntax" (RFC 1034 §3.5) and the asterisk. */
export function isName(text: string) {
	return /^[A-Za-z0-9.*-]+$/.test(text);
}

function readGeneralNames(der: DerReader): Uint8Array {
	const start = der.offset;
	const sequence = der.enter(SEQUENCE);
	if (der.atEnd) refuse("bad extension");
	while (!der.atEnd) {
		if (der.at(DNS_NAME)) {
			der.text(DNS_NAME, isName);
		} else if (der.at(RFC822_NAME) || der.at(URI)) {
			der.text(der.tag, isASCII); // IA5String
		} else if (der.at(IP_ADDRESS)) {
			const { length } = der.content(IP_ADDRESS);
			if (length !== 4 && length !== 16) refuse("bad extension");
		} else {
			if ((der.tag & 0xc0) !== 0x80) refuse("unexpected tag"); // a CHOICE of context-specific tags
			der.skip();
		}
	}
	der.leave(sequence);
	return der.since(start);
}

function refuse(reason: CertificateReason): never {
	throw new CertificateError(reason);
}
