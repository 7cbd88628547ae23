// Raw images of a device's slots (firmware/trust/FORMAT.md): partitions `ca0` and `ca1` of two 4,096-byte blocks, each
// block one copy: the COSE bytes from offset 0, 0xFF after them, and in the last 48 bytes their length and CRC-32, the
// proved mark, the stored mark. Read and judged here without any code of the firmware, so that a verdict about a device
// is a second opinion. Also writes the image of a new device.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { type CaInformation, MAXIMUM_LENGTH, openCaInformation } from "./ca-information.js";
import type { DlKey } from "./dl-key.js";

export const SLOT_LENGTH = 8_192;
export const BLOCK_LENGTH = 4_096;
export const POLL_LENGTH = 4_096;
const MEASURE_OFFSET = BLOCK_LENGTH - 48,
	PROVED_OFFSET = BLOCK_LENGTH - 32,
	STORED_OFFSET = BLOCK_LENGTH - 16;
const provedMark = Buffer.from("baton: proved CA", "ascii"),
	storedMark = Buffer.from("baton: stored CA", "ascii");

export interface Copy {
	/** `foreign`: whole, but signed by none of these keys for this fleet, or nothing that can be read. */
	is: "valid" | "foreign" | "blank" | "revoked" | "damaged";
	proved: boolean;
	object?: Uint8Array;
	information?: CaInformation;
}

export interface SlotImage {
	copies: Copy[];
	/** The slot's content: that of a valid copy; where two differ, a proved one, then the higher generation. */
	object?: Uint8Array;
	information?: CaInformation;
	/** A server has proved itself by the content, or nothing had to. */
	proved: boolean;
}

export interface DeviceSlots {
	current: SlotImage | undefined;
	next: SlotImage | undefined;
	images: [SlotImage, SlotImage];
}

/** Both slots of a device's flash folder; an image that is not there is an erased one. Throws RangeError if an image has another size. */
export function readDeviceSlots(folder: string, fleet: string, dlKeys: readonly DlKey[]): DeviceSlots {
	const [ca0, ca1] = ["ca0", "ca1"].map(name => {
		const file = join(folder, name);
		return readSlotImage(existsSync(file) ? readFileSync(file) : new Uint8Array(SLOT_LENGTH).fill(0xff), fleet, dlKeys);
	});
	return select(ca0, ca1);
}

/** Current: the proved slot of the highest generation. Next: the full one that is not proved, above current. */
export function select(ca0: SlotImage, ca1: SlotImage): DeviceSlots {
	const images: [SlotImage, SlotImage] = [ca0, ca1];
	const newestOf = (slots: SlotImage[]) =>
		slots.reduce<SlotImage | undefined>(
			(best, slot) => (best && generationOf(best) >= generationOf(slot) ? best : slot),
			undefined,
		);
	const full = images.filter(({ information }) => information);
	const current = newestOf(full.filter(({ proved }) => proved));
	const next = newestOf(
		full.filter(slot => !slot.proved && generationOf(slot) > (current ? generationOf(current) : 0)),
	);
	return { current, next, images };
}

function generationOf({ information }: SlotImage | Copy): number {
	return information?.generation ?? 0;
}

export function readSlotImage(image: Uint8Array, fleet: string, dlKeys: readonly DlKey[]): SlotImage {
	if (image.length !== SLOT_LENGTH)
		throw new RangeError(`expected a slot image of ${SLOT_LENGTH} bytes, got ${image.length}`);
	const copies = [0, BLOCK_LENGTH].map(offset =>
		readCopy(image.subarray(offset, offset + BLOCK_LENGTH), fleet, dlKeys),
	);
	const valid = copies.filter(({ is }) => is === "valid");
	valid.sort((a, b) => Number(b.proved) - Number(a.proved) || generationOf(b) - generationOf(a));
	return {
		copies,
		object: valid[0]?.object,
		information: valid[0]?.information,
		proved: valid[0]?.proved ?? false,
	};
}

/** A slot image as the factory writes it: both copies of one CA information, proved. */
export function writeSlotImage(object: Uint8Array, { proved = true } = {}): Uint8Array {
	const image = new Uint8Array(SLOT_LENGTH).fill(0xff);
	for (const offset of [0, BLOCK_LENGTH]) {
		image.set(object, offset);
		image.set(measure(object), offset + MEASURE_OFFSET);
		if (proved) image.set(provedMark, offset + PROVED_OFFSET);
		image.set(storedMark, offset + STORED_OFFSET);
	}
	return image;
}

/** The length, and the CRC-32 of the object and that length, both little-endian. */
function measure(object: Uint8Array): Uint8Array {
	const line = Buffer.alloc(8);
	line.writeUInt32LE(object.length, 0);
	line.writeUInt32LE(crc32(line.subarray(0, 4), crc32(object)), 4);
	return line;
}

function readCopy(block: Uint8Array, fleet: string, dlKeys: readonly DlKey[]): Copy {
	const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
	if (bytes.every(byte => byte === 0xff)) return { is: "blank", proved: false };
	const proved = bytes.subarray(PROVED_OFFSET, STORED_OFFSET).equals(provedMark);
	const length = bytes.readUInt32LE(MEASURE_OFFSET);
	if (length > MAXIMUM_LENGTH) return { is: "damaged", proved };
	const object = block.slice(0, length);
	if (!bytes.subarray(MEASURE_OFFSET, MEASURE_OFFSET + 8).equals(measure(object))) return { is: "damaged", proved };
	const stored = bytes.subarray(STORED_OFFSET).equals(storedMark);
	let information: CaInformation | undefined;
	try {
		information = openCaInformation(object, fleet, dlKeys);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
	}
	if (!stored) return { is: "revoked", proved, object, information };
	return { is: information ? "valid" : "foreign", proved, object, information };
}
