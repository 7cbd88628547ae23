// How a device is run on the qemu-rv32 board: a process of QEMU's.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BoardCommand } from "../board-command.js";
import { builds } from "../places.js";
import { buildBoard, compileBytecode } from "./build.js";
import { emulatorCommand, runFile } from "./emulator.js";
import { composeFlashImage, takeFlashImageApart } from "./flash-image.js";

export const command: BoardCommand = async ({ program: script, flash, settings, memory }) => {
	const board = await buildBoard(); // first, so that what is missing is said
	const program = await compileBytecode(script);
	const folder = mkdtempSync(join(tmpdir(), "baton-qemu-"));
	const run = join(folder, "run");
	writeFileSync(run, runFile({ preload: true, memory, settings: readFileSync(settings, "utf8") }));
	let image: string;
	try {
		image = composeFlashImage(flash);
	} catch (error) {
		rmSync(folder, { recursive: true, force: true });
		return refusal((error as Error).message);
	}
	return {
		...emulatorCommand({ board, program, run, flash: image }),
		async afterwards() {
			takeFlashImageApart(image, flash);
			rmSync(folder, { recursive: true, force: true });
		},
	};
};

/** A process that only says what is wrong with the flash: every board ends in this way then (boards/exit-code.ts). */
function refusal(message: string) {
	return { file: process.execPath, args: ["-e", "console.error(process.argv[1]); process.exit(2)", message] };
}

/** How a program that is no device runs, such as a test: without settings and flash. */
export async function programCommand(
	script: string,
	options: { memory?: number; countInstructions?: boolean; settings?: string } = {},
): Promise<{ file: string; args: string[] }> {
	const { countInstructions, ...contents } = options;
	const board = await buildBoard();
	const program = await compileBytecode(script);
	return emulatorCommand({ board, program, run: storeRunFile(runFile(contents)), countInstructions });
}

/** Under a name that its content decides, because a process that only runs a program has nobody who cleans up. */
function storeRunFile(contents: Buffer): string {
	const folder = join(builds, "qemu-rv32/runs");
	const path = join(folder, createHash("sha256").update(contents).digest("hex").slice(0, 16));
	mkdirSync(folder, { recursive: true });
	if (!existsSync(path)) {
		writeFileSync(`${path}.${process.pid}`, contents);
		renameSync(`${path}.${process.pid}`, path);
	}
	return path;
}
