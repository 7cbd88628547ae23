// Public keys and signature algorithms of certificates: Ed25519 (RFC 8410) and, in builds that have it, ECDSA with
// P-256 and SHA-256 (RFC 5480, RFC 5758 §3.2). Whoever verifies a signature with a key out of a certificate does it
// here: path.ts, and the TLS client's check of CertificateVerify.

import { ed25519Verify, sha256 } from "../crypto/kernel.js";
import { hasP256, p256Verify } from "../crypto/p256.js";
import { CertificateError } from "./certificate-error.js";
import { compare, DerReader, SEQUENCE } from "./der.js";

export type KeyAlgorithm = "ed25519" | "p256";

/** A public key that can verify. */
export interface PublicKey {
	algorithm: KeyAlgorithm;
	/** The raw key: 32 bytes; P-256: the uncompressed point, 65 bytes. */
	bytes: Uint8Array;
	/** Whether `signature`, in the form that certificates and TLS give it, is this key's for `message`. */
	verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** SignatureScheme of TLS (RFC 9846 §4.3.3) for each key algorithm, in the order in which they are offered. */
export const signatureSchemes: readonly { algorithm: KeyAlgorithm; code: number }[] = Object.freeze([
	Object.freeze({ algorithm: "ed25519", code: 0x0807 } as const),
	...(hasP256 ? [Object.freeze({ algorithm: "p256", code: 0x0403 } as const)] : []),
]);

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

class P256PublicKey implements PublicKey {
	readonly algorithm = "p256";
	readonly bytes: Uint8Array;

	constructor(bytes: Uint8Array) {
		this.bytes = bytes;
	}

	/** `signature`: ECDSA-Sig-Value (RFC 5480, appendix A), in DER. */
	verify(message: Uint8Array, signature: Uint8Array): boolean {
		let r: Uint8Array, s: Uint8Array;
		try {
			const der = new DerReader(signature);
			const outer = der.enter(SEQUENCE);
			r = der.integer();
			s = der.integer();
			der.leave(outer);
			if (!der.atEnd) return false;
		} catch (error) {
			if (error instanceof CertificateError) return false;
			throw error;
		}
		const isPositive = r[0] < 0x80 && s[0] < 0x80;
		return isPositive && r.length <= 33 && s.length <= 33 && p256Verify(this.bytes, sha256(message), r, s);
	}
}

/** id-Ed25519 (RFC 8410 §3), 1.3.101.112: the same OID names the key and the signature. */
const ED25519 = Uint8Array.of(0x2b, 0x65, 0x70);
/** id-ecPublicKey and secp256r1 (RFC 5480 §2.1.1), 1.2.840.10045.2.1 and .3.1.7. */
const EC_PUBLIC_KEY = Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1);
const SECP256R1 = Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7);
/** ecdsa-with-SHA256 (RFC 5758 §3.2), 1.2.840.10045.4.3.2. */
const ECDSA_WITH_SHA256 = Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2);

/**
 * AlgorithmIdentifier of a signature. Undefined: one that this build does not have, which matters only where somebody
 * checks the signature. Parameters are absent (RFC 8410 §3, RFC 5758 §3.2).
 */
export function readSignatureAlgorithm(der: DerReader): KeyAlgorithm | undefined {
	const outer = der.enter(SEQUENCE);
	const identifier = der.objectIdentifier();
	let algorithm: KeyAlgorithm | undefined;
	if (compare(identifier, ED25519) === 0) algorithm = "ed25519";
	else if (hasP256 && compare(identifier, ECDSA_WITH_SHA256) === 0) algorithm = "p256";
	if (!der.atEnd) {
		algorithm = undefined;
		der.offset += der.left;
	}
	der.leave(outer);
	return algorithm;
}

/** SubjectPublicKeyInfo. The key is a copy: the certificate's bytes may go. */
export function readPublicKey(der: DerReader): PublicKey {
	const outer = der.enter(SEQUENCE);
	const algorithm = der.enter(SEQUENCE);
	const identifier = der.objectIdentifier();
	const isEC = hasP256 && compare(identifier, EC_PUBLIC_KEY) === 0;
	if (!isEC && compare(identifier, ED25519) !== 0) refuse("unsupported public key");
	// Curves are named (RFC 5480 §2.1.1).
	if (isEC && compare(der.objectIdentifier(), SECP256R1) !== 0) refuse("unsupported public key");
	if (!der.atEnd) refuse("unsupported public key"); // RFC 8410 §3: parameters absent
	der.leave(algorithm);
	const bytes = der.octets();
	der.leave(outer);
	if (isEC) {
		if (bytes.length !== 65 || bytes[0] !== 4) refuse("unsupported public key"); // compressed points are optional
		return new P256PublicKey(bytes.slice());
	}
	if (bytes.length !== 32) refuse("unsupported public key");
	return new Ed25519PublicKey(bytes.slice());
}

function refuse(reason: "unsupported public key"): never {
	throw new CertificateError(reason);
}
