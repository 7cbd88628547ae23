// A device on an XS board without the Moddable SDK.

import { exitCode } from "../exit-code.js";
import { runDevice } from "../run-device.js";
import { readSettings } from "../settings.js";
import { xsBoard } from "./board.js";
import { exit, print, settings } from "./natives.js";

/** What the settings say that whoever starts the board hands over. */
export function boot(): void {
	try {
		const read = readSettings(settings());
		runDevice(xsBoard(read.map), read, exit);
	} catch (error) {
		// Settings of a wrong shape, or CA information, keys or a URL in them that this firmware cannot use.
		print(`# ${error}`);
		exit(exitCode.unusable);
	}
}
