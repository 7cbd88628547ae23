// The flash of the qemu-rv32 board is one image of 32 MiB, because QEMU's chips are that large; every other board, and
// whoever looks at a device's slots, has a folder of raw partitions. So the image is composed before a run and taken
// apart after it, however the run ended: QEMU writes each programmed word to the file at once, and killing it is a
// power cut. If this process is killed as well, the next run finds the image and takes it apart first.

import {
	closeSync,
	existsSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	renameSync,
	statSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { partitionSizes } from "../partitions.js";

const IMAGE_BYTES = 32 * 1024 * 1024;
const ERASED = 0xff;

/** One after the other, as flash-cells.c finds them. */
const partitions = Object.entries(partitionSizes).map(([name, bytes], i, all) => {
	const start = all.slice(0, i).reduce((sum, [, before]) => sum + before, 0);
	return { name, start, bytes };
});

const imageName = /^qemu-rv32-(\d+)\.img$/;
const inUse = new Set<string>();

/** Makes the image of a folder's partitions (absent: erased) and gives its path. Throws if the flash is in use. */
export function composeFlashImage(folder: string): string {
	for (const name of readdirSync(folder)) {
		const owner = imageName.exec(name)?.[1];
		if (owner === undefined) continue;
		const left = join(folder, name);
		if (inUse.has(left) || (Number(owner) !== process.pid && runs(Number(owner))))
			throw new Error(`${folder}: another device runs on this flash`);
		takeApart(left, folder);
	}

	const image = Buffer.alloc(IMAGE_BYTES, ERASED);
	for (const { name, start, bytes } of partitions) {
		const path = join(folder, name);
		if (!existsSync(path)) continue;
		const contents = readFileSync(path);
		if (contents.length !== bytes) throw new Error(`${path}: expected ${bytes} bytes, got ${contents.length}`);
		contents.copy(image, start);
	}
	const path = join(folder, `qemu-rv32-${process.pid}.img`);
	writeWhole(path, image);
	inUse.add(path);
	return path;
}

/** Writes the image's partitions to the folder, then removes the image. */
export function takeFlashImageApart(image: string, folder: string): void {
	takeApart(image, folder);
	inUse.delete(image);
}

/** An image is a run's only truth until it is removed; but a partition that was written after it is a later run's. */
function takeApart(image: string, folder: string): void {
	const age = statSync(image).mtimeMs;
	const file = openSync(image, "r");
	try {
		for (const { name, start, bytes } of partitions) {
			const path = join(folder, name);
			if (existsSync(path) && statSync(path).mtimeMs > age) continue;
			const contents = Buffer.alloc(bytes);
			if (readSync(file, contents, 0, bytes, start) !== bytes) throw new Error(`${image}: cut off`);
			writeWhole(path, contents);
		}
	} finally {
		closeSync(file);
	}
	unlinkSync(image);
}

/** What the driver says that it is doing (flash-cells.c), where flash operations are stretched. */
export type Activity = "nothing" | "erasing" | "programming";

/** `image`: a file descriptor; the device may be running, or have been killed. */
export function activityOf(image: number): Activity {
	const word = Buffer.alloc(4);
	readSync(image, word, 0, word.length, IMAGE_BYTES - word.length);
	const activity = word.readUInt32LE();
	return activity === 0x45524153 ? "erasing" : activity === 0x50524f47 ? "programming" : "nothing";
}

function writeWhole(path: string, contents: Uint8Array): void {
	const scratch = `${path}.new-${process.pid}`;
	writeFileSync(scratch, contents);
	renameSync(scratch, path);
}

function runs(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
