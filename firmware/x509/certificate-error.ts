// Why a certificate or a chain was refused. The second kind of bad bytes (style: DecodeError, CertificateError,
// AlertError): the caller keeps its CA information and closes. Only `anchorsFailed` gives it a reason to look for
// newer CA information, since only then may the server be genuine and the CA in the slot the wrong one.

import { RefusedError } from "../errors.js";

/** ITU-T X.690 §10, §11: what is not DER. */
export type DerReason =
	| "truncated"
	| "trailing bytes"
	| "unexpected tag"
	| "length not minimal"
	| "bad integer"
	| "bad boolean"
	| "bad bit string"
	| "bad object identifier"
	| "bad time"
	| "set out of order";

/** RFC 5280 §4: what a certificate that is DER may still get wrong. */
export type ProfileReason =
	| "certificate too large"
	| "not version 3"
	| "algorithms differ" // signatureAlgorithm and tbsCertificate.signature
	| "unsupported public key"
	| "bad name"
	| "bad extension"
	| "too many extensions"
	| "duplicate extension"
	| "unknown critical extension"
	| "unsupported constraints"; // of policies, or of a form of names that cannot be judged

/** RFC 5280 §6 without time, RFC 9525: what a well-formed chain may still get wrong. */
export type PathReason =
	| "empty chain"
	| "chain too long"
	| "no subject alternative name"
	| "name not permitted" // by an authority's name constraints
	| "name does not match"
	| "wrong key usage"
	| "wrong extended key usage"
	| "not a CA"
	| "path too long"
	| "bad signature in chain"
	| "issued too early" // notBefore of the leaf lies before what the CA information says
	| "unknown issuer" // no anchor has this name
	| "bad signature by issuer"; // an anchor has the name but not the key

export type CertificateReason = DerReason | ProfileReason | PathReason;

/** A certificate or a chain was refused. */
export class CertificateError extends RefusedError<CertificateReason> {
	/** The path is sound as far as it goes, and no trust anchor has issued its last certificate. */
	get anchorsFailed(): boolean {
		return this.reason === "unknown issuer" || this.reason === "bad signature by issuer";
	}
}

export function refuse(reason: CertificateReason): never {
	throw new CertificateError(reason);
}

/** Why `attempt` is refused; undefined: it is not. */
export function refusalOf(attempt: () => void): CertificateError | undefined {
	try {
		attempt();
	} catch (error) {
		if (error instanceof CertificateError) return error;
		throw error;
	}
	return undefined;
}
