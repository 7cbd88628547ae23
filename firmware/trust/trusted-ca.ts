// The pure rules of what may replace what (../DESIGN.md §3, "Acceptance"): no flash, no network. They take only
// verified CA information.
//
// For example, a device holds A (generation 1) as current and B (2, which follows 1) as next. What becomes of
//   B once more                                      same: nothing is written (rule 1)
//   A once more under generation 2                   refused, "equal generation" (rule 2)
//   C (3, follows 1) from an address of A's          stored, in B's place (rule 6)
//   C (3, follows 2) from there                      held: only B may take A's place before it (rule 6)
//   C (3, follows 1) from an address of B's          held: a handshake by next proves nothing (rule 5)
//   C (3, follows 2) with key 5, "revokes"           promoted at once (rule 4)
//   A again (3), with another address                promoted at once: the same CA, above next (rule 4)
// Once C (3) is current, B again under generation 4, following 1, is taken from C's https addresses alone: whoever has
// stolen A's key could bring it by any other way (rule 3).

import { equalBytes } from "../bytes.js";
import { DecodeError } from "../cbor.js";
import { isSameAuthority } from "../x509/path.js";
import type { VerifiedCaInformation } from "./ca-information.js";

export type AcceptanceReason =
	| "older generation" // lower than one that the device holds, or than the factory's, and not the one that next follows
	| "equal generation" // as one that the device holds, with another payload
	| "signed by a retired key"
	| "follows a former CA"; // rule 3: only current's own https addresses may bring that

/** What the device trusts, and what bounds it. */
export interface TrustedCa {
	/** What stands as current: a slot's, or what was proved and flash would not take, or the factory's by its rule. */
	readonly current?: VerifiedCaInformation;
	readonly next?: VerifiedCaInformation;
	readonly candidate?: VerifiedCaInformation;
	readonly factoryGeneration: number;
	/** The highest generation of what is proved in a slot, and not for this firmware; 0 if there is none. */
	readonly floor: number;
}

/**
 * How CA information came. `current`: from an https address of current's, which has authenticated itself by current.
 * `offer`: in any other way to current, an `http:` mirror of its included. `other`: from the addresses of next or of the
 * factory, whose handshake proves nothing.
 */
export type Way = "current" | "offer" | "other";

/** `same`: it says what the device holds. `promote`: it is current at once. `store`: as next. `hold`: as candidate. */
export type Verdict = "same" | "promote" | "store" | "hold";

/** What becomes of `given`. Throws DecodeError<AcceptanceReason>. The numbers are those of ../DESIGN.md §3. */
export function judge(given: VerifiedCaInformation, held: TrustedCa, way: Way): Verdict {
	const { current, next, candidate, factoryGeneration, floor } = held;
	// 1
	if ([current, next, candidate].some(each => each && isSame(given, each))) return "same";
	if (given.isRetired) refuse("signed by a retired key");
	// 2
	const { generation, follows } = given;
	const isMissingLink = next !== undefined && generation === next.follows;
	const least = Math.max(current?.generation ?? 0, floor, isMissingLink ? 0 : (next?.generation ?? 0));
	if (generation < least || generation < factoryGeneration) refuse("older generation");
	if (generation === least) refuse("equal generation");
	// 3
	const isCurrents = current !== undefined && isSameAuthority(given.anchor, current.anchor);
	if (way !== "current" && current && follows < current.generation && !isCurrents) refuse("follows a former CA");
	// 4
	if (given.revokes || (isCurrents && !isMissingLink)) return "promote";
	// 5
	if (isMissingLink || way === "other") return "hold";
	// 6
	return !next || (current && follows === current.generation) ? "store" : "hold";
}

/** Whether `next` becomes current without a server's proof. */
export function needsNoProof(next: VerifiedCaInformation, current: VerifiedCaInformation | undefined): boolean {
	return next.revokes || (current !== undefined && isSameAuthority(next.anchor, current.anchor));
}

/** Whether a candidate may stay once `promoted` is current. Without this a former CA's successor would come back. */
export function outlives(candidate: VerifiedCaInformation, promoted: VerifiedCaInformation): boolean {
	if (candidate.generation <= promoted.generation) return false;
	return candidate.follows >= promoted.generation || isSameAuthority(candidate.anchor, promoted.anchor);
}

/** Whether both say the same, whichever key has signed it. */
export function isSame(a: VerifiedCaInformation, b: VerifiedCaInformation): boolean {
	return equalBytes(a.payload, b.payload);
}

function refuse(reason: AcceptanceReason): never {
	throw new DecodeError(reason);
}
