// One device's `once` (authenticate the service, poll) on a board, and the events that it prints. On the node board in
// this process, on the others through boards/start.ts.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Kernel } from "../../boards/bundle.js";
import { nodeBoard } from "../../boards/node/board.js";
import type { BoardName } from "../../boards/platforms.js";
import { deviceSettings, type RunSettings } from "../../boards/settings.js";
import { buildSimulator } from "../../boards/simulator/build.js";
import { startBoard } from "../../boards/start.js";
import type { DeviceEvent } from "../../firmware/events.js";
import { main } from "../../firmware/main.js";
import { parseEvent } from "../../host/device-events.js";

export interface Run {
	events: DeviceEvent[];
	/** `event`s joined by their most telling fields: `failed service: name does not match`. */
	told: string[];
	code: number;
}

const folders: string[] = [];
process.on("exit", () => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder for flash images, or for anything else, that goes with the process. */
export function flashFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "baton-test-"));
	folders.push(folder);
	return folder;
}

/** Why this machine cannot run the board; undefined: it can. */
export async function unavailable(board: BoardName): Promise<string | undefined> {
	if (board !== "simulator") return undefined;
	return buildSimulator().then(
		() => undefined,
		(error: Error) => error.message,
	);
}

/** `kernel`: default, the board's own. */
export async function runOnce(
	board: BoardName,
	settings: RunSettings,
	flash = flashFolder(),
	kernel?: Kernel,
): Promise<Run> {
	const events: DeviceEvent[] = [];
	const onLine = (line: string) => {
		const event = parseEvent(line);
		if (event) events.push(event);
		else if (!line.startsWith("# ")) throw new Error(`not an event: ${line}`);
	};
	const code =
		board === "node"
			? await inProcess(settings, flash, onLine)
			: await (await startBoard({ board, settings, flash, kernel, onLine })).exited;
	return { events, told: events.map(tell), code };
}

async function inProcess(settings: RunSettings, flash: string, print: (line: string) => void): Promise<number> {
	const device = main(nodeBoard({ flash, map: settings.map, print }), deviceSettings(settings));
	return (await device.once()) ? 0 : 1;
}

function tell(event: DeviceEvent): string {
	if (event.event === "boot") return `boot ${event.current},${event.next}`;
	const { event: name, server, generation, slot, status, reason } = event as { [field: string]: unknown };
	const fields = [name, server, generation, slot, status].filter(field => field !== undefined).join(" ");
	return `${fields}${reason === undefined ? "" : `: ${reason}`}`;
}
