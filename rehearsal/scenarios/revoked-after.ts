// Figure 9: A is revoked while download server B is in operation. Either the device has stored CA information B by
// then, and needs nobody; or it was off, fails with A, finds its next slot empty, and fetches at once.

import type { Scenario } from "../bench.js";
import { accesses, endings, events, happened, inOrder } from "../judgement.js";
import { revoke, switchOff, switchOn } from "./acts.js";

const plan = { validityYears: 10, overlapYears: 4, retention: "for ever" } as const;
const PROVISIONAL = 6,
	REVOKED = 8;

export const revokedAfterStored: Scenario = {
	name: "revoked-after-stored",
	summary: "figure 9: CA A is revoked, and the device holds CA information B already",
	plan,
	end: 9.6,
	acts: [revoke(REVOKED, 1, "CA A's private key is stolen: the operator revokes CA A")],
	holds: [
		{
			year: REVOKED - 0.1,
			awaits: "the device stores CA information B",
			until: happened({ event: "stored", generation: 2 }),
		},
		{
			year: 9.5,
			awaits: "the device authenticates the service by B, now its current",
			until: happened({ event: "authenticated", server: "service", generation: 2, slot: "current" }),
		},
	],
	judge(outcome) {
		const { record } = outcome;
		return [
			{
				ok: inOrder(
					record,
					{ after: PROVISIONAL, before: REVOKED },
					{ event: "authenticated", server: "download", generation: 1 },
					{ event: "stored", generation: 2 },
				),
				what: "before the revocation the device had stored CA information B",
			},
			{
				ok: inOrder(
					record,
					{ after: REVOKED },
					{ event: "authenticated", server: "service", generation: 2, slot: "next" },
					{ event: "promoted", generation: 2 },
					{ event: "authenticated", server: "service", generation: 2, slot: "current" },
				),
				what: "after it the service's certificate failed with A, held with B, and B was promoted",
			},
			{ ok: events(record, { event: "stored" }).length === 1, what: "it needed no download for that" },
			...endings(outcome, 2, null),
		];
	},
};

const OFF = PROVISIONAL - 0.2,
	ON = REVOKED + 0.5;

export const revokedAfterUnstored: Scenario = {
	name: "revoked-after-unstored",
	summary: "figure 9: CA A is revoked while the device, which was off, has not stored CA information B",
	plan,
	end: 10,
	acts: [
		switchOff(OFF, "the device is switched off before download server B comes into operation"),
		revoke(REVOKED, 1, "CA A's private key is stolen: the operator revokes CA A"),
		switchOn(ON),
	],
	holds: [
		{
			year: OFF - 0.1,
			awaits: "the device authenticates the service by A",
			until: happened({ event: "authenticated", server: "service", generation: 1 }),
		},
		{
			year: 9.9,
			awaits: "the device authenticates the service by B, now its current",
			until: happened({ event: "authenticated", server: "service", generation: 2, slot: "current" }),
		},
	],
	judge(outcome) {
		const { record } = outcome;
		return [
			{
				ok: events(record, { event: "stored" }, { before: ON }).length === 0,
				what: "when it came back the device knew nothing of B",
			},
			{
				ok: inOrder(
					record,
					{ after: ON },
					{ event: "boot", current: 1 },
					{ event: "refused", server: "service", reason: "unknown issuer" },
					{ event: "poll", generation: 1 },
					{ event: "authenticated", server: "download", generation: 1 },
					{ event: "stored", generation: 2 },
					{ event: "authenticated", server: "service", generation: 2, slot: "next" },
					{ event: "promoted", generation: 2 },
				),
				what: "it failed with A, fetched CA information B from download server B at once, connected again, and promoted B",
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
						{ after: ON },
					).length > 0,
				what: "download server B saw a device that held A alone",
			},
			...endings(outcome, 2, null),
		];
	},
};
