// Where the settings of a device come from: what was built into the firmware (`config.baton` of a manifest, covered by
// secure boot's signature with the rest of it) or, without that, the partition `settings` (firmware/settings.ts).
// `baton provision` makes either.

import flash from "embedded:storage/flash";
import { DecodeError } from "baton/cbor";
import { readSettings } from "baton/settings";
import { checkSettings, deviceSettings, SettingsError } from "board/settings";
import config from "mc/config";
import type { ProvisionedSettings } from "../../firmware/settings.js";

/** Throws SettingsError with what is missing or wrong. */
export function provisionedSettings(): ProvisionedSettings {
	if (config.baton !== undefined) return deviceSettings(checkSettings(config.baton));
	let partition: ReturnType<typeof flash.open>;
	try {
		partition = flash.open({ path: "settings", mode: "r" });
	} catch {
		throw new SettingsError("settings: there is no partition settings");
	}
	try {
		return readSettings((byteLength, offset) => {
			try {
				return new Uint8Array(partition.read(byteLength, offset));
			} catch {
				throw new SettingsError("settings: the partition cannot be read");
			}
		});
	} catch (error) {
		if (error instanceof DecodeError) throw new SettingsError(`settings: the partition settings: ${error.reason}`);
		throw error;
	} finally {
		partition.close();
	}
}
