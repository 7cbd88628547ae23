// How a device is run on the node board: a Node process of its own.

import type { BoardCommand } from "../board-command.js";

export const command: BoardCommand = async ({ program, flash, settings }) => ({
	file: process.execPath,
	args: [program, "--flash", flash, "--settings", settings],
});
