// Figure 10: one authority with two issue units, and its download servers, on one machine behind one socket. They are
// functions, told apart by their host names; what is not in operation answers 404 under its own certificate.

import type { DeviceEvent } from "../../firmware/events.js";
import type { Scenario } from "../bench.js";
import { accesses, all, endings, events, happened, inOrder, served } from "../judgement.js";

const END = 8,
	OVERLAP = 3;

const polled: Partial<DeviceEvent>[] = [
	{ event: "authenticated", server: "download", generation: 2 },
	{ event: "none", status: 404 },
];

export const singleAuthority: Scenario = {
	name: "single-authority",
	summary: "figure 10: one authority with several issue units, everything behind one socket",
	plan: { validityYears: END, overlapYears: OVERLAP, retention: "for ever" },
	shared: true,
	end: END + 2,
	holds: [
		{
			year: END - OVERLAP - 0.1,
			awaits: "the device hears that download server B is not in operation",
			until: happened({ event: "none", status: 404 }),
		},
		{
			year: END - 0.1,
			awaits: "the device stores CA information B",
			until: happened({ event: "stored", generation: 2 }),
		},
		{
			year: END + 1.9,
			awaits: "the device authenticates the service by B, and polls URL C",
			until: all(
				happened({ event: "authenticated", server: "service", generation: 2, slot: "current" }),
				record => inOrder(record, { after: END }, ...polled),
				served({ server: "download-3", what: "request", status: 404 }),
			),
		},
	],
	judge(outcome) {
		const { record } = outcome;
		return [
			{
				ok: inOrder(
					record,
					{ before: END - OVERLAP },
					{ event: "authenticated", server: "download", generation: 1 },
					{ event: "none", status: 404 },
				),
				what: "before the overlap the name of download server B answered 404 under its own certificate",
			},
			{
				ok: inOrder(
					record,
					{ before: END },
					{ event: "authenticated", server: "download", generation: 1 },
					{ event: "stored", generation: 2 },
				),
				what: "in the overlap the same socket served CA information B under that name",
			},
			{
				ok: inOrder(
					record,
					{ after: END },
					{ event: "authenticated", server: "service", generation: 2, slot: "next" },
					{ event: "promoted", generation: 2 },
				),
				what: "then the service's name showed issue unit B's certificate, and the device followed",
			},
			{
				ok:
					inOrder(record, { after: END }, ...polled) &&
					accesses(record, { server: "download-3", what: "request", status: 404, presented: "B" }).length > 0,
				what: "and download server C's name shows a certificate from issue unit B",
			},
			{ ok: events(record, { event: "refused" }).length === 0, what: "no name was taken for another" },
			...endings(outcome, 2, null),
		];
	},
};
