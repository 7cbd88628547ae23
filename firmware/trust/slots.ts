// Two CA information slots on NOR flash (../DESIGN.md §3, "State is content"): read, select, repair, store next,
// promote. Nothing stands beside the slots that says which is which: that follows from what they hold.
//
// Each slot is a partition of two blocks, and each block holds one whole copy: the record from offset 0, erased flash
// after it, and in the last word the copy's mark. A copy counts only if its record verifies and its mark is set. The
// mark is set after the record was read back and revoked before the block is erased, so nothing that a power cut
// leaves, a record programmed or erased by half, ever counts.
//
// Each block is read once, at boot; only that is judged, and only that is written back. What is programmed or erased is
// read back, because some chips fail without a word; one block that fails is borne, since its twin is enough to go on.

import { DecodeError } from "../cbor.js";
import type { Flash } from "../ports.js";
import { CertificateError } from "../x509/certificate.js";
import { type Fleet, MAXIMUM_LENGTH, measureCaInformation, VerifiedCaInformation } from "./ca-information.js";
import { type Acceptance, equalBytes, judge, needsNoProof, type TrustedCa } from "./trusted-ca.js";

/** Why a slot could not be written. What it held before may be gone; the other slot was not touched. */
export class FlashError extends Error {
	readonly reason: FlashReason;
	constructor(reason: FlashReason) {
		super(reason);
		this.reason = reason;
	}
}
export type FlashReason =
	| "flash cannot be read"
	| "flash cannot be programmed" // what was read back differs, or the driver failed
	| "flash cannot be erased"
	| "flash is held for another firmware"; // signed CA information that this one cannot use

/** What was mended at boot. */
export type Repair = "copy rewritten" | "damaged slot erased" | "promotion finished" | "factory CA information stored";

export const SLOT_LENGTH = 8192; // bytes of a partition
const BLOCK_LENGTH = 4096;
const MARK_OFFSET = BLOCK_LENGTH - 4;
const MARK = Uint8Array.of(0x6d, 0x61, 0x72, 0x6b); // "mark"
const REVOKED = new Uint8Array(4);
const COPIES = Object.freeze([0, 1] as const); // block numbers
const MAXIMUM_PROMOTIONS = 4; // failed ones, of one next: each authentication would wear the flash

/** One block, as it was read. */
type Copy =
	| { is: "valid"; information: VerifiedCaInformation }
	| { is: "unusable" } // signed and marked, but not for this firmware: another one may be able to use it
	| { is: "unreadable" }
	| { is: "blank" }
	| { is: "damaged" };

/** One partition, as it was read, and as it was written since. */
interface Slot {
	readonly flash: Flash;
	readonly copies: Copy[];
}

export class Slots implements TrustedCa {
	readonly #slots: [Slot, Slot];
	readonly #fleet: Fleet;
	readonly #factory: VerifiedCaInformation;
	#failedPromotions = 0;

	/** Reads both slots and selects. Writes nothing: `repair` does. `flash`: the partitions `ca0` and `ca1`. */
	constructor(flash: readonly [Flash, Flash], factory: VerifiedCaInformation, fleet: Fleet) {
		for (const partition of flash) {
			const { size, blockLength } = partition.status();
			if (size !== SLOT_LENGTH || blockLength !== BLOCK_LENGTH)
				throw new RangeError(`expected a partition of two ${BLOCK_LENGTH}-byte blocks, got ${size} bytes`);
		}
		this.#fleet = fleet;
		this.#factory = factory;
		this.#slots = [this.#read(flash[0]), this.#read(flash[1])];
	}

	/** The full slot with the lower generation; without any, the firmware's own copy of the factory CA information. */
	get current(): VerifiedCaInformation {
		const slot = this.#current;
		return (slot && content(slot)) ?? this.#factory;
	}

	/** The other full slot. */
	get next(): VerifiedCaInformation | undefined {
		return this.#next && content(this.#next);
	}

	/** Is current on flash? If not, it is the firmware's copy, and flash could not be read or written. */
	get stored(): boolean {
		return this.#current !== undefined;
	}

