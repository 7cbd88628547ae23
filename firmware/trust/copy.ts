// One copy of a CA information on one block of NOR flash (../DESIGN.md §3, "State is content"; FORMAT.md): the record from
// offset 0, erased flash after it, and in the last 48 bytes its length and CRC-32, the proved mark, the stored mark.
//
// A copy counts only if its stored mark is set, and that is set last and revoked first: nothing that a power cut leaves,
// a record programmed or erased by half, ever counts. What is programmed or erased is read back, because some chips fail
// without a word. Which copy is to be written when is slots.ts's.

import { areAll, copyBytes, crc32, equalBytes } from "../bytes.js";
import { DecodeError } from "../cbor.js";
import { UnavailableError } from "../errors.js";
import { literal } from "../literals.js";
import type { Flash } from "../ports.js";
import { CertificateError } from "../x509/certificate.js";
import { type Fleet, MAXIMUM_LENGTH, readForeignGeneration, VerifiedCaInformation } from "./ca-information.js";

/** Why a copy could not be written. What it held before may be gone. */
export class FlashError extends UnavailableError<FlashReason> {}
export type FlashReason =
	| "flash cannot be read"
	| "flash cannot be programmed" // what was read back differs, or the driver failed
	| "flash cannot be erased"
	| "flash holds another firmware's CA"; // which has proved itself: it is left alone

/** What a block was found to hold. */
export type CopyState =
	/** `marked`: its marks were programmed in this boot, so they are no weak ones that a cut has left. */
	| { is: "valid"; information: VerifiedCaInformation; proved: boolean; marked: boolean }
	/** Whole, but not for this firmware. With a generation: a DL key that it knows has signed it. */
	| { is: "foreign"; proved: boolean; generation?: number; follows?: number }
	| { is: "unreadable" } // flash gave an error at each attempt
	| { is: "blank" }
	| { is: "damaged" }; // anything else

export const BLOCK_LENGTH = 4096; // bytes
const MEASURE_OFFSET = BLOCK_LENGTH - 48, // length and CRC-32 of the record
	PROVED_OFFSET = BLOCK_LENGTH - 32,
	STORED_OFFSET = BLOCK_LENGTH - 16;
const MEASURE_LENGTH = 8;
const PROVED = literal("baton: proved CA"),
	STORED = literal("baton: stored CA"); // 16 bytes each
const REVOKED = new Uint8Array(16);
const ATTEMPTS = 3; // to read

const UNREADABLE: CopyState = Object.freeze({ is: "unreadable" }),
	BLANK: CopyState = Object.freeze({ is: "blank" }),
	DAMAGED: CopyState = Object.freeze({ is: "damaged" });

export class Copy {
	#state: CopyState = UNREADABLE;
	readonly #flash: Flash | undefined;
	readonly #start: number;
	readonly #block: number;

	/** `flash` undefined: there is no such partition. Nothing is read before `read`. */
	constructor(flash: Flash | undefined, block: number) {
		this.#flash = flash;
		this.#block = block;
		this.#start = block * BLOCK_LENGTH;
	}

	get state(): CopyState {
		return this.#state;
	}

	/** Reads and judges the block. `twin`: the other copy of this slot; what it holds need not be verified again. */
	read(fleet: Fleet, twin?: Copy): void {
		let failed = false;
		for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
			try {
				this.#state = this.#judge(fleet, twin?.state);
				if (this.#state.is !== "damaged") return; // what is damaged may have been misread
			} catch (error) {
				if (!(error instanceof FlashError)) throw error;
				failed = true;
			}
		}
		if (failed) this.#state = UNREADABLE;
	}

	/** Revokes, erases, programs the record, its measure and its marks, each read back. Throws FlashError. */
	write(information: VerifiedCaInformation, proved: boolean): void {
		this.erase();
		this.#state = DAMAGED;
		const { bytes } = information;
		const words = new Uint8Array((bytes.length + 3) & ~3).fill(0xff);
		copyBytes(words, 0, bytes);
		this.#program(0, words);
		this.#program(MEASURE_OFFSET, measure(bytes));
		if (proved) this.#program(PROVED_OFFSET, PROVED);
		this.#program(STORED_OFFSET, STORED);
		this.#state = { is: "valid", information, proved, marked: true };
	}

