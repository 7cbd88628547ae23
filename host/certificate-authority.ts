// Certificate authority n (firmware/DESIGN.md §1; the source's 101): a key, a self-signed X.509 v3 certificate
// (RFC 5280) and the server certificates that it issues. Dates are parameters: they follow the years of the plan, no
// clock is read.
// Certificates are small, because a device stores and downloads them: one common name, 64-bit serial numbers.
//
// Leaves out: intermediates, revocation lists (a device without a clock could not tell a fresh one from an old one).

import "reflect-metadata";
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";
import { OperatorError } from "./operator-error.js";

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

export type KeyType = "ed25519" | "p256" | "rsa-2048";

export interface Validity {
	notBefore: Date;
	notAfter: Date;
}

export interface CertificateAuthority {
	certificate: Uint8Array; // DER
	privateKey: KeyObject;
}

/** What a TLS server shows. */
export interface ServerCredentials {
	certificate: Uint8Array; // DER
	privateKey: KeyObject;
	/** Between the server's certificate and the authority's, DER. */
	intermediates?: Uint8Array[];
}

/** The subject of generation `generation`'s CA: no two generations share it, so an issuer name names one CA. */
export function authorityName(fleet: string, generation: number): string {
	return `${fleet} CA ${generation}`;
}

/** A new key and its self-signed CA certificate: 250 to 300 bytes for a short name. */
export async function createCertificateAuthority({
	name,
	validity,
	keyType = "ed25519",
}: {
	name: string;
	validity: Validity;
	keyType?: KeyType;
}): Promise<CertificateAuthority> {
	const { privateKey, publicKey } = newKeyPair(keyType);
	const subject = commonName(name);
	const certificate = await x509.X509CertificateGenerator.create({
		serialNumber: serialNumber(),
		subject,
		issuer: subject,
		...validity,
		publicKey: await publicCryptoKey(publicKey),
		signingKey: await privateCryptoKey(privateKey),
		signingAlgorithm: signingAlgorithm(privateKey),
		extensions: [
			new x509.BasicConstraintsExtension(true, undefined, true),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
			await x509.SubjectKeyIdentifierExtension.create(await publicCryptoKey(publicKey)),
		],
	});
	return { certificate: new Uint8Array(certificate.rawData), privateKey };
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
	}: { names: string[]; validity: Validity; publicKey: KeyObject; usage?: "server" | "client" },
): Promise<Uint8Array> {
	if (names.length === 0) throw new TypeError("expected at least one name for the server");
	const issuer = new x509.X509Certificate(authority.certificate);
	const issuerKey = createPublicKey(authority.privateKey);
	// RFC 5280 §4.1.2.6: a subject may be empty if subjectAltName is critical; a common name has 64 characters at most.
	const named = names[0].length <= 64;
	const key = await publicCryptoKey(publicKey);
	const certificate = await x509.X509CertificateGenerator.create({
		serialNumber: serialNumber(),
		subject: named ? commonName(names[0]) : ([] as x509.JsonName),
		issuer: issuer.subjectName,
		...validity,
		publicKey: key,
		signingKey: await privateCryptoKey(authority.privateKey),
		signingAlgorithm: signingAlgorithm(authority.privateKey),
		extensions: [
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
			new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[usage === "server" ? "serverAuth" : "clientAuth"]]),
			new x509.SubjectAlternativeNameExtension(
				names.map(name => ({ type: isIP(name) ? ("ip" as const) : ("dns" as const), value: name })),
				!named,
			),
			await authorityKeyIdentifier(issuer, issuerKey),
		],
	});
	return new Uint8Array(certificate.rawData);
}

/** What a server asks another CA for, PEM. */
export async function createCertificateRequest(
	{ privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject },
	names: string[],
): Promise<string> {
	const request = await x509.Pkcs10CertificateRequestGenerator.create({
		name: names[0].length <= 64 ? commonName(names[0]) : ([] as x509.JsonName),
		keys: { privateKey: await privateCryptoKey(privateKey), publicKey: await publicCryptoKey(publicKey) },
		signingAlgorithm: signingAlgorithm(privateKey),
		extensions: [
			new x509.SubjectAlternativeNameExtension(
				names.map(name => ({ type: isIP(name) ? ("ip" as const) : ("dns" as const), value: name })),
			),
		],
	});
	return `${request.toString("pem")}\n`;
}

