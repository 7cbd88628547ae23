// `npm run powercut -- --board qemu-rv32 [--kills N] [--seed N] [--json]`: a whole life of updates, CA 1 to CA 2 to CA 3 …,
// on the running board, during which QEMU is killed without warning again and again, and started again on the same
// flash. Flash operations are stretched, word by word, so that many kills fall inside one; the board's driver says in a
// word of the flash image what was being done (boards/qemu-rv32/flash.c). After the last kill the device lives on to
// the newest CA undisturbed.

import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundleOnce } from "../../boards/bundle.js";
import { buildBoard, compileBytecode } from "../../boards/qemu-rv32/build.js";
import { emulatorCommand, runFile } from "../../boards/qemu-rv32/emulator.js";
import { activityOf, composeFlashImage, takeFlashImageApart, type Activity } from "../../boards/qemu-rv32/flash-image.js";
import type { DeviceEvent } from "../../firmware/events.js";
import { parseEvent } from "../../host/device-events.js";
import { readDeviceSlots } from "../../host/slot-image.js";
import { createWorld, downloadName, serviceName, type World } from "../world.js";

/** Kills inside an erase, and inside programming, from which on a run of 100 kills or more says something. */
const wanted = 50;
const wordMicroseconds = 100; // an erase takes 0.1 s, a copy of a typical CA information 0.01 s
const runLimit = 30_000; // ms, of one run of the device
const killsAGeneration = 8; // then the device is left alone until the next CA
const generationLimit = 200; // a device refuses a jump of more than 256

export interface Tally {
	kills: number;
	inErase: number;
	inProgram: number;
	/** Boots that found no valid current CA, after one that did. */
	noValidCa: number;
	/** Boots with an older current CA than a boot, or a promotion, before. */
	olderCa: number;
	/** Boots that stored the factory CA information anew. */
	fellToFactory: number;
	/** Runs that ended otherwise than by being killed or by authenticating the service. */
	crashed: number;
	boots: number;
	/** The generation with which the service was authenticated at the end, and the newest there is. */
	endedWith: number;
	newest: number;
}

