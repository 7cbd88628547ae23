// How a device is run on the simulator board: the machine's own program, compiled once, and the firmware's bundle.

import type { BoardCommand } from "../board-command.js";
import { buildSimulator } from "./build.js";

/** Bytes; brought down to a microcontroller's where the engine is built with 16-byte slots. */
const DEFAULT_MEMORY = 4 * 1024 * 1024;

export const command: BoardCommand = async ({ program, flash, settings, memory = DEFAULT_MEMORY }) => ({
	file: await buildSimulator(),
	args: ["--memory", String(memory), "--flash", flash, "--settings", settings, program],
});
