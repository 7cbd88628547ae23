// Private keys encrypted with a passphrase: PKCS #8's EncryptedPrivateKeyInfo (RFC 5958 §3) by PBES2 (RFC 8018 §6.2) with
// scrypt (RFC 7914 §7) and AES-256-CBC, as `openssl pkcs8 -topk8 -scrypt` makes them. Node writes PBKDF2 with 2,048 rounds
// alone, which a graphics card tries a million times a second; it reads these, and so does openssl.

import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { content, element, elements, INTEGER, OCTET_STRING, SEQUENCE, sequence } from "./der.js";

/** What openssl still reads without being told: 16 MiB, five times over. */
const COST = 16_384,
	BLOCK = 8,
	PARALLEL = 5;

/** `privateKey`: DER of a PrivateKeyInfo. Gives PEM. */
export function encryptPrivateKey(privateKey: Uint8Array, passphrase: string): string {
	const salt = randomBytes(16);
	const iv = randomBytes(16);
	const key = scryptSync(passphrase, salt, 32, { N: COST, r: BLOCK, p: PARALLEL });
	const cipher = createCipheriv("aes-256-cbc", key, iv);
	const encrypted = Buffer.concat([cipher.update(privateKey), cipher.final()]);
	const scrypt = sequence(SCRYPT, sequence(octets(salt), integer(COST), integer(BLOCK), integer(PARALLEL)));
	const pbes2 = sequence(PBES2, sequence(scrypt, sequence(AES_256_CBC, octets(iv))));
	const base64 = sequence(pbes2, octets(encrypted))
		.toString("base64")
		.replace(/.{64}(?=.)/g, "$&\n");
	return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${base64}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
}

/** What `encryptPrivateKey` made, for keys that this Node cannot read by itself: DER. Throws if the passphrase is another. */
export function decryptPrivateKey(pem: string, passphrase: string): Buffer {
	const [, base64 = ""] = /-----BEGIN ENCRYPTED PRIVATE KEY-----([^-]*)-----END/.exec(pem) ?? [];
	const [algorithm, encrypted] = parts(Buffer.from(base64, "base64"));
	const [scheme, parameters] = parts(algorithm);
	const [derivation, encryption] = parts(parameters);
	const [function_, scrypt] = parts(derivation);
	const [cipher, iv] = parts(encryption);
	if (!scheme.equals(PBES2) || !function_.equals(SCRYPT) || !cipher.equals(AES_256_CBC))
		throw new RangeError("expected PBES2 with scrypt and AES-256-CBC");
	const [salt, cost, block, parallel] = parts(scrypt);
	const [N, r, p] = [cost, block, parallel].map(each => Number(`0x${content(each, INTEGER).toString("hex")}`));
	const key = scryptSync(passphrase, content(salt, OCTET_STRING), 32, { N, r, p });
	const decipher = createDecipheriv("aes-256-cbc", key, content(iv, OCTET_STRING));
	return Buffer.concat([decipher.update(content(encrypted, OCTET_STRING)), decipher.final()]);
}

function parts(bytes: Buffer): Buffer[] {
	return elements(content(bytes, SEQUENCE));
}

/** Object identifiers, as DER has them. */
const PBES2 = Buffer.from("06092a864886f70d01050d", "hex"), // 1.2.840.113549.1.5.13
	SCRYPT = Buffer.from("06092b06010401da47040b", "hex"), // 1.3.6.1.4.1.11591.4.11
	AES_256_CBC = Buffer.from("060960864801650304012a", "hex"); // 2.16.840.1.101.3.4.1.42

function octets(bytes: Buffer): Buffer {
	return element(OCTET_STRING, bytes);
}

/** Of these few: none has its highest bit set, which would make it negative. */
function integer(value: number): Buffer {
	const hex = value.toString(16);
	return element(INTEGER, Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex"));
}
