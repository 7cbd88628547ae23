// Devices that were not there: one that misses whole generations, one that lay on a shelf until after A's end. Download
// servers without end (firmware/DESIGN.md §7) are what brings them back: the URL that an old CA information names serves
// that of the authority in full operation.

import type { Scenario } from "../bench.js";
import { accesses, endings, events, happened, inOrder } from "../judgement.js";
import { switchOff, switchOn } from "./acts.js";

// Full operation: A 0–6, B 6–10, C 10–14, D 14–18, E from 18.
const plan = { validityYears: 6, overlapYears: 2, retention: "for ever" } as const;
const FIRST_RETURN = 10.3,
	SECOND_RETURN = 18.3;

export const missedGenerations: Scenario = {
	name: "missed-generations",
	summary: "the device is off while CA A and CA B end, comes back under CA C, and misses CA D in the same way",
	plan,
	end: 19.8,
	acts: [
		switchOff(1.5, "the device is switched off for years"),
		switchOn(FIRST_RETURN, "the device is switched on: the service is at CA C"),
		switchOff(11.8, "the device is switched off for years"),
		switchOn(SECOND_RETURN, "the device is switched on: the service is at CA E"),
	],
	holds: [
		{
			year: 1.4,
			awaits: "the device authenticates the service by A",
			until: happened({ event: "authenticated", server: "service", generation: 1 }),
		},
		{
			year: 11.7,
			awaits: "the device authenticates the service by C",
			until: happened({ event: "authenticated", server: "service", generation: 3, slot: "current" }),
		},
		{
			year: 19.7,
			awaits: "the device authenticates the service by E",
			until: happened({ event: "authenticated", server: "service", generation: 5, slot: "current" }),
		},
	],
	judge(outcome) {
		const { record } = outcome;
		const comesBack = (after: number, from: number, to: number) =>
			inOrder(
				record,
				{ after },
				{ event: "boot", current: from },
				{ event: "refused", server: "service", reason: "unknown issuer" },
				{ event: "authenticated", server: "download", generation: from },
				{ event: "stored", generation: to },
				{ event: "authenticated", server: "service", generation: to, slot: "next" },
				{ event: "promoted", generation: to },
			);
		return [
			{
				ok: comesBack(FIRST_RETURN, 1, 3),
				what: "with A alone it failed at CA C's service, found C's CA information at URL B, and promoted C",
			},
			{
				ok:
					accesses(
						record,
						{
							server: "download-2",
							what: "request",
							status: 200,
							userAgent: "baton/1 (1,-)",
							presented: "A",
						},
						{ after: FIRST_RETURN },
					).length > 0,
				what: "the old download server, with its certificate from A, was still there for it",
			},
			{ ok: comesBack(SECOND_RETURN, 3, 5), what: "with C alone it came back to CA E in the same way" },
			{
				ok:
					events(record, { event: "stored", generation: 2 }).length +
						events(record, { event: "stored", generation: 4 }).length ===
					0,
				what: "it never met B or D",
			},
			...endings(outcome, 5, null),
		];
	},
};

const TAKEN_DOWN = 6.4;

export const shelf: Scenario = {
	name: "shelf",
	summary: "a device from the factory is first switched on after CA A's end, and through no overlap at all",
	plan,
	deviceLater: true,
	end: 7.9,
	acts: [switchOn(TAKEN_DOWN, "the device comes off the shelf: CA A has ended")],
	holds: [
		{
			year: 7.8,
			awaits: "the device authenticates the service by B",
			until: happened({ event: "authenticated", server: "service", generation: 2, slot: "current" }),
		},
	],
	judge(outcome) {
		const { record } = outcome;
		return [
			{
				ok: inOrder(
					record,
					{},
					{ event: "repaired", generation: 1, reason: "factory CA information stored" },
					{ event: "boot", current: 1 },
				),
				what: "it began with the factory's CA information A",
			},
			{
				ok: inOrder(
					record,
					{ after: TAKEN_DOWN },
					{ event: "refused", server: "service", reason: "unknown issuer" },
					{ event: "authenticated", server: "download", generation: 1 },
					{ event: "stored", generation: 2 },
					{ event: "authenticated", server: "service", generation: 2, slot: "next" },
					{ event: "promoted", generation: 2 },
				),
				what: "it failed with A, fetched CA information B by A's old download server, and followed",
			},
			{
				ok: events(record, { event: "authenticated", server: "service", generation: 1 }).length === 0,
				what: "no service was ever authenticated by A, which had ended",
			},
			...endings(outcome, 2, null),
		];
	},
};
