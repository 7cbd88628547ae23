// Many virtual devices in one process: the firmware's own modules, each device with a flash of its own in memory and
// real sockets. Started by herd.ts, to which it reports each device that has arrived.

import { randomFillSync } from "node:crypto";
import { nodeBoard } from "../../boards/node/board.js";
import { deviceSettings, type RunSettings } from "../../boards/settings.js";
import type { Device } from "../../firmware/device.js";
import { main } from "../../firmware/main.js";
import type { Flash } from "../../firmware/ports.js";
import { parseEvent } from "../../host/device-events.js";

export interface HerdOrder {
	devices: number;
	settings: RunSettings;
	/** Generation that the service shows. */
	generation: number;
}

/** A device that has authenticated the service by the wanted generation. */
export interface Arrival {
	/** Sessions with the download server that it took until it had the CA information. */
	tries: number;
	/** Sessions with the service until it was authenticated. */
	services: number;
	milliseconds: number;
	/** Reasons of what failed on the way, or was refused. */
	failures: string[];
}

process.once("message", order => start(order as HerdOrder));

function start({ devices, settings, generation }: HerdOrder): void {
	const burntIn = deviceSettings(settings);
	let begun = 0;
	const herd: Device[] = [];
	for (let i = 0; i < devices; i++) {
		const arrival: Arrival = { tries: 0, services: 1, milliseconds: 0, failures: [] };
		let arrived = false;
		const board = nodeBoard({
			flash: "",
			map: settings.map,
			print(line) {
				const event = parseEvent(line);
				if (event?.event === "poll") arrival.tries++;
				if (event?.event === "failed") {
					const what = "server" in event ? event.server : event.partition;
					if (what === "service") arrival.services++;
					arrival.failures.push(`${what}: ${event.reason}`);
				}
				if (
					arrived ||
					event?.event !== "authenticated" ||
					event.server !== "service" ||
					event.generation !== generation
				)
					return;
				arrived = true;
				arrival.milliseconds = Math.round(performance.now() - begun);
				process.send!(arrival);
				device.stop();
			},
		});
		const flash = new Map<string, Flash>();
		board.openFlash = partition => {
			if (!flash.has(partition)) flash.set(partition, memoryFlash(partition === "poll" ? 4_096 : 8_192));
			return flash.get(partition)!;
		};
		board.random = random => void randomFillSync(random);
		const device = main(board, burntIn);
		herd.push(device);
	}
	begun = performance.now();
	for (const device of herd) device.run();
}

const BLOCK_LENGTH = 4_096;

/** NOR flash in memory; a block that was never programmed takes none. */
function memoryFlash(size: number): Flash {
	const blocks: (Uint8Array | undefined)[] = new Array(size / BLOCK_LENGTH);
	return {
		read(byteLength, offset) {
			const block = blocks[Math.floor(offset / BLOCK_LENGTH)];
			const at = offset % BLOCK_LENGTH;
			return block ? block.slice(at, at + byteLength).buffer : new Uint8Array(byteLength).fill(0xff).buffer;
		},
		write(bytes, offset) {
			const block = (blocks[Math.floor(offset / BLOCK_LENGTH)] ??= new Uint8Array(BLOCK_LENGTH).fill(0xff));
			for (let i = 0, at = offset % BLOCK_LENGTH; i < bytes.length; i++, at++) block[at] &= bytes[i];
		},
		eraseBlock(start, end = start + 1) {
			for (let block = start; block < end; block++) blocks[block] = undefined;
		},
		status: () => ({ size, blockLength: BLOCK_LENGTH, blocks: size / BLOCK_LENGTH }),
		close() {},
	};
}
