// How a device is run on the node board: a Node process of its own.

import type { BoardCommand } from "../board-command.js";
import { bundleOnce } from "../bundle.js";

export const command: BoardCommand = async ({ flash, settings }) => {
	const program = await bundleOnce({ entry: "boards/node/boot.ts", engine: "node" });
	return { file: process.execPath, args: [program, "--flash", flash, "--settings", settings] };
};
