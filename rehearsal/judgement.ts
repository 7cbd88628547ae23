// How scenarios judge what really happened: questions to a bench's record, and findings for people.

import type { DeviceEvent } from "../firmware/events.js";
import { authorityOf } from "../host/operator.js";
import type { Entry, Finding, Outcome } from "./bench.js";
import type { ServerAccess } from "./deployment.js";

export type DeviceEntry = { year: number; event: DeviceEvent };
export type Period = { after?: number; before?: number };

/** The device's events that have all these fields, in a period of years. */
export function events(
	record: Entry[],
	fields: Partial<DeviceEvent>,
	{ after = -1, before = Infinity }: Period = {},
): DeviceEntry[] {
	const found: DeviceEntry[] = [];
	for (const entry of record) {
		if (entry.from !== "device" || entry.year < after || entry.year >= before) continue;
		if (Object.entries(fields).every(([name, value]) => entry.event[name as keyof DeviceEvent] === value))
			found.push(entry);
	}
	return found;
}

/** The servers' own log, in the same way. */
export function accesses(
	record: Entry[],
	fields: Partial<ServerAccess>,
	{ after = -1, before = Infinity }: Period = {},
) {
	const found: { year: number; access: ServerAccess }[] = [];
	for (const entry of record) {
		if (entry.from !== "server" || entry.year < after || entry.year >= before) continue;
		if (Object.entries(fields).every(([name, value]) => entry.access[name as keyof ServerAccess] === value))
			found.push(entry);
	}
	return found;
}

/** Has this happened yet? For a scenario's holds. */
export function happened(fields: Partial<DeviceEvent>, period?: Period) {
	return (record: Entry[]) => events(record, fields, period).length > 0;
}

export function served(fields: Partial<ServerAccess>, period?: Period) {
	return (record: Entry[]) => accesses(record, fields, period).length > 0;
}

export function all(...conditions: ((record: Entry[]) => boolean)[]) {
	return (record: Entry[]) => conditions.every(condition => condition(record));
}

export function any(...conditions: ((record: Entry[]) => boolean)[]) {
	return (record: Entry[]) => conditions.some(condition => condition(record));
}

/** Did the events happen in this order, others between them? */
export function inOrder(record: Entry[], period: Period, ...sequence: Partial<DeviceEvent>[]): boolean {
	let at = 0;
	for (const { event } of events(record, {}, period)) {
		const wanted = sequence[at];
		if (wanted && Object.entries(wanted).every(([name, value]) => event[name as keyof DeviceEvent] === value)) at++;
	}
	return at === sequence.length;
}

/** Did the service show `former` to no connection after the first to which it showed `latter`? */
export function neverShownAgain(record: Entry[], former: string, latter: string): boolean {
	const shown = accesses(record, { server: "service", what: "connected" }).map(({ access }) => access.presented);
	return shown.includes(latter) && !shown.slice(shown.indexOf(latter)).includes(former);
}

/** The year of the operator's step, by what it was. */
export function yearOfStep(record: Entry[], what: string, generation: number): number {
	for (const entry of record) {
		if (entry.from === "operator" && entry.step.what === what && entry.step.generation === generation)
			return entry.year;
	}
	return Infinity;
}

/** What every scenario ends with: the flash holds these generations, and no authentication was made up. */
export function endings({ record, slots, fleet, operation }: Outcome, current: number, next: number | null): Finding[] {
	const name = (generation: number) => `CA ${authorityOf(operation, generation).letter}`;
	const whole = (image: Outcome["slots"]["current"], generation: number) => {
		const signed = fleet.information(generation)!;
		const copies = image?.copies ?? [];
		return copies.length > 0 && copies.every(({ is, object }) => is === "valid" && Buffer.from(object!).equals(signed));
	};
	return [
		{
			ok: whole(slots.current, current) && slots.current!.information!.generation === current,
			what: `flash: both copies of the current slot hold CA information ${current} (${name(current)}), byte for byte as signed`,
		},
		next === null
			? { ok: slots.next === undefined && emptied(slots), what: "flash: the other slot is erased" }
			: {
					ok: whole(slots.next, next) && slots.next!.information!.generation === next,
					what: `flash: both copies of the next slot hold CA information ${next} (${name(next)}), byte for byte as signed`,
				},
		{
			ok: unseen(record, operation).length === 0,
			what: `each authentication on the device was seen by a server that presented that CA${list(unseen(record, operation))}`,
		},
	];
}

function emptied({ images }: Outcome["slots"]) {
	return images.some(({ copies }) => copies.every(({ is }) => is === "blank"));
}

function list(texts: string[]) {
	return texts.length === 0 ? "" : `, but not ${texts.slice(0, 3).join(", ")}`;
}

/**
 * Authentications that the device reports and no server has in its log, one for one.
 *
 * The device says so before its Finished has left it, so a power cut (the end of the rehearsal is one) may take a
 * Finished with it. That is only so for a session that was under way at the cut, one in each boot at most; and then a
 * server has a handshake under that authority whose client was gone. Nothing else excuses an authentication.
 */
export function unseen(record: Entry[], { authorities }: Pick<Outcome["operation"], "authorities">): string[] {
	const missing: string[] = [];
	const cut = cutSessions(record);
	for (const [server, isServer] of [
		["service", (name: string) => name === "service"],
		["download", (name: string) => name !== "service"],
	] as const) {
		for (const { generation, letter } of authorities) {
			const logged = (fields: Partial<ServerAccess>) =>
				accesses(record, { ...fields, presented: letter }).filter(({ access }) => isServer(access.server)).length;
			const said = events(record, { event: "authenticated", server, generation }).length;
			const excused = Math.min(
				cut.filter(event => event.server === server && event.generation === generation).length,
				logged({ what: "refused", reason: "connection lost" }),
			);
			const unknown = said - logged({ what: "authenticated" }) - excused;
			if (unknown > 0) missing.push(`${unknown} by CA ${letter} at the ${server} server`);
		}
	}
	return missing;
}

/** The last authentication of each boot, if its session may have been under way when the device's power was cut. */
function cutSessions(record: Entry[]): DeviceEvent[] {
	const cut: DeviceEvent[] = [];
	let last: DeviceEvent | undefined;
	for (const { event } of events(record, {})) {
		if (event.event === "boot") {
			if (last) cut.push(last);
			last = undefined;
		} else if (event.event === "authenticated") {
			last = event;
		} else if (event.event !== "promoted" && event.event !== "repaired") {
			last = undefined; // it comes of a response, of the session's end, or of another session
		}
	}
	if (last) cut.push(last);
	return cut;
}
