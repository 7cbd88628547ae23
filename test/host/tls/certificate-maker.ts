// Certificates of any shape, right or wrong, by a DER writer of our own: what a certificate authority's software would
// refuse to make. Everything has a good default; a test names only what is special about its certificate.

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import {
	MlDsa44PrivateKey,
	newKeyPair,
	type PrivateKey,
	publicKeyInfo,
	publicKeyOf,
} from "../../../host/signing-key.js";

export function der(tag: number, ...content: Uint8Array[]): Buffer {
	const body = Buffer.concat(content);
	const { length } = body;
	const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.of(tag, ...head), body]);
}
export function sequence(...content: Uint8Array[]): Buffer {
	return der(0x30, ...content);
}
export function oid(dotted: string): Buffer {
	const [first, second, ...rest] = dotted.split(".").map(Number);
	const bytes = [first * 40 + second].concat(rest).flatMap(arc => {
		const septets = [arc & 0x7f];
		for (let left = arc >> 7; left > 0; left >>= 7) septets.unshift(0x80 | (left & 0x7f));
		return septets;
	});
	return der(6, Buffer.from(bytes));
}
export function integer(...bytes: number[]): Buffer {
	return der(2, Buffer.from(bytes));
}
export function boolean(value: boolean): Buffer {
	return der(1, Buffer.of(value ? 0xff : 0));
}
export function utf8(text: string): Buffer {
	return der(0x0c, Buffer.from(text));
}
export function utcTime(text: string): Buffer {
	return der(0x17, Buffer.from(text));
}
export function bitString(bytes: Uint8Array, unused = 0): Buffer {
	return der(3, Buffer.of(unused), bytes);
}

/** A Name of one commonName; of none if empty. */
export function name(common: string): Buffer {
	return common === "" ? sequence() : distinguishedName({ CN: common });
}

const ATTRIBUTES = { C: 6, ST: 8, L: 7, STREET: 9, O: 10, OU: 11, POSTALCODE: 17, CN: 3 };

/** A Name of these attributes, in their order; the country is a PrintableString (RFC 5280, appendix A). */
export function distinguishedName(values: Partial<Record<keyof typeof ATTRIBUTES, string>>): Buffer {
	return sequence(
		...Object.entries(values).map(([key, value]) => {
			const text = key === "C" ? der(0x13, Buffer.from(value)) : utf8(value);
			return der(0x31, sequence(oid(`2.5.4.${ATTRIBUTES[key as keyof typeof ATTRIBUTES]}`), text));
		}),
	);
}

export function extension(id: string, value: Uint8Array, critical = false): Buffer {
	return sequence(oid(id), ...(critical ? [boolean(true)] : []), der(4, value));
}

export function basicConstraints(isCA: boolean, pathLength?: number, critical = true): Buffer {
	return extension(
		"2.5.29.19",
		sequence(...(isCA ? [boolean(true)] : []), ...(pathLength === undefined ? [] : [integer(pathLength)])),
		critical,
	);
}
/** `bits`: the first byte of the BIT STRING. */
export function keyUsage(bits: number): Buffer {
	return extension("2.5.29.15", bitString(Buffer.of(bits), Math.clz32(bits & -bits) ^ 31), true);
}
export const DIGITAL_SIGNATURE = 0x80,
	KEY_ENCIPHERMENT = 0x20,
	KEY_AGREEMENT = 0x08,
	KEY_CERT_SIGN = 0x04,
	CRL_SIGN = 0x02;
export const SERVER_AUTH = "1.3.6.1.5.5.7.3.1",
	CLIENT_AUTH = "1.3.6.1.5.5.7.3.2",
	ANY_USAGE = "2.5.29.37.0";
export function extKeyUsage(...usages: string[]): Buffer {
	return extension("2.5.29.37", sequence(...usages.map(oid)));
}
export function dns(text: string): Buffer {
	return der(0x82, Buffer.from(text, "latin1"));
}
export function ip(...bytes: number[]): Buffer {
	return der(0x87, Buffer.from(bytes));
}
export function alternativeNames(...names: Buffer[]): Buffer {
	return extension("2.5.29.17", sequence(...names));
}

/** Lists of GeneralNames (an address with its mask). */
export function nameConstraints(
	{ permitted = [], excluded = [] }: { permitted?: Buffer[]; excluded?: Buffer[] },
	critical = true,
): Buffer {
	const trees = (tag: number, names: Buffer[]) =>
		names.length > 0 ? [der(tag, ...names.map(name => sequence(name)))] : [];
	return extension("2.5.29.30", sequence(...trees(0xa0, permitted), ...trees(0xa1, excluded)), critical);
}

/** 20 bytes that stand for the key (RFC 5280 §4.2.1.2). */
function keyIdentifier({ privateKey }: Party): Buffer {
	return createHash("sha1")
		.update(publicKeyInfo(publicKeyOf(privateKey)))
		.digest();
}
export function subjectKeyIdentifier(subject: Party): Buffer {
	return extension("2.5.29.14", der(4, keyIdentifier(subject)));
}
export function authorityKeyIdentifier(issuer: Party): Buffer {
	return extension("2.5.29.35", sequence(der(0x80, keyIdentifier(issuer))));
}
function uri(text: string): Buffer {
	return der(0x86, Buffer.from(text));
}
export function crlDistributionPoint(url: string): Buffer {
	return extension("2.5.29.31", sequence(sequence(der(0xa0, der(0xa0, uri(url))))));
}
/** Where its issuer's certificate is. */
export function issuerAccess(url: string): Buffer {
	return extension("1.3.6.1.5.5.7.1.1", sequence(sequence(oid("1.3.6.1.5.5.7.48.2"), uri(url))));
}
export function certificatePolicy(policy: string): Buffer {
	return extension("2.5.29.32", sequence(sequence(oid(policy))));
}

