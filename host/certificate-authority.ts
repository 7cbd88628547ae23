// Certificate authority n (firmware/DESIGN.md §1; the source's 101): a key, a self-signed X.509 v3 certificate
// (RFC 5280) and the server certificates that it issues. Dates are parameters: they follow the years of the plan, no
// clock is read.
// Certificates are small, because a device stores and downloads them: one common name, 64-bit serial numbers.
//
// Leaves out: intermediates, revocation lists (a device without a clock could not tell a fresh one from an old one).

import "reflect-metadata";
import { createHash, randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";
import { BIT_STRING, content, element, elements, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, SET, sequence } from "./der.js";
import {
	isSignedBy,
	type KeyType,
	newKeyPair,
	type PrivateKey,
	type PublicKey,
	publicKeyInfo,
	publicKeyOf,
	readPublicKeyInfo,
	signatureAlgorithm,
	signWith,
} from "./signing-key.js";

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

export interface Validity {
	notBefore: Date;
	notAfter: Date;
}

export interface CertificateAuthority {
	certificate: Uint8Array; // DER
	privateKey: PrivateKey;
}

/** What a TLS server shows. */
export interface ServerCredentials {
	certificate: Uint8Array; // DER
	privateKey: PrivateKey;
	/** Between the server's certificate and the authority's, DER. */
	intermediates?: Uint8Array[];
}

/** The subject of generation `generation`'s CA: no two generations share it, so an issuer name names one CA. */
export function authorityName(fleet: string, generation: number): string {
	return `${fleet} CA ${generation}`;
}

/** A new key and its self-signed CA certificate: 250 to 300 bytes for a short name and an Ed25519 key. */
export async function createCertificateAuthority({
	name,
	validity,
	keyType = "ed25519",
}: {
	name: string;
	validity: Validity;
	keyType?: KeyType;
}): Promise<CertificateAuthority> {
	return selfSignedAuthority(newKeyPair(keyType).privateKey, { name, validity });
}

/** The same certificate for a key that is there already. */
export function selfSignedAuthority(
	privateKey: PrivateKey,
	{ name, validity }: { name: string; validity: Validity },
): CertificateAuthority {
	const publicKey = publicKeyOf(privateKey);
	const subject = commonName(name);
	const certificate = makeCertificate(privateKey, {
		issuer: subject,
		validity,
		subject,
		publicKey,
		extensions: [
			new x509.BasicConstraintsExtension(true, undefined, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
			new x509.SubjectKeyIdentifierExtension(keyIdentifier(publicKey)),
		],
	});
	return { certificate, privateKey };
}

/** A new key and a certificate for it. `names`: DNS names and IP addresses, the first is also the subject. */
export async function createServerCredentials(
	authority: CertificateAuthority,
	{ names, validity, keyType = "ed25519" }: { names: string[]; validity: Validity; keyType?: KeyType },
): Promise<ServerCredentials> {
	const { privateKey, publicKey } = newKeyPair(keyType);
	return { certificate: await issueServerCertificate(authority, { names, validity, publicKey }), privateKey };
}

/** A server certificate (DER) for a key that the server made itself. `usage` client: a certificate that serves no server. */
export async function issueServerCertificate(
	authority: CertificateAuthority,
	{
		names,
		validity,
		publicKey,
		usage = "server",
	}: { names: string[]; validity: Validity; publicKey: PublicKey; usage?: "server" | "client" },
): Promise<Uint8Array> {
	if (names.length === 0) throw new TypeError("expected at least one name for the server");
	// The issuer's own key identifier, which need not be the hash of its key (RFC 5280 §4.2.1.1).
	const own = new x509.X509Certificate(authority.certificate).getExtension(x509.SubjectKeyIdentifierExtension);
	return makeCertificate(authority.privateKey, {
		issuer: nameOf(authority.certificate),
		validity,
		subject: subjectOf(names),
		publicKey,
		extensions: [
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
			new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[usage === "server" ? "serverAuth" : "clientAuth"]]),
			alternativeNames(names, !hasCommonName(names)),
			new x509.AuthorityKeyIdentifierExtension(own?.keyId ?? keyIdentifier(publicKeyOf(authority.privateKey))),
		],
	});
}

/** What a server asks another CA for (RFC 2986), PEM. */
export async function createCertificateRequest(
	{ privateKey, publicKey }: { privateKey: PrivateKey; publicKey: PublicKey },
	names: string[],
): Promise<string> {
	const wanted = sequence(Buffer.from(alternativeNames(names, false).rawData));
	const attribute = sequence(element(OBJECT_IDENTIFIER, EXTENSION_REQUEST), element(SET, wanted));
	const information = sequence(
		element(INTEGER, Buffer.of(0)),
		subjectOf(names),
		publicKeyInfo(publicKey),
		element(0xa0, attribute),
	);
	return `${new x509.Pkcs10CertificateRequest(signed(privateKey, information)).toString("pem")}\n`;
}

