// Where the settings of a device come from: what was built into the firmware (`config.baton` of a manifest, covered by
// secure boot's signature with the rest of it) or, without that, the partition `settings` (settings-image.ts).
// `baton provision` makes either.

import flash from "embedded:storage/flash";
import { SETTINGS_LENGTH } from "board/partitions";
import { checkSettings, type RunSettings, SettingsError } from "board/settings";
import { readSettingsImage } from "board/settings-image";
import config from "mc/config";

/** Throws SettingsError with what is missing or wrong. */
export function provisionedSettings(): RunSettings {
	if (config.baton !== undefined) return checkSettings(config.baton);
	let image: ArrayBuffer;
	try {
		const partition = flash.open({ path: "settings", mode: "r" });
		try {
			image = partition.read(SETTINGS_LENGTH, 0);
		} finally {
			partition.close();
		}
	} catch {
		throw new SettingsError("settings: no partition settings that can be read");
	}
	return readSettingsImage(new Uint8Array(image));
}
