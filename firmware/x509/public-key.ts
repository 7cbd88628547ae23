// Public keys of certificates: Ed25519 (RFC 8410) and, in builds that have them, P-256 and P-384 (RFC 5480), RSA of 2048
// to 4096 bits (RFC 3279 §2.3.1) and ML-DSA-44 (RFC 9881). Whoever verifies a signature with a key out of a certificate does it here:
// path.ts, and the TLS client's check of CertificateVerify.

import { equalBytes } from "../bytes.js";
import { ed25519Verify, sha256, sha384, sha512 } from "../crypto/kernel.js";
import { hasMlDsa44, mlDsa44Verify } from "../crypto/ml-dsa-44.js";
import { hasP256, p256Verify } from "../crypto/p256.js";
import { hasP384, p384Verify } from "../crypto/p384.js";
import { hasRsa, rsaVerifyPkcs1, rsaVerifyPss } from "../crypto/rsa.js";
import { CertificateError } from "./certificate-error.js";
import { DerReader, NULL, SEQUENCE } from "./der.js";
import type { Hash, KeyAlgorithm, SignatureAlgorithm } from "./signature-algorithm.js";

/** A public key that can verify. */
export interface PublicKey {
	algorithm: KeyAlgorithm;
	/** The raw key: Ed25519, 32 bytes; ML-DSA-44, 1,312; P-256 and P-384, the uncompressed point; RSA, its RSAPublicKey. */
	bytes: Uint8Array;
	/**
	 * Whether `signature`, in the form that certificates and TLS give it, is this key's for `message`. False, too, for an
	 * algorithm that is not this key's.
	 */
	verify(algorithm: SignatureAlgorithm, message: Uint8Array, signature: Uint8Array): boolean;
}

/** Keys of one length that verify messages as they are. */
function rawKey(
	algorithm: "ed25519" | "ml-dsa-44",
	length: number,
	signatureLength: number,
	verify: (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean,
) {
	return (bytes: Uint8Array): PublicKey =>
		bytes.length === length
			? {
					algorithm,
					bytes,
					verify: ({ kind }, message, signature) =>
						kind === algorithm && signature.length === signatureLength && verify(bytes, message, signature),
				}
			: refuse();
}

function ecKey(algorithm: "p256" | "p384", bytes: Uint8Array): PublicKey {
	const verify = algorithm === "p256" ? p256Verify : p384Verify;
	const most = (bytes.length >> 1) + 1; // bytes of a coordinate, and a zero before it
	return {
		algorithm,
		bytes,
		verify({ kind, hash }, message, signature) {
			if (kind !== "ecdsa") return false;
			const [r, s] = readSignature(signature);
			if (!r || !s || r.length > most || s.length > most) return false;
			return verify(bytes, digest(hash, message), r, s);
		},
	};
}

/** ECDSA-Sig-Value (RFC 5480, appendix A), in DER: r and s, both positive; empty: it is none. */
function readSignature(signature: Uint8Array): [r: Uint8Array, s: Uint8Array] | [] {
	try {
		const der = new DerReader(signature);
		const outer = der.enter(SEQUENCE);
		const r = der.integer(),
			s = der.integer();
		der.leave(outer);
		return der.atEnd && r[0] < 0x80 && s[0] < 0x80 ? [r, s] : [];
	} catch (error) {
		if (error instanceof CertificateError) return [];
		throw error;
	}
}

/** `bytes`: RSAPublicKey (RFC 8017, appendix A.1.1), which `modulus`, without a leading zero, is a view of. */
function rsaKey(bytes: Uint8Array, modulus: Uint8Array, exponent: number): PublicKey {
	return {
		algorithm: "rsa",
		bytes,
		verify({ kind, hash }, message, signature) {
			const verify = kind === "rsa-pkcs1" ? rsaVerifyPkcs1 : kind === "rsa-pss" ? rsaVerifyPss : undefined;
			return verify?.(modulus, exponent, digest(hash, message), signature) ?? false;
		},
	};
}

function digest(hash: Hash, message: Uint8Array): Uint8Array {
	return hash === "sha256" ? sha256(message) : hash === "sha384" ? sha384(message) : sha512(message);
}

/** id-Ed25519 (RFC 8410 §3), 1.3.101.112. */
const ED25519 = Uint8Array.of(0x2b, 0x65, 0x70);
/** id-ecPublicKey, secp256r1 and secp384r1 (RFC 5480 §2.1.1), 1.2.840.10045.2.1, 1.2.840.10045.3.1.7, 1.3.132.0.34. */
const EC_PUBLIC_KEY = Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1);
const SECP256R1 = Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7);
const SECP384R1 = Uint8Array.of(0x2b, 0x81, 0x04, 0, 34);
/** id-ml-dsa-44 (RFC 9881 §2), 2.16.840.1.101.3.4.3.17. */
const ML_DSA_44 = /* @__PURE__ */ Uint8Array.of(0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 17);
/** rsaEncryption (RFC 8017, appendix C), 1.2.840.113549.1.1.1. */
const RSA_ENCRYPTION = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1);

