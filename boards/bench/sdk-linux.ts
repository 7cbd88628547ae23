// A device in the SDK's own simulator (boards/sdk-linux).

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BoardCommand } from "../board-command.js";
import { buildByMcconfig } from "./images.js";
import { settingsImage } from "./settings-image.js";
import { findTools } from "./tools.js";

export const command: BoardCommand = async ({ flash, settings }) => {
	const { MODDABLE, mcsim } = findTools("MODDABLE", "mcsim", "display");
	const folder = await buildByMcconfig({ platform: "lin", manifest: "manifest.json", result: "mc/release/baton" });
	writeFileSync(join(flash, "settings"), settingsImage(settings));
	// `env` becomes the simulator: to end one is to end the other.
	const args = [`BATON_FLASH=${flash}`, mcsim, join(MODDABLE, "build/simulators"), join(folder, "mc.so")];
	return { file: "env", args };
};
