// Keys of authorities and servers: Node's own, and ML-DSA-44 (FIPS 204; RFC 9881), which Node has from 24.7 on (with
// OpenSSL 3.5). Before, @noble/post-quantum makes such keys and signs with them, as an operator's machine may; only to
// serve with them a newer Node is needed (newer-node.ts).

import {
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
	type KeyObject,
	randomBytes,
	sign,
	verify,
	type X509Certificate,
} from "node:crypto";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { BIT_STRING, content, element, elements, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, sequence } from "./der.js";
import { OperatorError } from "./operator-error.js";
import { decryptPrivateKey } from "./pbes2.js";

export const KEY_TYPES = ["ed25519", "p256", "rsa-2048", "ml-dsa-44"] as const;
export type KeyType = (typeof KEY_TYPES)[number];

export type PrivateKey = KeyObject | SigningKey;
export type PublicKey = KeyObject | MlDsa44PublicKey;

/** A private key that is not Node's: of an algorithm that this Node lacks, or kept elsewhere (command-key.ts). */
export interface SigningKey extends Pick<KeyObject, "asymmetricKeyDetails"> {
	readonly asymmetricKeyType: string | undefined;
	readonly publicKey: PublicKey;
	/** Throws OperatorError for a form that the key does not have. */
	export(form: Form<"pkcs8">): Buffer | string;
	/** As certificates have it. */
	sign(message: Uint8Array): Uint8Array;
}

/** A private key's form in files (RFC 5958), a public key's (RFC 5280 §4.1.2.7). */
interface Form<Type extends "pkcs8" | "spki"> {
	type: Type;
	format: "der" | "pem";
}

/** What stands for a KeyObject where Node has none, as far as it is used here. */
export class MlDsa44PublicKey {
	readonly asymmetricKeyType = "ml-dsa-44";
	readonly bytes: Uint8Array; // 1,312

	constructor(bytes: Uint8Array) {
		if (bytes.length !== 1312) throw new RangeError(`expected 1312 bytes of ML-DSA-44 key, got ${bytes.length}`);
		this.bytes = bytes;
	}

	export({ format }: Form<"spki">): Buffer | string {
		return form(sequence(ML_DSA_44, element(BIT_STRING, Buffer.of(0), this.bytes)), format, "PUBLIC KEY");
	}
}

/** A seed of 32 bytes, and what follows from it. */
export class MlDsa44PrivateKey implements SigningKey {
	readonly asymmetricKeyType = "ml-dsa-44";
	readonly publicKey: MlDsa44PublicKey;
	readonly #seed: Uint8Array;
	readonly #expanded: Uint8Array;

	constructor(seed: Uint8Array) {
		if (seed.length !== 32) throw new RangeError(`expected 32 bytes of ML-DSA-44 seed, got ${seed.length}`);
		const { publicKey, secretKey } = ml_dsa44.keygen(seed);
		this.#seed = seed;
		this.#expanded = secretKey;
		this.publicKey = new MlDsa44PublicKey(publicKey);
	}

