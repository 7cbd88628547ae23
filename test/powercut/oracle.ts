// What a device must make of its flash, from firmware/DESIGN.md §3 alone: nothing of firmware/ is imported here. A
// record is known by its bytes: whatever a DL key has signed is in the list of what was issued, and nothing else
// verifies.

const BLOCK_LENGTH = 4096;
const MARK = [0x6d, 0x61, 0x72, 0x6b];
const LARGEST_JUMP = 256;

/** A CA information that was signed. */
export interface Issued {
	generation: number;
	bytes: Uint8Array;
	/** Which CA's key it brings: the same letter, the same key. */
	ca: string;
	/** Key 5. */
	revokes: boolean;
}

/** One copy: what was issued, or why it does not count. "unusable": signed, but not for this firmware. */
export type CopyView = Issued | "blank" | "bad" | "unusable";

/** What a device trusts. */
export interface Trust {
	current: Issued;
	next?: Issued;
}

/** The two copies of a partition's image. `unusable`: records that were signed for another firmware. */
export function look(image: Uint8Array, issued: readonly Issued[], unusable: readonly Uint8Array[] = []): CopyView[] {
	return [0, 1].map(block =>
		lookAtCopy(image.subarray(block * BLOCK_LENGTH, (block + 1) * BLOCK_LENGTH), issued, unusable),
	);
}

function lookAtCopy(block: Uint8Array, issued: readonly Issued[], unusable: readonly Uint8Array[]): CopyView {
	const marked = MARK.every((byte, i) => block[BLOCK_LENGTH - 4 + i] === byte);
	if (marked) {
		const known = issued.find(({ bytes }) => startsWith(block, bytes));
		return known ?? (unusable.some(bytes => startsWith(block, bytes)) ? "unusable" : "bad");
	}
	for (const word of new Uint32Array(block.buffer, block.byteOffset, BLOCK_LENGTH / 4))
		if (word !== 0xffff_ffff) return "bad";
	return "blank";
}

function startsWith(block: Uint8Array, bytes: Uint8Array): boolean {
	for (let i = 0; i < bytes.length; i++) if (block[i] !== bytes[i]) return false;
	return true;
}

/** "A slot is full if it has a valid copy"; of two that differ the higher generation is the slot's. */
export function contentOf(copies: readonly CopyView[]): Issued | undefined {
	const valid = copies.filter(copy => typeof copy === "object");
	const higher = (best: Issued | undefined, copy: Issued) => (best && best.generation >= copy.generation ? best : copy);
	return valid.reduce<Issued | undefined>(higher, undefined);
}

/** What the slots say, before anything is repaired. */
export function select(ca0: readonly CopyView[], ca1: readonly CopyView[]): Partial<Trust> {
	const a = contentOf(ca0),
		b = contentOf(ca1);
	if (!a || !b) return { current: a ?? b };
	if (a.generation === b.generation) return { current: a };
	return a.generation < b.generation ? { current: a, next: b } : { current: b, next: a };
}

/** What a device trusts when it has booted with this flash and this factory CA information. */
export function afterBoot(found: Partial<Trust>, factory: Issued): Trust {
	let { current, next } = found;
	if (!current) return { current: factory };
	if (next && countsAtOnce(next, current)) {
		current = next;
		next = undefined;
	}
	return offered(factory, { current, next }) ?? { current, next };
}

/** What a device trusts after it was offered `candidate`; undefined: it refuses it, or has it. */
export function offered(candidate: Issued, { current, next }: Trust, factory?: Issued): Trust | undefined {
	const highest = Math.max(current.generation, next?.generation ?? 0, factory?.generation ?? 0);
	if (candidate.generation <= highest || candidate.generation > highest + LARGEST_JUMP) return undefined;
	return countsAtOnce(candidate, current) ? { current: candidate } : { current, next: candidate };
}

/** The same public key as current's, or key 5: promoted as soon as it is stored. */
function countsAtOnce(candidate: Issued, current: Issued): boolean {
	return candidate.revokes || candidate.ca === current.ca;
}

/** Both copies whole and the same, or both erased; what another firmware can use stays as it was. */
export function isSound(copies: readonly CopyView[]): boolean {
	return copies.includes("unusable") || (copies[0] === copies[1] && copies[0] !== "bad");
}

export function describe({ current, next }: Partial<Trust>): string {
	return `${current?.generation ?? "-"} ${next?.generation ?? "-"}`;
}
