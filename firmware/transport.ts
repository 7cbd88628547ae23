// Errors of the network: nothing came, or not all of it. They say nothing about anybody's bytes.

import { UnavailableError } from "./errors.js";

export type TransportReason =
	| "name not resolved"
	| "connection refused" // or reset before it was established
	| "connect time-out"
	| "time-out" // the session's deadline passed after it was connected
	| "connection lost" // reset, or closed without close_notify where more was expected
	| "no randomness";

export class TransportError extends UnavailableError<TransportReason> {
	/** Nobody was there: the server is not in operation, or the network is not. */
	get isUnreachable(): boolean {
		const { reason } = this;
		return reason === "name not resolved" || reason === "connection refused" || reason === "connect time-out";
	}
}