	/**
	 * Programs the marks of a valid copy, which a cut may have left weak. Throws FlashError; the copy is then as it was
	 * found, since some flash takes each word once.
	 */
	mark(proved: boolean): void {
		const state = this.#state;
		if (state.is !== "valid") throw new RangeError(`expected a valid copy, got a ${state.is} one`);
		if (proved) {
			const held = this.#read(PROVED_OFFSET, PROVED.length);
			if (PROVED.some((byte, i) => (byte & held[i]) !== byte)) throw new FlashError("flash cannot be programmed"); // rotten
			this.#program(PROVED_OFFSET, PROVED);
		}
		this.#program(STORED_OFFSET, STORED);
		this.#state = { ...state, proved: state.proved || proved, marked: true };
	}

	/** Erases the block. The stored mark is revoked first, so that a power cut leaves nothing that counts. Throws FlashError. */
	erase(): void {
		this.#revoke();
		let isErased: boolean;
		try {
			this.#flash!.eraseBlock(this.#block);
			isErased = this.#isErased();
		} catch {
			throw new FlashError("flash cannot be erased");
		}
		if (!isErased) throw new FlashError("flash cannot be erased");
		this.#state = BLANK;
	}

	/** From here on the copy does not count: some bit of the stored mark is cleared that the mark has set. */
	#revoke(): void {
		try {
			this.#flash!.write(REVOKED, this.#start + STORED_OFFSET);
		} catch {
			// ignored: the read-back below decides
		}
		if (equalBytes(this.#read(STORED_OFFSET, STORED.length), STORED))
			throw new FlashError("flash cannot be programmed");
		this.#state = DAMAGED;
	}

	#judge(fleet: Fleet, twin: CopyState | undefined): CopyState {
		const trailer = this.#read(MEASURE_OFFSET, BLOCK_LENGTH - MEASURE_OFFSET);
		const line = trailer.subarray(STORED_OFFSET - MEASURE_OFFSET);
		if (!equalBytes(line, STORED)) return areAll(line, 0xff) && this.#isErased() ? BLANK : DAMAGED;
		const length = new DataView(trailer.buffer).getUint32(0, true);
		if (length > MAXIMUM_LENGTH) return DAMAGED;
		const bytes = this.#read(0, length);
		const proved = equalBytes(trailer.subarray(PROVED_OFFSET - MEASURE_OFFSET, STORED_OFFSET - MEASURE_OFFSET), PROVED);
		if (!equalBytes(trailer.subarray(0, MEASURE_LENGTH), measure(bytes))) return DAMAGED;
		if (twin?.is === "valid" && equalBytes(bytes, twin.information.bytes)) return { ...twin, proved, marked: false };
		try {
			return { is: "valid", information: VerifiedCaInformation.verify(bytes, fleet), proved, marked: false };
		} catch (error) {
			if (!(error instanceof DecodeError || error instanceof CertificateError)) throw error;
			return { is: "foreign", proved, ...readForeignGeneration(bytes, fleet) };
		}
	}

	/** Programs and reads back. */
	#program(offset: number, words: Uint8Array): void {
		let programmed: Uint8Array;
		try {
			this.#flash!.write(words, this.#start + offset);
			programmed = this.#read(offset, words.length);
		} catch {
			throw new FlashError("flash cannot be programmed");
		}
		if (!equalBytes(programmed, words)) throw new FlashError("flash cannot be programmed");
	}

	#read(offset: number, length: number): Uint8Array {
		try {
			return new Uint8Array(this.#flash!.read(length, this.#start + offset));
		} catch {
			throw new FlashError("flash cannot be read");
		}
	}

	#isErased(): boolean {
		const part = 1024; // bytes at a time: a device's memory is small
		for (let offset = 0; offset < BLOCK_LENGTH; offset += part)
			if (!areAll(this.#read(offset, part), 0xff)) return false;
		return true;
	}
}

/** The length of a record, and the CRC-32 of the record and that length, little-endian: 8 bytes. */
function measure(record: Uint8Array): Uint8Array {
	const line = new Uint8Array(MEASURE_LENGTH);
	const view = new DataView(line.buffer);
	view.setUint32(0, record.length, true);
	view.setInt32(4, crc32(line.subarray(0, 4), crc32(record)), true);
	return line;
}
