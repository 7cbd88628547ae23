// One X.509 v3 certificate (RFC 5280 §4), read into what path.ts asks about: strictly in what decides, tolerantly where
// real authorities differ and security does not depend on it (serial numbers, the types of strings in names, DEFAULTs that are
// written, zeros at the end of a keyUsage). Left out on purpose: validity against a clock (a device has none; notBefore
// is read because CA information may set a bound for it), what names in the subject say, policies, revocation lists. A
// critical extension that is not implemented is refused (§4.2).

import { compareBytes, equalBytes } from "../bytes.js";
import { CertificateError, type CertificateReason, refusalOf, refuse } from "./certificate-error.js";
import { BOOLEAN, constructed, DerReader, INTEGER, OCTET_STRING, primitive, SEQUENCE, SET } from "./der.js";
import { DNS_NAME, IP_ADDRESS, readNameConstraints } from "./name-constraints.js";
import { type PublicKey, readPublicKey } from "./public-key.js";
import { readSignatureAlgorithm, type SignatureAlgorithm } from "./signature-algorithm.js";

export { CertificateError, type CertificateReason, DNS_NAME, IP_ADDRESS };

export const MAXIMUM_CERTIFICATE = 4_608; // bytes: RSA-4096, a hundred names, or ML-DSA-44
const MAXIMUM_EXTENSIONS = 16;

/** KeyUsage (§4.2.1.3): bits 0 and 5 of a first byte. */
export const DIGITAL_SIGNATURE = 0x80,
	KEY_CERT_SIGN = 0x04;

/** Views of the bytes that were read, except for the key. What is optional is absent in the certificate. */
export interface Certificate {
	/** tbsCertificate: what the signature covers. */
	toBeSigned: Uint8Array;
	/** Undefined: one that this build does not have. */
	signatureAlgorithm: SignatureAlgorithm | undefined;
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
	/** Whether extKeyUsage (§4.2.1.12) names id-kp-serverAuth, or anyExtendedKeyUsage. */
	serverAuth?: boolean;
	/** subjectAltName (§4.2.1.6): the GeneralNames' DER. */
	alternativeNames?: Uint8Array;
	/** nameConstraints (§4.2.1.10): its DER. */
	nameConstraints?: Uint8Array;
}

