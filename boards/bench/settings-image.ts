// The settings of a run as the partition `settings`, for boards that know no other form.

import { readFileSync } from "node:fs";
import { writeSettings } from "../../firmware/settings.js";
import { deviceSettings, readSettings } from "../settings.js";

/** `host`: where this machine's 127.0.0.1 is, as the board sees it. */
export function settingsImage(file: string, host = "127.0.0.1"): Uint8Array {
	const settings = readSettings(readFileSync(file, "utf8"));
	const map = settings.map.map(entry => ({
		...entry,
		address: entry.address === "127.0.0.1" ? host : entry.address,
	}));
	return writeSettings(deviceSettings({ ...settings, map }));
}
