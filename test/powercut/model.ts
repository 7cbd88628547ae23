// The rules of firmware/DESIGN.md §3 and §7, explored exhaustively: a device with four abstract copies of flash
// (abstract-flash.ts), an operator's world (worlds.ts), an attacker who replays, shows servers by stolen keys, and blocks,
// and everything that may go wrong: power cuts in every step with weak and waning bits, rot, read errors, slots that are
// lost whole, refused writes, firmware switched back and forth.
//
// The device is the firmware itself. For each thing that a boot can read, and for each thing that can happen to it then,
// `Slots` is run on emulated flash, once; what it does there is what the model does. The oracles are the five invariants
// of §3, and whether an earlier CA's service authenticates again after a later CA's was used.
//
// What is not covered: bits that a read-back finds well and the next boot does not, in an operation that was not cut;
// blocks that do something else than they say (faults.ts); more than one DL key change, more than six generations.

import {
	BLANK,
	type Copy,
	cutStep,
	DEAD,
	doStep,
	isRecord,
	type Reading,
	readings,
	rotten,
	type Step,
	settle,
} from "./abstract-flash.js";
import { type Action, type DeadSlots, type Mem, ModelledDevice, type Outcome } from "./modelled-device.js";
import { type CA, type FirmwareNumber, type Phase, served, type World, type WorldName, worlds } from "./worlds.js";

export interface ModelOptions {
	world: WorldName;
	/** How often each may happen, in one life. */
	cuts?: number;
	rot?: number;
	/** Boots that cannot read some of the copies. */
	readErrors?: number;
	/** Slots that are lost whole. */
	lost?: number;
	/** Actions in which flash refuses everything from some operation on. */
	refusals?: number;
	/** Slots that take nothing any more, from some moment on. */
	dead?: number;
	firmwareSwitches?: number;
	/** Download servers are closed at the end of figure 6's period. */
	limited?: boolean;
	/** Explore no more states than this. */
	most?: number;
}

export const oracles = ["olderCa", "unprovedCa", "factoryByAccident", "foreignDestroyed", "stuck", "formerCa"] as const;
export type OracleName = (typeof oracles)[number];

export interface ModelResult {
	states: number;
	/** False: the bound on states came first. */
	complete: boolean;
	boots: number;
	sessions: number;
	cuts: number;
	/** How often the firmware was run. */
	runs: number;
	violations: Record<OracleName, number>;
	/** What §9 of the design bounds, by its name: no violation. */
	bounded: { lured: number; unreadable: number; currentsKey: number; closed: number };
	/** Stories of the first violations. */
	stories: string[];
}

interface State {
	phase: number;
	firmware: FirmwareNumber;
	copies: readonly Copy[];
	/** What a device that is up has in memory. */
	mem?: Mem;
	/** The newest generation that was current and authenticated a service, as far as flash has kept it. */
	used: number;
	/** … and the place of its CA in the order in which CAs came into full operation. */
	usedOrder: number;
	/** Generations by which a server has proved itself, or that needed no proof. */
	proofs: string;
	/** An attacker's service by a provisional CA has promoted it. */
	lured: boolean;
	/** While a slot could not be read, an attacker made the device take something. */
	swayed: boolean;
	cuts: number;
	rot: number;
	readErrors: number;
	lost: number;
	refusals: number;
	dead: DeadSlots;
	switches: number;
	parent?: State;
	what: string;
}

export function explore(options: ModelOptions): ModelResult {
	return new Exploration(options).run();
}