/** Decodes one certificate. Throws CertificateError. */
export function readCertificate(bytes: Uint8Array): Certificate {
	if (bytes.length > MAXIMUM_CERTIFICATE) refuse("certificate too large");
	const der = new DerReader(bytes);
	const certificate = der.enter(SEQUENCE);
	const tbsStart = der.offset;
	const tbs = der.enter(SEQUENCE);

	if (!der.at(constructed(0))) refuse("not version 3"); // absent means v1 (§4.1.2.1)
	const version = der.enter(constructed(0));
	if (der.smallInteger() !== 2) refuse("not version 3");
	der.leave(version);

	der.integer(); // serialNumber: any, since nothing is looked up by it
	const algorithmStart = der.offset;
	const signatureAlgorithm = readSignatureAlgorithm(der);
	const innerAlgorithm = der.since(algorithmStart);
	const issuer = readName(der);
	if (issuer.length === 2) refuse("bad name"); // an empty issuer (§4.1.2.4)

	const validity = der.enter(SEQUENCE);
	const notBefore = der.time();
	der.time(); // notAfter: well-formed, and compared with nothing
	der.leave(validity);

	const subject = readName(der);
	const publicKey = readPublicKey(der);
	if (der.at(primitive(1))) der.pass(); // issuerUniqueID (§4.1.2.8)
	if (der.at(primitive(2))) der.pass(); // subjectUniqueID

	const read: Certificate = {
		toBeSigned: bytes,
		signature: bytes, // set below
		signatureAlgorithm,
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

	const outerStart = der.offset;
	der.pass();
	if (!equalBytes(der.since(outerStart), innerAlgorithm)) refuse("algorithms differ"); // §4.1.1.2
	read.signature = der.octets();
	der.leave(certificate);
	if (!der.atEnd) refuse("trailing bytes");
	return read;
}

/** The subject of what may be a certificate, without a look at the rest. Undefined: it has none that can be found. */
export function readSubject(bytes: Uint8Array): Uint8Array | undefined {
	let subject: Uint8Array | undefined;
	refusalOf(() => {
		const der = new DerReader(bytes);
		der.enter(SEQUENCE);
		der.enter(SEQUENCE);
		for (let field = 0; field < 5; field++) der.pass(); // version, serialNumber, signature, issuer, validity
		const start = der.offset;
		der.pass(SEQUENCE);
		subject = der.since(start);
	});
	return subject;
}

/**
 * Name (§4.1.2.4): RDNSequence of non-empty sets of type and value. Its whole DER, as a view: names are compared as
 * bytes, so values are of any type.
 */
function readName(der: DerReader): Uint8Array {
	const start = der.offset;
	const name = der.enter(SEQUENCE);
	while (!der.atEnd) {
		const relative = der.enter(SET);
		if (der.atEnd) refuse("bad name");
		const first = der.offset;
		passAttribute(der);
		if (!der.atEnd) passMore(der, first);
		der.leave(relative);
	}
	der.leave(name);
	return der.since(start);
}

/** AttributeTypeAndValue. */
function passAttribute(der: DerReader): void {
	const attribute = der.enter(SEQUENCE);
	der.passIdentifier();
	der.pass();
	der.leave(attribute);
}

/** Of a set with several, those behind the one that began at `first`: in order (X.690 §11.6). */
function passMore(der: DerReader, first: number): void {
	let previous = der.since(first);
	while (!der.atEnd) {
		const start = der.offset;
		passAttribute(der);
		const next = der.since(start);
		if (compareBytes(previous, next) >= 0) refuse("set out of order");
		previous = next;
	}
}

/** Last byte of id-ce (2.5.29): the extensions that are looked at. */
const KEY_USAGE = 15,
	SUBJECT_ALT_NAME = 17,
	BASIC_CONSTRAINTS = 19,
	NAME_CONSTRAINTS = 30,
	POLICY_CONSTRAINTS = 36; // refused, critical or not: what is not enforced must not be passed over
const EXT_KEY_USAGE = 37;

function readExtensions(der: DerReader, read: Certificate): void {
	const explicit = der.enter(constructed(3));
	const extensions = der.enterList(SEQUENCE);
	const seen: Uint8Array[] = [];
	while (!der.atEnd) {
		const extension = der.enter(SEQUENCE);
		const identifier = der.objectIdentifier();
		if (seen.some(other => equalBytes(other, identifier))) refuse("duplicate extension"); // §4.2
		if (seen.push(identifier) > MAXIMUM_EXTENSIONS) refuse("too many extensions");
		const critical = der.at(BOOLEAN) && der.boolean();
		const value = der.enter(OCTET_STRING);
		const isCE = identifier.length === 3 && identifier[0] === 0x55 && identifier[1] === 0x1d;
		switch (isCE ? identifier[2] : -1) {
			case KEY_USAGE:
				read.keyUsage = der.namedBits();
				break;
			case SUBJECT_ALT_NAME:
				read.alternativeNames = readGeneralNames(der);
				break;
			case BASIC_CONSTRAINTS:
				readBasicConstraints(der, read);
				break;
			case EXT_KEY_USAGE:
				read.serverAuth = readExtKeyUsage(der);
				break;
			case NAME_CONSTRAINTS:
				read.nameConstraints = readNameConstraints(der);
				break;
			case POLICY_CONSTRAINTS:
				refuse("unsupported constraints");
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
	if (der.at(BOOLEAN)) read.isCA = der.boolean();
	if (der.at(INTEGER)) {
		if (!read.isCA) refuse("bad extension");
		read.pathLength = der.smallInteger();
	}
	der.leave(sequence);
}

/** id-kp-serverAuth, 1.3.6.1.5.5.7.3.1, and anyExtendedKeyUsage, 2.5.29.37.0. */
const SERVER_AUTH = Uint8Array.of(0x2b, 6, 1, 5, 5, 7, 3, 1);
const ANY_EXTENDED_KEY_USAGE = Uint8Array.of(0x55, 0x1d, 37, 0);

/** §4.2.1.12. */
function readExtKeyUsage(der: DerReader): boolean {
	const sequence = der.enterList(SEQUENCE);
	let serverAuth = false;
	while (!der.atEnd) {
		const purpose = der.objectIdentifier();
		if (equalBytes(purpose, SERVER_AUTH) || equalBytes(purpose, ANY_EXTENDED_KEY_USAGE)) serverAuth = true;
	}
	der.leave(sequence);
	return serverAuth;
}

/**
 * GeneralNames (§4.2.1.6), whole and well-formed: its DER, as a view. A name that is not a host's (`app_server`, an
 * address of five bytes) matches nothing; it does not make the names beside it worthless.
 */
function readGeneralNames(der: DerReader): Uint8Array {
	const start = der.offset;
	const sequence = der.enterList(SEQUENCE);
	while (!der.atEnd) {
		if ((der.tag & 0xc0) !== 0x80) refuse("unexpected tag"); // a CHOICE of context-specific tags
		der.pass();
	}
	der.leave(sequence);
	return der.since(start);
}
