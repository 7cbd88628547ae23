// Raw images of a device's slots (firmware/trust/FORMAT.md): partitions `ca0` and `ca1` of two 4,096-byte blocks, each
// block one copy: the COSE bytes from offset 0, 0xFF after them, the copy's mark in the last word. Read and judged here
// without any code of the firmware, so that a verdict about a device is a second opinion. Also writes the image of a new
// device.

import type { KeyObject } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CaInformation, openCaInformation } from "./ca-information.js";

export const SLOT_LENGTH = 8_192;
export const BLOCK_LENGTH = 4_096;
export const POLL_LENGTH = 4_096;
const mark = Buffer.from("mark", "ascii");
const MARK_OFFSET = BLOCK_LENGTH - mark.length;

export interface Copy {
	is: "valid" | "blank" | "revoked" | "damaged";
	object?: Uint8Array;
	information?: CaInformation;
}

export interface SlotImage {
	copies: Copy[];
	/** The slot's content: that of a valid copy; where two differ, the higher generation. */
	object?: Uint8Array;
	information?: CaInformation;
}

export interface DeviceSlots {
	current: SlotImage | undefined;
	next: SlotImage | undefined;
	images: [SlotImage, SlotImage];
}

/** Both slots of a device's flash folder; an image that is not there is an erased one. Throws RangeError if an image has another size. */
export function readDeviceSlots(folder: string, fleet: string, dlKeys: KeyObject[]): DeviceSlots {
	const [ca0, ca1] = ["ca0", "ca1"].map(name => {
		const file = join(folder, name);
		return readSlotImage(existsSync(file) ? readFileSync(file) : new Uint8Array(SLOT_LENGTH).fill(0xff), fleet, dlKeys);
	});
	return select(ca0, ca1);
}

/** Which slot is current follows from what they hold: the lower generation; of equal ones `ca0` counts. */
export function select(ca0: SlotImage, ca1: SlotImage): DeviceSlots {
	const full = [ca0, ca1].filter(slot => slot.information);
	full.sort((a, b) => a.information!.generation - b.information!.generation);
	const [current, next] = full;
	const equal = next?.information!.generation === current?.information!.generation;
	return { current, next: equal ? undefined : next, images: [ca0, ca1] };
}

export function readSlotImage(image: Uint8Array, fleet: string, dlKeys: KeyObject[]): SlotImage {
	if (image.length !== SLOT_LENGTH)
		throw new RangeError(`expected a slot image of ${SLOT_LENGTH} bytes, got ${image.length}`);
	const copies = [0, BLOCK_LENGTH].map(offset =>
		readCopy(image.subarray(offset, offset + BLOCK_LENGTH), fleet, dlKeys),
	);
	const valid = copies.filter(({ is }) => is === "valid");
	valid.sort((a, b) => b.information!.generation - a.information!.generation);
	return { copies, object: valid[0]?.object, information: valid[0]?.information };
}

/** A slot image as the factory writes it: both copies of one CA information. */
export function writeSlotImage(object: Uint8Array): Uint8Array {
	const image = new Uint8Array(SLOT_LENGTH).fill(0xff);
	for (const offset of [0, BLOCK_LENGTH]) {
		image.set(object, offset);
		image.set(mark, offset + MARK_OFFSET);
	}
	return image;
}

function readCopy(block: Uint8Array, fleet: string, dlKeys: KeyObject[]): Copy {
	if (block.every(byte => byte === 0xff)) return { is: "blank" };
	const length = lengthOfRecord(block);
	const object = block.slice(0, length);
	const marked = Buffer.from(block.subarray(MARK_OFFSET)).equals(mark);
	let information: CaInformation | undefined;
	try {
		information = openCaInformation(object, fleet, dlKeys);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
	}
	if (!information) return { is: "damaged" };
	return { is: marked ? "valid" : "revoked", object, information };
}

/**
 * Bytes of the COSE_Sign1 at the block's start, by its two length prefixes; the whole block if it does not begin
 * like one, which then is nothing valid.
 */
function lengthOfRecord(block: Uint8Array): number {
	const view = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
	const head = 7; // tag 18, array of 4, 43 a10132, a0
	const [lengthBytes, length] =
		view[head] === 0x59
			? [3, view.readUInt16BE(head + 1)]
			: view[head] === 0x58
				? [2, view[head + 1]]
				: [1, view[head] & 0x1f];
	const total = head + lengthBytes + length + 2 + 64; // and the signature, 58 40 …
	return total < MARK_OFFSET ? total : block.length;
}
