// Public keys of certificates: Ed25519 (RFC 8410) and, in builds that have them, P-256 and P-384 (RFC 5480), RSA of 2048
// to 4096 bits (RFC 3279 §2.3.1) and ML-DSA-44 (RFC 9881). Whoever verifies a signature with a key out of a certificate does it here:
// path.ts, and the TLS client's check of CertificateVerify.

import { equalBytes } from "../bytes.js";
import { ed25519Verify, sha256, sha384, sha512 } from "../crypto/kernel.js";
import { hasMlDsa44, mlDsa44Verify } from "../crypto/ml-dsa-44.js";
import { hasP256, p256Verify } from "../crypto/p256.js";
import { hasP384, p384Verify } from "../crypto/p384.js";
import { hasRsa, rsaVerifyPkcs1, rsaVerifyPss } from "../crypto/rsa.js";
import { literal } from "../literals.js";
import { refusalOf, refuse as refuseCertificate } from "./certificate-error.js";
import { DerReader, SEQUENCE } from "./der.js";
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
			return !!r && !!s && r.length <= most && s.length <= most && verify(bytes, digest(hash, message), r, s);
		},
	};
}

/** ECDSA-Sig-Value (RFC 5480, appendix A), in DER: r and s, both positive; empty: it is malformed. */
function readSignature(signature: Uint8Array): [r: Uint8Array, s: Uint8Array] | [] {
	let read: [Uint8Array, Uint8Array] | [] = [];
	refusalOf(() => {
		const der = new DerReader(signature);
		const outer = der.enter(SEQUENCE);
		const r = der.integer(),
			s = der.integer();
		der.leave(outer);
		if (der.atEnd && r[0] < 0x80 && s[0] < 0x80) read = [r, s];
	});
	return read;
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

// AlgorithmIdentifiers as they stand: an object identifier, and parameters. Of each there is one encoding.

/** id-Ed25519, 1.3.101.112; parameters absent (RFC 8410 §3). */
const ED25519 = literal("\x06\x03\x2b\x65\x70");
/** id-ecPublicKey, 1.2.840.10045.2.1, and curves by name (RFC 5480 §2.1.1): secp256r1, 1.2.840.10045.3.1.7; */
const P256 = /* @__PURE__ */ literal("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07");
/** secp384r1, 1.3.132.0.34. */
const P384 = /* @__PURE__ */ literal("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22");
/** id-ml-dsa-44, 2.16.840.1.101.3.4.3.17; parameters absent (RFC 9881 §2). */
const ML_DSA_44 = /* @__PURE__ */ literal("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x11");
/** rsaEncryption, 1.2.840.113549.1.1.1, and NULL (RFC 3279 §2.3.1). */
const RSA = /* @__PURE__ */ literal("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00");

const SMALLEST_MODULUS = 256,
	LARGEST_MODULUS = 512; // bytes

/** SubjectPublicKeyInfo. The key is a copy: the certificate's bytes may go. */
export function readPublicKey(der: DerReader): PublicKey {
	const outer = der.enter(SEQUENCE);
	const read = readerOf(der.content(SEQUENCE));
	const bytes = der.octets();
	der.leave(outer);
	return read(bytes.slice());
}

function readerOf(algorithm: Uint8Array): (bytes: Uint8Array) => PublicKey {
	if (equalBytes(algorithm, ED25519)) return rawKey("ed25519", 32, 64, ed25519Verify);
	if (hasP256 && equalBytes(algorithm, P256)) return bytes => readPoint("p256", 65, bytes);
	if (hasP384 && equalBytes(algorithm, P384)) return bytes => readPoint("p384", 97, bytes);
	if (hasRsa && equalBytes(algorithm, RSA)) return readRsa;
	if (hasMlDsa44 && equalBytes(algorithm, ML_DSA_44)) return rawKey("ml-dsa-44", 1312, 2420, mlDsa44Verify);
	return refuse();
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
	refuseCertificate("unsupported public key");
}
