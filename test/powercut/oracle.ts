// What a device must make of its flash, from the design alone (firmware/DESIGN.md §3): nothing of firmware/ is imported
// here. A record is known by its bytes: whatever a DL key has signed is in the list of what was issued, and nothing else
// verifies.

import { BLOCK_LENGTH, readCopyImage } from "../firmware/trust/copy-image.js";

/** A CA information that was signed. */
export interface Issued {
	generation: number;
	bytes: Uint8Array;
	/** Which CA it brings: the same letter, the same CA. */
	ca: string;
	/** Key 5. */
	revokes: boolean;
	/** The generation from which it takes over. */
	follows: number;
}

/** One copy: what was issued, or why it does not count. "foreign": whole, but not for this firmware. */
export type CopyView = { issued: Issued; proved: boolean } | { foreign: number; proved: boolean } | "blank" | "bad";

/** What a device trusts. `candidate`: an anchor of its own. */
export interface Trust {
	current?: Issued;
	next?: Issued;
	candidate?: Issued;
}

/** The two copies of a partition's image. `foreign`: records that were signed for another firmware, by generation. */
export function look(
	image: Uint8Array,
	issued: readonly Issued[],
	foreign: readonly { generation: number; bytes: Uint8Array }[] = [],
): CopyView[] {
	return [0, 1].map(block => {
		const copy = readCopyImage(image.subarray(block * BLOCK_LENGTH, (block + 1) * BLOCK_LENGTH));
		if (typeof copy === "string") return copy;
		if (!copy.stored) return "bad";
		const is = ({ bytes }: { bytes: Uint8Array }) =>
			bytes.length === copy.record.length && bytes.every((byte, i) => byte === copy.record[i]);
		const known = issued.find(is);
		if (known) return { issued: known, proved: copy.proved };
		return { foreign: foreign.find(is)?.generation ?? Infinity, proved: copy.proved };
	});
}

/** "A slot is full if it has a valid copy"; of two that differ a proved one, then the higher generation is the slot's. */
export function contentOf(copies: readonly CopyView[], above = 0): { issued: Issued; proved: boolean } | undefined {
	let best: { issued: Issued; proved: boolean } | undefined;
	for (const copy of copies)
		if (typeof copy === "object" && "issued" in copy && copy.issued.generation > above) {
			const isHigher = copy.issued.generation > (best?.issued.generation ?? 0);
			if (!best || (copy.proved !== best.proved ? copy.proved : isHigher)) best = copy;
		}
	return best;
}

/** What the slots say, before anything is repaired. */
export function select(ca0: readonly CopyView[], ca1: readonly CopyView[]): Trust {
	const full = [ca0, ca1].map(copies => ({ copies, content: contentOf(copies)! })).filter(({ content }) => content);
	full.sort((a, b) => b.content.issued.generation - a.content.issued.generation);
	const current = full.find(({ content }) => content.proved);
	if (current) {
		const { issued } = current.content;
		const other = current.copies === ca0 ? ca1 : ca0;
		return { current: issued, next: contentOf(other, issued.generation)?.issued };
	}
	const [highest, lower] = full.map(({ content }) => content.issued);
	return { next: highest, candidate: lower && highest.follows === lower.generation ? lower : undefined };
}

/** What a device trusts when it has booted with this flash and this factory CA information. */
export function afterBoot(copies: readonly CopyView[], factory: Issued): Trust {
	let { current, next, candidate } = select(copies.slice(0, 2), copies.slice(2));
	if (next && countsAtOnce(next, current)) {
		current = next;
		next = candidate = undefined;
	}
	const foreign = copies.filter(copy => typeof copy === "object" && "foreign" in copy);
	if (!current && !foreign.some(({ proved }) => proved)) {
		const stands = next ? next.follows === factory.generation : foreign.length === 0;
		if (stands) return { current: factory, next };
	}
	const trust = { current, next, candidate };
	if (!current && !next) return trust;
	const floor = Math.max(0, ...foreign.map(copy => (copy.proved && copy.foreign < Infinity ? copy.foreign : 0)));
	const given = offered(factory, trust, { floor });
	if (!given || (given.candidate === factory && candidate)) return trust;
	if (given.next === factory && !isFree(copies, current)) return trust; // an anchor of its own, in no slot
	return given;
}

/** Whether something may be stored beside current: not over what another firmware has proved, unless current is above it. */
function isFree(copies: readonly CopyView[], current: Issued | undefined): boolean {
	const isCurrents = (slot: readonly CopyView[]) => contentOf(slot)?.issued === current;
	const other = [copies.slice(0, 2), copies.slice(2)].find(slot => !isCurrents(slot));
	return !other?.every(copy => {
		const isProvedForeign = typeof copy === "object" && "foreign" in copy && copy.proved;
		return isProvedForeign && copy.foreign >= (current?.generation ?? 0);
	});
}

/** What a device trusts after it was given `one`, by an address of current's or by offer; undefined: no change. */
export function offered(
	one: Issued,
	{ current, next, candidate }: Trust,
	{ floor = 0, byCurrent = false, factory }: { floor?: number; byCurrent?: boolean; factory?: Issued } = {},
): Trust | undefined {
	const { generation, follows } = one;
	const isMissing = next?.follows === generation;
	if (generation <= Math.max(current?.generation ?? 0, floor, isMissing ? 0 : (next?.generation ?? 0)))
		return undefined;
	if (generation < (factory?.generation ?? 0)) return undefined;
	const isCurrents = one.ca === current?.ca;
	if (!byCurrent && current && follows < current.generation && !isCurrents) return undefined;
	if (one.revokes || (isCurrents && !isMissing)) return { current: one, next: isMissing ? next : undefined };
	if (isMissing || (next && follows !== current?.generation)) return { current, next, candidate: one };
	return { current, next: one, candidate };
}

/** The same CA as current's, or key 5: promoted as soon as it is stored. */
function countsAtOnce(next: Issued, current: Issued | undefined): boolean {
	return next.revokes || next.ca === current?.ca;
}

/** A full slot has two whole copies that are the same, but for what is left alone for another firmware. */
export function isSound(copies: readonly CopyView[]): boolean {
	const content = contentOf(copies);
	return (
		!content ||
		copies.every(copy => {
			if (typeof copy === "string") return false;
			return "foreign" in copy ? copy.proved : copy.issued === content.issued && copy.proved === content.proved;
		})
	);
}

export function inWords(copies: readonly CopyView[]): string {
	return copies
		.map(copy => {
			if (typeof copy === "string") return copy;
			const what = "foreign" in copy ? `foreign ${copy.foreign}` : `${copy.issued.ca}${copy.issued.generation}`;
			return copy.proved ? `${what}, proved` : what;
		})
		.join(" and ");
}

export function describe({
	current,
	next,
}: {
	current?: { generation: number };
	next?: { generation: number };
}): string {
	return `${current?.generation ?? "-"} ${next?.generation ?? "-"}`;
}
