// What a device says of itself: a closed list of events, one line each on the console, as logfmt: the event's name,
// then `name=value` pairs; a value with a space, quote, backslash or equals sign stands as a JSON string.
// People read it and programs parse it (host/device-events.ts).

import type { Partition } from "./ports.js";

export type EventName =
	| "boot" // the slots as found after repairs: current, next (generation or absent)
	| "authenticated" // a server proved itself: server, generation, slot
	| "refused" // a server's proof or a CA information was refused: server, reason
	| "poll" // the device asks for CA information: generation whose URL is asked
	| "none" // the download server is not in operation: reason
	| "same" // what it serves is already in a slot: generation
	| "stored" // a new CA information is in the next slot: generation
	| "held" // a new one is in memory, until a server has proved itself by it: generation, reason if flash refused it
	| "promoted" // next became current: generation
	| "repaired" // a copy, a slot or the factory CA information was written at boot: partition, reason
	| "failed"; // something was tried and did not succeed, nothing was lost: server, reason

export interface DeviceEvent {
	event: EventName;
	generation?: number;
	slot?: "current" | "next" | "candidate" | "factory";
	/** Which of the device's flash partitions. */
	partition?: Partition;
	/** Which server: the application server, or the download server. */
	server?: "service" | "download";
	/** A literal from a closed list, in lower case. */
	reason?: string;
	/** HTTP status of a response. */
	status?: number;
	/** Generations in the slots, with `boot`; or why one is not known. */
	current?: number | "unreadable" | "foreign";
	next?: number | "unreadable" | "foreign";
}

/** One console line. */
export function formatEvent(event: DeviceEvent): string {
	let line: string = event.event;
	for (const [name, value] of Object.entries(event)) {
		if (name === "event" || value === undefined) continue;
		const text = String(value);
		line += ` ${name}=${/^[^\s"\\=]+$/.test(text) ? text : JSON.stringify(text)}`;
	}
	return line;
}
