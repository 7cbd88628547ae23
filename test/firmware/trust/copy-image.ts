// A block as FORMAT.md says, for tests on every engine: written and read without any code of firmware/trust.

export const BLOCK_LENGTH = 4096; // bytes
const MEASURE = BLOCK_LENGTH - 48,
	PROVED = BLOCK_LENGTH - 32,
	STORED = BLOCK_LENGTH - 16;
const LONGEST_RECORD = 4032; // bytes
export const PROVED_MARK = bytesOf("baton: proved CA"),
	STORED_MARK = bytesOf("baton: stored CA");

export interface CopyImage {
	record: Uint8Array;
	proved: boolean;
	stored: boolean;
}

/** A block that holds a copy. */
export function copyImage(record: Uint8Array, { proved = true, stored = true } = {}): Uint8Array {
	const block = new Uint8Array(BLOCK_LENGTH).fill(0xff);
	block.set(record);
	block.set(measure(record), MEASURE);
	if (proved) block.set(PROVED_MARK, PROVED);
	if (stored) block.set(STORED_MARK, STORED);
	return block;
}

/** What a block holds: "blank", a copy whose length and CRC are right, or "bad". */
export function readCopyImage(block: Uint8Array): CopyImage | "blank" | "bad" {
	const isSet = (mark: Uint8Array, offset: number) => mark.every((byte, i) => block[offset + i] === byte);
	const stored = isSet(STORED_MARK, STORED);
	if (!stored && isErased(block)) return "blank";
	const length = new DataView(block.buffer, block.byteOffset).getUint32(MEASURE, true);
	if (length > LONGEST_RECORD) return "bad";
	const record = block.subarray(0, length);
	if (!measure(record).every((byte, i) => block[MEASURE + i] === byte)) return "bad";
	return { record, proved: isSet(PROVED_MARK, PROVED), stored };
}

/** Length and CRC-32 of the record and the length. */
export function measure(record: Uint8Array): Uint8Array {
	const line = new Uint8Array(8);
	const view = new DataView(line.buffer);
	view.setUint32(0, record.length, true);
	let crc = -1;
	const take = (byte: number) => (crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]);
	for (let i = 0; i < record.length; i++) take(record[i]);
	for (let i = 0; i < 4; i++) take(line[i]);
	view.setInt32(4, ~crc, true);
	return line;
}

const table = Int32Array.from({ length: 256 }, (_, byte) => {
	let crc = byte;
	for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
	return crc;
});

function isErased(block: Uint8Array): boolean {
	for (const word of new Int32Array(block.buffer, block.byteOffset, BLOCK_LENGTH / 4)) if (word !== -1) return false;
	return true;
}

function bytesOf(text: string): Uint8Array {
	return Uint8Array.from(text, character => character.charCodeAt(0));
}
