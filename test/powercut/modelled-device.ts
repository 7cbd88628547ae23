// A device of the model: firmware/trust run on emulated flash, once for each thing that can happen to it. What it holds
// in memory afterwards is known by what can be seen of it from outside.

import { DecodeError } from "../../firmware/cbor.js";
import type { Fleet, VerifiedCaInformation } from "../../firmware/trust/ca-information.js";
import { type Acceptance, Slots } from "../../firmware/trust/slots.js";
import { CertificateError } from "../../firmware/x509/certificate.js";
import { CERTIFICATE_A, CERTIFICATE_B, CERTIFICATE_C, CERTIFICATE_D } from "../firmware/trust/certificates.js";
import { copyImage, readCopyImage } from "../firmware/trust/copy-image.js";
import { dlSeed, FLEET_NAME, issue, spareSeed } from "../firmware/trust/issue.js";
import { BLOCK_LENGTH, FlashEmulator, type OperationFault } from "../flash-emulator.js";
import { publicKeyOf } from "../reference/ed25519.js";
import { type Reading, type Step, stepOf } from "./abstract-flash.js";
import type { DlKeyName, FirmwareNumber, Phase, World } from "./worlds.js";

export type Action = (
	| { do: "refresh"; reading: readonly Reading[] } // a session begins; what the four copies read now
	| { do: "prove"; name: string } // a service has proved itself by this anchor
	| { do: "ask"; role: "current" | "next" | "factory"; https: boolean; given: string } // an address of it gives this
	| { do: "asked" } // the address of current, or of the factory's without one, was asked, and nothing came
	| { do: "offer"; given: string }
) & { refuseFrom?: number }; // flash refuses everything from this operation on

/** What a device has in memory, with what it has on flash behind it. */
export interface Mem {
	id: number;
	anchors: readonly { slot: "current" | "next" | "candidate" | "factory"; name: string }[];
	current: string | undefined;
	/** Whether current is on flash. */
	stored: boolean;
	next: string | undefined;
	candidate: string | undefined;
	asked: boolean;
	/** An update has brought something in this session. */
	brought: boolean;
	/** Some copy could not be read. */
	unreadable: boolean;
	/** Some copy is proved, and not for this firmware. */
	foreignProved: boolean;
	/** Whether an honest session authenticates the service, by the phases that were asked for. */
	readonly sessions: Map<Phase, boolean>;
	readonly recipe: Recipe;
	readonly known: Map<string, Outcome>;
}

export interface Outcome {
	steps: readonly Step[];
	mem: Mem;
}

interface Recipe {
	firmware: FirmwareNumber;
	dead: DeadSlots;
	reading: readonly Reading[];
	actions: readonly Action[];
}

/** Bit 0: ca0 takes nothing any more; bit 1: ca1. */
export type DeadSlots = 0 | 1 | 2 | 3;

interface Running {
	firmware: FirmwareNumber;
	chip: FlashEmulator;
	slots: Slots;
	steps: Step[];
	asked: boolean;
	brought: boolean;
}

const certificates = {
	A: CERTIFICATE_A,
	B: CERTIFICATE_B,
	C: CERTIFICATE_C,
	D: CERTIFICATE_D,
	E: CERTIFICATE_D.replaceAll("2043412034", "2043412035"), // another name; nobody checks an anchor's signature
};
const seeds = { K1: dlSeed, K2: spareSeed };
const publicKeys = { K1: publicKeyOf(dlSeed), K2: publicKeyOf(spareSeed) };

export class ModelledDevice {
	/** How often the firmware was run. */
	runs = 0;
	readonly #world: World;
	readonly #bytes = new Map<string, Uint8Array>();
	readonly #names = new Map<string, string>();
	readonly #fleets: Record<FirmwareNumber, Fleet>;
	readonly #boots = new Map<string, Outcome>();
	readonly #mems = new Map<string, Mem>();

	constructor(world: World) {
		this.#world = world;
		const fleet = (n: FirmwareNumber): Fleet => ({
			name: FLEET_NAME,
			dlKeys: world.firmware[n].dlKeys.map((key: DlKeyName) => publicKeys[key]),
			retiredDlKeys: world.firmware[n].retired.map((key: DlKeyName) => publicKeys[key]),
		});
		this.#fleets = { 1: fleet(1), 2: fleet(2) };
		for (const [name, { generation, ca, follows, revokes, dlKey }] of Object.entries(world.records)) {
			const content = {
				generation,
				follows: follows === generation - 1 ? undefined : follows,
				revokes: revokes || undefined,
			};
			for (const usable of [true, false]) {
				const certificate = usable ? certificates[ca] : certificates[ca].slice(0, -2);
				const bytes = issue({ ...content, certificate }, { seed: seeds[dlKey] });
				this.#bytes.set(name + usable, bytes);
				this.#names.set(fingerprint(bytes), name);
			}
		}
	}

