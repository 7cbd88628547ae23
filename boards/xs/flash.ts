// `embedded:storage/flash` on the natives.

import type { Flash, Partition } from "../../firmware/ports.js";
import { BLOCK_LENGTH } from "../partitions.js";
import { flashErase, flashRead, flashSize, flashWrite } from "./natives.js";

/** Undefined: the board has no such partition. */
export function openFlash(partition: Partition): Flash | undefined {
	const size = flashSize(partition);
	return size === 0 ? undefined : new NativeFlash(partition, size);
}

/** A class, since it lives as long as the device: of three objects of closures each would take a page of its memory. */
class NativeFlash implements Flash {
	readonly #partition: Partition;
	readonly #size: number;
	/** Nothing is held open: `close` only ends the use of this object. */
	#isClosed = false;

	constructor(partition: Partition, size: number) {
		this.#partition = partition;
		this.#size = size;
	}

	read(byteLength: number, offset: number): ArrayBuffer {
		return flashRead(this.#open, byteLength, offset);
	}

	write(bytes: Uint8Array, offset: number): void {
		flashWrite(this.#open, bytes, offset);
	}

	eraseBlock(start: number, end = start + 1): void {
		if (!(end > start)) throw new RangeError(`expected blocks, got ${start} to ${end}`);
		for (let block = start; block < end; block++) flashErase(this.#open, block);
	}

	status(): { size: number; blockLength: number; blocks: number } {
		return { size: this.#size, blockLength: BLOCK_LENGTH, blocks: this.#size / BLOCK_LENGTH };
	}

	close(): void {
		this.#isClosed = true;
	}

	get #open(): Partition {
		if (this.#isClosed) throw new Error(`partition ${this.#partition} is closed`);
		return this.#partition;
	}
}
