// A stand-in for the SDK's `embedded:storage/flash`, which Linux lacks: the same calls on files, one for each
// partition, raw images as on every other board, in the folder that the environment variable BATON_FLASH names.
// `settings` is there when somebody provisioned it; the firmware's own are made, erased, where they are absent.

import { BLOCK_LENGTH, partitionSizes, SETTINGS_LENGTH } from "board/partitions";

const sizes: { readonly [partition: string]: number | undefined } = Object.freeze({
	...partitionSizes,
	settings: SETTINGS_LENGTH,
});

interface OpenOptions {
	path: string;
	mode?: "r" | "r+";
}

class Flash {
	readonly #partition: string;
	readonly #size: number; // bytes
	readonly #isReadOnly: boolean;
	#isOpen = true;

	constructor({ path, mode = "r" }: OpenOptions) {
		this.#partition = path;
		this.#size = sizes[path] ?? 0;
		this.#isReadOnly = mode === "r";
		if (this.#size === 0 || !flashExists(path, this.#size, path !== "settings"))
			throw new Error("can't find partition");
	}

	close(): void {
		this.#isOpen = false;
	}

	read(byteLength: number, offset: number): ArrayBuffer {
		this.#check(offset, byteLength);
		return flashRead(this.#partition, byteLength, offset);
	}

	write(bytes: Uint8Array, offset: number): void {
		this.#check(offset, bytes.byteLength, true);
		flashWrite(this.#partition, bytes, offset);
	}

	eraseBlock(start: number, end = start + 1): void {
		this.#check(start * BLOCK_LENGTH, (end - start) * BLOCK_LENGTH, true);
		for (let block = start; block < end; block++) flashErase(this.#partition, BLOCK_LENGTH, block * BLOCK_LENGTH);
	}

	status(): { size: number; blockLength: number; blocks: number } {
		this.#check(0, 0);
		return { size: this.#size, blockLength: BLOCK_LENGTH, blocks: this.#size / BLOCK_LENGTH };
	}

	#check(offset: number, byteLength: number, isChange = false): void {
		if (!this.#isOpen) throw new Error("closed");
		if (isChange && this.#isReadOnly) throw new Error("read-only");
		if (!(offset >= 0 && byteLength >= 0 && offset + byteLength <= this.#size))
			throw new RangeError("out of the partition");
	}
}

export default Object.freeze({
	/** Throws if there is no such partition. */
	open: (options: OpenOptions) => new Flash(options),
});

/** Whether there is a file of that size. Where it is absent and `isMade`, it is made, erased. */
function flashExists(this: void, partition: string, byteLength: number, isMade: boolean): boolean {
	return native("xs_baton_flash_exists").call(this, partition, byteLength, isMade);
}
function flashRead(this: void, partition: string, byteLength: number, offset: number): ArrayBuffer {
	return native("xs_baton_flash_read").call(this, partition, byteLength, offset);
}
/** NOR: clears bits only. `bytes` and `offset` in multiples of 4. */
function flashWrite(this: void, partition: string, bytes: Uint8Array, offset: number): void {
	return native("xs_baton_flash_write").call(this, partition, bytes, offset);
}
function flashErase(this: void, partition: string, byteLength: number, offset: number): void {
	return native("xs_baton_flash_erase").call(this, partition, byteLength, offset);
}
