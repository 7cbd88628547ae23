// Where the settings of a device come from: what was built into the firmware (`config.baton` in a manifest, covered by
// secure boot's signature with the rest of it) or, without that, the partition `settings`: the JSON text of a
// RunSettings from offset 0, erased flash after it. `baton provision` makes either (boards/esp32/README.md).

import flash from "embedded:storage/flash";
import config from "mc/config";
import { readSettings, type RunSettings } from "board/settings";

const maximumLength = 4096; // bytes: one block
const erased = 0xff; // stands in no UTF-8 text

/** Throws Error with what is missing or wrong. */
export function provisionedSettings(): RunSettings {
	if (config.baton !== undefined) return readSettings(JSON.stringify(config.baton));
	const bytes = readPartition();
	const end = bytes.indexOf(erased);
	if (end === 0) throw new Error("the partition settings is erased");
	return readSettings(ascii(end < 0 ? bytes : bytes.subarray(0, end)));
}

function readPartition(): Uint8Array {
	let partition: ReturnType<typeof flash.open>;
	try {
		partition = flash.open({ path: "settings", mode: "r" });
	} catch {
		throw new Error("no partition settings");
	}
	try {
		return new Uint8Array(partition.read(Math.min(partition.status().size, maximumLength), 0));
	} finally {
		partition.close();
	}
}

/** JSON.stringify of printable ASCII is printable ASCII. */
function ascii(bytes: Uint8Array): string {
	let text = "";
	for (const byte of bytes) {
		if (byte < 0x20 || byte > 0x7e) throw new Error("the partition settings holds no ASCII text");
		text += String.fromCharCode(byte);
	}
	return text;
}