const SMALLEST_MODULUS = 256,
	LARGEST_MODULUS = 512; // bytes

/** SubjectPublicKeyInfo. The key is a copy: the certificate's bytes may go. */
export function readPublicKey(der: DerReader): PublicKey {
	const outer = der.enter(SEQUENCE);
	const algorithm = der.enter(SEQUENCE);
	const identifier = der.objectIdentifier();
	let read: (bytes: Uint8Array) => PublicKey;
	if (equalBytes(identifier, ED25519)) {
		read = rawKey("ed25519", 32, 64, ed25519Verify); // RFC 8410 §3: parameters absent
	} else if ((hasP256 || hasP384) && equalBytes(identifier, EC_PUBLIC_KEY)) {
		const curve = der.objectIdentifier(); // curves are named (RFC 5480 §2.1.1)
		if (hasP256 && equalBytes(curve, SECP256R1)) read = bytes => readPoint("p256", 65, bytes);
		else if (hasP384 && equalBytes(curve, SECP384R1)) read = bytes => readPoint("p384", 97, bytes);
		else return refuse();
	} else if (hasRsa && equalBytes(identifier, RSA_ENCRYPTION)) {
		if (der.content(NULL).length !== 0) refuse(); // RFC 3279 §2.3.1
		read = readRsa;
	} else if (hasMlDsa44 && equalBytes(identifier, ML_DSA_44)) {
		read = rawKey("ml-dsa-44", 1312, 2420, mlDsa44Verify); // RFC 9881 §2: parameters absent
	} else {
		return refuse();
	}
	if (!der.atEnd) refuse();
	der.leave(algorithm);
	const bytes = der.octets();
	der.leave(outer);
	return read(bytes.slice());
}

/** Compressed points are optional (RFC 5480 §2.2). */
function readPoint(curve: "p256" | "p384", length: number, bytes: Uint8Array): PublicKey {
	return bytes.length === length && bytes[0] === 4 ? ecKey(curve, bytes) : refuse();
}

function readRsa(bytes: Uint8Array): PublicKey {
	const der = new DerReader(bytes);
	const outer = der.enter(SEQUENCE);
	let modulus = der.integer();
	const exponent = der.integer();
	der.leave(outer);
	if (!der.atEnd) refuse();
	if (modulus[0] === 0) modulus = modulus.subarray(1);
	else if (modulus[0] >= 0x80) refuse(); // negative
	if (modulus.length < SMALLEST_MODULUS || modulus.length > LARGEST_MODULUS) refuse();
	if (exponent[0] >= 0x80 || exponent.length > 5 || (exponent.length === 5 && exponent[0] !== 0)) refuse();
	let e = 0;
	for (let i = 0; i < exponent.length; i++) e = e * 256 + exponent[i];
	if (e < 3 || e % 2 === 0) refuse();
	return rsaKey(bytes, modulus, e);
}

function refuse(): never {
	throw new CertificateError("unsupported public key");
}
