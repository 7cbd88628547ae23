// The pure rules of what may replace what (../DESIGN.md §3, "Acceptance"): no flash, no network. They take only
// verified CA information.

import { DecodeError } from "../cbor.js";
import type { VerifiedCaInformation } from "./ca-information.js";

export type AcceptanceReason =
	| "older generation" // lower than one that the device holds, or than the factory's
	| "equal generation" // as one that the device holds, with other bytes; or as the factory's
	| "generation too far ahead";

/** What the device holds: the full slots, the lower generation first. */
export interface TrustedCa {
	readonly current?: VerifiedCaInformation;
	readonly next?: VerifiedCaInformation;
}

/** `same`: one of the slots holds just these bytes. `promote`: store it, and make it current at once. */
export type Acceptance = "same" | "store" | "promote";

const MAXIMUM_JUMP = 256; // generations: a mistyped one must not end the fleet's numbering

/**
 * May `candidate` be stored? `factoryGeneration`: of the CA information built into the firmware; 0 when that itself is
 * the candidate. Throws DecodeError<AcceptanceReason>.
 */
export function judge(candidate: VerifiedCaInformation, held: TrustedCa, factoryGeneration: number): Acceptance {
	const { current, next } = held;
	if (sameBytes(candidate, current) || sameBytes(candidate, next)) return "same";
	const highest = Math.max(current?.generation ?? 0, next?.generation ?? 0, factoryGeneration);
	if (candidate.generation < highest) refuse("older generation");
	if (candidate.generation === highest) refuse("equal generation");
	if (highest > 0 && candidate.generation > highest + MAXIMUM_JUMP) refuse("generation too far ahead");
	return needsNoProof(candidate, current) ? "promote" : "store";
}

/** Does `candidate` count as soon as it is stored? Nothing has to be proved by a server before. */
export function needsNoProof(candidate: VerifiedCaInformation, current: VerifiedCaInformation | undefined): boolean {
	return candidate.revokes || (current !== undefined && sameKey(candidate, current));
}

/** The same CA, with another URL, say. */
function sameKey(candidate: VerifiedCaInformation, current: VerifiedCaInformation): boolean {
	const a = candidate.anchor.publicKey,
		b = current.anchor.publicKey;
	return a.algorithm === b.algorithm && equalBytes(a.bytes, b.bytes);
}

function sameBytes(candidate: VerifiedCaInformation, held: VerifiedCaInformation | undefined): boolean {
	return held !== undefined && equalBytes(candidate.bytes, held.bytes);
}

/** Of public data: not in constant time. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
	const { length } = a;
	if (length !== b.length) return false;
	for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
	return true;
}

function refuse(reason: AcceptanceReason): never {
	throw new DecodeError(reason);
}