	/** Whether the firmware cannot use this record. */
	isForeign(name: string, firmware: FirmwareNumber): boolean {
		return !this.isSigned(name, firmware) || this.#world.records[name].usableBy > firmware;
	}

	/** Whether it is signed by a DL key that the firmware knows. */
	isSigned(name: string, firmware: FirmwareNumber): boolean {
		const { dlKeys, retired } = this.#world.firmware[firmware];
		return [...dlKeys, ...retired].includes(this.#world.records[name].dlKey);
	}

	boot(reading: readonly Reading[], firmware: FirmwareNumber, dead: DeadSlots): Outcome {
		const key = `${firmware}${dead}${reading.join("")}`;
		let outcome = this.#boots.get(key);
		if (!outcome) {
			const running = this.#start(reading, firmware, dead);
			outcome = this.#outcome(running, { firmware, dead, reading, actions: [] });
			this.#boots.set(key, outcome);
		}
		return outcome;
	}

	act(mem: Mem, action: Action): Outcome {
		const key = JSON.stringify(action);
		let outcome = mem.known.get(key);
		if (!outcome) {
			const { recipe } = mem;
			const running = this.#start(recipe.reading, recipe.firmware, recipe.dead);
			for (const each of [...recipe.actions, action]) this.#perform(running, each);
			outcome = this.#outcome(running, { ...recipe, actions: [...recipe.actions, action] });
			mem.known.set(key, outcome);
		}
		return outcome;
	}

	#start(reading: readonly Reading[], firmware: FirmwareNumber, dead: DeadSlots): Running {
		this.runs++;
		const chip = new FlashEmulator();
		for (const i of BLOCKS) if (dead & (1 << (i >> 1))) chip.blockFaults.set(nameOfBlock(i), "refuses");
		for (const [i, copy] of reading.entries()) this.#show(chip, i, copy, firmware);
		chip.powerOn();
		const factory = this.#record(this.#world.firmware[firmware].factory, firmware);
		const fleet = this.#fleets[firmware];
		const slots = new Slots([chip.open("ca0"), chip.open("ca1")], factory, fleet);
		const running: Running = { firmware, chip, slots, steps: [], asked: false, brought: false };
		this.#trace(running, () => slots.repair(() => {}));
		return running;
	}

	/** Makes copy `i` read so. */
	#show(chip: FlashEmulator, i: number, [name, mark]: Reading, firmware: FirmwareNumber): void {
		const partition = i < 2 ? "ca0" : "ca1",
			block = nameOfBlock(i);
		if (name === "U") chip.blockFaults.set(block, "unreadable");
		else if (chip.blockFaults.get(block) === "unreadable") chip.blockFaults.delete(block);
		if (name === "B" || name === "U") return;
		const image =
			name === "D"
				? copyImage(new Uint8Array(64), { stored: false }).fill(0, BLOCK_LENGTH - 16)
				: copyImage(this.#record(name, firmware), { proved: mark === "p" });
		if (mark === "x") image.fill(0, BLOCK_LENGTH - 32, BLOCK_LENGTH - 28);
		chip.setImage(partition, image, (i & 1) * BLOCK_LENGTH);
	}

