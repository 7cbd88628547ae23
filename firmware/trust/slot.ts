// A slot: the same record in two copies, and what of them counts (../DESIGN.md §3). Which slot is current, and which may be
// written, is slots.ts's.

import { equalBytes } from "../bytes.js";
import type { Flash } from "../ports.js";
import type { VerifiedCaInformation } from "./ca-information.js";
import { Copy, type CopyState, FlashError, type FlashReason } from "./copy.js";
import { isSame } from "./trusted-ca.js";

export type SlotName = "ca0" | "ca1";

export interface Slot {
	readonly name: SlotName;
	readonly copies: readonly [Copy, Copy];
}

/** What counts of a slot's copies. */
export interface Content {
	slot: Slot;
	information: VerifiedCaInformation;
	proved: boolean;
}

export function slotOn(name: SlotName, flash: Flash | undefined): Slot {
	return { name, copies: [new Copy(flash, 0), new Copy(flash, 1)] };
}

/**
 * Of copies that differ, a proved one comes first, then the higher generation; of one payload, the key in service.
 * `above`: those of this generation and below it are not looked at.
 */
export function contentOf(slot: Slot, above = 0): Content | undefined {
	const first = validAbove(slot.copies[0], above),
		second = validAbove(slot.copies[1], above);
	const chosen = second && (!first || comesBefore(second, first)) ? second : first;
	if (!chosen) return undefined;
	const { information } = chosen;
	return { slot, information, proved: slot.copies.some(copy => holdsProved(copy, information)) };
}

function validAbove({ state }: Copy, generation: number): Valid | undefined {
	return state.is === "valid" && state.information.generation > generation ? state : undefined;
}

function holdsProved({ state }: Copy, information: VerifiedCaInformation): boolean {
	return state.is === "valid" && state.proved && isSame(state.information, information);
}

/** Of two proved slots: the higher generation, then the one that flash takes marks in, then the one with more of them. */
export function comesFirst(a: Content, b: Content): boolean {
	if (generationOf(a) !== generationOf(b)) return generationOf(a) > generationOf(b);
	if (isMarked(a) !== isMarked(b)) return isMarked(a);
	return provedCopies(a).length >= provedCopies(b).length;
}

/** Whether flash has taken the marks of a proved copy in this boot. */
export function isMarked(content: Content): boolean {
	return provedCopies(content).some(({ state }) => state.is === "valid" && state.marked);
}

function provedCopies({ slot, information }: Content): Copy[] {
	return slot.copies.filter(copy => holdsProved(copy, information));
}

export function generationOf({ information }: Content): number {
	return information.generation;
}

type Valid = Extract<CopyState, { is: "valid" }>;

function comesBefore(a: Valid, b: Valid): boolean {
	if (isSame(a.information, b.information)) return b.information.isRetired && !a.information.isRetired;
	if (a.proved !== b.proved) return a.proved;
	return a.information.generation > b.information.generation;
}

/**
 * Both copies, one after the other: a cut in between leaves what the slot held, or what it will hold. The last valid
 * copy of a slot is not risked where its twin could not be written. A reason: no copy holds it now.
 */
export function writeSlot(
	slot: Slot,
	information: VerifiedCaInformation,
	proved: boolean,
	mayWrite: (copy: Copy) => boolean,
): FlashReason | undefined {
	let failed: FlashReason | undefined,
		written = false;
	for (const [i, copy] of slot.copies.entries()) {
		if (!mayWrite(copy)) {
			failed ??= copy.state.is === "unreadable" ? "flash cannot be read" : "flash holds another firmware's CA";
			continue;
		}
		const isLast = failed && copy.state.is === "valid" && slot.copies[1 - i].state.is !== "valid";
		const reason = attempt(() => {
			if (!isLast) copy.write(information, proved);
			else if (holds(copy, information)) copy.mark(proved);
			else throw new FlashError(failed!);
		});
		if (reason) failed ??= reason;
		else written = true;
	}
	return written ? undefined : failed;
}

/** Erases copy by copy. A slot with one blank copy thus tells that the promotion before it was complete. */
export function retireSlot(slot: Slot, mayWrite: (copy: Copy) => boolean): FlashReason | undefined {
	let failed: FlashReason | undefined;
	for (const copy of slot.copies) {
		if (copy.state.is === "blank" || !mayWrite(copy)) continue;
		failed = attempt(() => copy.erase()) ?? failed;
	}
	return failed;
}

/** Whether a valid copy holds exactly these bytes. */
export function holds({ state }: Copy, information: VerifiedCaInformation): boolean {
	return state.is === "valid" && equalBytes(state.information.bytes, information.bytes);
}

export function isHeldBy(slot: Slot, information: VerifiedCaInformation): boolean {
	const content = contentOf(slot);
	return content !== undefined && isSame(content.information, information);
}

/** It holds nothing valid, as far as it could be read, and some of it could not. */
export function isUnreadable(slot: Slot): boolean {
	return slot.copies.some(isUnreadableCopy) && !contentOf(slot);
}

export function isUnreadableCopy({ state }: Copy): boolean {
	return state.is === "unreadable";
}

export function isForeign({ state }: Copy): boolean {
	return state.is === "foreign";
}

export function isProved(state: CopyState): boolean {
	return (state.is === "valid" || state.is === "foreign") && state.proved;
}

/** Proved under another firmware, and known to be older than `generation`. */
export function isProvedBelow(state: CopyState, generation: number): boolean {
	return state.is === "foreign" && state.proved && (state.generation ?? Infinity) < generation;
}

/** What flash refuses; a mistake of ours goes on. */
export function attempt(step: () => void): FlashReason | undefined {
	try {
		step();
		return undefined;
	} catch (error) {
		return flashReason(error);
	}
}

export function flashReason(error: unknown): FlashReason {
	if (error instanceof FlashError) return error.reason;
	throw error;
}
