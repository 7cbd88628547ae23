// A flash chip with the rules of NOR behind the port that the boards provide, and with everything that goes wrong with
// real ones: power that fails in an operation, cells left between 0 and 1, blocks that wear out, reads that fail.
// Runs on every engine. It knows nothing of what is stored.

import type { Flash, Partition } from "../firmware/ports.js";
import { Dice } from "./dice.js";

export const BLOCK_LENGTH = 4096; // bytes
const PAGE_LENGTH = 256; // bytes: what a chip programs in one go
export const partitionNames = ["ca0", "ca1", "poll"] as const;
const sizes: Record<Partition, number> = { ca0: 2 * BLOCK_LENGTH, ca1: 2 * BLOCK_LENGTH, poll: BLOCK_LENGTH };

/** What changes flash. Counted from 0 since the last `powerOn`. */
export type Operation =
	| { kind: "program"; partition: Partition; offset: number; bytes: Uint8Array }
	| { kind: "erase"; partition: Partition; block: number };

/**
 * How far an operation got when the power failed. `amount`, 0 … 1, says how much of it was done. `unstable`: bits that
 * were being changed are left between 0 and 1, and read differently at each boot.
 */
export interface Tear {
	model: TearModel;
	amount: number;
	unstable: boolean;
}
export type TearModel =
	| "nothing" // the power failed just before; or the chip said "done" and had not begun
	| "prefix" // of the words; of an erase, of the bytes
	| "prefix and bits" // then some bits of the next word
	| "bits" // any of the bits that were to change
	| "pages" // whole pages, the last ones first
	| "words" // whole words, in any order
	| "zeroed"; // an erase that had only got to programming all bits to 0, as chips do first

export const programTears: readonly TearModel[] = ["nothing", "prefix", "prefix and bits", "bits", "pages", "words"];
export const eraseTears: readonly TearModel[] = ["nothing", "prefix", "bits", "pages", "zeroed"];

/** What a block does from now on. */
export type BlockFault =
	| "ignores" // programs and erases are reported done, and nothing changes
	| "ignores erase" // worn out: it still programs
	| "ignores program" // it still erases
	| "refuses" // programs and erases throw, and nothing changes
	| "refuses erase"
	| "unreadable"; // reads throw

/** What an operation does once. */
export type OperationFault = "ignores" | "half" | "refuses";

/** Every operation after the cut throws it: nothing reaches the flash any more. */
export class PowerCut extends Error {}

export interface Wear {
	erases: number; // of the block that was erased most
	programs: number; // operations
	bytes: number; // programmed
}

export class FlashEmulator {
	/** Since the last `powerOn`. */
	operations = 0;
	/** Reads that failed, since the last `powerOn`. */
	failedReads = 0;
	/** Called with each operation before it is done. */
	onOperation?: (operation: Operation, index: number) => void;
	readonly blockFaults = new Map<string, BlockFault>();
	/** By the operation's index since the last `powerOn`. */
	readonly operationFaults = new Map<number, OperationFault>();
	/** Asked at each read whether it fails. */
	readFails?: (partition: Partition, block: number) => boolean;
	#dice: Dice;
	#cut?: { at: number; tear: Tear };
	#off = false;
	#partitions: Record<Partition, Memory>;

	constructor(seed = 1) {
		this.#dice = new Dice(seed);
		this.#partitions = { ca0: new Memory(sizes.ca0), ca1: new Memory(sizes.ca1), poll: new Memory(sizes.poll) };
	}

	/** Whether the power was cut since the last `powerOn`. */
	get isOff(): boolean {
		return this.#off;
	}

