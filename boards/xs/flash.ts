// `embedded:storage/flash` on the natives.

import type { Flash, Partition } from "../../firmware/ports.js";
import { BLOCK_LENGTH } from "../partitions.js";
import { flashErase, flashRead, flashSize, flashWrite } from "./natives.js";

/** Undefined: the board has no such partition. Nothing is held open: `close` only ends the use of this object. */
export function openFlash(partition: Partition): Flash | undefined {
	const size = flashSize(partition);
	if (size === 0) return undefined;
	let closed = false;
	const open = () => {
		if (closed) throw new Error(`partition ${partition} is closed`);
		return partition;
	};
	return {
		read: (byteLength, offset) => flashRead(open(), byteLength, offset),
		write: (bytes, offset) => flashWrite(open(), bytes, offset),
		eraseBlock(start, end = start + 1) {
			if (!(end > start)) throw new RangeError(`expected blocks, got ${start} to ${end}`);
			for (let block = start; block < end; block++) flashErase(open(), block);
		},
		status: () => ({ size, blockLength: BLOCK_LENGTH, blocks: size / BLOCK_LENGTH }),
		close() {
			closed = true;
		},
	};
}
