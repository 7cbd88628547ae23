// A stranger stands in the service's place with rubbish certificates, a thousand times; then the genuine server, which
// has moved on by a generation, comes back. It counts how often the download server was asked, and how long the device needed.

import { main } from "../../firmware/main.js";
import type { Board } from "../../firmware/ports.js";
import { Dice } from "../dice.js";
import { FlashEmulator } from "../flash-emulator.js";
import { VirtualClock } from "../virtual-clock.js";
import { DAY, MINUTE, year } from "./life.js";
import type { FleetMaterial } from "./material.js";
import { WorldNetwork } from "./network.js";
import { World } from "./world.js";

export interface PacingReport {
	rubbish: number; // sessions
	downloads: number; // connections to download servers meanwhile
	allowed: number;
	/** ms from the genuine server's return to its authentication. */
	delay: number;
}

function settle() {
	return new Promise<void>(resolve => setImmediate(resolve));
}
const SERVICE_INTERVAL = 10_000; // ms: far more often than devices ask

/** The service moves to the next CA when told so. */
class PatientWorld extends World {
	moved = false;
	override inFullOperation(): number {
		return this.moved ? 2 : 1;
	}
	override inOperation(): number {
		return this.inFullOperation();
	}
}

export async function rubbishForAWhile(material: FleetMaterial, seed: number): Promise<PacingReport> {
	const world = new PatientWorld(material, { period: year, overlap: 0, generations: 2 });
	const clock = new VirtualClock(),
		dice = new Dice(seed),
		chip = new FlashEmulator(seed);
	let refused = 0,
		authenticatedAt = 0;
	const board: Board = {
		openFlash: partition => chip.open(partition),
		TCP: undefined as never,
		resolver: undefined as never, // WorldNetwork needs none
		timer: clock,
		ticks: () => clock.now >>> 0,
		random: dice.fill,
		print: line => {
			if (line.startsWith("refused server=service")) refused++;
			if (line.startsWith("authenticated server=service")) authenticatedAt = clock.now;
		},
	};
	chip.powerOn();
	const { fleet, informations, service } = material;
	world.stranger = { chain: [material.rubbish] };
	const started = clock.now;
	const { name, dlKeys } = fleet;
	const settings = {
		fleet: name,
		dlKeys,
		factory: informations[0],
		service: `https://${service}/`,
		serviceInterval: SERVICE_INTERVAL,
	};
	main(board, settings, new WorldNetwork(clock, host => world.find(host, clock.now))).run();
	const step = async (milliseconds: number, isOver: () => boolean) => clock.live(milliseconds, settle, isOver);
	await settle();
	await step(DAY, () => refused >= 1000);
	// At the worst moment: the bucket has just been emptied.
	const before = world.downloads;
	await step(DAY, () => world.downloads > before);
	const downloads = world.downloads,
		elapsed = clock.now - started;
	world.moved = true;
	world.stranger = undefined;
	const back = clock.now;
	await step(DAY, () => authenticatedAt > back);
	return {
		rubbish: refused,
		downloads,
		allowed: 1 + Math.ceil(elapsed / (15 * MINUTE)),
		delay: authenticatedAt - back,
	};
}