	/** Programmed bytes that asked for a 1 where there was a 0: on NOR flash a mistake. Since it was made. */
	get impossiblePrograms(): number {
		return partitionNames.reduce((sum, name) => sum + this.#partitions[name].impossible, 0);
	}

	/** Another number: something in a partition may read otherwise than it did. */
	get changes(): number {
		return partitionNames.reduce((sum, name) => sum + this.#partitions[name].changes, 0);
	}

	/** The next boot: operations are counted anew, and unstable bits read as this boot will have them. */
	powerOn(): void {
		this.operations = this.failedReads = 0;
		this.operationFaults.clear();
		this.#cut = undefined;
		this.#off = false;
		for (const name of partitionNames) this.#partitions[name].settle(this.#dice);
	}

	/** The power will fail in operation `at`. */
	cutAt(at: number, tear: Tear): void {
		this.#cut = { at, tear };
	}

	/** An independent copy of the chip's content; faults and the cut are not copied. */
	clone(seed: number): FlashEmulator {
		const copy = new FlashEmulator(seed);
		for (const name of partitionNames) copy.#partitions[name].copyFrom(this.#partitions[name]);
		return copy;
	}

	/** Whether some bit reads differently at each boot. */
	get isUnstable(): boolean {
		return partitionNames.some(name => this.#partitions[name].isUnstable);
	}

	/** As it reads in this boot; a view, to be read at once. */
	image(partition: Partition): Uint8Array {
		return this.#partitions[partition].bytes;
	}

	/** Whatever the rules of NOR say. */
	setImage(partition: Partition, image: Uint8Array, offset = 0): void {
		this.#partitions[partition].set(image, offset);
	}

	/** One bit of a partition turns over. */
	flip(partition: Partition, bit: number): void {
		this.#partitions[partition].flip(bit);
	}

	/** Two chips with the same digest hold the same, unstable bits included. */
	digest(partition: Partition): string {
		return this.#partitions[partition].digest();
	}

	wear(partition: Partition): Wear {
		const { erases, programs, programmed } = this.#partitions[partition];
		return { erases: Math.max(...erases), programs, bytes: programmed };
	}

	open(partition: Partition): Flash {
		const memory = this.#partitions[partition];
		const size = sizes[partition];
		const fault = (block: number) => this.blockFaults.get(`${partition}:${block}`);
		const check = (offset: number, length: number, unit: number) => {
			if (!(offset >= 0 && length >= 0 && offset + length <= size) || offset % unit !== 0 || length % unit !== 0)
				throw new RangeError(
					`flash ${partition}: expected units of ${unit} within ${size}, got ${length} at ${offset}`,
				);
		};
		return {
			read: (byteLength, offset) => {
				check(offset, byteLength, 1);
				if (this.#off) throw new PowerCut();
				if (this.blockFaults.size > 0 || this.readFails)
					for (let block = Math.floor(offset / BLOCK_LENGTH); block * BLOCK_LENGTH < offset + byteLength; block++)
						if (fault(block) === "unreadable" || this.readFails?.(partition, block)) {
							this.failedReads++;
							throw new Error("read error");
						}
				return memory.bytes.buffer.slice(offset, offset + byteLength);
			},
			write: (bytes, offset) => {
				check(offset, bytes.length, 4);
				const block = Math.floor(offset / BLOCK_LENGTH);
				this.#operate({ kind: "program", partition, offset, bytes }, fault(block));
			},
			eraseBlock: (start, end = start + 1) => {
				check(start * BLOCK_LENGTH, (end - start) * BLOCK_LENGTH, BLOCK_LENGTH);
				for (let block = start; block < end; block++) this.#operate({ kind: "erase", partition, block }, fault(block));
			},
			status: () => ({ size, blockLength: BLOCK_LENGTH, blocks: size / BLOCK_LENGTH }),
			close: () => {},
		};
	}

	#operate(operation: Operation, blockFault: BlockFault | undefined): void {
		if (this.#off) throw new PowerCut();
		const index = this.operations++;
		this.onOperation?.(operation, index);
		const memory = this.#partitions[operation.partition];
		const fault = this.operationFaults.get(index);
		const { kind } = operation;
		if (blockFault === "refuses" || blockFault === `refuses ${kind}` || fault === "refuses")
			throw new Error(`${kind} failed`);
		const idle = blockFault === "ignores" || blockFault === `ignores ${kind}` || fault === "ignores";
		if (this.#cut?.at === index) {
			this.#off = true;
			if (!idle) memory.tear(operation, this.#cut.tear, this.#dice);
			throw new PowerCut();
		}
		if (idle) return;
		if (fault === "half") memory.tear(operation, { model: "bits", amount: 0.5, unstable: false }, this.#dice);
		else memory.do(operation);
	}
}

/** The cells of one partition. */
class Memory {
	/** As they read in this boot. */
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** Set bits: cells between 0 and 1. */
	readonly #unstable: Uint8Array;
	readonly #digests: (number | undefined)[];
	#someUnstable = false; // perhaps
	readonly erases: number[];
	programs = 0;
	programmed = 0; // bytes
	impossible = 0; // bytes that asked for a 1 over a 0
	changes = 0;

	constructor(size: number) {
		this.bytes = new Uint8Array(size).fill(0xff);
		this.#unstable = new Uint8Array(size);
		this.#digests = new Array(size / BLOCK_LENGTH).fill(undefined);
		this.erases = new Array(size / BLOCK_LENGTH).fill(0);
	}

	get isUnstable(): boolean {
		return this.#someUnstable && this.#unstable.some(mask => mask !== 0);
	}

	do(operation: Operation): void {
		if (operation.kind === "program") {
			const { bytes, offset } = operation;
			this.programs++;
			this.programmed += bytes.length;
			for (let i = 0; i < bytes.length; i++) {
				if (bytes[i] & ~this.bytes[offset + i]) this.impossible++;
				this.bytes[offset + i] &= bytes[i];
				this.#unstable[offset + i] &= bytes[i];
			}
			this.#touch(offset, bytes.length);
		} else {
			const start = operation.block * BLOCK_LENGTH,
				end = start + BLOCK_LENGTH;
			this.erases[operation.block]++;
			this.bytes.fill(0xff, start, end);
			this.#unstable.fill(0, start, end);
			this.#touch(start, BLOCK_LENGTH);
		}
	}

	/** Does a part of `operation`. */
	tear(operation: Operation, { model, amount, unstable }: Tear, dice: Dice): void {
		const program = operation.kind === "program";
		const start = program ? operation.offset : operation.block * BLOCK_LENGTH;
		const length = program ? operation.bytes.length : BLOCK_LENGTH;
		if (program) this.programs++;
		else this.erases[operation.block]++;
		this.#touch(start, length);
		const change = (i: number, bits: number) => {
			// of byte i
			const which = bits & 0xff;
			const wanted = program ? operation.bytes[i] : 0xff;
			const held = this.bytes[start + i];
			const done = program ? held & (wanted | ~which) : held | which;
			const between = unstable ? (held ^ done) & dice.word() : 0;
			this.bytes[start + i] = done;
			if (between) this.#someUnstable = true;
			this.#unstable[start + i] = (this.#unstable[start + i] & (program ? wanted | ~which : ~which)) | between;
		};
		const whole = (from: number, to: number) => {
			for (let i = from; i < to && i < length; i++) change(i, 0xff);
		};
		const pages = Math.ceil(length / PAGE_LENGTH),
			words = length / 4;
		switch (model) {
			case "nothing":
				return;
			case "prefix":
				return whole(0, 4 * Math.floor(amount * words));
			case "prefix and bits": {
				const word = Math.min(words - 1, Math.floor(amount * words));
				whole(0, 4 * word);
				for (let i = 4 * word; i < 4 * word + 4; i++) change(i, dice.word() >>> 7);
				return;
			}
			case "bits":
				for (let i = 0; i < length; i++) {
					let which = 0;
					for (let bit = 1; bit < 0x100; bit <<= 1) if (dice.chance(amount)) which |= bit;
					change(i, which);
				}
				return;
			case "pages":
				return whole(PAGE_LENGTH * Math.min(pages - 1, Math.ceil((1 - amount) * pages)), length);
			case "words":
				for (let word = 0; word < words; word++) if (dice.chance(amount)) whole(4 * word, 4 * word + 4);
				return;
			case "zeroed": {
				const end = Math.floor(amount * length);
				for (let i = 0; i < end; i++) {
					if (unstable && this.bytes[start + i]) this.#someUnstable = true;
					this.#unstable[start + i] = unstable ? this.bytes[start + i] & dice.word() : 0;
					this.bytes[start + i] = this.#unstable[start + i];
				}
				return;
			}
		}
	}

	/** Unstable bits read as they like. */
	settle(dice: Dice): void {
		if (!this.#someUnstable) return;
		let some = false;
		for (let i = 0; i < this.bytes.length; i++) {
			const mask = this.#unstable[i];
			if (mask === 0) continue;
			this.bytes[i] = (this.bytes[i] & ~mask) | (dice.word() & mask);
			some = true;
		}
		if (some) this.changes++;
		this.#someUnstable = some;
	}

	set(image: Uint8Array, offset: number): void {
		this.bytes.set(image, offset);
		this.#unstable.fill(0, offset, offset + image.length);
		this.#touch(offset, image.length);
	}

	flip(bit: number): void {
		this.bytes[bit >> 3] ^= 1 << (bit & 7);
		this.#unstable[bit >> 3] &= ~(1 << (bit & 7));
		this.#touch(bit >> 3, 1);
	}

	copyFrom(other: Memory): void {
		this.bytes.set(other.bytes);
		this.#unstable.set(other.#unstable);
		this.#someUnstable = other.#someUnstable;
		this.changes++;
		for (let block = 0; block < this.#digests.length; block++) this.#digests[block] = other.#digests[block];
	}

	digest(): string {
		let digest = "";
		for (let block = 0; block < this.#digests.length; block++)
			digest += `${((this.#digests[block] ??= this.#hash(block))).toString(36)}.`;
		return digest;
	}

	/** 53 bits of FNV-1a over the words, unstable bits as unstable whatever they read. */
	#hash(block: number): number {
		const start = block * BLOCK_LENGTH;
		const bytes = new Uint32Array(this.bytes.buffer, start, BLOCK_LENGTH / 4);
		const unstable = new Uint32Array(this.#unstable.buffer, start, BLOCK_LENGTH / 4);
		let low = 0x811c_9dc5,
			high = 0x1234_5678;
		for (let i = 0; i < bytes.length; i++) {
			const word = bytes[i] & ~unstable[i];
			low = Math.imul(low ^ word, 0x0100_0193);
			high = Math.imul(high ^ word ^ (unstable[i] * 31), 0x0100_01b3) ^ (low >>> 15);
		}
		return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
	}

	#touch(offset: number, length: number): void {
		this.changes++;
		for (let block = Math.floor(offset / BLOCK_LENGTH); block * BLOCK_LENGTH < offset + length; block++)
			this.#digests[block] = undefined;
	}
}
