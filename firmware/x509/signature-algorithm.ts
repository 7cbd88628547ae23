// Signature algorithms, by their names in certificates (AlgorithmIdentifier, RFC 5280 §4.1.1.2) and in TLS
// (SignatureScheme, RFC 9846 §4.3.3). Each is there only in builds that have what verifies it.

import { equalBytes } from "../bytes.js";
import { hasMlDsa44 } from "../crypto/ml-dsa-44.js";
import { hasP256 } from "../crypto/p256.js";
import { hasP384 } from "../crypto/p384.js";
import { hasRsa } from "../crypto/rsa.js";
import { type DerReader, SEQUENCE } from "./der.js";

export type KeyAlgorithm = "ed25519" | "p256" | "p384" | "rsa" | "ml-dsa-44";
export type Hash = "sha256" | "sha384" | "sha512";

export interface SignatureAlgorithm {
	kind: "ed25519" | "ecdsa" | "rsa-pkcs1" | "rsa-pss" | "ml-dsa-44";
	/** Of the message; Ed25519 and ML-DSA have their own. */
	hash: Hash;
}

const HASHES: readonly Hash[] = Object.freeze(["sha256", "sha384", "sha512"] as const);

/** In certificates: what comes after which object identifier. RSA's parameters are NULL, the others' absent. */
type Identifier = SignatureAlgorithm & { oid: Uint8Array };

/** One for each hash; their identifiers differ in the last byte, and follow one another from `first`. */
function identifiers(kind: SignatureAlgorithm["kind"], first: number, ...prefix: number[]): Identifier[] {
	return HASHES.map((hash, i) => Object.freeze({ kind, hash, oid: Uint8Array.of(...prefix, first + i) }));
}
const IDENTIFIERS: readonly Identifier[] = Object.freeze([
	Object.freeze({ kind: "ed25519", hash: "sha512", oid: Uint8Array.of(0x2b, 0x65, 0x70) } as const), // RFC 8410 §3
	// ecdsa-with-SHA256 … SHA512 (RFC 5758 §3.2), 1.2.840.10045.4.3.2 …
	...(hasP256 || hasP384 ? identifiers("ecdsa", 2, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3) : []),
	// sha256WithRSAEncryption … sha512 (RFC 4055 §5), 1.2.840.113549.1.1.11 …
	...(hasRsa ? identifiers("rsa-pkcs1", 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1) : []),
	// id-ml-dsa-44 (RFC 9881 §2), 2.16.840.1.101.3.4.3.17
	...(hasMlDsa44 ? [identifiers("ml-dsa-44", 17, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3)[0]] : []),
]);

/** In TLS: a code for each, and the key that it belongs to in a CertificateVerify. */
export interface SignatureScheme extends SignatureAlgorithm {
	code: number;
	key: KeyAlgorithm;
}
function scheme(
	code: number,
	key: KeyAlgorithm,
	kind: SignatureAlgorithm["kind"],
	hash: Hash,
): readonly SignatureScheme[] {
	return [Object.freeze({ code, key, kind, hash })];
}

const ML_DSA_44 = 0x0904;

/** For CertificateVerify. */
const SCHEMES: readonly SignatureScheme[] = Object.freeze([
	...(hasMlDsa44 ? scheme(ML_DSA_44, "ml-dsa-44", "ml-dsa-44", "sha512") : []), // mldsa44 (draft-ietf-tls-mldsa §3)
	...scheme(0x0807, "ed25519", "ed25519", "sha512"),
	...(hasP256 ? scheme(0x0403, "p256", "ecdsa", "sha256") : []), // ecdsa_secp256r1_sha256
	...(hasP384 ? scheme(0x0503, "p384", "ecdsa", "sha384") : []), // ecdsa_secp384r1_sha384
	...(hasRsa ? HASHES.flatMap((hash, i) => scheme(0x0804 + i, "rsa", "rsa-pss", hash)) : []), // rsa_pss_rsae_sha256 …
]);

/**
 * What is offered for CertificateVerify, first what keys of the `anchors`' algorithms make. ML-DSA only beside an anchor
 * that is ML-DSA, but then first: of a server's two certificates that one is shown, whoever's preference counts.
 */
export function handshakeSchemes(anchors: readonly KeyAlgorithm[]): SignatureScheme[] {
	const isAnchors = ({ key }: SignatureScheme) => anchors.includes(key);
	return SCHEMES.filter(isAnchors).concat(SCHEMES.filter(one => !isAnchors(one) && one.code !== ML_DSA_44));
}

/**
 * The codes of what certificates may be signed with, if that is not what is offered for CertificateVerify: RSA signs
 * them by PKCS#1 (rsa_pkcs1_sha256 …) in the place of PSS.
 */
export function schemesOfCertificates(schemes: readonly SignatureScheme[]): { code: number }[] | undefined {
	if (!hasRsa) return undefined;
	return [...schemes.filter(({ key }) => key !== "rsa"), { code: 0x0401 }, { code: 0x0501 }, { code: 0x0601 }];
}

/**
 * AlgorithmIdentifier of a certificate's signature. Undefined: one that this build does not have, which matters only
 * where somebody checks the signature.
 */
export function readSignatureAlgorithm(der: DerReader): SignatureAlgorithm | undefined {
	const outer = der.enter(SEQUENCE);
	const oid = der.objectIdentifier();
	const start = der.offset;
	der.offset += der.left;
	const parameters = der.since(start);
	der.leave(outer);
	const algorithm = IDENTIFIERS.find(one => equalBytes(one.oid, oid));
	const allowed = algorithm?.kind === "rsa-pkcs1" ? isNull(parameters) : parameters.length === 0;
	return allowed ? algorithm : undefined;
}

function isNull(parameters: Uint8Array): boolean {
	return parameters.length === 2 && parameters[0] === 5 && parameters[1] === 0;
}
