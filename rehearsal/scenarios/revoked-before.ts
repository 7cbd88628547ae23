// Figure 8: A is revoked before download server B is in operation. The operator brings B up at once (511, 509, 510);
// the device fails with A, finds its next slot empty, and fetches. Download server B stays until the date on which A's
// validity would have ended (figure 6).

import type { Scenario } from "../bench.js";
import { accesses, endings, events, happened, inOrder, neverShownAgain } from "../judgement.js";
import { revoke } from "./acts.js";

const END = 12,
	REVOKED = 5;

export const revokedBefore: Scenario = {
	name: "revoked-before",
	summary: "figure 8: CA A is revoked before download server B exists; the device fails with A and fetches at once",
	plan: { validityYears: END, overlapYears: 3, retention: "until the previous CA ends" },
	end: END + 0.6,
	acts: [revoke(REVOKED, 1, "CA A's private key is stolen: the operator revokes CA A")],
	holds: [
		{
			year: REVOKED - 0.2,
			awaits: "the device authenticates the service by A, and finds no download server B",
			until: record =>
				happened({ event: "authenticated", server: "service", generation: 1 })(record) &&
				happened({ event: "none" })(record),
		},
		{
			year: REVOKED + 2,
			awaits: "the device authenticates the service by B",
			until: happened({ event: "authenticated", server: "service", generation: 2, slot: "current" }),
		},
		{
			year: END - 0.1,
			awaits: "the device polls URL C",
			until: happened({ event: "poll", generation: 2 }),
		},
	],
	judge(outcome) {
		const { record, operation } = outcome;
		const download = operation.downloadServers.find(({ namedBy }) => namedBy === 1);
		return [
			{
				ok:
					events(record, { event: "authenticated", server: "service", generation: 1 }, { before: REVOKED }).length >
						0 && accesses(record, { server: "download-2" }, { before: REVOKED }).length === 0,
				what: "before the revocation the service was authenticated by A, and download server B was not in operation",
			},
			{
				ok: inOrder(
					record,
					{}, // the poll may have begun before, and what it stores cannot be older than the revocation
					{ event: "poll", generation: 1 },
					{ event: "authenticated", server: "download", generation: 1 },
					{ event: "stored", generation: 2 },
					{ event: "promoted", generation: 2 },
					{ event: "authenticated", server: "service", generation: 2, slot: "current" },
				),
				what: "after it the device fetched CA information B, which says that A is revoked, promoted it, and authenticated the service by B",
			},
			{
				ok:
					!inOrder(
						record,
						{},
						{ event: "promoted", generation: 2 },
						{ event: "authenticated", server: "service", generation: 1 },
					) && neverShownAgain(record, "A", "B"),
				what: "nothing was authenticated by A any more",
			},
			{
				ok: download?.up === false && Math.abs(download.endedAt! - END) < 0.01,
				what: `download server B stayed until year ${END}, when A's validity would have ended (figure 6)`,
			},
			...endings(outcome, 2, null),
		];
	},
};
