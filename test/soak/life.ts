// One device's life in a world: its habit, its flash with everything that goes wrong with it, and what it says.

import { main } from "../../firmware/main.js";
import type { Board, Partition } from "../../firmware/ports.js";
import { Dice } from "../dice.js";
import { eraseTears, FlashEmulator, partitionNames, programTears, type Wear } from "../flash-emulator.js";
import { VirtualClock } from "../virtual-clock.js";
import { WorldNetwork } from "./network.js";
import type { World } from "./world.js";

export const MINUTE = 60_000,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	year = 365 * DAY; // ms

const serviceInterval = 3 * DAY;

/** How a device is used: how long it is on, then off, in ms, each time anew. */
export type Habit = (dice: Dice) => { on: number; off: number };
export const habits = {
	"never off": () => ({ on: 200 * DAY, off: MINUTE }), // but for a reboot now and then
	"five hours a day": dice => ({ on: 5 * HOUR, off: 19 * HOUR + dice.below(10) * MINUTE }),
	"unplugged nightly": dice => ({ on: 15 * HOUR + dice.below(120) * MINUTE, off: 8 * HOUR }),
	"rebooting every 10 minutes": () => ({ on: 10 * MINUTE, off: 1000 }),
	"a minute a day": () => ({ on: MINUTE, off: DAY - MINUTE }),
	"off for years": dice => ({ on: (20 + dice.below(40)) * DAY, off: (200 + dice.below(1500)) * DAY }),
} satisfies Record<string, Habit>;
export type HabitName = keyof typeof habits;

export interface Troubles {
	/** Of each flash operation: the power fails in it. */
	cut: number;
	/** Of each flash operation: it fails, with or without a word. */
	failure: number;
	/** Bits that turn over, in one copy, in a year. */
	rotPerYear: number;
	/** A block fails for good in the first years, and stays so to the end. */
	block?: boolean;
}

export interface LifeReport {
	years: number;
	/** Times that next became current. */
	changes: number;
	boots: number;
	polls: number;
	services: number;
	/** Service authentications that failed one after the other, at most; and altogether. */
	failuresInARow: number;
	failures: number;
	cuts: number;
	/** Boots with an older current than before. */
	older: number;
	stuck: boolean;
	wear: Record<Partition, Wear>;
	/** What went wrong, in words. */
	remarks: string[];
}

function settle() {
	return new Promise<void>(resolve => setImmediate(resolve));
}

/** Lives for `years`, then for a month without interruption: a device that is not current by then is stuck. */
export async function live(
	world: World,
	habit: Habit,
	years: number,
	seed: number,
	troubles: Troubles,
): Promise<LifeReport> {
	const life = new Life(world, seed, troubles);
	await life.until(years * year, habit);
	life.calm = true;
	await life.until(life.clock.now + 30 * DAY, habits["never off"]);
	return life.finish(years);
}

