// One device on a bench, whichever board it is on: what its settings say, once or until it is stopped.

import { main } from "../firmware/main.js";
import type { Board } from "../firmware/ports.js";
import { deviceSettings, hexBytes, type RunSettings } from "./settings.js";

/**
 * `exit` ends the board's run: with 0 if the service was authenticated (`once`) or the time is over (`runFor`). Throws
 * what `main` throws if the firmware cannot use the settings.
 */
export function runDevice(board: Board, settings: RunSettings, exit: (code: number) => void): void {
	const { once, runFor, offer } = settings;
	const device = main(board, deviceSettings(settings));
	if (offer !== undefined) device.offer(hexBytes(offer));
	if (once) device.once().then(authenticated => exit(authenticated ? 0 : 1));
	else device.run();
	if (runFor !== undefined) board.timer.set(() => exit(0), runFor);
}
