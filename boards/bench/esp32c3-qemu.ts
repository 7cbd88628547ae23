// The genuine image in an emulator of an ESP32-C3: from its ROM and ESP-IDF's bootloader on. Killing the emulator is the
// power cut; what the firmware has written to flash is in the flash file by then.

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BoardCommand } from "../board-command.js";
import { composeFlashFile, takePartitions } from "./flash-file.js";
import { buildByMcconfig, buildForWiFi } from "./images.js";
import { settingsImage } from "./settings-image.js";
import { findTools } from "./tools.js";

/** This machine, as the emulator's network has it. */
const HOST = "10.0.2.2";

/**
 * BATON_ESP32C3_IMAGES names a folder with images that were built elsewhere. BATON_ESP_EMULATOR is the command of another
 * emulator, one with Wi-Fi, `{flash}` in the flash file's place, its console on standard output.
 */
export const command: BoardCommand = async ({ flash, settings }) => {
	const { BATON_ESP32C3_IMAGES, BATON_ESP_EMULATOR } = process.env;
	const file = join(flash, "flash.bin");
	const write = (images: string) =>
		writeFileSync(file, composeFlashFile({ images, settings: settingsImage(settings, HOST), flash }));
	const afterwards = async () => {
		takePartitions(file, flash);
		rmSync(file);
	};
	if (BATON_ESP_EMULATOR) {
		write(BATON_ESP32C3_IMAGES ?? (await buildForWiFi("esp32c3")));
		const quoted = `'${file.replaceAll("'", "'\\''")}'`;
		return { file: "sh", args: ["-c", `exec ${BATON_ESP_EMULATOR.replaceAll("{flash}", quoted)}`], afterwards };
	}
	const { emulator } = BATON_ESP32C3_IMAGES ? findTools("emulator") : findTools("MODDABLE", "IDF_PATH", "emulator");
	write(
		BATON_ESP32C3_IMAGES ??
			(await buildByMcconfig({
				platform: "esp32/esp32c3",
				manifest: "boards/esp32c3/emulator/manifest.json",
				result: "release/baton",
			})),
	);
	const quoted = file.replaceAll(",", ",,");
	const args = [
		...["-M", "esp32c3", "-drive", `file=${quoted},if=mtd,format=raw`],
		...["-global", "driver=timer.esp32c3.timg,property=wdt_disable,value=true"],
		...["-nic", "user,model=open_eth", "-display", "none", "-monitor", "none", "-serial", "stdio"],
	];
	return { file: emulator, args, afterwards };
};