export async function killDevices({ kills, seed, onProgress }: { kills: number; seed: number; onProgress(tally: Tally): void }): Promise<Tally> {
	const generations = Math.min(generationLimit, Math.ceil(kills / killsAGeneration) + 2);
	const world = await createWorld({ fleet: "powercut", authorities: generations });
	const folder = mkdtempSync(join(tmpdir(), "baton-powercut-"));
	const life = new Life(world, generations, folder, seed, onProgress);
	try {
		await life.live(kills);
		return life.tally;
	} finally {
		await world.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

class Life {
	readonly tally: Tally;
	readonly #world: World;
	readonly #folder: string;
	readonly #onProgress: (tally: Tally) => void;
	#random: number;
	#image = "";
	/** The newest CA that the device has said is its current one. */
	#reached = 0;

	constructor(world: World, newest: number, folder: string, seed: number, onProgress: (tally: Tally) => void) {
		this.#world = world;
		this.#folder = folder;
		this.#random = seed | 1;
		this.#onProgress = onProgress;
		this.tally = {
			...{ kills: 0, inErase: 0, inProgram: 0, noValidCa: 0, olderCa: 0, fellToFactory: 0, crashed: 0, boots: 0 },
			...{ endedWith: 0, newest },
		};
	}

	async live(kills: number): Promise<void> {
		const { tally } = this;
		this.#image = composeFlashImage(this.#folder);
		for (let generation = 1; generation < tally.newest; generation++) {
			const share = Math.min(kills, Math.ceil((kills * generation) / (tally.newest - 1)));
			const download = await this.#world.downloadServer(generation, this.#world.information(generation + 1));
			// The service by this CA: the device stores the next one. By the next one: it promotes.
			for (const by of [generation, generation + 1]) {
				const service = await this.#world.applicationServer(by);
				const ports = { [serviceName]: service.port, [downloadName(generation)]: download.port };
				const half = by === generation ? tally.kills + Math.floor((share - tally.kills) / 2) : share;
				await this.#run(ports, () => tally.kills < half);
				await service.close();
			}
			await download.close();
		}
		takeFlashImageApart(this.#image, this.#folder);
		const { current, next } = readDeviceSlots(this.#folder, this.#world.fleet, [this.#world.dlPublicKey, this.#world.spareDlPublicKey]);
		if (current?.information?.generation !== tally.newest || next) tally.noValidCa++;
	}

	/** Runs the device, killed as long as `mayKill`, until it has ended by itself with the service authenticated. */
	async #run(ports: { [host: string]: number }, mayKill: () => boolean): Promise<void> {
		const command = await this.#command(ports);
		for (let failures = 0; failures < 3; ) {
			// Where nothing is left to store, no flash operation comes: the device then ends before the kill.
			const kill = mayKill() ? this.#killPlan() : undefined;
			const code = await this.#boot(command, kill);
			this.#onProgress(this.tally);
			if (code === "killed") continue;
			if (code === 0) {
				if (!mayKill() || kill === undefined || this.#chance(0.5)) return;
			} else {
				this.tally.crashed++;
				failures++;
			}
		}
	}

	async #command(ports: { [host: string]: number }) {
		const [board, program] = await Promise.all([
			buildBoard(),
			bundleOnce({ entry: "boards/qemu-rv32/boot.ts", engine: "xs", kernel: "c" }).then(compileBytecode),
		]);
		const run = join(this.#folder, "run");
		writeFileSync(run, runFile({ preload: true, wordMicroseconds, settings: JSON.stringify(this.#world.settings(ports)) }));
		return emulatorCommand({ board, program, run, flash: this.#image });
	}

	/** When to kill: at a moment of the `skip`th operation of a kind, or at any moment. */
	#killPlan(): { during: Activity; skip: number; after: number } {
		const { inErase, inProgram } = this.tally;
		if (this.#chance(0.1)) return { during: "nothing", skip: 0, after: 600 * this.#fraction() };
		const during = this.#chance(inErase <= inProgram ? 0.6 : 0.4) ? "erasing" : "programming";
		return { during, skip: Math.floor(6 * this.#fraction()), after: (during === "erasing" ? 90 : 8) * this.#fraction() };
	}

	/** One run of the device. Gives its exit code, or "killed". */
	async #boot(command: { file: string; args: string[] }, kill?: { during: Activity; skip: number; after: number }): Promise<number | "killed"> {
		const device = spawn(command.file, command.args, { stdio: ["ignore", "pipe", "inherit"] });
		let hasBooted = false;
		createInterface({ input: device.stdout }).on("line", line => {
			const event = parseEvent(line);
			if (!event) return;
			if (event.event === "boot") hasBooted = true;
			this.#judge(event);
		});
		const ended = new Promise<number | "killed">(resolve => device.on("close", (code, signal) => resolve(signal ? "killed" : code!)));
		let isRunning = true;
		void ended.then(() => (isRunning = false));

		const image = openSync(this.#image, "r");
		const deadline = Date.now() + runLimit;
		let seen: Activity = "nothing", skip = kill?.skip ?? 0;
		while (isRunning) {
			const activity = activityOf(image);
			const begins = activity !== "nothing" && activity !== seen;
			seen = activity;
			const isTime = kill !== undefined && (kill.during === "nothing" || (begins && activity === kill.during && skip-- === 0));
			if (isTime || Date.now() > deadline) {
				await pause(kill?.after ?? 0);
				device.kill("SIGKILL");
				break;
			}
			await pause(1);
		}
		const code = await ended;
		const interrupted = activityOf(image);
		closeSync(image);
		if (code === "killed") {
			if (Date.now() > deadline) this.tally.crashed++; // it hung
			this.tally.kills++;
			if (interrupted === "erasing") this.tally.inErase++;
			if (interrupted === "programming") this.tally.inProgram++;
		}
		if (hasBooted) this.tally.boots++;
		return code;
	}

	#judge(event: DeviceEvent): void {
		const { tally } = this;
		if (event.event === "boot") {
			if (event.current === undefined) tally.noValidCa++;
			else if (event.current < this.#reached) tally.olderCa++;
			this.#reached = Math.max(this.#reached, event.current ?? 0);
		}
		if (event.event === "repaired" && this.#reached > 0 && event.reason?.startsWith("factory")) tally.fellToFactory++;
		if (event.event === "promoted") this.#reached = Math.max(this.#reached, event.generation!);
		if (event.event === "authenticated" && event.server === "service") tally.endedWith = event.generation!;
	}

	/** xorshift32: the same seed, the same plan (what the kills hit still depends on the moment). */
	#fraction(): number {
		let x = this.#random;
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		this.#random = x;
		return (x >>> 0) / 2 ** 32;
	}

	#chance(probability: number): boolean {
		return this.#fraction() < probability;
	}
}

export function isClean(tally: Tally): boolean {
	const found = tally.noValidCa + tally.olderCa + tally.fellToFactory + tally.crashed;
	const enough = tally.kills < 2 * wanted || (tally.inErase >= wanted && tally.inProgram >= wanted);
	return found === 0 && enough && tally.endedWith === tally.newest;
}

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));
