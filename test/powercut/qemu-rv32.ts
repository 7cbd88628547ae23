// `npm run powercut -- --board qemu-rv32 [--kills N] [--seed N] [--json]`: a whole life of updates, CA 1 to CA 2 to
// CA 3 …, on the running board, during which QEMU is killed without warning again and again, and started again on the
// same flash. Flash operations are stretched, word by word, so that many kills fall inside one; the board's driver says
// in a word of the flash image what was being done (boards/qemu-rv32/flash-cells.c). After the last kill the device lives on
// to the newest CA undisturbed.

import { spawn } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundleFirmware } from "../../boards/platforms.js";
import { buildBoard, compileBytecode, missingTools } from "../../boards/qemu-rv32/build.js";
import { emulatorCommand, runFile } from "../../boards/qemu-rv32/emulator.js";
import type { Activity } from "../../boards/qemu-rv32/flash-image.js";
import { activityOf, composeFlashImage, takeFlashImageApart } from "../../boards/qemu-rv32/flash-image.js";
import type { DeviceEvent } from "../../firmware/events.js";
import { parseEvent } from "../../host/device-events.js";
import { readDeviceSlots } from "../../host/slot-image.js";
import { HANG_GUARD } from "../eventually.js";
import { replay } from "../replay.js";
import { createWorld, downloadName, SERVICE_NAME, type World } from "../world.js";

/** Kills inside an erase, and inside programming, from which on a run of 100 kills or more says something. */
const WANTED = 50;
const WORD_MICROSECONDS = 200; // an erase takes 0.2 s, a copy of a typical CA information 0.02 s
const KILLS_AT_A_STEP = 5; // then the device may store, or promote, in peace
const MOST_KILLS = 100_000;

interface Tally {
	kills: number;
	inErase: number;
	inProgram: number;
	/** Boots that found no valid current CA, after one that did. */
	noValidCa: number;
	/** Boots with an older current CA than a boot, or a promotion, before. */
	olderCa: number;
	/** Boots that stored the factory CA information anew. */
	fellToFactory: number;
	/** Runs that ended otherwise than by being killed or by the firmware. */
	crashed: number;
	boots: number;
	/** The generation with which the service was authenticated at the end (0: its slot is not as it should be). */
	endedWith: number;
	/** The newest CA there is. */
	newest: number;
}

/** Prints what was found. Gives the exit code. */
export async function killBoard(
	board: string,
	{ kills, seed, json }: { kills: number; seed: number; json: boolean },
): Promise<number> {
	if (board !== "qemu-rv32" || !Number.isInteger(kills) || kills < 1 || kills > MOST_KILLS) {
		console.error(`powercut: expected --board qemu-rv32 and --kills 1 to ${MOST_KILLS}`);
		return 2;
	}
	const missing = await missingTools();
	if (missing) {
		console.error(`powercut: ${missing}`);
		return 2;
	}
	const started = Date.now();
	console.log(`seed ${seed}`);
	const tally = await killDevices({ kills, seed, onProgress: showProgress });
	const seconds = Math.round((Date.now() - started) / 100) / 10;
	const ok = isClean(tally);
	if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
	console.log(`${progress(tally)}; ${tally.boots} boots in ${seconds} s
  no valid current CA: ${tally.noValidCa}
  an older current CA than before: ${tally.olderCa}
  back to the factory's: ${tally.fellToFactory}
  runs that crashed or hung: ${tally.crashed}
  ended authenticated by CA ${tally.endedWith} of ${tally.newest}
${ok ? "ok" : `FAILED\n${replay("powercut", { board, kills, seed })} (the machine decides in which microsecond)`}`);
	if (json) console.log(JSON.stringify({ ...tally, seconds }));
	return ok ? 0 : 1;
}

function showProgress(tally: Tally): void {
	if (process.stderr.isTTY) process.stderr.write(`\r${progress(tally)} `);
}

function progress({ kills, inErase, inProgram }: Tally): string {
	return `${kills} kills, ${inErase} inside an erase, ${inProgram} inside programming`;
}

