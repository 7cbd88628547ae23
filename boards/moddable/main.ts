// The module `main` of the firmware on the Moddable SDK: finds its settings, repairs the slots, waits for the network,
// runs. Whatever is missing is said on the console, once, and the device waits for somebody to mend it: it does not
// restart, and it connects to nobody whom it could not authenticate.

import { main } from "baton/main";
import { board } from "board/board";
import { restarts, steady } from "board/natives";
import { keepConnected } from "board/network";
import { provisionedSettings } from "board/provisioned";
import type { ProvisionedSettings } from "../../firmware/settings.js";

/** If each session ended in a restart, the first would wait for a minute, then for two, up to an hour. */
const SHORTEST_PAUSE = 60_000,
	LONGEST_PAUSE = 3_600_000,
	STEADY_AFTER = 600_000; // ms

/** The SDK calls a preloaded `main` module's default export when the machine has started. */
export default function () {
	let settings: ProvisionedSettings;
	try {
		settings = provisionedSettings();
	} catch (error) {
		return stop(error, "provision this device (boards/esp32/README.md)");
	}
	try {
		const ports = board(settings.map);
		const device = main(ports, settings);
		let isRunning = false;
		keepConnected(ports.timer, ports.print, () => {
			if (isRunning) return;
			isRunning = true;
			const count = restarts();
			const pause = count === 0 ? 0 : Math.min(SHORTEST_PAUSE * 2 ** (count - 1), LONGEST_PAUSE);
			if (pause > 0) ports.print(`# restarts in a row: ${count}: the first session waits ${pause / 1000} s`);
			ports.timer.set(() => {
				device.run();
				ports.timer.set(steady, STEADY_AFTER);
			}, pause);
		});
	} catch (error) {
		// A partition of another size, or CA information, keys or a URL that this firmware cannot use.
		stop(error, "flash the partition table of boards/esp32, or provision this device anew");
	}
}

function stop(error: unknown, advice: string): void {
	board([]).print(`# stopped: ${error instanceof Error ? error.message : error}: ${advice}`);
}
