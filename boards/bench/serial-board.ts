// A real board on a serial line: esptool flashes it, serial-console.ts reads its console. No board was at hand: this was
// exercised with a pseudo-terminal and a stand-in for esptool alone.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BoardCommand } from "../board-command.js";
import { partitionSizes } from "../partitions.js";
import { root } from "../places.js";
import { composeFlashFile, placeOf, takePartitions } from "./flash-file.js";
import { buildForWiFi } from "./images.js";
import { settingsImage } from "./settings-image.js";
import { BenchError, findTools } from "./tools.js";

const run = promisify(execFile);

/** Boards whose firmware this process has flashed, by their ports. */
const flashed = new Set<string>();

/** BATON_ESP32_IMAGES, BATON_ESP32C3_IMAGES: a folder with images that were built elsewhere, whole, Wi-Fi's name in them. */
export function serialBoard(chip: "esp32" | "esp32c3"): BoardCommand {
	return async ({ flash, settings, bench = {} }) => {
		const { port, power } = bench;
		if (!port) throw new BenchError("which port is the board at? --port /dev/ttyACM0");
		const ready = process.env[`BATON_${chip.toUpperCase()}_IMAGES`];
		const { esptool } = ready ? findTools("esptool") : findTools("MODDABLE", "IDF_PATH", "esptool");
		const images = ready ?? (await buildForWiFi(chip));
		const tool = (before: string, after: string, ...parameters: string[]) =>
			run(esptool, ["--chip", chip, "--port", port, "--before", before, "--after", after, ...parameters]);
		const scratch = mkdtempSync(join(tmpdir(), "baton-serial-"));
		const places = Object.keys(partitionSizes).map(placeOf);
		const [first, last] = [places[0].offset, places[places.length - 1]];
		const bytes = last.offset + last.bytes - first;

		await switchPower(power, "on");
		const whole = composeFlashFile({ images, settings: settingsImage(settings), flash, chip });
		const from = flashed.has(port) ? first : 0; // the firmware does not change
		const file = join(scratch, "flash.bin");
		writeFileSync(file, whole.subarray(from, placeOf("settings").offset + placeOf("settings").bytes));
		await tool("default-reset", "no-reset", "write-flash", `0x${from.toString(16)}`, file);
		flashed.add(port);

		const start = power ? [] : ["--esptool", esptool, "--chip", chip];
		return {
			file: process.execPath,
			args: [
				join(root, "bin/run.js"),
				join(root, "boards/bench/serial-console.ts"),
				...["--port", port, ...(power ? ["--power", power] : start)],
			],
			async afterwards() {
				await switchPower(power, "off");
				await switchPower(power, "on"); // it begins anew; then it stops in the ROM's loader, to be read
				await tool(
					"default-reset",
					"no-reset",
					"read-flash",
					`0x${first.toString(16)}`,
					`0x${bytes.toString(16)}`,
					file,
				);
				takePartitions(file, flash, first);
				rmSync(scratch, { recursive: true });
			},
		};
	};
}

async function switchPower(command: string | undefined, state: "on" | "off"): Promise<void> {
	if (command) await run("sh", ["-c", command.replace("{on|off}", state)]);
}