export async function killDevices({
	kills,
	seed,
	onProgress,
}: {
	kills: number;
	seed: number;
	onProgress?(tally: Tally): void;
}): Promise<Tally> {
	const world = await createWorld({ fleet: "powercut", authorities: Math.ceil(kills / 2) + 10 });
	const folder = mkdtempSync(join(tmpdir(), "baton-powercut-"));
	const life = new Life(world, folder, seed, onProgress ?? (() => {}));
	try {
		await life.live(kills);
		return life.tally;
	} finally {
		await world.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** When to kill: at a moment of the `skip`th operation of a kind, or at any moment. */
interface KillPlan {
	during: Activity;
	skip: number;
	after: number; // ms
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

	constructor(world: World, folder: string, seed: number, onProgress: (tally: Tally) => void) {
		this.#world = world;
		this.#folder = folder;
		this.#random = seed | 1;
		this.#onProgress = onProgress;
		this.tally = {
			...{ kills: 0, inErase: 0, inProgram: 0, noValidCa: 0, olderCa: 0, fellToFactory: 0, crashed: 0, boots: 0 },
			...{ endedWith: 0, newest: 1 },
		};
	}

	async live(kills: number): Promise<void> {
		const { tally } = this;
		this.#image = composeFlashImage(this.#folder);
		for (let isLast = false; !isLast; tally.newest++) {
			isLast = tally.kills >= kills && says(tally, kills);
			const download = await this.#world.downloadServer(tally.newest, this.#world.information(tally.newest + 1));
			// The service by this CA: the device stores the next one. By the next one: it promotes.
			for (const by of [tally.newest, tally.newest + 1]) {
				const service = await this.#world.applicationServer(by);
				const ports = { [SERVICE_NAME]: service.port, [downloadName(tally.newest)]: download.port };
				await this.#step(ports, isLast ? 0 : KILLS_AT_A_STEP);
				await service.close();
			}
			await download.close();
		}
		takeFlashImageApart(this.#image, this.#folder);
		const { current, next } = readDeviceSlots(this.#folder, this.#world.fleet, [createPublicKey(this.#world.dlKey)]);
		if (current?.information?.generation !== tally.newest || next) tally.endedWith = 0;
	}

	/** Runs the device until it has ended by itself with the service authenticated; before, kills it `kills` times. */
	async #step(ports: { [host: string]: number }, kills: number): Promise<void> {
		const command = await this.#command(ports);
		for (let failures = 0; failures < 3; ) {
			const code = await this.#boot(command, kills-- > 0 ? this.#killPlan() : undefined);
			this.#onProgress(this.tally);
			if (code === 0) return;
			if (code === "killed") continue;
			if (code !== 1) this.tally.crashed++; // 1: it ran to its end, but did not authenticate the service
			failures++;
		}
	}

	async #command(ports: { [host: string]: number }) {
		const [board, program] = await Promise.all([buildBoard(), bundleFirmware("qemu-rv32").then(compileBytecode)]);
		const run = join(this.#folder, "run");
		const settings = this.#world.settings(ports);
		writeFileSync(
			run,
			runFile({ preload: true, wordMicroseconds: WORD_MICROSECONDS, settings: JSON.stringify(settings) }),
		);
		return emulatorCommand({ board, program, run, flash: this.#image });
	}

	#killPlan(): KillPlan {
		const { inErase, inProgram } = this.tally;
		if (this.#chance(0.1)) return { during: "nothing", skip: 0, after: 600 * this.#fraction() };
		const during = this.#chance(inErase <= inProgram ? 0.7 : 0.3) ? "erasing" : "programming";
		return {
			during,
			skip: Math.floor(3 * this.#fraction()),
			after: (during === "erasing" ? 190 : 15) * this.#fraction(),
		};
	}

	/** One run of the device. Gives its exit code, or "killed". */
	async #boot(command: { file: string; args: string[] }, kill?: KillPlan): Promise<number | "killed"> {
		const device = spawn(command.file, command.args, { stdio: ["ignore", "pipe", "inherit"] });
		let hasBooted = false;
		createInterface({ input: device.stdout }).on("line", line => {
			const event = parseEvent(line);
			if (!event) return;
			if (event.event === "boot") hasBooted = true;
			this.#judge(event);
		});
		const ended = new Promise<number | "killed">(resolve => {
			device.on("close", (code, signal) => resolve(signal ? "killed" : code!));
		});
		let isRunning = true;
		void ended.then(() => (isRunning = false));

		const image = openSync(this.#image, "r");
		const deadline = Date.now() + HANG_GUARD;
		let seen: Activity = "nothing",
			skip = kill?.skip ?? 0;
		while (isRunning) {
			const activity = activityOf(image);
			const begins = activity !== "nothing" && activity !== seen;
			seen = activity;
			const isWanted = begins && activity === kill?.during && skip-- === 0;
			if (isWanted || kill?.during === "nothing" || Date.now() > deadline) {
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
			const current = typeof event.current === "number" ? event.current : 0;
			if (current === 0) tally.noValidCa++;
			else if (current < this.#reached) tally.olderCa++;
			this.#reached = Math.max(this.#reached, current);
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
	return found === 0 && says(tally, tally.kills) && tally.endedWith === tally.newest;
}

/** Whether enough of the kills are inside flash operations. Where one falls depends on the moment, so it goes on until they are. */
function says({ inErase, inProgram }: Tally, kills: number): boolean {
	return kills < 2 * WANTED ? inErase + inProgram > 0 : inErase >= WANTED && inProgram >= WANTED;
}

function pause(milliseconds: number) {
	return new Promise(resolve => setTimeout(resolve, milliseconds));
}
