// A device's slots on an emulated chip, with everything that is known of it from outside: what was issued, what its
// flash holds, and what it has trusted so far. Runs on every engine.

import { DecodeError } from "../../firmware/cbor.js";
import { ed25519Prepare } from "../../firmware/crypto/kernel.js";
import type { Partition } from "../../firmware/ports.js";
import type { Fleet, VerifiedCaInformation } from "../../firmware/trust/ca-information.js";
import { Slots } from "../../firmware/trust/slots.js";
import { CERTIFICATE_A, CERTIFICATE_B, CERTIFICATE_C, CERTIFICATE_D } from "../firmware/trust/certificates.js";
import { type Content, dlSeed, FLEET_NAME, issue } from "../firmware/trust/issue.js";
import { BLOCK_LENGTH, type FlashEmulator, type Tear } from "../flash-emulator.js";
import { publicKeyOf } from "../reference/ed25519.js";
import {
	afterBoot,
	type CopyView,
	describe,
	type Issued,
	inWords,
	isSound,
	look,
	select,
	type Trust,
} from "./oracle.js";

export const fleet: Fleet = { name: FLEET_NAME, dlKeys: [ed25519Prepare(publicKeyOf(dlSeed))!] };
const certificates = { A: CERTIFICATE_A, B: CERTIFICATE_B, C: CERTIFICATE_C, D: CERTIFICATE_D };
type Letter = keyof typeof certificates;

/** Exactly these bytes. */
function holds({ bytes }: VerifiedCaInformation, issued: Issued): boolean {
	return bytes.length === issued.bytes.length && bytes.every((byte, i) => byte === issued.bytes[i]);
}

function make(ca: Letter, content: Content): Issued {
	const { generation, revokes = false, follows = generation - 1 } = content;
	return { ca, generation, revokes, follows, bytes: issue({ ...content, certificate: certificates[ca] }) };
}

/** Everything that the DL key of this bench has ever signed. The names say generation and CA. */
export const signed = {
	A1: make("A", { generation: 1 }),
	B2: make("B", { generation: 2 }),
	B3: make("B", { generation: 3, url: "https://moved.fleet.example/ca-information" }), // B's URL moves
	C4: make("C", { generation: 4, follows: 2 }),
	D5: make("D", { generation: 5 }),
	A6: make("A", { generation: 6, revokes: true, follows: 2 }),
	B7: make("B", { generation: 7, follows: 2 }), // B again
	C8: make("C", { generation: 8 }),
	D9: make("D", { generation: 9 }),
	C11: make("C", { generation: 11, follows: 1, more: [`205904${(0x30).toString(16)}${"5a".repeat(0x430)}`] }), // a long one
	D12: make("D", { generation: 12, follows: 1 }),
	A20: make("A", { generation: 20 }),
	B21: make("B", { generation: 21 }),
} as const;
export type Name = keyof typeof signed;
export const issued: readonly Issued[] = Object.values(signed);
/** Signed by the DL key, but nothing that this firmware can use: a certificate cut short, a key that it does not know. */
export const foreign: readonly { generation: number; bytes: Uint8Array }[] = [
	{ generation: 10, bytes: issue({ generation: 10, certificate: CERTIFICATE_D.slice(0, -2) }) },
	{ generation: 13, bytes: issue({ generation: 13, more: ["0701"] }) },
];

export const violations = [
	"noValidCa",
	"olderCa",
	"halfNew",
	"fellToFactory",
	"wrongSlotTrusted",
	"unprovedCa",
	"factoryByAccident",
	"foreignDestroyed",
	"stuck",
	"formerCa",
] as const;
export type Violation = (typeof violations)[number];

/** What happens to a device from outside. */
export type Step =
	| { do: "boot"; factory?: Name } // a reboot, or the first boot of a firmware with this factory CA information
	| { do: "download"; name: Name } // a poll brings this
	| { do: "prove"; name: Name } // a server has shown a certificate from this CA
	| { do: "damage"; partition: "ca0" | "ca1"; block: number; offset?: number };

export interface Cut {
	at: number; // operation of the step
	tear: Tear;
}

export class Bench {
	readonly chip: FlashEmulator;
	/** The highest generation that this device has had as current. */
	floor = 0;
	/** A block is known to fail: copies need not be whole, and what is judged is what the device says. */
	faulty = false;
	/** Reads fail now and then: what a boot could not read, the device has not given up. */
	flaky = false;
	/** What the last boot has mended, or could not. */
	repairs = 0;
	readonly found: { violation: Violation; what: string }[] = [];
	#factory: Name;
	/** What the last boot found, in words. */
	#found = "";
	#slots?: Slots;
	/** What the flash was found to hold, for as long as it does not change. */
	#seen?: { changes: number; views: [CopyView[], CopyView[]] };

	constructor(chip: FlashEmulator, factory: Name) {
		this.chip = chip;
		this.#factory = factory;
	}

