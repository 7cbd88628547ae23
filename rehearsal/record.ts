// What was seen in a rehearsal, in the order in which it happened, and questions to it.

import type { DeviceEvent } from "../firmware/events.js";
import type { SlotView } from "../firmware/trust/slots.js";
import type { Step } from "../host/operator.js";
import type { ServerAccess } from "./deployment.js";

/** What happened, in which year, seen from where. */
export type Entry = { year: number } & (
	| { from: "device"; event: DeviceEvent }
	| { from: "visitor"; visitor: string; event: DeviceEvent } // a device beside it, which came once
	| { from: "operator"; step: Step }
	| { from: "server"; access: ServerAccess }
	| { from: "rehearsal"; text: string }
);

/** Years from `after` on, up to `before` without it; open where one is absent. */
export interface Period {
	after?: number;
	before?: number;
}

export class Seen {
	readonly #entries: readonly Entry[];

	constructor(entries: readonly Entry[]) {
		this.#entries = entries;
	}

	/** What was seen in a period alone. */
	within({ after = -Infinity, before = Infinity }: Period): Seen {
		return new Seen(this.#entries.filter(({ year }) => year >= after && year < before));
	}

	/** What was seen since the rehearsal said so; nothing if it did not. */
	since(text: string): Seen {
		const index = this.#entries.findIndex(entry => entry.from === "rehearsal" && entry.text === text);
		return new Seen(index === -1 ? [] : this.#entries.slice(index));
	}

	/** What was seen of a visitor, as if it were the device. */
	of(visitor: string): Seen {
		return new Seen(
			this.#entries.flatMap((entry): Entry[] => {
				if (entry.from !== "visitor") return entry.from === "device" ? [] : [entry];
				return entry.visitor === visitor ? [{ year: entry.year, from: "device", event: entry.event }] : [];
			}),
		);
	}

	/** Who came. */
	get visitors(): string[] {
		return [...new Set(this.#entries.flatMap(entry => (entry.from === "visitor" ? [entry.visitor] : [])))];
	}

	/** The device's events that have all these fields. */
	events(fields: Partial<DeviceEvent> = {}): { year: number; event: DeviceEvent }[] {
		return this.#entries.flatMap(entry => (entry.from === "device" && has(entry.event, fields) ? [entry] : []));
	}

	/** The servers' own log, in the same way. */
	accesses(fields: Partial<ServerAccess>): { year: number; access: ServerAccess }[] {
		return this.#entries.flatMap(entry => (entry.from === "server" && has(entry.access, fields) ? [entry] : []));
	}

	/** The operator's steps, in the same way. */
	steps(fields: Partial<Step>): { year: number; step: Step }[] {
		return this.#entries.flatMap(entry => (entry.from === "operator" && has(entry.step, fields) ? [entry] : []));
	}

	/** Whether the device has said so. */
	happened(fields: Partial<DeviceEvent>): boolean {
		return this.events(fields).length > 0;
	}

	/** Whether a server has it in its log. */
	logged(fields: Partial<ServerAccess>): boolean {
		return this.accesses(fields).length > 0;
	}

	/** Whether the rehearsal has said something that begins so. */
	said(beginning: string): boolean {
		return this.#entries.some(entry => entry.from === "rehearsal" && entry.text.startsWith(beginning));
	}

	/** Whether the service showed `former` to no connection after the first to which it showed `latter`. */
	neverShownAgain(former: string, latter: string): boolean {
		const shown = this.accesses({ server: "service", what: "connected" }).map(({ access }) => access.presented);
		return shown.includes(latter) && !shown.slice(shown.indexOf(latter)).includes(former);
	}

	/** Whether the device's events happened in this order, with others between them or not. */
	inOrder(...sequence: Partial<DeviceEvent>[]): boolean {
		let at = 0;
		for (const { event } of this.events()) if (at < sequence.length && has(event, sequence[at])) at++;
		return at === sequence.length;
	}
}

function has<Thing extends object>(thing: Thing, fields: Partial<Thing>): boolean {
	return Object.entries(fields).every(([name, value]) => thing[name as keyof Thing] === value);
}

function generationOf(told: SlotView): number | null {
	return typeof told === "number" ? told : null;
}

/** The slots as a device's console tells them, boot by boot. */
export function slotsOf(entries: readonly Entry[]): { current: number | null; next: number | null } {
	let current: number | null = null;
	let next: number | null = null;
	for (const entry of entries) {
		if (entry.from !== "device") continue;
		const { event } = entry;
		if (event.event === "boot") {
			current = generationOf(event.current);
			next = generationOf(event.next);
		} else if (event.event === "stored") {
			next = event.generation;
		} else if (event.event === "promoted") {
			current = event.generation;
			next = null;
		}
	}
	return { current, next };
}
