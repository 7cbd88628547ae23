// Beyond the figures (firmware/DESIGN.md §7): the provisional authority B is revoked, because its key was lost or
// stolen. B′ takes its place, with a greater generation, at the same URL; A goes on until its end.

import type { Scenario } from "../bench.js";
import { accesses, all, endings, events, happened, inOrder, served } from "../judgement.js";
import { revoke } from "./acts.js";

const END = 12,
	PROVISIONAL = 6,
	REVOKED = 8.5;

export const revokedNext: Scenario = {
	name: "revoked-next",
	summary: "the provisional CA B is revoked before it ever served; CA B′ takes its place at the same URL",
	plan: { validityYears: END, overlapYears: END - PROVISIONAL, retention: "for ever" },
	end: 13.6,
	acts: [revoke(REVOKED, 2, "the private key of the provisional CA B is stolen: the operator revokes CA B")],
	holds: [
		{
			year: REVOKED - 0.1,
			awaits: "the device stores CA information B",
			until: all(
				happened({ event: "stored", generation: 2 }),
				served({ server: "download-2", what: "request", status: 200, userAgent: "baton/1 (1,-)" }),
			),
		},
		{
			year: END - 0.1,
			awaits: "the device stores CA information B′ in B's place, and authenticates the service by A",
			until: all(
				happened({ event: "stored", generation: 3 }),
				happened({ event: "authenticated", server: "service", generation: 1 }, { after: REVOKED }),
			),
		},
		{
			year: END + 1.5,
			awaits: "the device authenticates the service by B′, now its current, and polls its URL",
			until: all(
				happened({ event: "authenticated", server: "service", generation: 3, slot: "current" }),
				happened({ event: "poll", generation: 3 }),
			),
		},
	],
	judge(outcome) {
		const { record } = outcome;
		return [
			{
				ok:
					inOrder(record, { before: REVOKED }, { event: "stored", generation: 2 }) &&
					accesses(
						record,
						{ server: "download-2", what: "request", status: 200, userAgent: "baton/1 (1,-)" },
						{ before: REVOKED },
					).length > 0,
				what: "the device had stored CA information B",
			},
			{
				ok:
					inOrder(
						record,
						{ before: END },
						{ event: "stored", generation: 2 },
						{ event: "authenticated", server: "download", generation: 1 },
						{ event: "stored", generation: 3 },
					) &&
					accesses(
						record,
						{ server: "download-2", what: "request", status: 200, userAgent: "baton/1 (1,2)" },
						{ after: REVOKED },
					).length > 0,
				what: "after B's revocation it found B′ at the same URL and stored it over B",
			},
			{
				ok:
					events(record, { event: "authenticated", generation: 2 }).length === 0 &&
					events(record, { event: "promoted", generation: 2 }).length === 0,
				what: "nothing was ever authenticated by B",
			},
			{
				ok:
					events(record, { event: "authenticated", server: "service", generation: 1 }, { after: REVOKED, before: END })
						.length > 0 && events(record, { event: "promoted" }, { before: END }).length === 0,
				what: "A served until its end",
			},
			{
				ok: inOrder(
					record,
					{ after: END },
					{ event: "authenticated", server: "service", generation: 3, slot: "next" },
					{ event: "promoted", generation: 3 },
					{ event: "poll", generation: 3 },
				),
				what: "then B′ took over, and the device followed and polls the URL in B′'s CA information",
			},
			...endings(outcome, 3, null),
		];
	},
};