/** What a server asks for: its key and its names. Throws TypeError unless the request is signed by its own key. */
export async function readCertificateRequest(pem: string): Promise<{ publicKey: KeyObject; names: string[] }> {
	const request = new x509.Pkcs10CertificateRequest(pem);
	if (!(await request.verify())) throw new TypeError("the request is not signed by its own key");
	const alternative = request.getExtension("2.5.29.17"); // by class it is not found
	const names = alternative
		? new x509.SubjectAlternativeNameExtension(alternative.rawData).names.items
				.filter(({ type }) => type === "dns" || type === "ip")
				.map(({ value }) => value)
		: request.subjectName.getField("CN");
	return {
		publicKey: createPublicKey({ key: Buffer.from(request.publicKey.rawData), type: "spki", format: "der" }),
		names,
	};
}

/** A certificate as text, for servers' configuration files. */
export function certificatePem(certificate: Uint8Array): string {
	const base64 = Buffer.from(certificate)
		.toString("base64")
		.replace(/.{64}(?=.)/g, "$&\n");
	return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}

export function newKeyPair(keyType: KeyType): { privateKey: KeyObject; publicKey: KeyObject } {
	switch (keyType) {
		case "ed25519":
			return generateKeyPairSync("ed25519");
		case "p256":
			return generateKeyPairSync("ec", { namedCurve: "P-256" });
		case "rsa-2048":
			return generateKeyPairSync("rsa", { modulusLength: 2048 });
	}
}

/** The issuer's own key identifier, which need not be the hash of its key (RFC 5280 §4.2.1.1). */
async function authorityKeyIdentifier(issuer: x509.X509Certificate, issuerKey: KeyObject) {
	const own = issuer.getExtension(x509.SubjectKeyIdentifierExtension);
	return own
		? new x509.AuthorityKeyIdentifierExtension(own.keyId)
		: await x509.AuthorityKeyIdentifierExtension.create(await publicCryptoKey(issuerKey));
}

function commonName(name: string): x509.JsonName {
	return [{ CN: [name] }];
}

/** 64 random bits, positive and without a leading zero byte (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
	const bytes = randomBytes(8);
	bytes[0] = (bytes[0] & 0x3f) | 0x40;
	return bytes.toString("hex");
}

function keyAlgorithm(key: KeyObject) {
	return key.asymmetricKeyType === "ed25519"
		? { name: "Ed25519" }
		: key.asymmetricKeyType === "ec"
			? { name: "ECDSA", namedCurve: curveOf(key) }
			: key.asymmetricKeyType === "rsa"
				? { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }
				: unsupported(key);
}

function signingAlgorithm(key: KeyObject) {
	const { name } = keyAlgorithm(key);
	return name === "ECDSA" ? { name, hash: curveOf(key) === "P-384" ? "SHA-384" : "SHA-256" } : { name };
}

function curveOf(key: KeyObject): string {
	const curve = key.asymmetricKeyDetails?.namedCurve;
	const name = { prime256v1: "P-256", secp384r1: "P-384" }[curve ?? ""];
	if (!name) throw new OperatorError(`devices verify keys on P-256 and P-384, not on ${curve}`);
	return name;
}

function unsupported(key: KeyObject): never {
	throw new OperatorError(`devices verify Ed25519, ECDSA and RSA keys, not ${key.asymmetricKeyType}`);
}

function publicCryptoKey(key: KeyObject) {
	return webcrypto.subtle.importKey("spki", key.export({ type: "spki", format: "der" }), keyAlgorithm(key), true, [
		"verify",
	]);
}

function privateCryptoKey(key: KeyObject) {
	return webcrypto.subtle.importKey("pkcs8", key.export({ type: "pkcs8", format: "der" }), keyAlgorithm(key), true, [
		"sign",
	]);
}
