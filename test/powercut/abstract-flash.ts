// Flash as the model sees it: four copies, each in one of a few states, and what an operation, done or cut, makes of one.
//
// A copy is four characters: its kind, the record's name, its stored mark, its proved mark.
//   B---  blank       b---  reads blank, but the erase was cut     D---  does not count, and never will
//   r1mp  a record with its marks; q: on a block whose erase was cut, so that it reads well or not, anew at each boot
//   marks: -  not set   m  set   w  its setting was cut   y  its revocation was cut   x  spoilt
//          w and y read set or not, anew at each boot
//
// Marks have 16 bytes, so revoking one that was never set cannot pass through its pattern.

import type { Operation } from "../flash-emulator.js";
import { BLOCK_LENGTH } from "../flash-emulator.js";

export type Copy = string;
export const BLANK: Copy = "B---",
	HALF_ERASED: Copy = "b---",
	DEAD: Copy = "D---";

/** What a boot reads of a copy: `B-`, `D-`, `U-` (unreadable), or the record's name with p (proved), n, or x (spoilt). */
export type Reading = string;

export interface Step {
	kind: "revoke" | "erase" | "record" | "measure" | "proved" | "stored";
	/** 0, 1 in ca0; 2, 3 in ca1. */
	copy: number;
	/** Of a record. */
	name: string;
}

/** `nameOf`: which record these bytes are. */
export function stepOf(operation: Operation, nameOf: (record: Uint8Array) => string): Step {
	const base = operation.partition === "ca0" ? 0 : 2;
	if (operation.kind === "erase") return { kind: "erase", copy: base + operation.block, name: "" };
	const { bytes, offset } = operation;
	const copy = base + Math.floor(offset / BLOCK_LENGTH);
	switch (offset % BLOCK_LENGTH) {
		case 0:
			return { kind: "record", copy, name: nameOf(bytes) };
		case BLOCK_LENGTH - 48:
			return { kind: "measure", copy, name: "" };
		case BLOCK_LENGTH - 32:
			return { kind: "proved", copy, name: "" };
		default:
			return { kind: bytes.every(byte => byte === 0) ? "revoke" : "stored", copy, name: "" };
	}
}

export function isRecord(copy: Copy): boolean {
	return copy[0] === "r" || copy[0] === "q";
}

/** A record whose stored mark was never set, or is revoked, never counts again. */
export function settle(copy: Copy): Copy {
	return isRecord(copy) && copy[2] === "-" ? DEAD : copy;
}

/** What a step leaves that the power failed in. */
export function cutStep(copy: Copy, { kind }: Step): Copy[] {
	switch (kind) {
		case "revoke":
			return isRecord(copy) && copy[2] !== "-" ? [copy, marked(copy, 2, "y"), DEAD] : [copy, DEAD];
		case "erase":
			return copy === BLANK ? [BLANK, HALF_ERASED] : [copy, DEAD, HALF_ERASED, BLANK];
		case "record":
			return [copy, DEAD];
		case "measure":
			return [copy];
		case "proved":
			return setting(copy, 3);
		case "stored":
			return setting(copy, 2);
	}
}

/** What a step makes of a copy: one, or two where that depends on how the block was erased. */
export function doStep(copy: Copy, { kind, name }: Step): Copy[] {
	switch (kind) {
		case "revoke":
			return [DEAD];
		case "erase":
			return [BLANK];
		case "record":
			if (copy === BLANK) return [`r${name}--`];
			return copy === HALF_ERASED ? [`r${name}--`, `q${name}--`] : [DEAD];
		case "measure":
			return [copy];
		case "proved":
			return [setting(copy, 3).at(-1)!];
		case "stored":
			return [setting(copy, 2).at(-1)!];
	}
}

function setting(copy: Copy, at: 2 | 3): Copy[] {
	if (!isRecord(copy) || !"-w".includes(copy[at])) return [copy];
	return [copy, marked(copy, at, "w"), marked(copy, at, "m")];
}

function marked(copy: Copy, at: 2 | 3, mark: string): Copy {
	return copy.slice(0, at) + mark + copy.slice(at + 1);
}

/** What may have become of a copy that was sound: the whole of it has rotted away, or its proved mark. */
export function rotten(copy: Copy): Copy[] {
	if (!isRecord(copy)) return [];
	return copy[3] === "m" ? [DEAD, marked(copy, 3, "x")] : [DEAD];
}

/** Everything that a boot may read of four copies. */
export function readings(copies: readonly Copy[]): Reading[][] {
	let all: Reading[][] = [[]];
	for (const copy of copies) {
		const possible = readingsOf(copy);
		all = all.flatMap(before => possible.map(reading => [...before, reading]));
	}
	return all;
}

function readingsOf(copy: Copy): Reading[] {
	if (copy === BLANK || copy === HALF_ERASED) return ["B-"];
	if (copy === DEAD) return ["D-"];
	const [kind, name, stored, proved] = copy;
	const marks = proved === "m" ? ["p"] : proved === "w" ? ["p", "n"] : proved === "x" ? ["x"] : ["n"];
	const all = marks.map(mark => name + mark);
	return kind === "q" || stored !== "m" ? [...all, "D-"] : all;
}
