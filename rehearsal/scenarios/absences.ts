// Devices that were not there: one that misses whole generations, one that lay on a shelf until after A's end. Download
// servers without end (firmware/DESIGN.md §7) are what brings them back: the URL that an old CA information names serves
// that of the authority in full operation.

import type { Seen } from "../record.js";
import { at, expect, type Scenario, until } from "../scenario.js";
import { switchOff, switchOn } from "./acts.js";
import { download, given, promoted, service, stored, unknownIssuer } from "./events.js";

// Full operation: A 0–6, B 6–10, C 10–14, D 14–18, E from 18.
const plan = { validityYears: 6, overlapYears: 2, retention: "for ever" } as const;
const FIRST_RETURN = 10.3,
	SECOND_LEAVE = 11.8,
	SECOND_RETURN = 18.3;

function cameBack(seen: Seen, from: number, to: number): boolean {
	return seen.inOrder(
		{ event: "boot", current: from },
		unknownIssuer,
		download(from),
		stored(to),
		service(to, "next"),
		promoted(to),
	);
}

export const missedGenerations: Scenario = {
	name: "missed-generations",
	summary: "the device is off while CA A and CA B end, comes back under CA C, and misses CA D in the same way",
	plan,
	timeline: [
		until(1.4, "the device authenticates the service by A", seen => seen.happened(service(1))),
		at(1.5, "the device is switched off for years", switchOff),
		at(FIRST_RETURN, "the device is switched on: the service is at CA C", switchOn),
		until(11.7, "the device authenticates the service by C", seen => seen.happened(service(3, "current"))),
		expect(
			{ after: FIRST_RETURN, before: SECOND_LEAVE },
			"with A alone it failed at CA C's service, found C's CA information at URL B, and promoted C",
			seen => cameBack(seen, 1, 3),
		),
		expect(
			{ after: FIRST_RETURN, before: SECOND_LEAVE },
			"the old download server, with its certificate from A, was still there for it",
			seen => seen.logged({ ...given("download-2", "1,-"), presented: "A" }),
		),
		at(SECOND_LEAVE, "the device is switched off for years", switchOff),
		at(SECOND_RETURN, "the device is switched on: the service is at CA E", switchOn),
		until(19.7, "the device authenticates the service by E", seen => seen.happened(service(5, "current"))),
		expect({ after: SECOND_RETURN }, "with C alone it came back to CA E in the same way", seen => cameBack(seen, 3, 5)),
		expect({}, "it never met B or D", seen => !seen.happened(stored(2)) && !seen.happened(stored(4))),
	],
	end: 19.8,
	slots: { current: 5, next: null },
};

const TAKEN_DOWN = 6.4;

export const shelf: Scenario = {
	name: "shelf",
	summary: "a device from the factory is first switched on after CA A's end, and through no overlap at all",
	plan,
	deviceLater: true,
	timeline: [
		at(TAKEN_DOWN, "the device comes off the shelf: CA A has ended", switchOn),
		until(7.8, "the device authenticates the service by B", seen => seen.happened(service(2, "current"))),
		expect({}, "it began with the factory's CA information A", seen =>
			seen.inOrder(
				{ event: "repaired", partition: "ca0", generation: 1, reason: "factory CA information stored" },
				{ event: "boot", current: 1 },
			),
		),
		expect(
			{ after: TAKEN_DOWN },
			"it failed with A, fetched CA information B by A's old download server, and followed",
			seen => seen.inOrder(unknownIssuer, download(1), stored(2), service(2, "next"), promoted(2)),
		),
		expect({}, "no service was ever authenticated by A, which had ended", seen => !seen.happened(service(1))),
	],
	end: 7.9,
	slots: { current: 2, next: null },
};