/** What a server asks for: its key and its names. Throws TypeError unless the request is signed by its own key. */
export async function readCertificateRequest(pem: string): Promise<{ publicKey: PublicKey; names: string[] }> {
	const request = new x509.Pkcs10CertificateRequest(pem);
	const [information, algorithm, signature] = elements(content(Buffer.from(request.rawData), SEQUENCE));
	const publicKey = readPublicKeyInfo(Buffer.from(request.publicKey.rawData));
	if (
		!signatureAlgorithm(publicKey).equals(algorithm) ||
		!isSignedBy(publicKey, information, content(signature, BIT_STRING).subarray(1))
	)
		throw new TypeError("the request is not signed by its own key");
	const alternative = request.getExtension("2.5.29.17"); // by class it is not found
	const names = alternative
		? new x509.SubjectAlternativeNameExtension(alternative.rawData).names.items
				.filter(({ type }) => type === "dns" || type === "ip")
				.map(({ value }) => value)
		: request.subjectName.getField("CN");
	return { publicKey, names };
}

/** A certificate as text, for servers' configuration files. */
export function certificatePem(certificate: Uint8Array): string {
	const base64 = Buffer.from(certificate)
		.toString("base64")
		.replace(/.{64}(?=.)/g, "$&\n");
	return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}

/** The subject's Name, DER. */
function nameOf(certificate: Uint8Array): Buffer {
	const [toBeSigned] = elements(content(Buffer.from(certificate), SEQUENCE));
	return elements(content(toBeSigned, SEQUENCE))[5];
}

interface Fields {
	issuer: Uint8Array; // Name, DER
	validity: Validity;
	subject: Uint8Array; // Name, DER
	publicKey: PublicKey;
	extensions: x509.Extension[];
}

/** RFC 5280 §4.1. */
function makeCertificate(key: PrivateKey, { issuer, validity, subject, publicKey, extensions }: Fields): Uint8Array {
	const toBeSigned = sequence(
		element(0xa0, element(INTEGER, Buffer.of(2))), // version 3
		element(INTEGER, serialNumber()),
		signatureAlgorithm(key),
		issuer,
		sequence(time(validity.notBefore), time(validity.notAfter)),
		subject,
		publicKeyInfo(publicKey),
		element(0xa3, sequence(...extensions.map(({ rawData }) => Buffer.from(rawData)))),
	);
	return new Uint8Array(signed(key, toBeSigned));
}

function signed(key: PrivateKey, toBeSigned: Buffer): Buffer {
	const signature = element(BIT_STRING, Buffer.of(0), signWith(key, toBeSigned));
	return sequence(toBeSigned, signatureAlgorithm(key), signature);
}

/** id-ExtensionRequest (RFC 2985 §5.4.2), 1.2.840.113549.1.9.14. */
const EXTENSION_REQUEST = Buffer.from("2a864886f70d01090e", "hex");

/** §4.1.2.5: UTCTime through 2049, GeneralizedTime after it; whole seconds. */
function time(date: Date): Buffer {
	const text = `${date.toISOString().replace(/[-:T]|\.\d+/g, "")}`;
	return date.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(text.slice(2))) : element(0x18, Buffer.from(text));
}

/** §4.2.1.2, method 1. */
function keyIdentifier(key: PublicKey): string {
	const [, bits] = elements(content(publicKeyInfo(key), SEQUENCE));
	return createHash("sha1").update(content(bits, BIT_STRING).subarray(1)).digest("hex");
}

function alternativeNames(names: string[], critical: boolean): x509.Extension {
	return new x509.SubjectAlternativeNameExtension(
		names.map(name => ({ type: isIP(name) ? ("ip" as const) : ("dns" as const), value: name })),
		critical,
	);
}

/** §4.1.2.6: a subject may be empty if subjectAltName is critical; a common name has 64 characters at most. */
function subjectOf(names: string[]): Buffer {
	return hasCommonName(names) ? commonName(names[0]) : sequence();
}

function hasCommonName([name]: string[]): boolean {
	return name.length <= 64;
}

function commonName(name: string): Buffer {
	return Buffer.from(new x509.Name([{ CN: [name] }]).toArrayBuffer());
}

/** 64 random bits, positive and without a leading zero byte (§4.1.2.2). */
function serialNumber(): Buffer {
	const bytes = randomBytes(8);
	bytes[0] = (bytes[0] & 0x3f) | 0x40;
	return bytes;
}
