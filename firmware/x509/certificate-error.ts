// Why a certificate or a chain was refused. The second kind of bad bytes (style: DecodeError, CertificateError,
// AlertError): the caller keeps its CA information and closes. Only `anchorsFailed` gives it a reason to look for
// newer CA information, since only then may the server be genuine and the CA in the slot the wrong one.

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
	| "bad string"
	| "bad time"
	| "set out of order";

/** RFC 5280 §4: what a certificate that is DER may still get wrong. */
export type ProfileReason =
	| "certificate too large"
	| "not version 3"
	| "bad serial number"
	| "algorithms differ" // signatureAlgorithm and tbsCertificate.signature
	| "unsupported signature algorithm"
	| "unsupported public key"
	| "bad name"
	| "unique identifier"
	| "bad extension"
	| "too many extensions"
	| "duplicate extension"
	| "unknown critical extension"
	| "unsupported constraints"; // of names or policies: not implemented, so never accepted

/** RFC 5280 §6 without time, RFC 6125: what a well-formed chain may still get wrong. */
export type PathReason =
	| "empty chain"
	| "chain too long"
	| "no subject alternative name"
	| "name does not match"
	| "CA certificate as leaf"
	| "wrong key usage"
	| "wrong extended key usage"
	| "not a CA"
	| "path too long"
	| "issuer does not match"
	| "bad signature in chain"
	| "issued too early" // notBefore of the leaf lies before what the CA information says
	| "unknown issuer" // no anchor has this name
	| "bad signature by issuer"; // an anchor has the name but not the key

export type CertificateReason = DerReason | ProfileReason | PathReason;

/** A certificate or a chain was refused. */
export class CertificateError extends Error {
	readonly reason: CertificateReason;

	constructor(reason: CertificateReason) {
		super(reason);
		this.reason = reason;
	}

	/** The chain is sound in itself, and no trust anchor has signed it. */
	get anchorsFailed(): boolean {
		return this.reason === "unknown issuer" || this.reason === "bad signature by issuer";
	}
}
