// The module `main` of the firmware on the Moddable SDK: finds its settings, repairs the slots, waits for the network,
// runs. Whatever is missing is said on the console, once, and the device waits for somebody to mend it: it does not
// restart, and it connects to nobody whom it could not authenticate.

import { main } from "baton/main";
import { board } from "board/board";
import { faulted } from "board/natives";
import { keepConnected } from "board/network";
import { provisionedSettings } from "board/provisioned";
import { firmwareSettings, type RunSettings } from "board/settings";

/** If each session ended in a fault, the chip would restart once a minute and no oftener. */
const PAUSE_AFTER_FAULT = 60_000; // ms

/** The SDK calls a preloaded `main` module's default export when the machine has started. */
export default function () {
	let settings: RunSettings;
	try {
		settings = provisionedSettings();
	} catch (error) {
		return stop(error, "provision this device (boards/esp32/README.md)");
	}
	try {
		const ports = board(settings.map);
		const device = main(ports, firmwareSettings(settings));
		let isRunning = false;
		keepConnected(ports.timer, ports.print, () => {
			if (isRunning) return;
			isRunning = true;
			if (!faulted()) return device.run();
			ports.print(`# restarted after a fault: the first session waits ${PAUSE_AFTER_FAULT / 1000} s`);
			ports.timer.set(() => device.run(), PAUSE_AFTER_FAULT);
		});
	} catch (error) {
		// A partition of another size, or CA information, keys or a URL that this firmware cannot use.
		stop(error, "flash the partition table of boards/esp32, or provision this device anew");
	}
}

function stop(error: unknown, advice: string): void {
	board([]).print(`# stopped: ${error instanceof Error ? error.message : error}: ${advice}`);
}
