// A rehearsal: a fleet on disk, its servers on 127.0.0.1, an operator who follows the plan and one device on a board, all
// real, with the plan's years squeezed into fractions of a second. A scenario says what else happens and in which year;
// what came of it is recorded from three sides (the operator's steps, the servers' own logs, the device's console and
// its flash images) and judged by the scenario.
//
// The years stand still while the operator works, and at a scenario's `until`, so that a slow machine changes nothing.

import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchOptions } from "../boards/board-command.js";
import type { BoardName, SdkBoard } from "../boards/platforms.js";
import type { RunSettings } from "../boards/settings.js";
import type { RunningBoard } from "../boards/start.js";
import { engineOf, startBoard } from "../boards/start.js";
import { parseEvent } from "../host/device-events.js";
import { type DlKey, isSameKey, rawPublicKey } from "../host/dl-key.js";
import { Fleet } from "../host/fleet.js";
import { type CarriedOut, FleetDesk } from "../host/fleet-desk.js";
import { FleetServer } from "../host/fleet-server.js";
import type { Operation, Order } from "../host/operator.js";
import { Signer } from "../host/signer.js";
import { type DeviceSlots, readDeviceSlots, SLOT_LENGTH } from "../host/slot-image.js";
import { answerService } from "./application-server.js";
import { Deployment, type ServerAccess, serverName } from "./deployment.js";
import { type Finding, judge } from "./judgement.js";
import { type Ports, reservePorts } from "./ports.js";
import { type Entry, Seen, slotsOf } from "./record.js";
import { type At, checkOrder, type Scenario, type Stage, type Until } from "./scenario.js";

export interface RehearsalOptions {
	board: BoardName | SdkBoard;
	/** Of a real board. */
	bench?: BenchOptions;
	/** Of this machine, where the board finds the servers; default 127.0.0.1. */
	address?: string;
	/** Milliseconds of a year; default: the board's own pace. */
	yearMilliseconds?: number;
	/** Where the fleet and the flash images stay; default: a folder that goes at the end. */
	keep?: string;
	/** They stay where something did not hold, with the device's console. */
	keepFailed?: boolean;
	onBegin?(rehearsal: Rehearsal): void;
	/** All is over, and the folder is still there. */
	onEnd?(): void;
	onEntry?(entry: Entry): void;
	/** Called some ten times a second. */
	onTick?(rehearsal: Rehearsal): void;
	signal?: AbortSignal;
}

export interface RehearsalResult {
	scenario: string;
	engine: string;
	findings: Finding[];
	record: Entry[];
	slots: { current: number | null; next: number | null };
	operation: Operation;
	/** The folder, if it was kept: the fleet, the flash images, `console.log`. */
	kept?: string;
}

/** What is burnt into the device. `factory` absent: CA information 1, as the fleet has it. */
interface Firmware {
	dlKeys: DlKey[];
	retiredDlKeys: DlKey[];
	factory?: Uint8Array;
}

/** Milliseconds of a year on a board: some five sessions of that board fit into one. */
const pace: Record<BoardName | SdkBoard, number> = {
	node: 300,
	simulator: 500,
	"qemu-rv32": 2_500,
	"sdk-linux": 2_500,
	"esp32c3-qemu": 10_000,
	esp32: 20_000,
	esp32c3: 20_000,
};
/** No wait in a rehearsal is measured by it: it only ends what hangs, on the slowest machine. */
const HANG_GUARD = 300_000; // ms
const TICK = 100; // ms
const MOST_GENERATIONS = 12;

const PLANNED_BEGIN = "2030-01-01T00:00:00.000Z";
const FLEET_NAME = "example";
const SERVICE_NAME = "service.fleet.example";

export class Rehearsal implements Stage {
	readonly scenario: Scenario;
	readonly board: BoardName | SdkBoard;
	readonly record: Entry[] = [];
	readonly fleet: Fleet;
	readonly flash: string; // folder
	readonly yearMilliseconds: number;
	readonly #options: RehearsalOptions;
	readonly #folder: string;
	/** The one that signs now, and, once it is made, the one that will. */
	#signer: Signer;
	#nextSigner: Signer | undefined;
	#firmware: Firmware;
	readonly #desk: FleetDesk;
	#servers!: FleetServer | Deployment;
	readonly #ports = new Map<string, number>();
	#reserved: Ports | undefined;
	readonly #listeners = new Set<() => void>();
	#device: RunningBoard | undefined;
	readonly #console: string; // file
	readonly #address: string;
	#switchedOff = new WeakSet<RunningBoard>();
	#died: number | undefined;
	#orders: Promise<void> = Promise.resolve();
	#engine = "unknown";
	/** Held: a year. Running: performance.now() at year 0, and the year that it does not pass. */
	#clock: { at: number } | { since: number; until: number } = { at: 0 };