	/** The same device, apart from this one. */
	clone(seed: number): Bench {
		const copy = new Bench(this.chip.clone(seed), this.#factory);
		for (const [block, fault] of this.chip.blockFaults) copy.chip.blockFaults.set(block, fault);
		copy.floor = this.floor;
		copy.faulty = this.faulty;
		copy.flaky = this.flaky;
		return copy;
	}

	get factory(): Issued {
		return signed[this.#factory];
	}

	get slots(): Slots {
		if (!this.#slots) throw new RangeError("expected a device that is up");
		return this.#slots;
	}

	get trust(): string {
		return describe(this.slots);
	}

	get views(): [CopyView[], CopyView[]] {
		const { chip } = this;
		if (this.#seen?.changes !== chip.changes) {
			const views = (["ca0", "ca1"] as const).map(name => look(chip.image(name), issued, foreign));
			this.#seen = { changes: chip.changes, views: [views[0], views[1]] };
		}
		return this.#seen.views;
	}

	/** Does a step, again if it was cut; gives how many flash operations it took. A cut ends it early. */
	perform(step: Step, cut?: Cut): number {
		switch (step.do) {
			case "boot":
				this.#factory = step.factory ?? this.#factory;
				return this.boot(cut);
			case "damage":
				return this.#damage(step);
		}
		if (!this.#slots) throw new RangeError("expected a device that is up");
		const before = this.chip.operations;
		if (cut) this.chip.cutAt(before + cut.at, cut.tear);
		try {
			if (step.do === "download") this.#download(this.#slots, signed[step.name].bytes);
			else {
				this.#slots.refresh(() => {});
				const proved = this.#slots.anchors.find(({ information }) => holds(information, signed[step.name]));
				if (proved) this.#slots.promote(proved.information);
			}
		} catch (error) {
			if (!this.chip.isOff && !(error instanceof DecodeError && error.reason === "older generation")) throw error;
		}
		if (this.chip.isOff) this.#slots = undefined;
		else this.#look(`after ${step.do} ${step.name}`);
		return this.chip.operations - before;
	}

	/** A session with an update: from current's address; without one, from the factory's. */
	#download(slots: Slots, bytes: Uint8Array): void {
		slots.refresh(() => {});
		const of = slots.current ?? slots.factory;
		try {
			slots.accept(bytes, { by: "address", of, https: true });
		} finally {
			slots.asked(of);
		}
	}

	/** A power cycle. `expected`: what may be trusted then, by the history; the flash itself is judged in any case. */
	boot(cut?: Cut, expected?: readonly string[]): number {
		this.#slots = undefined;
		this.chip.powerOn();
		this.#found = this.views.map(inWords).join("; ");
		const should = afterBoot(this.views.flat(), this.factory);
		if (cut) this.chip.cutAt(cut.at, cut.tear);
		let slots: Slots;
		try {
			slots = new Slots([this.chip.open("ca0"), this.chip.open("ca1")], this.factory.bytes, fleet);
			this.repairs = 0;
			slots.repair(() => this.repairs++);
		} catch (error) {
			if (this.chip.isOff) return this.chip.operations;
			this.#note("noValidCa", `boot threw ${error}`);
			throw error;
		}
		if (this.chip.isOff) return this.chip.operations;
		this.#slots = slots;
		this.#judge(should, expected);
		return this.chip.operations;
	}

	#judge(should: Trust, expected: readonly string[] | undefined): void {
		this.#look("after boot");
		if (this.faulty) return;
		if (this.trust !== describe(should))
			this.#note("wrongSlotTrusted", `trusts ${this.trust}, flash said ${describe(should)}: ${this.#found}`);
		if (expected && !expected.includes(this.trust))
			this.#note("wrongSlotTrusted", `trusts ${this.trust}, expected ${expected.join(" or ")}`);
	}

	/** What holds at all times at which the power is on. */
	#look(when: string): void {
		if (this.chip.impossiblePrograms > 0 && !this.faulty)
			throw new Error(`${when}: programmed over what was not erased`);
		if (!this.faulty)
			for (const copies of this.views) {
				if (!isSound(copies)) this.#note("halfNew", `${when} a slot holds ${inWords(copies)}`);
			}
		const { current, next, candidate } = this.slots;
		for (const information of [current, next, candidate]) {
			if (information && !issued.some(one => holds(information, one)))
				this.#note("halfNew", `${when}: ${information.generation} is not what was issued`);
		}
		if (!current && this.floor > 0 && !this.faulty) this.#note("noValidCa", `${when}: none after ${this.floor}`);
		if (!current) return;
		if (current.generation < this.floor) {
			if (current.generation === this.factory.generation) this.#note("fellToFactory", `${when}: after ${this.floor}`);
			else this.#note("olderCa", `${when}: ${current.generation} after ${this.floor}`);
		}
		if (!this.flaky || this.chip.failedReads === 0) this.floor = Math.max(this.floor, current.generation);
	}

	/** The flash was damaged from outside: what it does not hold any more cannot be asked for. */
	forgive(): void {
		const { current } = select(...this.views);
		this.floor = Math.min(this.floor, current?.generation ?? 0);
	}

	#note(violation: Violation, what: string): void {
		this.found.push({ violation, what });
	}

	/** Some bytes turn to zero. */
	#damage({ partition, block, offset = 20 }: { partition: Partition; block: number; offset?: number }): number {
		this.chip.setImage(partition, new Uint8Array(8), block * BLOCK_LENGTH + offset);
		this.forgive();
		return 0;
	}
}
