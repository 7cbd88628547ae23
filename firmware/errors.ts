// The two kinds of errors that a device meets and goes on from (DESIGN.md §1): what came was refused, or it could not be
// got. Each has a literal reason. Everything else that is thrown is a mistake of ours.

/** Somebody's bytes are bad, or prove nothing: what is held is kept, and the connection is closed. */
export class RefusedError<Reason extends string = string> extends Error {
	readonly reason: Reason;

	constructor(reason: Reason) {
		super(reason);
		this.reason = reason;
	}
}

/** What was asked for could not be got, or flash would not take it: nothing is lost, and it is tried again later. */
export class UnavailableError<Reason extends string = string> extends Error {
	readonly reason: Reason;

	constructor(reason: Reason) {
		super(reason);
		this.reason = reason;
	}
}

/** The literal reason of either kind; of a mistake of ours, what the engine says. */
export function reasonOf(error: unknown): string {
	return error instanceof RefusedError || error instanceof UnavailableError ? error.reason : String(error);
}