export interface Party {
	name: string;
	/** Its Name, if that is more than a commonName. */
	subject?: Buffer;
	privateKey: PrivateKey;
}

/** One whose key Node knows. */
export type ClassicalParty = Party & { privateKey: KeyObject };

export type ClassicalKeyType = "ed25519" | "p256" | "p384" | "rsa2048" | "rsa4096";
export type KeyType = ClassicalKeyType | "ml-dsa-44";

export function party(name: string, type?: ClassicalKeyType, subject?: Buffer): ClassicalParty;
export function party(name: string, type: KeyType, subject?: Buffer): Party;
export function party(name: string, type: KeyType = "ed25519", subject?: Buffer): Party {
	return { name, subject, privateKey: type === "ml-dsa-44" ? newKeyPair(type).privateKey : generateKey(type) };
}

function generateKey(type: ClassicalKeyType): KeyObject {
	switch (type) {
		case "ed25519":
			return generateKeyPairSync("ed25519").privateKey;
		case "p256":
		case "p384":
			return generateKeyPairSync("ec", { namedCurve: type === "p256" ? "P-256" : "P-384" }).privateKey;
		case "rsa2048":
			return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
		case "rsa4096":
			return (rsa4096 ??= generateKeyPairSync("rsa", { modulusLength: 4096 }).privateKey);
	}
}
/** One for all: it takes seconds. */
let rsa4096: KeyObject | undefined;

/** The hash that goes with a key by default: what each signs with. */
export type Hash = "sha256" | "sha384" | "sha512";
function defaultHash(key: PrivateKey): Hash {
	const { namedCurve } = key instanceof MlDsa44PrivateKey ? {} : (key.asymmetricKeyDetails ?? {});
	return namedCurve === "secp384r1" ? "sha384" : "sha256";
}

/** AlgorithmIdentifier of signatures with this key. */
export function signatureAlgorithm(key: PrivateKey, hash: Hash = defaultHash(key)): Buffer {
	const index = ["sha256", "sha384", "sha512"].indexOf(hash);
	switch (key.asymmetricKeyType as string) {
		case "ml-dsa-44":
			return sequence(oid("2.16.840.1.101.3.4.3.17"));
		case "ec":
			return sequence(oid(`1.2.840.10045.4.3.${2 + index}`));
		case "rsa":
			return sequence(oid(`1.2.840.113549.1.1.${11 + index}`), der(5));
		default:
			return sequence(oid("1.3.101.112"));
	}
}

export interface CertificateFields {
	version?: Buffer;
	serialNumber?: Buffer;
	innerAlgorithm?: Buffer;
	outerAlgorithm?: Buffer;
	issuerName?: Buffer;
	validity?: Buffer;
	subjectName?: Buffer;
	publicKeyInfo?: Buffer;
	/** Between the key and the extensions. */
	uniqueIdentifiers?: Buffer;
	extensions?: Buffer[];
	signature?: Buffer;
	/** What the issuer signs with. */
	hash?: Hash;
}

/** A certificate for `subject`, signed by `issuer`. */
export function certificate(issuer: Party, subject: Party, fields: CertificateFields = {}): Buffer {
	const { extensions = [] } = fields;
	const toBeSigned = sequence(
		fields.version ?? der(0xa0, integer(2)),
		fields.serialNumber ?? integer(1, ...randomBytes(7)),
		fields.innerAlgorithm ?? signatureAlgorithm(issuer.privateKey, fields.hash),
		fields.issuerName ?? issuer.subject ?? name(issuer.name),
		fields.validity ?? sequence(utcTime("200101000000Z"), utcTime("400101000000Z")),
		fields.subjectName ?? subject.subject ?? name(subject.name),
		fields.publicKeyInfo ?? publicKeyInfo(publicKeyOf(subject.privateKey)),
		fields.uniqueIdentifiers ?? Buffer.alloc(0),
		...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
	);
	return sequence(
		toBeSigned,
		fields.outerAlgorithm ?? fields.innerAlgorithm ?? signatureAlgorithm(issuer.privateKey, fields.hash),
		bitString(fields.signature ?? signatureOf(issuer.privateKey, toBeSigned, fields.hash)),
	);
}

function signatureOf(key: PrivateKey, toBeSigned: Buffer, hash: Hash = defaultHash(key)): Uint8Array {
	if ("sign" in key) return key.sign(toBeSigned);
	return sign(["ec", "rsa"].includes(key.asymmetricKeyType!) ? hash : null, toBeSigned, key);
}

export function authorityExtensions(pathLength?: number): Buffer[] {
	return [basicConstraints(true, pathLength), keyUsage(KEY_CERT_SIGN)];
}
export function leafExtensions(...names: Buffer[]): Buffer[] {
	return [keyUsage(DIGITAL_SIGNATURE), extKeyUsage(SERVER_AUTH), alternativeNames(...names)];
}

export function authority(subject: Party, issuer: Party = subject, fields: CertificateFields = {}): Buffer {
	return certificate(issuer, subject, { extensions: authorityExtensions(), ...fields });
}
export function leaf(issuer: Party, subject: Party, fields: CertificateFields = {}): Buffer {
	return certificate(issuer, subject, { extensions: leafExtensions(dns(subject.name)), ...fields });
}