	static async run(scenario: Scenario, options: RehearsalOptions): Promise<RehearsalResult> {
		checkOrder(scenario);
		const folder = options.keep ?? mkdtempSync(join(tmpdir(), "baton-rehearsal-"));
		mkdirSync(folder, { recursive: true });
		try {
			const place = join(folder, "dl");
			const signer = scenario.classical
				? Signer.create(place, FLEET_NAME)
				: await Signer.createHybrid(place, FLEET_NAME);
			const rehearsal = new Rehearsal(scenario, options, folder, signer);
			options.onBegin?.(rehearsal);
			const result = await rehearsal.#run();
			options.onEnd?.();
			return result;
		} finally {
			if (!options.keep) rmSync(folder, { recursive: true, force: true });
		}
	}

	private constructor(scenario: Scenario, options: RehearsalOptions, folder: string, signer: Signer) {
		this.scenario = scenario;
		this.board = options.board;
		this.#options = options;
		this.yearMilliseconds = options.yearMilliseconds ?? pace[options.board];
		this.flash = join(folder, "device");
		this.#folder = folder;
		this.#console = join(folder, "console.log");
		this.#address = options.address ?? "127.0.0.1";
		this.#signer = signer;
		this.#firmware = { dlKeys: [signer.publicKey], retiredDlKeys: [] };
		this.fleet = Fleet.create(join(folder, "fleet"), {
			fleet: FLEET_NAME,
			begins: PLANNED_BEGIN,
			plan: scenario.plan,
			services: [SERVICE_NAME],
			downloadUrl: "https://download-{n}.fleet.example/ca-information",
			dlKeys: [Buffer.from(rawPublicKey(this.#signer.publicKey)).toString("hex")],
		});
		this.#desk = new FleetDesk({ fleet: this.fleet, year: () => this.year, signer: () => this.#signer });
	}

	/** Fraction of years since authority A's beginning. */
	get year(): number {
		if ("at" in this.#clock) return this.#clock.at;
		const { since, until } = this.#clock;
		return Math.min(until, (performance.now() - since) / this.yearMilliseconds);
	}

	/** Authority A is in operation, and all that comes after it. */
	get hasBegun(): boolean {
		return this.fleet.record !== undefined;
	}

	get operation(): Operation {
		return this.#desk.operation;
	}

	get deviceIsOn(): boolean {
		return this.#device !== undefined;
	}

	/** The device's slots as it has said on its console. */
	get slots(): { current: number | null; next: number | null } {
		return slotsOf(this.record);
	}

	/** What an operator does by hand: one order after the other, the plan's own among them. */
	order(order: Order): Promise<void> {
		return this.#inTurn(async () => this.#settle(await this.#desk.give(order)));
	}

	#inTurn(work: () => Promise<void>): Promise<void> {
		const done = this.#orders.then(work);
		this.#orders = done.catch(() => {});
		return done;
	}

	async switchOn(): Promise<void> {
		if (this.#device) return;
		const device = await startBoard({
			board: this.board,
			bench: this.#options.bench,
			flash: this.flash,
			settings: this.#settings(),
			onLine: line => {
				appendFileSync(this.#console, `${line}\n`);
				const engine = engineOf(line);
				if (engine && this.#engine === "unknown") this.say(`the device runs on ${line.slice(2)}`);
				this.#engine = engine ?? this.#engine;
				const event = parseEvent(line);
				if (event) this.#enter({ from: "device", event });
			},
			onComplaint: line => this.say(`the device's program: ${line}`),
		});
		this.#device = device;
		void device.exited.then(code => {
			if (this.#switchedOff.has(device)) return;
			this.#died = code;
			this.#device = undefined;
			this.say(`the device's program ended by itself with code ${code}`);
		});
	}

	/** A power cut: nothing runs on the device after it. */
	async switchOff(): Promise<void> {
		const device = this.#device;
		if (!device) return;
		this.#switchedOff.add(device);
		this.#device = undefined;
		device.kill();
		await device.exited;
	}

	async visit(visitor: string, without?: readonly string[]): Promise<void> {
		const device = await startBoard({
			board: this.board,
			flash: join(this.flash, "..", visitor.replaceAll(" ", "-")),
			settings: { ...this.#settings(), once: true },
			without,
			onLine: line => {
				const event = parseEvent(line);
				if (event) this.#enter({ from: "visitor", visitor, event });
			},
			onComplaint: line => this.say(`${visitor}'s program: ${line}`),
		});
		await device.exited;
	}

	loseCurrent(): void {
		const { current, images } = this.#readSlots();
		if (!current) throw new TypeError("there is no current to lose");
		const image = new Uint8Array(SLOT_LENGTH).fill(0xff);
		writeFileSync(join(this.flash, `ca${images.indexOf(current)}`), image);
	}

	async createDlKey(): Promise<void> {
		const next = await Signer.createHybrid(join(this.#folder, "dl-next"), FLEET_NAME);
		for (const generation of this.#signer.signed)
			next.adopt(this.fleet.signedInformation(generation), [this.#signer.publicKey]);
		this.#nextSigner = next;
	}

	async updateFirmware(forgetting?: "retired keys"): Promise<void> {
		const { fleet, operation } = this;
		const signer = this.#nextSigner ?? this.#signer;
		const former = [...fleet.dlKeys, ...fleet.retiredDlKeys].filter(key => !isSameKey(key, signer.publicKey));
		this.#firmware = {
			dlKeys: [signer.publicKey],
			retiredDlKeys: forgetting ? [] : former,
			factory: signer.sign(fleet.unsigned(operation, operation.full)),
		};
		await this.switchOff();
		await this.switchOn();
	}

	changeDlKeys(): Promise<void> {
		return this.#inTurn(async () => {
			this.#signer = this.#nextSigner!;
			this.#nextSigner = undefined;
			const { signed, ...changed } = await this.#desk.changeDlKeys([this.#signer.publicKey]);
			this.say(`signed again: CA information ${signed.join(" and ")}`);
			await this.#settle({ signed, ...changed });
		});
	}

	say(text: string): void {
		this.#enter({ from: "rehearsal", text });
	}

	/** The servers, for what goes against the plan. */
	get deployment(): Deployment {
		if (!(this.#servers instanceof Deployment)) throw new TypeError("this scenario has one socket for all");
		return this.#servers;
	}

	/** Brings the servers in line, and says what an operator should know. */
	async reconcile(): Promise<void> {
		const { operation } = this;
		await this.#servers.reconcile(operation);
		if (this.#servers instanceof Deployment)
			for (const warning of this.#servers.warnings(operation)) this.say(`warning: ${warning}`);
	}

	async #run(): Promise<RehearsalResult> {
		try {
			await this.#reservePorts();
			this.#servers = this.#openServers();
			await this.#settle(await this.#desk.begin());
			if (!this.scenario.deviceLater) await this.switchOn();
			await this.#live();
		} finally {
			// In this order: then each connection that the device began is in the servers' log with its outcome.
			await this.switchOff();
			await this.#servers?.close();
			this.#reserved?.release();
		}
		return this.#result();
	}

	/** Goes from one moment at which something is to be done to the next. */
	async #live(): Promise<void> {
		const { timeline, end } = this.scenario;
		const moments = timeline.filter(moment => moment.is !== "expect");
		for (;;) {
			const { due } = this.#desk;
			const [moment] = moments;
			const next = Math.min(moment?.year ?? Infinity, due?.year ?? Infinity, end);
			await this.#reach(next);
			if (moment?.year === next) {
				moments.shift();
				if (moment.is === "until") await this.#hold(moment);
				else await this.#act(moment);
			} else if (due?.year === next) {
				await this.#inTurn(async () => {
					const carriedOut = await this.#desk.giveDue(); // an order by hand may have come before it
					if (carriedOut) await this.#settle(carriedOut);
				});
			} else {
				return;
			}
			if (this.#died !== undefined) return;
		}
	}

	/** Lets the years pass until `moment`, never beyond, however late this program is. */
	async #reach(moment: number): Promise<void> {
		const year = Math.max(moment, this.year); // what is due already is done now
		this.#clock = { since: performance.now() - this.year * this.yearMilliseconds, until: year };
		while (this.year < year) {
			await this.#pause(Math.min(TICK, (year - this.year) * this.yearMilliseconds + 1));
			this.#options.onTick?.(this);
		}
		this.#clock = { at: year };
	}

	async #act({ what, act }: At): Promise<void> {
		this.say(what);
		await act(this);
	}

	async #hold({ what, holds }: Until): Promise<void> {
		const deadline = performance.now() + HANG_GUARD;
		const seen = new Seen(this.record);
		let shown = false;
		while (!holds(seen) && this.#died === undefined) {
			const left = deadline - performance.now();
			if (left <= 0) return this.say(`waited ${HANG_GUARD / 1000} s in vain: ${what}`);
			if (!shown && left < HANG_GUARD - 2_000) {
				shown = true;
				this.say(`the years stand still: ${what}`);
			}
			await this.#pause(Math.min(TICK, left));
			this.#options.onTick?.(this);
		}
	}

	/** Ends early when something happens; rejects when the run is broken off. */
	#pause(milliseconds: number): Promise<void> {
		const { signal } = this.#options;
		return new Promise((resolve, reject) => {
			signal?.throwIfAborted();
			const done = () => {
				clearTimeout(timer);
				this.#listeners.delete(done);
				signal?.removeEventListener("abort", broken);
				resolve();
			};
			const broken = () => {
				clearTimeout(timer);
				this.#listeners.delete(done);
				reject(signal!.reason);
			};
			const timer = setTimeout(done, milliseconds);
			this.#listeners.add(done);
			signal?.addEventListener("abort", broken, { once: true });
		});
	}

	/** Says what was done, and brings the servers in line. */
	async #settle({ steps }: CarriedOut): Promise<void> {
		for (const step of steps) this.#enter({ from: "operator", step });
		await this.reconcile();
	}

	#enter(entry: Entry extends infer One ? (One extends Entry ? Omit<One, "year"> : never) : never): void {
		const whole = { year: Math.round(this.year * 1000) / 1000, ...entry } as Entry;
		this.record.push(whole);
		this.#options.onEntry?.(whole);
		for (const listener of [...this.#listeners]) listener();
	}

	#settings(): RunSettings {
		const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
		const { dlKeys, retiredDlKeys, factory } = this.#firmware;
		return {
			fleet: this.fleet.name,
			factory: hex(factory ?? this.fleet.information(1)!),
			dlKeys: dlKeys.map(key => hex(rawPublicKey(key))),
			...(retiredDlKeys.length > 0 ? { retiredDlKeys: retiredDlKeys.map(key => hex(rawPublicKey(key))) } : {}),
			service: `https://${SERVICE_NAME}/`,
			map: [...this.#ports].map(([host, toPort]) => ({ host, address: this.#address, toPort })),
			pollInterval: Math.round(0.8 * this.yearMilliseconds),
			serviceInterval: Math.round(0.45 * this.yearMilliseconds),
			deadline: 60_000, // the firmware's own
			once: false,
		};
	}

	/** Every host of the scenario has its port from the beginning, whether something listens there or not. */
	async #reservePorts(): Promise<void> {
		this.#reserved = await reservePorts();
		const { ports } = this.#reserved;
		const hosts = [
			SERVICE_NAME,
			...Array.from({ length: MOST_GENERATIONS }, (_, n) => new URL(this.fleet.nextAddress(n + 1)).hostname),
		];
		for (const [i, host] of hosts.entries()) this.#ports.set(host, ports[this.scenario.shared ? 0 : i]);
	}

	#openServers(): FleetServer | Deployment {
		const enter = (access: ServerAccess) => this.#enter({ from: "server", access });
		const limits = { handshake: HANG_GUARD, request: HANG_GUARD, idle: HANG_GUARD, grace: HANG_GUARD };
		return this.scenario.shared
			? new FleetServer({
					fleet: this.fleet,
					listen: { address: this.#address, port: this.#portOf(SERVICE_NAME) },
					service: answerService,
					onAccess: ({ host = "?", ...access }) => enter({ server: serverName(host), ...access }),
					limits,
				})
			: new Deployment({
					fleet: this.fleet,
					listen: host => ({ address: this.#address, port: this.#portOf(host) }),
					onAccess: enter,
					limits,
					services: this.scenario.services,
				});
	}

	#portOf(host: string): number {
		const port = this.#ports.get(host);
		if (port === undefined) throw new RangeError(`the rehearsal has no port for ${host}`);
		return port;
	}

	#readSlots(): DeviceSlots {
		return readDeviceSlots(this.flash, this.fleet.name, [...this.fleet.dlKeys, ...this.fleet.retiredDlKeys]);
	}

	#result(): RehearsalResult {
		const slots = this.#readSlots();
		const { scenario, record, fleet, operation } = this;
		const died = this.#died;
		return {
			scenario: scenario.name,
			engine: this.#engine,
			findings:
				died === undefined
					? [
							...judge(scenario, { record, slots, fleet, operation }),
							{ ok: true, what: "the device's program ran to the end" },
						]
					: [{ ok: false, what: `the device's program ended by itself with code ${died}` }],
			record,
			slots: {
				current: slots.current?.information?.generation ?? null,
				next: slots.next?.information?.generation ?? null,
			},
			operation,
		};
	}
}