class Life {
	readonly clock = new VirtualClock();
	/** No more troubles. */
	calm = false;
	readonly #world: World;
	readonly #dice: Dice;
	readonly #troubles: Troubles;
	readonly #chip: FlashEmulator;
	#current = 0;
	#authenticatedBy = 0;
	#run = 0; // failures in a row
	readonly #report: LifeReport = {
		years: 0,
		changes: 0,
		boots: 0,
		polls: 0,
		services: 0,
		failuresInARow: 0,
		failures: 0,
		cuts: 0,
		older: 0,
		stuck: false,
		wear: {} as Record<Partition, Wear>,
		remarks: [],
	};

	constructor(world: World, seed: number, troubles: Troubles) {
		this.#world = world;
		this.#dice = new Dice(seed);
		this.#troubles = troubles;
		this.#chip = new FlashEmulator(seed);
		this.#chip.onOperation = (_, index) => this.#trouble(index);
	}

	async until(end: number, habit: Habit): Promise<void> {
		while (this.clock.now < end) {
			const { on, off } = habit(this.#dice);
			const until = Math.min(end, this.clock.now + on);
			while (this.clock.now < until) {
				this.#boot();
				await settle();
				if (!this.#chip.isOff) await this.clock.live(until - this.clock.now, settle, () => this.#chip.isOff);
				if (this.#chip.isOff) this.clock.now += 1000; // the power is back
			}
			this.clock.clearAll();
			this.clock.now += off;
			this.#rot(on + off);
			this.#breakBlock(on + off);
		}
	}

	finish(years: number): LifeReport {
		const report = this.#report;
		report.years = years;
		const asked = this.clock.now - serviceInterval - HOUR; // since then it must have asked once
		report.stuck = ![this.clock.now, asked].some(then => this.#world.serves(this.#authenticatedBy, then));
		if (report.stuck)
			report.remarks.push(`stuck at ${this.#authenticatedBy} of ${this.#world.inFullOperation(this.clock.now)}`);
		for (const partition of partitionNames) report.wear[partition] = this.#chip.wear(partition);
		return report;
	}

	#boot(): void {
		const { material } = this.#world;
		const { clock } = this;
		clock.clearAll();
		this.#chip.powerOn();
		this.#report.boots++;
		const boot = this.#report.boots;
		const board: Board = {
			openFlash: partition => this.#chip.open(partition),
			TCP: undefined as never, // WorldNetwork needs none
			resolver: undefined as never,
			timer: clock,
			ticks: () => clock.now >>> 0,
			random: this.#dice.fill,
			print: line => {
				if (boot === this.#report.boots && !this.#chip.isOff) this.#hear(line);
			},
		};
		const network = new WorldNetwork(clock, host => this.#world.find(host, clock.now));
		const settings = {
			fleet: material.fleet.name,
			factory: material.informations[0],
			dlKeys: material.fleet.dlKeys,
			service: `https://${material.service}/`,
			serviceInterval,
		};
		main(board, settings, network).run();
	}

	#hear(line: string): void {
		const report = this.#report;
		const [event] = line.split(" ", 1);
		const number = (name: string) => Number(new RegExp(` ${name}=(\\d+)`).exec(line)?.[1]);
		if (event === "boot") {
			const current = number("current");
			if (current < this.#current) {
				report.older++;
				report.remarks.push(`booted with ${current} after ${this.#current}`);
			}
			this.#current = current;
		} else if (event === "promoted") {
			report.changes++;
			this.#current = number("generation");
		} else if (event === "repaired" && line.includes("promotion finished")) {
			report.changes++;
		} else if (event === "poll") {
			report.polls++;
		} else if (event === "authenticated" && line.includes("server=service")) {
			report.services++;
			this.#authenticatedBy = number("generation");
			this.#run = 0;
		} else if (event === "failed" && line.includes("server=service")) {
			report.failures++;
			report.failuresInARow = Math.max(report.failuresInARow, ++this.#run);
			if (this.#run !== 4) return;
			report.remarks.push(
				`day ${Math.floor(this.clock.now / DAY)}: four failures in a row, ${line}, current ${this.#current}`,
			);
		}
	}

	#trouble(index: number): void {
		if (this.calm) return;
		const dice = this.#dice;
		if (dice.chance(this.#troubles.cut)) {
			this.#report.cuts++;
			const models = dice.chance(0.5) ? programTears : eraseTears;
			const model = models[dice.below(models.length)];
			this.#chip.cutAt(index, { model, amount: dice.below(1000) / 1000, unstable: dice.chance(0.5) });
		} else if (dice.chance(this.#troubles.failure)) {
			this.#chip.operationFaults.set(index, dice.chance(0.5) ? "ignores" : dice.chance(0.5) ? "half" : "refuses");
		}
	}

	/** A block wears out, a few years into a life. */
	#breakBlock(elapsed: number): void {
		const dice = this.#dice,
			{ blockFaults } = this.#chip;
		if (!this.#troubles.block || blockFaults.size > 0 || !dice.chance(elapsed / (3 * year))) return;
		const block = ["ca0:0", "ca0:1", "ca1:0", "ca1:1", "poll:0"][dice.below(5)];
		blockFaults.set(
			block,
			(["ignores", "ignores erase", "ignores program", "refuses", "unreadable"] as const)[dice.below(5)],
		);
		this.#report.remarks.push(`day ${Math.floor(this.clock.now / DAY)}: ${block} ${blockFaults.get(block)}`);
	}

	/** Cells lose their charge, in one copy at a time. */
	#rot(elapsed: number): void {
		if (this.calm || !this.#dice.chance((this.#troubles.rotPerYear * elapsed) / year)) return;
		const partition = partitionNames[this.#dice.below(3)];
		const block = partition === "poll" ? 0 : this.#dice.below(2);
		for (let n = 1 + this.#dice.below(3); n > 0; n--)
			this.#chip.flip(partition, 8 * 4096 * block + this.#dice.below(4000));
	}
}
