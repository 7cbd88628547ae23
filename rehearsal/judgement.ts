// The judgement of a rehearsal: what its scenario expects, what its device's flash holds, and whether each authentication
// was seen from both sides.

import type { DeviceEvent } from "../firmware/events.js";
import type { Fleet } from "../host/fleet.js";
import { authorityOf, type Operation } from "../host/operator.js";
import type { DeviceSlots } from "../host/slot-image.js";
import type { ServerAccess } from "./deployment.js";
import { type Entry, Seen } from "./record.js";
import type { Scenario } from "./scenario.js";

export interface Outcome {
	record: Entry[];
	/** The device's flash, decoded by the host. */
	slots: DeviceSlots;
	fleet: Fleet;
	operation: Operation;
}

export interface Finding {
	ok: boolean;
	what: string;
}

export function judge({ timeline, slots }: Scenario, outcome: Outcome): Finding[] {
	const all = new Seen(outcome.record);
	const expected = timeline.flatMap(moment => {
		if (moment.is !== "expect") return [];
		const { period, what, holds } = moment;
		const seen = all.within(period);
		return [{ ok: holds(seen), what: typeof what === "string" ? what : what(seen) }];
	});
	return [...expected, ...endings(outcome, slots.current, slots.next)];
}

/** What every scenario ends with: the flash holds these generations, and no authentication was made up. */
function endings({ record, slots, fleet, operation }: Outcome, current: number, next: number | null): Finding[] {
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
export function unseen(record: Entry[], { authorities }: Pick<Operation, "authorities">): string[] {
	const missing: string[] = [];
	const seen = new Seen(record);
	const cut = cutSessions(seen);
	for (const [server, isServer] of [
		["service", (name: string) => name === "service"],
		["download", (name: string) => name !== "service"],
	] as const) {
		for (const letter of new Set(authorities.map(({ letter }) => letter))) {
			const generations = authorities.filter(one => one.letter === letter).map(({ generation }) => generation);
			const isBy = (event: DeviceEvent) => event.event === "authenticated" && generations.includes(event.generation);
			const logged = (fields: Partial<ServerAccess>) =>
				seen.accesses({ ...fields, presented: letter }).filter(({ access }) => isServer(access.server)).length;
			const said = [seen, ...seen.visitors.map(visitor => seen.of(visitor))]
				.flatMap(one => one.events({ event: "authenticated", server }))
				.filter(({ event }) => isBy(event)).length;
			const excused = Math.min(
				cut.filter(event => isBy(event) && event.server === server).length,
				logged({ what: "refused", reason: "connection lost" }),
			);
			const unknown = said - logged({ what: "authenticated" }) - excused;
			if (unknown > 0) missing.push(`${unknown} by CA ${letter} at the ${server} server`);
		}
	}
	return missing;
}

type Authenticated = Extract<DeviceEvent, { event: "authenticated" }>;

/** The last authentication of each boot, if its session may have been under way when the device's power was cut. */
function cutSessions(seen: Seen): Authenticated[] {
	const cut: Authenticated[] = [];
	let last: Authenticated | undefined;
	for (const { event } of seen.events()) {
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
