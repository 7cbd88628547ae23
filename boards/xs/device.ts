// One device on an XS board without the Moddable SDK: what its settings say, once or until it is stopped.

import { main } from "../../firmware/main.js";
import { exitCode } from "../exit-code.js";
import { hexBytes, readSettings } from "../settings.js";
import { xsBoard } from "./board.js";
import { exit, print, settings, timerSet } from "./natives.js";

export function runDevice(): void {
	try {
		boot();
	} catch (error) {
		// Settings of a wrong shape, or CA information, keys or a URL in them that this firmware cannot use.
		print(`# ${error}`);
		exit(exitCode.unusable);
	}
}

function boot(): void {
	const { map, once, runFor, factory, dlKeys, ...rest } = readSettings(settings());
	const device = main(xsBoard(map), { ...rest, factory: hexBytes(factory), dlKeys: dlKeys.map(hexBytes) });
	if (once) device.once().then(authenticated => exit(authenticated ? 0 : 1));
	else device.run();
	if (runFor !== undefined) timerSet(() => exit(0), runFor);
}
