// Where the settings of a device come from: what was built into the firmware (`config.baton` of a manifest, covered by
// secure boot's signature with the rest of it) or, without that, the partition `settings` (firmware/settings.ts).
// `baton provision` makes either. Whatever is missing is said on the console, once, and the device waits for somebody to
// mend it: an exception out of the module `main` would restart the chip again and again.

import flash from "embedded:storage/flash";
import { DecodeError } from "baton/cbor";
import { readSettings } from "baton/settings";
import { board } from "board/board";
import { checkSettings, deviceSettings, SettingsError } from "board/settings";
import config from "mc/config";
import type { Board } from "../../firmware/ports.js";
import type { ProvisionedSettings } from "../../firmware/settings.js";

/** Calls `start` with what this device was provisioned with, and a board on which names lead where that says. */
export function provisioned(start: (ports: Board, settings: ProvisionedSettings) => void): void {
	let settings: ProvisionedSettings;
	try {
		settings = provisionedSettings();
	} catch (error) {
		return stop(error, "provision this device (boards/esp32/README.md)");
	}
	try {
		start(board(settings.map), settings);
	} catch (error) {
		// A partition of another size, or CA information, keys or a URL that this firmware cannot use.
		stop(error, "flash the partition table of boards/esp32, or provision this device anew");
	}
}

function stop(error: unknown, advice: string): void {
	board([]).print(`# stopped: ${error instanceof Error ? error.message : error}: ${advice}`);
}

/** Throws SettingsError with what is missing or wrong. */
function provisionedSettings(): ProvisionedSettings {
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
