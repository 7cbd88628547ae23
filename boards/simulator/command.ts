// How a device is run on the simulator board: the machine's own program, compiled once, and the firmware's bundle.

import type { BoardCommand } from "../board-command.js";
import { bundleOnce } from "../bundle.js";
import { buildSimulator } from "./build.js";

/** Bytes; brought down to a microcontroller's where the engine is built with 16-byte slots. */
const DEFAULT_MEMORY = 4 * 1024 * 1024;

export const command: BoardCommand = async ({ flash, settings, memory = DEFAULT_MEMORY, kernel }) => {
	const [file, program] = await Promise.all([
		buildSimulator(),
		bundleOnce({ entry: "boards/xs/boot.ts", engine: "xs", kernel }),
	]);
	return { file, args: ["--memory", String(memory), "--flash", flash, "--settings", settings, program] };
};
