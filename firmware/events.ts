// What a device says of itself: a closed list of events, one line each on the console, as logfmt: the event's name,
// then `name=value` pairs; a value with a space, quote, backslash or equals sign stands as a JSON string.
// People read it and programs parse it (host/device-events.ts).

import type { Partition } from "./ports.js";
import type { Anchor, FlashReason, Repair, SlotName, SlotReport, SlotView } from "./trust/slots.js";

export type DeviceEvent =
	/** What stands as current and as next, after repairs: a generation, or what is there instead. */
	| { event: "boot"; current: SlotView; next: SlotView }
	/** A server has proved itself: the service by the anchor in `slot`, a download server by the one that names it. */
	| { event: "authenticated"; server: "service"; generation: number; slot: Anchor["slot"] }
	| { event: "authenticated"; server: "download"; generation: number }
	/** What it sent was refused, or does not prove it. Without a server: what was offered. */
	| { event: "refused"; server?: ServerName; reason: string }
	/** CA information is asked for at an address that this generation names. */
	| { event: "poll"; generation: number }
	/** The download server is not in operation. */
	| { event: "none"; reason: string; status?: number }
	/** What it serves is held already. */
	| { event: "same"; generation: number }
	/** A new CA information is in a slot, as next. */
	| { event: "stored"; generation: number }
	/** A new one is in memory until a server has proved itself by it. With a reason: flash would not take it. */
	| { event: "held"; generation: number; reason?: FlashReason }
	/** It is current now. With a reason in memory only: flash would not take it. */
	| { event: "promoted"; generation: number; reason?: FlashReason }
	/** The device wrote to a slot on its own, without having received anything. */
	| { event: "repaired"; partition: SlotName; generation?: number; reason: Repair }
	/**
	 * Something did not succeed, with a server or with a flash partition; nothing was lost. `generation`, of the service:
	 * it had proved itself by this one earlier in the session.
	 */
	| { event: "failed"; server: ServerName; generation?: number; reason: string; status?: number }
	| { event: "failed"; partition: Partition; generation?: number; reason: string };

export type EventName = DeviceEvent["event"];
export type ServerName = "service" | "download";

/** One console line. */
export function formatEvent(event: DeviceEvent): string {
	let line: string = event.event;
	const names = Object.keys(event);
	for (let i = 0; i < names.length; i++) {
		const name = names[i],
			value = event[name as keyof DeviceEvent] as string | number | undefined;
		if (name !== "event" && value !== undefined)
			line += ` ${name}=${typeof value === "number" ? value : quoted(value)}`;
	}
	return line;
}

function quoted(text: string): string {
	return /^[^\s"\\=]+$/.test(text) ? text : JSON.stringify(text);
}

/** What the slots say that they did, or could not do. */
export function slotEvent(report: SlotReport): DeviceEvent {
	const { slot: partition, generation } = report;
	return report.is === "failed"
		? { event: "failed", partition, generation, reason: report.reason }
		: { event: "repaired", partition, generation, reason: report.what };
}
