// The second kind of error: what was asked for could not be got. Nothing is known to be wrong with anybody's bytes;
// the caller keeps what it has and tries again later. (The first kind: DecodeError, CertificateError, AlertError.)

export type TransportReason =
	| "name not resolved"
	| "connection refused" // or reset before it was established
	| "connect time-out"
	| "time-out" // the session's deadline passed after it was connected
	| "connection lost" // reset, or closed without close_notify where more was expected
	| "no randomness";

export class TransportError extends Error {
	readonly reason: TransportReason;
	constructor(reason: TransportReason) {
		super(reason);
		this.reason = reason;
	}
}
