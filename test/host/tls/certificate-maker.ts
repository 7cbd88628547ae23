// Certificates of any shape, right or wrong, by a DER writer of our own: what a certificate authority's software would
// refuse to make. Everything has a good default; a test names only what is special about its certificate.

import { createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

export const der = (tag: number, ...content: Uint8Array[]): Buffer => {
	const body = Buffer.concat(content);
	const { length } = body;
	const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.of(tag, ...head), body]);
};
export const sequence = (...content: Uint8Array[]): Buffer => der(0x30, ...content);
export const oid = (dotted: string): Buffer => {
	const [first, second, ...rest] = dotted.split(".").map(Number);
	const bytes = [first * 40 + second].concat(rest).flatMap(arc => {
		const septets = [arc & 0x7f];
		for (let left = arc >> 7; left > 0; left >>= 7) septets.unshift(0x80 | (left & 0x7f));
		return septets;
	});
	return der(6, Buffer.from(bytes));
};
export const integer = (...bytes: number[]): Buffer => der(2, Buffer.from(bytes));
export const boolean = (value: boolean): Buffer => der(1, Buffer.of(value ? 0xff : 0));
export const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
export const utcTime = (text: string): Buffer => der(0x17, Buffer.from(text));
export const bitString = (bytes: Uint8Array, unused = 0): Buffer => der(3, Buffer.of(unused), bytes);

/** A Name of one commonName; of none if empty. */
export const name = (common: string): Buffer =>
	common === "" ? sequence() : sequence(der(0x31, sequence(oid("2.5.4.3"), utf8(common))));

export const extension = (id: string, value: Uint8Array, critical = false): Buffer =>
	sequence(oid(id), ...(critical ? [boolean(true)] : []), der(4, value));

export const basicConstraints = (isCA: boolean, pathLength?: number): Buffer =>
	extension(
		"2.5.29.19",
		sequence(...(isCA ? [boolean(true)] : []), ...(pathLength === undefined ? [] : [integer(pathLength)])), true,
	);
/** `bits`: the first byte of the BIT STRING. */
export const keyUsage = (bits: number): Buffer =>
	extension("2.5.29.15", bitString(Buffer.of(bits), Math.clz32(bits & -bits) ^ 31), true);
export const digitalSignature = 0x80, keyEncipherment = 0x20, keyCertSign = 0x04;
export const serverAuth = "1.3.6.1.5.5.7.3.1", clientAuth = "1.3.6.1.5.5.7.3.2", anyUsage = "2.5.29.37.0";
export const extKeyUsage = (...usages: string[]): Buffer => extension("2.5.29.37", sequence(...usages.map(oid)));
export const dns = (text: string): Buffer => der(0x82, Buffer.from(text, "latin1"));
export const ip = (...bytes: number[]): Buffer => der(0x87, Buffer.from(bytes));
export const alternativeNames = (...names: Buffer[]): Buffer => extension("2.5.29.17", sequence(...names));

export interface Party {
	name: string;
	privateKey: KeyObject;
}

export function party(name: string, type: "ed25519" | "p256" = "ed25519"): Party {
	const { privateKey } = type === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync(
		"ec", { namedCurve: "P-256" },
	);
	return { name, privateKey };
}

/** AlgorithmIdentifier of signatures with this key. */
export const signatureAlgorithm = (key: KeyObject): Buffer =>
	sequence(oid(key.asymmetricKeyType === "ec" ? "1.2.840.10045.4.3.2" : "1.3.101.112"));

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
}

/** A certificate for `subject`, signed by `issuer`. */
export function certificate(issuer: Party, subject: Party, fields: CertificateFields = {}): Buffer {
	const { extensions = [] } = fields;
	const toBeSigned = sequence(
		fields.version ?? der(0xa0, integer(2)),
		fields.serialNumber ?? integer(1, ...randomBytes(7)),
		fields.innerAlgorithm ?? signatureAlgorithm(issuer.privateKey),
		fields.issuerName ?? name(issuer.name),
		fields.validity ?? sequence(utcTime("200101000000Z"), utcTime("400101000000Z")),
		fields.subjectName ?? name(subject.name),
		fields.publicKeyInfo ?? createPublicKey(subject.privateKey).export({ type: "spki", format: "der" }),
		fields.uniqueIdentifiers ?? Buffer.alloc(0),
		...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
	);
	const digest = issuer.privateKey.asymmetricKeyType === "ec" ? "sha256" : null;
	return sequence(
		toBeSigned,
		fields.outerAlgorithm ?? fields.innerAlgorithm ?? signatureAlgorithm(issuer.privateKey),
		bitString(fields.signature ?? sign(digest, toBeSigned, issuer.privateKey)),
	);
}

export const authorityExtensions = (pathLength?: number): Buffer[] => [
	basicConstraints(true, pathLength), keyUsage(keyCertSign),
];
export const leafExtensions = (...names: Buffer[]): Buffer[] => [
	keyUsage(digitalSignature), extKeyUsage(serverAuth), alternativeNames(...names),
];

export const authority = (subject: Party, issuer: Party = subject, fields: CertificateFields = {}): Buffer =>
	certificate(issuer, subject, { extensions: authorityExtensions(), ...fields });
export const leaf = (issuer: Party, subject: Party, fields: CertificateFields = {}): Buffer =>
	certificate(issuer, subject, { extensions: leafExtensions(dns(subject.name)), ...fields });
