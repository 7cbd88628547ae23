// Exceptions in what the SDK calls.

import { print } from "board/natives";

/** On an ESP32 an exception that nobody catches restarts the chip: no callback of the SDK's gets one from us. */
export function guarded(callback: () => void): void {
	try {
		callback();
	} catch (error) {
		print(`# uncaught: ${error}`);
	}
}
