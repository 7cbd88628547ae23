// Public keys and signature algorithms of certificates: Ed25519 (RFC 8410). Whoever verifies a signature with a key
// out of a certificate does it here: path.ts, and the TLS client's check of CertificateVerify.

import { ed25519Verify } from "../crypto/kernel.js";
import { CertificateError } from "./certificate-error.js";
import { SEQUENCE, type DerReader } from "./der.js";

export type KeyAlgorithm = "ed25519" | "p256";

/** A public key that can verify. */
export interface PublicKey {
	algorithm: KeyAlgorithm;
	/** The raw key: 32 bytes. */
	bytes: Uint8Array;
	/** Whether `signature`, in the form that certificates and TLS give it, is this key's for `message`. */
	verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** SignatureScheme of TLS (RFC 8446 §4.2.3) for each key algorithm, in the order in which they are offered. */
export const signatureSchemes: readonly { algorithm: KeyAlgorithm; code: number }[] = [
	{ algorithm: "ed25519", code: 0x0807 },
];

class Ed25519PublicKey implements PublicKey {
	readonly algorithm = "ed25519";
	readonly bytes: Uint8Array;

	constructor(bytes: Uint8Array) {
		this.bytes = bytes;
	}

	verify(message: Uint8Array, signature: Uint8Array): boolean {
		return signature.length === 64 && ed25519Verify(this.bytes, message, signature);
	}
}

/** id-Ed25519 (RFC 8410 §3), 1.3.101.112; the same OID names the key and the signature. */
const ED25519 = [0x2b, 0x65, 0x70];

/** AlgorithmIdentifier of a signature (RFC 8410 §3: parameters absent). */
export function readSignatureAlgorithm(der: DerReader): KeyAlgorithm {
	const outer = der.enter(SEQUENCE);
	const identifier = der.objectIdentifier();
	if (!equals(identifier, ED25519)) refuse("unsupported signature algorithm");
	if (!der.atEnd) refuse("unsupported signature algorithm");
	der.leave(outer);
	return "ed25519";
}

/** SubjectPublicKeyInfo (RFC 8410 §4). The key is a copy: the certificate's bytes may go. */
export function readPublicKey(der: DerReader): PublicKey {
	const outer = der.enter(SEQUENCE);
	const algorithm = der.enter(SEQUENCE);
	if (!equals(der.objectIdentifier(), ED25519)) refuse("unsupported public key");
	if (!der.atEnd) refuse("unsupported public key");
	der.leave(algorithm);
	const bytes = der.octets();
	if (bytes.length !== 32) refuse("unsupported public key");
	der.leave(outer);
	return new Ed25519PublicKey(bytes.slice());
}

function equals(bytes: Uint8Array, expected: readonly number[]): boolean {
	return bytes.length === expected.length && expected.every((byte, i) => bytes[i] === byte);
}

function refuse(reason: "unsupported signature algorithm" | "unsupported public key"): never {
	throw new CertificateError(reason);
}