	/**
	 * What boot does before any connection: makes both copies of each full slot sound, erases what is neither valid nor
	 * blank, finishes a promotion that no server has to justify, and offers the factory CA information by the same rule
	 * as a download. `report` hears of each repair, and of what flash refused to do; nothing is thrown for that.
	 */
	repair(report: (done: Repair | FlashReason, information?: VerifiedCaInformation) => void): void {
		const attempt = (done: Repair, information: VerifiedCaInformation | undefined, write: () => void) => {
			try {
				write();
				report(done, information);
			} catch (error) {
				report(flashFailure(error).reason, information);
			}
		};
		for (const slot of this.#slots) {
			const information = content(slot);
			if (information) {
				const ill = COPIES.filter(i => mayRewrite(slot.copies[i]) && !holds(slot.copies[i], information));
				if (ill.length > 0) attempt("copy rewritten", information, () => mend(slot, ill, information));
			} else if (!isBlank(slot) && slot.copies.every(isWorthless)) {
				attempt("damaged slot erased", undefined, () => erase(slot));
			}
		}
		if (this.#promotionIsDue) attempt("promotion finished", this.next, () => this.promote());
		if (this.#current) this.#offerFactory(attempt);
		else attempt("factory CA information stored", this.#factory, () => this.#storeFactory());
	}

	/**
	 * As current: only where nothing that cannot be used now would come back beside it. One unreadable copy alone is no
	 * such thing: a full slot has two.
	 */
	#storeFactory(): void {
		for (const { copies } of this.#slots) {
			if (copies.some(copy => copy.is === "unusable")) throw new FlashError("flash is held for another firmware");
			if (copies.every(copy => copy.is === "unreadable")) throw new FlashError("flash cannot be read");
		}
		const [a, b] = this.#slots;
		write(isBlank(a) || !isBlank(b) ? a : b, this.#factory);
	}

	/** A newer firmware may bring a newer CA than the device has seen. */
	#offerFactory(attempt: (done: Repair, information: VerifiedCaInformation, write: () => void) => void): void {
		if (this.#factory.generation <= Math.max(this.current.generation, this.next?.generation ?? 0)) return;
		let acceptance: Acceptance;
		try {
			acceptance = judge(this.#factory, this, 0);
		} catch (error) {
			if (error instanceof DecodeError) return; // too far ahead: as a download would be
			throw error;
		}
		attempt("factory CA information stored", this.#factory, () => this.#keep(this.#factory, acceptance));
	}

	/**
	 * Verifies one downloaded CA information and stores it if the rules accept it. Returns `same` if a slot holds just
	 * these bytes (nothing is written), `stored`, or `promoted` if it became current at once. Throws DecodeError or
	 * CertificateError for what is refused (nothing is written), FlashError for what could not be stored.
	 */
	accept(bytes: Uint8Array): { outcome: "same" | "stored" | "promoted"; information: VerifiedCaInformation } {
		const information = VerifiedCaInformation.read(bytes, this.#fleet);
		const acceptance = judge(information, this, this.#factory.generation);
		if (this.#promotionIsDue) this.promote(); // flash refused it when it was stored
		if (acceptance === "same") return { outcome: "same", information };
		this.#keep(information, acceptance);
		return { outcome: acceptance === "promote" ? "promoted" : "stored", information };
	}

	/**
	 * Next becomes current. Both its copies are written afresh, then the marks of the lower slot are revoked (the second
	 * one is the commit), then that slot is erased. Throws RangeError if next is empty, FlashError if flash fails: then
	 * everything is as flash holds it, and after a few failures it is not tried again before the next boot.
	 */
	promote(): void {
		const lower = this.#current,
			next = this.#next,
			information = next && content(next);
		if (!lower || !next || !information) throw new RangeError("expected a next CA information, got none");
		if (this.#failedPromotions === MAXIMUM_PROMOTIONS) throw new FlashError("flash cannot be programmed");
		try {
			write(next, information);
			retire(lower, information);
		} catch (error) {
			this.#failedPromotions++;
			throw error;
		}
	}

	/** Writes `information` into the slot that is not current, and promotes it if it is accepted so. */
	#keep(information: VerifiedCaInformation, acceptance: Acceptance): void {
		// Next alone on flash would be current at the next boot, proved by no server: current has to be there first.
		if (!this.#current) this.#storeFactory();
		const [a, b] = this.#slots;
		write(a === this.#current ? b : a, information);
		this.#failedPromotions = 0;
		if (acceptance === "promote") this.promote();
	}

	/** Was next stored to be promoted at once, and the power or the flash failed in between? */
	get #promotionIsDue(): boolean {
		const { next } = this;
		return next !== undefined && needsNoProof(next, this.current);
	}

	get #current(): Slot | undefined {
		return this.#full()[0];
	}

	get #next(): Slot | undefined {
		return this.#full()[1];
	}

	/**
	 * The full slots, the lower generation first. Of two equal ones `ca0` counts alone, or the one with a copy that
	 * could not be retired: while it is left alone, nothing older can show.
	 */
	#full(): Slot[] {
		const [a, b] = this.#slots;
		const x = content(a),
			y = content(b);
		if (!x || !y) return x ? [a] : y ? [b] : [];
		if (x.generation === y.generation) return b.copies.some(copy => copy.is === "valid" && !holds(copy, y)) ? [b] : [a];
		return x.generation < y.generation ? [a, b] : [b, a];
	}

	#read(flash: Flash): Slot {
		const first = this.#readCopy(flash, 0, undefined);
		const copies = [first, this.#readCopy(flash, 1, first)];
		return { flash, copies };
	}

	#readCopy(flash: Flash, block: number, twin: Copy | undefined): Copy {
		let record: Uint8Array, mark: Uint8Array;
		try {
			record = readBlock(flash, block, 0, MAXIMUM_LENGTH);
			mark = readBlock(flash, block, MARK_OFFSET, MARK.length);
			if (!equalBytes(mark, MARK)) return isErased(flash, block) ? { is: "blank" } : { is: "damaged" };
		} catch {
			return { is: "unreadable" };
		}
		const length = measureCaInformation(record);
		if (length === undefined) return { is: "damaged" };
		const bytes = record.subarray(0, length);
		if (twin?.is === "valid" && equalBytes(bytes, twin.information.bytes)) return twin; // verified a moment ago
		try {
			return { is: "valid", information: VerifiedCaInformation.read(bytes, this.#fleet) };
		} catch (error) {
			if (error instanceof DecodeError && error.reason === "bad signature") return { is: "damaged" };
			if (error instanceof DecodeError || error instanceof CertificateError) return { is: "unusable" };
			throw error;
		}
	}
}

/** What a slot holds. A store that was cut leaves two valid copies that differ: the higher generation is the slot's. */
function content(slot: Slot): VerifiedCaInformation | undefined {
	let information: VerifiedCaInformation | undefined;
	for (const copy of slot.copies)
		if (copy.is === "valid" && !(information && information.generation >= copy.information.generation))
			information = copy.information;
	return information;
}

function holds(copy: Copy, information: VerifiedCaInformation): boolean {
	return copy.is === "valid" && equalBytes(copy.information.bytes, information.bytes);
}

function isBlank(slot: Slot): boolean {
	return slot.copies.every(copy => copy.is === "blank");
}

/** Read, judged, and nothing that counts. */
function isWorthless(copy: Copy): boolean {
	return copy.is === "blank" || copy.is === "damaged";
}

/** A read error never causes an erase; what another firmware can use is left to it. */
function mayRewrite(copy: Copy): boolean {
	return copy.is !== "unreadable" && copy.is !== "unusable";
}

/** Both copies, one after the other: a cut in between leaves what the slot held, or what it will hold. */
function write(slot: Slot, information: VerifiedCaInformation): void {
	const failures = tryEach(COPIES, i => writeCopy(slot, i, information));
	if (failures.length === COPIES.length) throw failures[0];
}

/** The copies `ill` anew, from memory. The sound one's mark, which a cut may have weakened, is set again first. */
function mend(slot: Slot, ill: readonly number[], information: VerifiedCaInformation): void {
	const sound = COPIES.filter(i => holds(slot.copies[i], information));
	const failures = tryEach(sound, i => setMark(slot.flash, i));
	failures.push(...tryEach(ill, i => writeCopy(slot, i, information)));
	if (failures.length > 0) throw failures[0];
}

/** What is left of a slot that counts no more. */
function erase(slot: Slot): void {
	const failures = tryEach(COPIES, i => {
		if (slot.copies[i].is !== "blank") eraseCopy(slot, i);
	});
	if (failures.length > 0) throw failures[0];
}

/**
 * Both marks of a promotion's lower slot are revoked, then its copies are erased. Where one mark stands against all
 * attempts, or its block cannot be read, the other copy takes `successor`: the higher generation is the slot's.
 */
function retire(slot: Slot, successor: VerifiedCaInformation): void {
	const failures = tryEach(COPIES, i => revoke(slot, i));
	if (failures.length === COPIES.length) throw failures[0];
	if (failures.length > 0) writeCopy(slot, COPIES.find(i => slot.copies[i].is === "damaged")!, successor);
	else tryEach(COPIES, i => eraseCopy(slot, i)); // if that fails, the next boot tries, and reports
}

/** Does `step` for each copy, whatever became of the other; gives the failures. */
function tryEach(copies: readonly number[], step: (i: number) => void): FlashError[] {
	const failures: FlashError[] = [];
	for (const i of copies) {
		try {
			step(i);
		} catch (error) {
			failures.push(flashFailure(error));
		}
	}
	return failures;
}

/** Erase, program the record, read it back, set the mark. */
function writeCopy(slot: Slot, i: number, information: VerifiedCaInformation): void {
	eraseCopy(slot, i);
	const { bytes } = information;
	const words = new Uint8Array(Math.ceil(bytes.length / 4) * 4).fill(0xff);
	words.set(bytes);
	slot.copies[i] = { is: "damaged" };
	program(slot.flash, i, 0, words);
	setMark(slot.flash, i);
	slot.copies[i] = { is: "valid", information };
}

function eraseCopy(slot: Slot, i: number): void {
	revoke(slot, i);
	eraseBlock(slot.flash, i);
	slot.copies[i] = { is: "blank" };
}

/** From here on the copy does not count: some bit of the mark is cleared that the mark has set. */
function revoke({ flash, copies }: Slot, i: number): void {
	let mark: Uint8Array;
	try {
		flash.write(REVOKED, i * BLOCK_LENGTH + MARK_OFFSET);
	} catch {
		// what was read back decides
	}
	try {
		mark = readBlock(flash, i, MARK_OFFSET, MARK.length);
	} catch {
		throw new FlashError("flash cannot be read");
	}
	if (equalBytes(mark, MARK)) throw new FlashError("flash cannot be programmed");
	copies[i] = { is: "damaged" };
}

function setMark(flash: Flash, block: number): void {
	program(flash, block, MARK_OFFSET, MARK);
}

/** Programs and reads back. */
function program(flash: Flash, block: number, offset: number, words: Uint8Array): void {
	let programmed: Uint8Array;
	try {
		flash.write(words, block * BLOCK_LENGTH + offset);
		programmed = readBlock(flash, block, offset, words.length);
	} catch {
		throw new FlashError("flash cannot be programmed");
	}
	if (!equalBytes(programmed, words)) throw new FlashError("flash cannot be programmed");
}

/** Erases and reads back. */
function eraseBlock(flash: Flash, block: number): void {
	let erased: boolean;
	try {
		flash.eraseBlock(block);
		erased = isErased(flash, block);
	} catch {
		throw new FlashError("flash cannot be erased");
	}
	if (!erased) throw new FlashError("flash cannot be erased");
}

function isErased(flash: Flash, block: number): boolean {
	const words = 128; // at a time: a device's memory is small
	for (let offset = 0; offset < BLOCK_LENGTH; offset += 4 * words) {
		const part = new Int32Array(flash.read(4 * words, block * BLOCK_LENGTH + offset));
		for (let i = 0; i < words; i++) if (part[i] !== -1) return false; // as unsigned it would be a float to XS
	}
	return true;
}

function readBlock(flash: Flash, block: number, offset: number, length: number): Uint8Array {
	return new Uint8Array(flash.read(length, block * BLOCK_LENGTH + offset));
}

/** `error` if it is the flash's; a mistake of ours goes on. */
function flashFailure(error: unknown): FlashError {
	if (error instanceof FlashError) return error;
	throw error;
}
