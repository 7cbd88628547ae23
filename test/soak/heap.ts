// Entry point of a device on the simulator that says after every few sessions what its heap holds, all garbage
// collected: `# heap CHUNKS SLOTS`. Everything else is boards/xs/device.ts.

import { boot } from "../../boards/xs/device.js";
import { collect, memory } from "../../boards/xs/measure.js";
import { print, timerSet } from "../../boards/xs/natives.js";

const INTERVAL = 500; // ms

function look(): void {
	collect();
	const { chunks, slots } = memory();
	print(`# heap ${chunks} ${slots}`);
	timerSet(look, INTERVAL);
}

boot();
look();