	/** The seed alone (RFC 9881 §6), which OpenSSL 3.5 and Node read too. */
	export({ format }: Form<"pkcs8">): Buffer | string {
		const seed = element(OCTET_STRING, element(SEED, this.#seed));
		return form(sequence(Buffer.of(2, 1, 0), ML_DSA_44, seed), format, "PRIVATE KEY");
	}

	sign(message: Uint8Array): Uint8Array {
		return ml_dsa44.sign(message, this.#expanded);
	}
}

/** AlgorithmIdentifiers. */
const ML_DSA_44 = identifier("608648016503040311"), // id-ml-dsa-44 (RFC 9881 §2), 2.16.840.1.101.3.4.3.17
	ED25519 = identifier("2b6570"), // RFC 8410 §3
	ECDSA_WITH_SHA256 = identifier("2a8648ce3d040302"), // RFC 5758 §3.2
	ECDSA_WITH_SHA384 = identifier("2a8648ce3d040303"),
	SHA256_WITH_RSA = sequence(content(identifier("2a864886f70d01010b"), SEQUENCE), Buffer.of(5, 0)); // RFC 4055 §5
const SEED = 0x80; // [0]

function identifier(hex: string): Buffer {
	return sequence(element(OBJECT_IDENTIFIER, Buffer.from(hex, "hex")));
}

/** Whether this Node knows ML-DSA itself: then it can serve with such keys, too. */
export const nodeHasMlDsa = (() => {
	try {
		generateKeyPairSync("ml-dsa-44" as "ed25519");
		return true;
	} catch {
		return false;
	}
})();

export function newKeyPair(keyType: KeyType): { privateKey: PrivateKey; publicKey: PublicKey } {
	switch (keyType) {
		case "ed25519":
			return generateKeyPairSync("ed25519");
		case "p256":
			return generateKeyPairSync("ec", { namedCurve: "P-256" });
		case "rsa-2048":
			return generateKeyPairSync("rsa", { modulusLength: 2048 });
		case "ml-dsa-44": {
			if (nodeHasMlDsa) return generateKeyPairSync("ml-dsa-44" as "ed25519");
			const privateKey = new MlDsa44PrivateKey(randomBytes(32));
			return { privateKey, publicKey: privateKey.publicKey };
		}
	}
}

export function publicKeyOf(privateKey: PrivateKey): PublicKey {
	return "publicKey" in privateKey ? privateKey.publicKey : createPublicKey(privateKey);
}

/** SubjectPublicKeyInfo. */
export function publicKeyInfo(key: PublicKey): Buffer {
	return key.export({ type: "spki", format: "der" }) as Buffer;
}

/** Throws OperatorError for a key that devices do not know, and what Node throws for what is none. */
export function readPublicKeyInfo(info: Buffer): PublicKey {
	const [algorithm, bits] = elements(content(info, SEQUENCE));
	if (!nodeHasMlDsa && algorithm.equals(ML_DSA_44)) return new MlDsa44PublicKey(content(bits, BIT_STRING).subarray(1));
	const key = createPublicKey({ key: info, type: "spki", format: "der" });
	signatureAlgorithm(key);
	return key;
}

/** PKCS #8 in PEM. Throws where it is none, or the passphrase another. */
export function readPrivateKeyPem(pem: string, passphrase?: string): PrivateKey {
	try {
		return createPrivateKey({ key: pem, passphrase });
	} catch (error) {
		if (nodeHasMlDsa) throw error;
		const der = passphrase === undefined ? unarmoured(pem) : decryptPrivateKey(pem, passphrase);
		const [, algorithm, key] = elements(content(der, SEQUENCE));
		if (!algorithm?.equals(ML_DSA_44)) throw error;
		return new MlDsa44PrivateKey(seedIn(content(key, OCTET_STRING)));
	}
}

/** RFC 9881 §6: of a seed, an expanded key, or both. */
function seedIn(choice: Buffer): Buffer {
	if (choice[0] === SEED) return content(choice, SEED);
	if (choice[0] === SEQUENCE) return content(elements(content(choice, SEQUENCE))[0], OCTET_STRING);
	throw new OperatorError("this ML-DSA key is without its seed: this Node needs that, Node 24.7 does not");
}

function unarmoured(pem: string): Buffer {
	const [, base64 = ""] = /-----BEGIN PRIVATE KEY-----([^-]*)-----END/.exec(pem) ?? [];
	return Buffer.from(base64, "base64");
}

/** AlgorithmIdentifier of what `signWith` makes. Throws OperatorError for a key that devices do not know. */
export function signatureAlgorithm(key: PrivateKey | PublicKey): Buffer {
	const type = key.asymmetricKeyType as string | undefined;
	switch (type) {
		case "ed25519":
			return ED25519;
		case "ec":
			return digestOf(key) === "sha384" ? ECDSA_WITH_SHA384 : ECDSA_WITH_SHA256;
		case "rsa":
			return SHA256_WITH_RSA;
		case "ml-dsa-44":
			return ML_DSA_44;
		default:
			throw new OperatorError(`devices verify Ed25519, ECDSA, RSA and ML-DSA-44 keys, not ${type}`);
	}
}

/** As certificates have it. */
export function signWith(key: PrivateKey, message: Uint8Array): Uint8Array {
	return "sign" in key ? key.sign(message) : sign(digestOf(key), message, key);
}

export function isSignedBy(key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
	if (key instanceof MlDsa44PublicKey) return ml_dsa44.verify(signature, message, key.bytes);
	return verify(digestOf(key), message, key, signature);
}

/** Whether `key` is the private key of what the certificate names. */
export function isKeyOf(certificate: X509Certificate, key: PrivateKey): boolean {
	if (!("publicKey" in key)) return certificate.checkPrivateKey(key);
	const [toBeSigned] = elements(content(certificate.raw, SEQUENCE));
	const [, , , , , , info] = elements(content(toBeSigned, SEQUENCE));
	return publicKeyInfo(key.publicKey).equals(info);
}

/** What is signed is hashed so; null: the algorithm has a hash of its own. Throws OperatorError for other curves. */
function digestOf(key: PrivateKey | PublicKey): "sha256" | "sha384" | null {
	if (key instanceof MlDsa44PrivateKey || key instanceof MlDsa44PublicKey) return null;
	if (key.asymmetricKeyType === "rsa") return "sha256";
	if (key.asymmetricKeyType !== "ec") return null;
	const curve = key.asymmetricKeyDetails?.namedCurve;
	if (curve === "prime256v1") return "sha256";
	if (curve === "secp384r1") return "sha384";
	throw new OperatorError(`devices verify keys on P-256 and P-384, not on ${curve}`);
}

function form(der: Buffer, format: "der" | "pem", label: string): Buffer | string {
	if (format === "der") return der;
	const base64 = der.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
	return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
}
