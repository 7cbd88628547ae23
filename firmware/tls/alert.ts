// Alerts (RFC 9846 §6) and the one error of this folder. Each refusal has a literal reason, and with each reason goes one
// alert, which the server is told: the types below see to it. Used by every file of this folder; its callers look at `reason`.

import { RefusedError } from "../errors.js";
import { CertificateError, type CertificateReason } from "../x509/certificate.js";

/** AlertDescription (RFC 9846 §6, RFC 7301 §3.2), as far as a client sends it or reports it by name. */
export const CLOSE_NOTIFY = 0,
	UNEXPECTED_MESSAGE = 10,
	BAD_RECORD_MAC = 20,
	RECORD_OVERFLOW = 22;
const HANDSHAKE_FAILURE = 40,
	BAD_CERTIFICATE = 42,
	UNSUPPORTED_CERTIFICATE = 43,
	ILLEGAL_PARAMETER = 47,
	UNKNOWN_CA = 48;
export const DECODE_ERROR = 50,
	DECRYPT_ERROR = 51,
	PROTOCOL_VERSION = 70;
const INSUFFICIENT_SECURITY = 71;
export const INTERNAL_ERROR = 80,
	USER_CANCELED = 90,
	MISSING_EXTENSION = 109,
	UNSUPPORTED_EXTENSION = 110;

/** Why this client ends a connection with illegal_parameter. */
type IllegalParameter =
	// messages (§4)
	| "message too long"
	| "extension in the wrong message"
	| "duplicate extension"
	// ServerHello and HelloRetryRequest (§4.2.3, §4.2.4, §4.3.8)
	| "version not offered"
	| "bad legacy version"
	| "session id not echoed"
	| "cipher suite not offered"
	| "cipher suite changed"
	| "compression"
	| "group not offered"
	| "bad key share"
	| "shared secret is zero"
	| "key share already sent"
	| "HelloRetryRequest changes nothing"
	// EncryptedExtensions (§4.4.1, RFC 6066 §4, RFC 7301 §3.2, RFC 8449 §4, §5)
	| "application protocol not offered"
	| "bad max_fragment_length"
	| "bad record_size_limit"
	| "max_fragment_length and record_size_limit"
	// authentication (§4.4.2, §4.5)
	| "certificate request context"
	| "signature algorithm not offered"
	| "signature algorithm of another key"
	// after the handshake (§4.7)
	| "bad key update";

/** Why it ends one with another alert, which `refuse` is told beside the reason. */
interface OtherRefusals {
	[UNEXPECTED_MESSAGE]:
		| "unknown record type"
		| "plaintext record after keys"
		| "application data before Finished"
		| "record without content type"
		| "empty record"
		| "too many empty records"
		| "bad change_cipher_spec"
		| "too many change_cipher_spec"
		| "too many alerts"
		| "unexpected message"
		| "message across a key change"
		| "message interleaved"
		| "second HelloRetryRequest"
		| "too many tickets"
		| "too many key updates";
	[BAD_RECORD_MAC]: "record not authentic";
	[RECORD_OVERFLOW]: "record too long";
	[DECODE_ERROR]: "bad alert" | "malformed message" | "too many extensions" | "no certificate";
	[DECRYPT_ERROR]: "bad signature by server" | "bad Finished";
	[PROTOCOL_VERSION]: "no TLS 1.3";
	[INTERNAL_ERROR]: "too many records under one key";
	[MISSING_EXTENSION]: "no key share" | "no signature algorithms";
	[UNSUPPORTED_EXTENSION]: "extension not offered";
}

/** The alerts that a server may have a reason to send, by their names in the registry; not those of certificates. */
const NAMES = Object.freeze({
	0: "close_notify",
	10: "unexpected_message",
	20: "bad_record_mac",
	22: "record_overflow",
	40: "handshake_failure",
	47: "illegal_parameter",
	50: "decode_error",
	51: "decrypt_error",
	70: "protocol_version",
	71: "insufficient_security",
	80: "internal_error",
	109: "missing_extension",
	110: "unsupported_extension",
	112: "unrecognized_name",
	116: "certificate_required",
	120: "no_application_protocol",
} as const satisfies Record<number, string>);

type OtherAlert = keyof OtherRefusals;
export type RefusalReason = IllegalParameter | OtherRefusals[OtherAlert];
type Name = (typeof NAMES)[keyof typeof NAMES];
export type ReceivedReason = `received ${Name | "unknown alert"}`;
export type TlsReason = RefusalReason | ReceivedReason;

/** The connection ended by an alert: ours, because the server's bytes are bad, or the server's. */
export class AlertError extends RefusedError<TlsReason> {
	/** AlertDescription. */
	readonly alert: number;
	/** Whether the alert came from the server. */
	readonly received: boolean;
	/** Whether it was the server's whole answer to a ClientHello. */
	readonly answersHello: boolean;

	/** Without `reason`: received. */
	constructor(alert: number, answersHello = false, reason?: RefusalReason) {
		super(reason ?? receivedReason(alert));
		this.alert = alert;
		this.received = reason === undefined;
		this.answersHello = answersHello;
	}

	/**
	 * The server has nothing that this client can check (RFC 9846 §6.2): no suite, group or signature scheme in common,
	 * and we offer those alone that our anchors need.
	 */
	get nothingInCommon(): boolean {
		return this.answersHello && (this.alert === HANDSHAKE_FAILURE || this.alert === INSUFFICIENT_SECURITY);
	}
}

/** Ends the connection: whoever runs the machine sends the alert. */
export function refuse(reason: IllegalParameter): never;
export function refuse<Alert extends OtherAlert>(reason: OtherRefusals[Alert], alert: Alert): never;
export function refuse(reason: RefusalReason, alert = ILLEGAL_PARAMETER): never {
	throw new AlertError(alert, false, reason);
}

/** The alert that tells the server about `error`. */
export function alertFor(error: unknown): number {
	if (error instanceof AlertError) return error.alert;
	if (error instanceof CertificateError) return alertForCertificate(error.reason);
	return INTERNAL_ERROR;
}

/** RFC 9846 §6.2 has few alerts for the many things that can be wrong with a certificate. */
function alertForCertificate(reason: CertificateReason): number {
	if (reason === "unknown issuer") return UNKNOWN_CA;
	if (reason === "unsupported public key") return UNSUPPORTED_CERTIFICATE;
	return BAD_CERTIFICATE;
}

function receivedReason(alert: number): ReceivedReason {
	return `received ${(NAMES as Partial<Record<number, Name>>)[alert] ?? "unknown alert"}`;
}
