// The flash of a chip as one file, which an emulator takes, or esptool at offset 0: bootloader, partition table,
// firmware, and what is provisioned. Espressif documents the layout (ESP-IDF: "Bootloader", "Partition Tables"); our
// own partitions lie where boards/esp32/partitions.csv says.

import { closeSync, existsSync, openSync, readFileSync, readSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { partitionSizes, SETTINGS_LENGTH } from "../partitions.js";
import { root } from "../places.js";
import { BenchError } from "./tools.js";

const FLASH_BYTES = 4 << 20;
const ERASED = 0xff;
const PARTITION_TABLE = 0x8000;
const bootloader = { esp32: 0x1000, esp32c3: 0 };
const IMAGE_MAGIC = 0xe9; // of each image that the ROM or the bootloader starts
const TABLE_MAGIC = 0x50aa; // of each entry in the table, little-endian

export interface Place {
	name: string;
	offset: number;
	bytes: number;
}

/** Where partitions.csv says that the partitions lie. */
export function places(): Place[] {
	const table = readFileSync(join(root, "boards/esp32/partitions.csv"), "utf8");
	return table
		.split("\n")
		.filter(line => line.trim() !== "" && !line.startsWith("#"))
		.map(line => {
			const [name, , , offset, bytes] = line.split(",").map(field => field.trim());
			return { name, offset: Number(offset), bytes: Number(bytes) };
		});
}

export function placeOf(name: string): Place {
	const place = places().find(each => each.name === name);
	if (!place) throw new RangeError(`partitions.csv has no ${name}`);
	return place;
}

/** What `mcconfig` has made: a folder with `bootloader.bin`, `partition-table.bin` and `xs_esp32.bin`. */
export interface Contents {
	images: string;
	settings: Uint8Array;
	/** Folder of `ca0`, `ca1`, `poll`; absent ones are erased. */
	flash: string;
	chip?: keyof typeof bootloader; // default esp32c3
}

/** The whole flash. Throws BenchError with the file that is missing, too long, or something else. */
export function composeFlashFile({ images, settings, flash, chip = "esp32c3" }: Contents): Buffer {
	const whole = Buffer.alloc(FLASH_BYTES, ERASED);
	const put = (file: string, offset: number, limit: number, isRight: (bytes: Buffer) => boolean) => {
		const path = join(images, file);
		if (!existsSync(path)) throw new BenchError(`${path} is not there: it is made by mcconfig`);
		const bytes = readFileSync(path);
		if (bytes.length > limit) throw new BenchError(`${path}: ${bytes.length} bytes, but there is room for ${limit}`);
		if (!isRight(bytes)) throw new BenchError(`${path} is not what its name says`);
		bytes.copy(whole, offset);
	};
	const isImage = (bytes: Buffer) => bytes[0] === IMAGE_MAGIC;
	const factory = placeOf("factory");
	put("bootloader.bin", bootloader[chip], PARTITION_TABLE - bootloader[chip], isImage);
	put(
		"partition-table.bin",
		PARTITION_TABLE,
		0x1000,
		bytes => bytes.length >= 2 && bytes.readUInt16LE() === TABLE_MAGIC,
	);
	put("xs_esp32.bin", factory.offset, factory.bytes, isImage);
	if (settings.length !== SETTINGS_LENGTH) throw new RangeError(`expected ${SETTINGS_LENGTH} bytes of settings`);
	whole.set(settings, placeOf("settings").offset);
	for (const [name, bytes] of Object.entries(partitionSizes)) {
		const path = join(flash, name);
		if (!existsSync(path)) continue;
		const contents = readFileSync(path);
		if (contents.length !== bytes) throw new BenchError(`${path}: expected ${bytes} bytes, got ${contents.length}`);
		contents.copy(whole, placeOf(name).offset);
	}
	return whole;
}

/** Writes the slots and `poll` of a flash file into a folder, as every board has them. `from`: what `file`'s start is. */
export function takePartitions(file: string, flash: string, from = 0): void {
	const opened = openSync(file, "r");
	try {
		for (const [name, bytes] of Object.entries(partitionSizes)) {
			const contents = Buffer.alloc(bytes);
			if (readSync(opened, contents, 0, bytes, placeOf(name).offset - from) !== bytes)
				throw new BenchError(`${file}: cut off`);
			writeFileSync(join(flash, `${name}.new`), contents);
			renameSync(join(flash, `${name}.new`), join(flash, name));
		}
	} finally {
		closeSync(opened);
	}
}