	#perform(running: Running, action: Action): void {
		const { slots, chip, firmware } = running;
		const { refuseFrom } = action;
		if (refuseFrom !== undefined)
			for (let i = refuseFrom; i < refuseFrom + MOST_OPERATIONS; i++)
				chip.operationFaults.set(chip.operations + i, "refuses" satisfies OperationFault);
		this.#trace(running, () => {
			switch (action.do) {
				case "refresh":
					for (const [i, copy] of action.reading.entries())
						if (this.#look(chip, i) === "U-" && copy !== "U-") this.#show(chip, i, copy, firmware);
					running.brought = false;
					return slots.refresh(() => {});
				case "prove": {
					const anchor = slots.anchors.find(({ information }) => this.#nameOf(information.bytes) === action.name);
					if (!anchor) throw new Error(`the model proves ${action.name}, which is no anchor`);
					running.asked = true;
					return void slots.promote(anchor.information);
				}
				case "asked":
					running.asked = true;
					return slots.asked(slots.current ?? slots.factory);
				case "offer":
					return void accepted(() => slots.accept(this.#record(action.given, firmware), { by: "offer" }));
				case "ask": {
					const of = action.role === "factory" ? slots.factory : slots[action.role];
					if (!of) throw new Error(`the model asks ${action.role}, which is not there`);
					const source = { by: "address", of, https: action.https } as const;
					const acceptance = accepted(() => slots.accept(this.#record(action.given, firmware), source));
					if (acceptance && acceptance.outcome !== "same") running.brought = true;
				}
			}
		});
		chip.operationFaults.clear();
	}

	/** Notes what `action` alone does to flash. */
	#trace(running: Running, action: () => void): void {
		const { chip } = running;
		running.steps = [];
		chip.onOperation = (operation, index) => {
			const step = stepOf(operation, bytes => this.#nameOfPrefix(bytes));
			const isRefused =
				chip.operationFaults.get(index) === "refuses" || chip.blockFaults.get(nameOfBlock(step.copy)) === "refuses";
			if (!isRefused) running.steps.push(step);
		};
		action();
		chip.onOperation = undefined;
	}

	#outcome({ chip, slots, steps, asked, brought }: Running, recipe: Recipe): Outcome {
		const nameOf = (information: VerifiedCaInformation | undefined) => information && this.#nameOf(information.bytes);
		const anchors = slots.anchors.map(({ slot, information }) => ({ slot, name: this.#nameOf(information.bytes) }));
		const image = BLOCKS.map(block => this.#look(chip, block));
		const current = nameOf(slots.current),
			next = nameOf(slots.next),
			candidate = nameOf(slots.candidate);
		const { stored } = slots;
		const facts = { anchors, current, stored, next, candidate, asked, brought };
		const key = JSON.stringify([recipe.firmware, recipe.dead, image, facts]);
		let mem = this.#mems.get(key);
		if (!mem) {
			const foreignProved = image.some(
				([name, mark]) => mark === "p" && name in this.#world.records && this.isForeign(name, recipe.firmware),
			);
			const unreadable = image.includes("U-");
			mem = {
				...{ id: this.#mems.size, ...facts, unreadable, foreignProved, sessions: new Map() },
				...{ recipe, known: new Map() },
			};
			this.#mems.set(key, mem);
		}
		return { steps, mem };
	}

	/** What the device has read, or written since. */
	#look(chip: FlashEmulator, block: number): Reading {
		const partition = block < 2 ? "ca0" : "ca1";
		if (chip.blockFaults.get(`${partition}:${block & 1}`) === "unreadable") return "U-";
		const start = (block & 1) * BLOCK_LENGTH;
		const copy = readCopyImage(chip.image(partition).subarray(start, start + BLOCK_LENGTH));
		if (copy === "blank") return "B-";
		if (copy === "bad" || !copy.stored) return "D-";
		return this.#nameOf(copy.record) + (copy.proved ? "p" : "n");
	}

	/** As this firmware sees it: one whose certificate it cannot use is another object to the real one. */
	#record(name: string, firmware: FirmwareNumber): Uint8Array {
		return this.#bytes.get(name + (this.#world.records[name].usableBy <= firmware))!;
	}

	#nameOf(bytes: Uint8Array): string {
		const name = this.#names.get(fingerprint(bytes));
		if (name === undefined) throw new Error("the firmware holds what was never issued");
		return name;
	}

	/** `bytes` may be filled up to whole words. */
	#nameOfPrefix(bytes: Uint8Array): string {
		for (let length = bytes.length; length > bytes.length - 4; length--) {
			const name = this.#names.get(fingerprint(bytes, length));
			if (name !== undefined) return name;
		}
		throw new Error("the firmware programs what was never issued");
	}
}

/** Undefined: it was refused. */
function accepted(accept: () => Acceptance): Acceptance | undefined {
	try {
		return accept();
	} catch (error) {
		if (error instanceof DecodeError || error instanceof CertificateError) return undefined;
		throw error;
	}
}

const MOST_OPERATIONS = 100; // of one action
const BLOCKS = [0, 1, 2, 3] as const;

function nameOfBlock(copy: number): string {
	return `${copy < 2 ? "ca0" : "ca1"}:${copy & 1}`;
}

/** Of a record: its length and the end of its signature. */
function fingerprint(bytes: Uint8Array, length = bytes.length): string {
	const view = new DataView(bytes.buffer, bytes.byteOffset);
	return `${length} ${view.getUint32(length - 4)} ${view.getUint32(length - 8)}`;
}
