// `npm run powercut -- --board esp32c3-qemu|sdk-linux [--kills N] [--seed N]`: a life of updates, CA 1 to CA 2 to CA 3 …,
// of what the Moddable SDK has built. Its program is killed at moments that the seed draws after each boot. These boards
// say nothing of what they do to their flash, so where a kill falls is left to chance.

import { createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchError } from "../../boards/bench/tools.js";
import type { SdkBoard } from "../../boards/platforms.js";
import { startBoard } from "../../boards/start.js";
import { parseEvent } from "../../host/device-events.js";
import { readDeviceSlots } from "../../host/slot-image.js";
import { Dice } from "../dice.js";
import { HANG_GUARD } from "../eventually.js";
import { replay } from "../replay.js";
import { createWorld, downloadName, SERVICE_NAME } from "../world.js";

const LONGEST_LIFE = 4_000; // ms from the boot's line to the kill
const KILLS_AT_A_STEP = 5; // then the device may store, or promote, in peace

/** Prints what was found. Gives the exit code. */
export async function killSdkBoard(
	board: SdkBoard,
	{ kills, seed, json }: { kills: number; seed: number; json: boolean },
): Promise<number> {
	console.log(`seed ${seed}`);
	let result: Awaited<ReturnType<typeof live>>;
	try {
		result = await live(board, kills, new Dice(seed));
	} catch (error) {
		if (!(error instanceof BenchError)) throw error;
		console.error(`powercut: ${error.message}`);
		return 2;
	}
	const { boots, older, endedWith, newest } = result;
	const ok = older === 0 && endedWith === newest;
	console.log(`${kills} kills, ${boots} boots
  no current CA, or an older one than before: ${older}
  ended with CA ${endedWith} of ${newest}
${ok ? "ok" : `FAILED\n${replay("powercut", { board, kills, seed })} (the machine decides in which microsecond)`}`);
	if (json) console.log(JSON.stringify({ kills, ...result }));
	return ok ? 0 : 1;
}

async function live(board: SdkBoard, kills: number, dice: Dice) {
	const steps = Math.ceil(kills / KILLS_AT_A_STEP / 2) + 1;
	const world = await createWorld({ fleet: "powercut", authorities: steps + 2 });
	const flash = mkdtempSync(join(tmpdir(), "baton-powercut-"));
	const tally = { boots: 0, older: 0, endedWith: 0, newest: 1 };
	let reached = 0;
	let left = kills;

	/** Until CA `by` is the device's current one, and has proved a service; before, it is killed some times. */
	async function step(ports: { [host: string]: number }, by: number): Promise<void> {
		for (let atOnce = Math.min(left, KILLS_AT_A_STEP); ; atOnce--) {
			const isKilled = atOnce > 0;
			let isDone = () => {};
			const done = new Promise<void>(resolve => (isDone = resolve));
			const device = await startBoard({
				board,
				flash,
				settings: world.settings(ports, { once: false, pollInterval: 2_000, serviceInterval: 1_000 }),
				onLine(line) {
					const event = parseEvent(line);
					if (event?.event === "boot") {
						const current = typeof event.current === "number" ? event.current : 0;
						tally.boots++;
						if (current < reached) tally.older++;
						reached = Math.max(reached, current);
						if (isKilled) setTimeout(isDone, LONGEST_LIFE * (dice.below(1000) / 1000));
					}
					if (event?.event === "promoted") reached = Math.max(reached, event.generation);
					const isBy = event && "generation" in event && event.generation === by;
					const isCurrent = event?.event === "promoted" || (event && "slot" in event && event.slot === "current");
					if (!isKilled && isBy && isCurrent) isDone();
				},
			});
			const guard = setTimeout(isDone, HANG_GUARD);
			await Promise.race([done, device.exited]);
			clearTimeout(guard);
			device.kill();
			await device.exited;
			if (!isKilled) return;
			left--;
		}
	}

	try {
		for (; left > 0; tally.newest++) {
			const { newest } = tally;
			const download = await world.downloadServer(newest, world.information(newest + 1));
			for (const by of [newest, newest + 1]) {
				const service = await world.applicationServer(by);
				const ports = { [SERVICE_NAME]: service.port, [downloadName(newest)]: download.port };
				await step(ports, by);
				await service.close();
			}
			await download.close();
		}
		const { current } = readDeviceSlots(flash, world.fleet, [createPublicKey(world.dlKey)]);
		tally.endedWith = current?.information?.generation ?? 0;
		return tally;
	} finally {
		await world.close();
		rmSync(flash, { recursive: true, force: true });
	}
}
