// Figure 7, the normal case: authority A reaches the end of its validity, B takes over, the device follows; then one
// reboot.

import type { DeviceEvent } from "../../firmware/events.js";
import type { Scenario } from "../bench.js";
import { accesses, all, endings, events, happened, inOrder, served } from "../judgement.js";

const END = 20,
	OVERLAP = 5,
	REBOOT = 21.2;

const backAgain: Partial<DeviceEvent>[] = [
	{ event: "boot", current: 2, next: undefined },
	{ event: "authenticated", server: "service", generation: 2, slot: "current" },
];

export const normal: Scenario = {
	name: "normal",
	summary: "figure 7: CA A ends after 20 years, CA B takes over, and the device follows without a clock",
	plan: { validityYears: END, overlapYears: OVERLAP, retention: "for ever" },
	end: 22.5,
	acts: [
		{
			year: REBOOT,
			async act(bench) {
				bench.say("the device's power is cut, and comes back");
				await bench.switchOff();
				await bench.switchOn();
			},
		},
	],
	holds: [
		{
			year: END - OVERLAP - 0.5,
			awaits: "the device authenticates the service by A, and finds no download server B",
			until: all(happened({ event: "authenticated", server: "service", generation: 1 }), happened({ event: "none" })),
		},
		{
			year: END - 0.1,
			awaits: "the device stores CA information B",
			until: all(
				happened({ event: "stored", generation: 2 }),
				served({ server: "download-2", what: "request", status: 200 }),
			),
		},
		{
			year: REBOOT - 0.1,
			awaits: "the device promotes B, and polls URL C",
			until: all(
				happened({ event: "authenticated", server: "service", generation: 2, slot: "current" }),
				happened({ event: "poll", generation: 2 }),
				happened({ event: "none" }, { after: END }),
			),
		},
		{
			year: 22.4,
			awaits: "the device authenticates by B after its reboot",
			until: record => inOrder(record, { after: REBOOT }, ...backAgain),
		},
	],
	judge(outcome) {
		const { record } = outcome;
		const before = { before: END - OVERLAP },
			overlapping = { after: END - OVERLAP, before: END },
			after = { after: END };
		const count = (fields: object, period: object) => events(record, fields, period).length;
		const byA = count({ event: "authenticated", server: "service", generation: 1, slot: "current" }, { before: END });
		return [
			{ ok: byA > 0, what: `before year ${END} the service was authenticated by A (${byA} times)` },
			{
				ok: count({ event: "none" }, before) > 0 && accesses(record, { server: "download-2" }, before).length === 0,
				what: "before year 15 download server B was not in operation, and the device found none",
			},
			{
				ok:
					inOrder(
						record,
						overlapping,
						{ event: "authenticated", server: "download", generation: 1 },
						{ event: "stored", generation: 2 },
					) &&
					accesses(
						record,
						{
							server: "download-2",
							what: "request",
							status: 200,
							userAgent: "baton/1 (1,-)",
							presented: "A",
						},
						overlapping,
					).length > 0,
				what: "in the overlap it authenticated download server B by A, fetched CA information B and stored it",
			},
			{
				ok:
					count({ event: "promoted" }, { before: END }) === 0 &&
					count({ event: "authenticated", server: "service", generation: 2 }, { before: END }) === 0,
				what: "until year 20 it went on with A alone",
			},
			{
				ok: inOrder(
					record,
					after,
					{ event: "authenticated", server: "service", generation: 2, slot: "next" },
					{ event: "promoted", generation: 2 },
					{ event: "authenticated", server: "service", generation: 2, slot: "current" },
				),
				what: "after year 20 the service's certificate failed with A, held with B, and B was promoted",
			},
			{
				ok:
					inOrder(record, after, { event: "poll", generation: 2 }, { event: "none" }) &&
					accesses(record, { server: "download-3" }).length === 0,
				what: "then it polled URL C, where nothing listens yet",
			},
			{
				ok: inOrder(record, { after: REBOOT }, ...backAgain),
				what: "after a power cut it still authenticates the service by B",
			},
			{ ok: count({ event: "refused" }, {}) === 0, what: "no genuine server was refused" },
			...endings(outcome, 2, null),
		];
	},
};
