// `embedded:storage/flash` on a file, with the rules of NOR flash: programming clears bits, erasing a block sets them.
// Each operation reaches the file before it returns, so that killing the process is a power cut.

import { closeSync, existsSync, fstatSync, openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Flash, Partition } from "../../firmware/ports.js";
import { BLOCK_LENGTH, partitionSizes } from "../partitions.js";

/** Opens the partition's image in `folder`; absent: new and erased. Throws if the file has another size. */
export function openFlash(folder: string, partition: Partition): Flash {
	const file = join(folder, partition);
	const size = partitionSizes[partition];
	if (!existsSync(file)) writeFileSync(file, new Uint8Array(size).fill(0xff));
	const descriptor = openSync(file, "r+");
	const found = fstatSync(descriptor).size;
	if (found !== size) {
		closeSync(descriptor);
		throw new RangeError(`flash image ${file}: expected ${size} bytes, got ${found}`);
	}

	function check(offset: number, length: number, unit: number): void {
		if (offset < 0 || offset + length > size || offset % unit !== 0 || length % unit !== 0)
			throw new RangeError(
				`flash ${partition}: expected a multiple of ${unit} within ${size} bytes, got ${length} at ${offset}`,
			);
	}
	return {
		read(byteLength, offset) {
			check(offset, byteLength, 1);
			const bytes = new Uint8Array(byteLength);
			readSync(descriptor, bytes, 0, byteLength, offset);
			return bytes.buffer;
		},
		write(bytes, offset) {
			check(offset, bytes.length, 4);
			const held = new Uint8Array(this.read(bytes.length, offset));
			writeSync(
				descriptor,
				held.map((byte, i) => byte & bytes[i]),
				0,
				bytes.length,
				offset,
			);
		},
		eraseBlock(start, end = start + 1) {
			check(start * BLOCK_LENGTH, (end - start) * BLOCK_LENGTH, BLOCK_LENGTH);
			writeSync(
				descriptor,
				new Uint8Array((end - start) * BLOCK_LENGTH).fill(0xff),
				0,
				undefined,
				start * BLOCK_LENGTH,
			);
		},
		status: () => ({ size, blockLength: BLOCK_LENGTH, blocks: size / BLOCK_LENGTH }),
		close: () => closeSync(descriptor),
	};
}