class Exploration {
	readonly #options: Required<ModelOptions>;
	readonly #world: World;
	readonly #device: ModelledDevice;
	readonly #order = new Map<CA, number>();
	readonly #known = new Set<string>();
	readonly #queue: State[] = [];
	readonly #result: ModelResult = {
		...{ states: 0, complete: false, boots: 0, sessions: 0, cuts: 0, runs: 0 },
		violations: Object.fromEntries(oracles.map(name => [name, 0])) as Record<OracleName, number>,
		bounded: { lured: 0, unreadable: 0, currentsKey: 0, closed: 0 },
		stories: [],
	};

	constructor(options: ModelOptions) {
		const none = { cuts: 0, rot: 0, readErrors: 0, lost: 0, refusals: 0, dead: 0, firmwareSwitches: 0, limited: false };
		this.#options = { ...none, most: Infinity, ...options };
		this.#world = worlds[options.world];
		this.#device = new ModelledDevice(this.#world);
		for (const { full } of this.#world.phases) {
			const { ca } = this.#recordOf(full);
			if (!this.#order.has(ca)) this.#order.set(ca, this.#order.size + 1);
		}
	}

	run(): ModelResult {
		const result = this.#result;
		this.#push({
			...{ phase: 0, firmware: 1, copies: [BLANK, BLANK, BLANK, BLANK], used: 0, usedOrder: 0, proofs: "" },
			...{ lured: false, swayed: false, cuts: 0, rot: 0, readErrors: 0, lost: 0, refusals: 0, dead: 0, switches: 0 },
			what: "a new device",
		});
		let head = 0;
		for (; head < this.#queue.length && this.#known.size < this.#options.most; head++) {
			const state = this.#queue[head];
			this.#worldGoesOn(state);
			if (state.mem) this.#isUp(state, state.mem);
			else this.#isOff(state);
		}
		result.states = this.#known.size;
		result.complete = head === this.#queue.length;
		result.runs = this.#device.runs;
		return result;
	}

	#push(state: State): void {
		const { mem, copies, phase, firmware, used, usedOrder, proofs, cuts, rot, readErrors, lost, refusals } = state;
		const bounded = `${state.lured ? "l" : ""}${state.swayed ? "s" : ""}`;
		const counters = `${cuts}${rot}${readErrors}${lost}${refusals}${state.dead}${state.switches}`;
		const key = `${phase}${firmware}${copies.join("")}${mem?.id ?? ""}|${used}${usedOrder}${bounded}${counters}|${proofs}`;
		if (this.#known.has(key)) return;
		this.#known.add(key);
		this.#queue.push(state);
	}

	#next(state: State, what: string, more: Partial<State>): void {
		this.#push({ ...state, ...more, parent: state, what });
	}

	#worldGoesOn(state: State): void {
		const { rot } = this.#options;
		const { copies } = state;
		const phase = state.phase + 1;
		if (phase < this.#world.phases.length)
			this.#next(state, `the world: ${this.#world.phases[phase].full} in full operation`, { phase });
		const replace = (i: number, by: Copy) => copies.map((copy, k) => (k === i ? by : copy));
		if (state.rot < rot)
			for (let i = 0; i < 4; i++)
				for (const left of rotten(copies[i]))
					this.#next(state, `copy ${i} rots`, { copies: replace(i, left), rot: state.rot + 1 });
	}

	/** What flash that has lost something still says was used. */
	#keptOf({ used, usedOrder }: State, copies: readonly Copy[]): Pick<State, "used" | "usedOrder"> {
		return this.#isKept(copies, used) ? { used, usedOrder } : { used: 0, usedOrder: 0 };
	}

	/** Whether a sound copy says that this generation was proved. */
	#isKept(copies: readonly Copy[], generation: number): boolean {
		return copies.some(
			copy => isRecord(copy) && copy.slice(2) === "mm" && this.#world.records[copy[1]].generation === generation,
		);
	}

	#isOff(state: State): void {
		const { firmwareSwitches, readErrors, lost } = this.#options;
		if (state.dead === 0 && this.#options.dead > 0)
			for (const dead of [1, 2, 3] as const) this.#next(state, `slots ${dead} (bits) are dead`, { dead });
		if (state.switches < firmwareSwitches) {
			const firmware = state.firmware === 1 ? 2 : 1;
			const { generation } = this.#world.records[this.#world.firmware[firmware].factory];
			// A factory's CA is one in full operation.
			if (generation <= this.#phaseOf(state).full)
				this.#next(state, `firmware ${firmware}`, { firmware, switches: state.switches + 1 });
		}
		if (state.lost < lost)
			for (const slot of [0, 1])
				for (const left of [BLANK, DEAD]) {
					const others = state.copies.map((copy, k) => (k >> 1 === slot ? left : copy));
					this.#next(state, `slot ${slot} is lost`, {
						...{ copies: others, lost: state.lost + 1 },
						...this.#keptOf(state, others),
					});
				}
		for (const reading of readings(state.copies)) {
			this.#boot(state, reading, 0);
			if (state.readErrors === readErrors) continue;
			for (const unreadable of UNREADABLE)
				this.#boot(
					state,
					reading.map((copy, i) => (unreadable.includes(i) ? "U-" : copy)),
					1,
				);
		}
	}

	#boot(state: State, reading: readonly Reading[], errors: number): void {
		this.#result.boots++;
		const outcome = this.#device.boot(reading, state.firmware, state.dead);
		const { current } = outcome.mem;
		let { proofs } = state;
		if (current !== undefined) {
			const wasProved = reading.some(copy => copy[0] === current && copy[1] === "p");
			if (!wasProved && current === this.#world.firmware[state.firmware].factory) {
				const next = outcome.mem.next;
				const others = reading.filter(copy => !"BDU".includes(copy[0]) && copy[0] !== current && copy[0] !== next);
				const follows =
					next === undefined || this.#world.records[next].follows === this.#world.records[current].generation;
				if (outcome.mem.stored && (others.length > 0 || !follows) && !proofs.includes(current))
					this.#violate(
						"factoryByAccident",
						state,
						`boot reads ${reading.join(" ")}: the factory's is stored as current`,
					);
				proofs = withProof(proofs, current);
			} else if (!wasProved && this.#needsNoProof(current, state)) {
				proofs = withProof(proofs, current);
			}
		}
		this.#carryOut(state, `boot reads ${reading.join(" ")}`, outcome, {
			proofs,
			readErrors: state.readErrors + errors,
		});
	}

	#isUp(state: State, mem: Mem): void {
		this.#check(state, mem);
		this.#next(state, "off", { mem: undefined });
		const phase = this.#phaseOf(state);
		const honest = this.#recordOf(phase.full).ca;
		for (const ca of new Set([honest, ...phase.stolen])) this.#service(state, mem, ca, ca !== honest);

		const { current, next } = mem;
		const { factory } = this.#world.firmware[state.firmware];
		for (const role of ["current", "next", "factory"] as const) {
			const name = role === "current" ? current : role === "next" ? next : current ? undefined : factory;
			if (name === undefined) continue;
			const { generation, ca } = this.#world.records[name];
			for (const given of served(this.#world, phase, generation, this.#options.limited))
				this.#act(state, { do: "ask", role, https: true, given }, `${role}'s address gives ${given}`);
			if (phase.stolen.includes(ca))
				for (const given of this.#issued(phase))
					this.#act(state, { do: "ask", role, https: true, given }, `ATTACKER at ${role}'s address gives ${given}`);
			if (role === "current")
				for (const given of this.#issued(phase))
					this.#act(state, { do: "ask", role, https: false, given }, `ATTACKER at an http mirror gives ${given}`);
		}
		if (!mem.asked) this.#act(state, { do: "asked" }, "the download server is asked, and nothing comes");
		for (const given of this.#issued(phase)) this.#act(state, { do: "offer", given }, `ATTACKER offers ${given}`);
		const unread = Array<Reading>(4).fill("U-");
		if (mem.brought || !mem.stored) this.#act(state, { do: "refresh", reading: unread }, "the next session");
		if (mem.unreadable)
			for (const reading of readings(state.copies))
				this.#act(state, { do: "refresh", reading }, `the next session reads ${reading.join(" ")}`);
	}

	/** A service shows a certificate from `ca`. */
	#service(state: State, mem: Mem, ca: CA, isAttacker: boolean): void {
		const anchor = mem.anchors.find(({ name }) => this.#world.records[name].ca === ca);
		if (!anchor) return;
		const { slot, name } = anchor;
		const { generation } = this.#world.records[name];
		const what = `${isAttacker ? "ATTACKER: service" : "service"} by ${ca} proves ${name}`;
		const isOlder = generation < state.used && ca !== this.#recordOf(state.used).ca;
		if (isOlder) {
			const kind = slot === "factory" ? "factoryByAccident" : "olderCa";
			this.#violate(kind, state, `${what}, after ${state.used} was used`);
		}
		const order = this.#order.get(ca) ?? 0;
		if (isAttacker && order > 0 && order < state.usedOrder)
			this.#violate("formerCa", state, `${what}, after the service of CA number ${state.usedOrder} was used`);
		const more: Partial<State> = { proofs: withProof(state.proofs, name) };
		const phase = this.#phaseOf(state);
		const lures = isAttacker && slot !== "current" && slot !== "factory" && generation > phase.full;
		if (lures || (isAttacker && slot !== "current" && phase.revoked.some(each => this.#recordOf(each).ca === ca)))
			more.lured = true;
		const usedOrder = isAttacker ? state.usedOrder : Math.max(state.usedOrder, order);
		const used = { used: Math.max(state.used, generation), usedOrder };
		if (slot === "current") {
			// Only what flash has kept can be asked for later.
			this.#next(state, what, { ...more, ...(mem.stored && this.#isKept(state.copies, generation) ? used : {}) });
			return;
		}
		this.#act(state, { do: "prove", name }, what, more, outcome => (outcome.mem.stored ? used : {}));
	}

	/** With flash as it should be and, if that is still to come, with flash that refuses from each operation on. */
	#act(
		state: State,
		action: Action,
		what: string,
		more: Partial<State> = {},
		then: (outcome: Outcome) => Partial<State> = () => ({}),
	): void {
		const mem = state.mem!;
		const outcome = this.#device.act(mem, action);
		const proofs = (name: string | undefined, before: string) =>
			name !== undefined && this.#needsNoProof(name, state) ? withProof(before, name) : before;
		const carryOut = (done: Outcome, words: string, extra: Partial<State>) => {
			if (done.mem === mem && done.steps.length === 0) return; // nothing has happened
			const after: Partial<State> = { ...more, ...then(done), ...extra };
			if (mem.unreadable && what.startsWith("ATTACKER")) after.swayed = true;
			after.proofs = proofs(done.mem.current, after.proofs ?? state.proofs);
			const { factory } = this.#world.firmware[state.firmware];
			if (done.mem.current === factory) after.proofs = withProof(after.proofs, factory);
			this.#carryOut(state, words, done, after);
		};
		carryOut(outcome, what, {});
		if (state.refusals === this.#options.refusals) return;
		for (let from = 0; from < outcome.steps.length; from++)
			carryOut(this.#device.act(mem, { ...action, refuseFrom: from }), `${what}, flash refuses from ${from} on`, {
				refusals: state.refusals + 1,
			});
	}

	/** What a device does to its flash, whole, and cut in each step. */
	#carryOut(state: State, what: string, { steps, mem }: Outcome, more: Partial<State>): void {
		const destroyed = this.#destroyed(state, steps);
		if (destroyed) this.#violate("foreignDestroyed", state, `${what}: ${destroyed}`);
		let fronts: (readonly Copy[])[] = [state.copies];
		const cuts = new Map<string, readonly Copy[]>();
		for (const step of steps) {
			if (state.cuts < this.#options.cuts)
				for (const copies of fronts)
					for (const left of cutStep(copies[step.copy], step)) {
						this.#result.cuts++;
						const cut = copies.map((copy, i) => settle(i === step.copy ? left : copy));
						cuts.set(cut.join(""), cut);
					}
			fronts = fronts.flatMap(copies =>
				doStep(copies[step.copy], step).map(done => copies.map((copy, i) => (i === step.copy ? done : copy))),
			);
		}
		for (const copies of fronts.map(front => front.map(settle))) {
			const { used, usedOrder, ...others } = more;
			const isKept = used !== undefined && this.#isKept(copies, used);
			this.#next(state, what, { ...others, ...(isKept ? { used, usedOrder } : {}), copies, mem });
		}
		const { proofs = state.proofs, lured = state.lured, swayed = state.swayed } = more;
		const { readErrors = state.readErrors, refusals = state.refusals } = more;
		const lasting = { proofs, lured, swayed, readErrors, refusals, mem: undefined, cuts: state.cuts + 1 };
		for (const copies of cuts.values()) this.#next(state, `${what}, CUT`, { ...lasting, copies });
	}

	/** Whether a copy is revoked that is whole, proved and not for this firmware, with nothing proved above it. */
	#destroyed({ copies, firmware }: State, steps: readonly Step[]): string | undefined {
		const now = [...copies];
		for (const step of steps) {
			const copy = now[step.copy];
			if (step.kind === "revoke" && isRecord(copy) && copy[0] === "r" && copy[2] === "m" && copy[3] === "m") {
				const { generation } = this.#world.records[copy[1]];
				const above = (each: Copy) =>
					isRecord(each) && each.slice(2) === "mm" && !this.#device.isForeign(each[1], firmware)
						? this.#world.records[each[1]].generation > generation
						: false;
				const isForeign = this.#device.isForeign(copy[1], firmware);
				if (isForeign && !(this.#device.isSigned(copy[1], firmware) && now.some(above)))
					return `copy ${step.copy} held ${copy}`;
			}
			now[step.copy] = doStep(copy, step)[0];
		}
		return undefined;
	}

	#check(state: State, mem: Mem): void {
		const { current, stored } = mem;
		if (current !== undefined && stored && !state.proofs.includes(current))
			this.#violate("unprovedCa", state, `${current} is current, and only ${state.proofs || "none"} was proved`);
		this.#result.sessions++;
		const phase = this.#phaseOf(state);
		const { full } = phase;
		if (this.#session(mem, phase, state.firmware)) return;
		const names = Object.keys(this.#world.records).filter(name => this.#world.records[name].generation === full);
		if (names.every(name => this.#device.isForeign(name, state.firmware))) return; // this build cannot use it
		if (mem.foreignProved) return;
		if (this.#options.limited) {
			// Closed servers strand a device by themselves; what counts is what an attacker adds to it.
			const { parent } = state;
			const isTheirs = state.what.startsWith("ATTACKER") && parent?.mem;
			if (!isTheirs || !this.#session(parent!.mem!, phase, state.firmware)) return;
		}
		this.#violate("stuck", state, `one honest session does not authenticate the service by ${full}`);
	}

	/** One session with the servers of §7, with the updates that it brings. Gives whether the service is authenticated. */
	#session(mem: Mem, phase: Phase, firmware: FirmwareNumber): boolean {
		const { ca } = this.#recordOf(phase.full);
		const known = mem.sessions.get(phase);
		if (known !== undefined) return known;
		let now = this.#device.act(mem, { do: "refresh", reading: Array<Reading>(4).fill("U-") }).mem;
		const isServed = () => now.anchors.some(({ name }) => this.#world.records[name].ca === ca);
		const ask = (role: "current" | "next" | "factory", name: string | undefined) => {
			if (name === undefined || isServed()) return;
			const { generation } = this.#world.records[name];
			for (const given of served(this.#world, phase, generation, this.#options.limited)) {
				if (role !== "factory" && now[role] !== name) return; // what came before has taken its place
				now = this.#device.act(now, { do: "ask", role, https: true, given }).mem;
			}
			if (role !== "next") now = this.#device.act(now, { do: "asked" }).mem;
		};
		ask("current", now.current);
		ask("next", now.next);
		if (now.current === undefined) ask("factory", this.#world.firmware[firmware].factory);
		mem.sessions.set(phase, isServed());
		return isServed();
	}

	/** Key 5, or of a CA that a server has proved. */
	#needsNoProof(name: string, { proofs }: State): boolean {
		const { revokes, ca } = this.#world.records[name];
		return revokes || [...proofs].some(each => this.#world.records[each].ca === ca);
	}

	/** Whether the attacker holds the key of the very CA that was used last. Then he needs no former one's. */
	#holdsLaterKeys(state: State): boolean {
		return this.#phaseOf(state).stolen.some(ca => this.#order.get(ca) === state.usedOrder);
	}

	#issued(phase: Phase): string[] {
		return Object.keys(this.#world.records).filter(name => this.#world.records[name].generation <= phase.issued);
	}

	#phaseOf({ phase }: State): Phase {
		return this.#world.phases[phase];
	}

	#recordOf(generation: number) {
		return Object.values(this.#world.records).find(record => record.generation === generation)!;
	}

	#violate(name: OracleName, state: State, what: string): void {
		const { violations, bounded, stories } = this.#result;
		if (name === "stuck" && state.lured && this.#phaseOf(state).revoked.length === 0) {
			bounded.lured++;
			return;
		}
		if (name !== "stuck" && (state.mem?.unreadable || state.swayed)) {
			bounded.unreadable++;
			return;
		}
		if (name === "formerCa" && this.#holdsLaterKeys(state)) {
			bounded.currentsKey++;
			return;
		}
		if (name === "stuck" && this.#options.limited) {
			bounded.closed++;
			return;
		}
		violations[name]++;
		if (violations[name] <= 2) stories.push(`${this.#options.world}: ${name}\n${story(state).join("\n")}\n=> ${what}`);
	}
}

const UNREADABLE: readonly (readonly number[])[] = [[0], [1], [2], [3], [0, 1], [2, 3], [0, 1, 2, 3]];

function withProof(proofs: string, name: string): string {
	return proofs.includes(name) ? proofs : [...proofs, name].sort().join("");
}

function story(state: State): string[] {
	const lines: string[] = [];
	for (let each: State | undefined = state; each; each = each.parent) {
		const { mem, copies, what } = each;
		const up = mem
			? ` up: ${mem.current ?? "-"}${mem.stored ? "" : "*"} ${mem.next ?? "-"} ${mem.candidate ?? "-"}`
			: "";
		lines.unshift(`  ${what} [${copies.join(" ")}]${up}`);
	}
	return lines;
}
