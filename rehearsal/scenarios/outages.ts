// Servers that do not do as planned: a balancer in front of servers on A and on B, and a download server that is down.

import type { Entry, Scenario } from "../bench.js";
import { accesses, all, endings, events, happened, inOrder, served } from "../judgement.js";
import { breakDownload, mendDownload } from "./acts.js";

const END = 6,
	OVERLAP = 3,
	FINISHED = 9.5;
const MOVED = "both application servers present CA B";

export const halfRollout: Scenario = {
	name: "half-rollout",
	summary: "two application servers behind a balancer: one moves to CA B, the other goes on presenting CA A for years",
	plan: {
		validityYears: 30,
		overlapYears: OVERLAP,
		retention: "for ever",
		authorities: { 1: { validityYears: END } },
	},
	services: 2,
	end: FINISHED + 2,
	acts: [
		{
			year: END - 0.2,
			act(bench) {
				bench.say("the second application server will not move with the first");
				bench.deployment.lag(1);
			},
		},
		{
			year: FINISHED,
			async act(bench) {
				bench.say("the second application server moves at last");
				bench.deployment.follow(1);
				await bench.reconcile();
				bench.say(MOVED);
			},
		},
	],
	holds: [
		{
			year: END - 0.3,
			awaits: "the device stores CA information B",
			until: happened({ event: "stored", generation: 2 }),
		},
		{
			year: FINISHED - 0.1,
			awaits: "the device has met both servers",
			until: all(
				happened({ event: "refused", server: "service" }, { after: END }),
				served({ server: "service", what: "refused", presented: "A", reason: "unknown ca" }, { after: END }),
				happened({ event: "authenticated", server: "service", generation: 2, slot: "current" }),
			),
		},
		{
			year: FINISHED + 1.9,
			awaits: "the device authenticates both servers by B",
			until: record => accesses(sinceMoved(record), authenticatedByB).length >= 3, // one may have begun before
		},
	],
	judge(outcome) {
		const { record } = outcome;
		const half = { after: END, before: FINISHED };
		const since = sinceMoved(record);
		return [
			{
				ok: inOrder(
					record,
					half,
					{ event: "authenticated", server: "service", generation: 2, slot: "next" },
					{ event: "promoted", generation: 2 },
				),
				what: "the device promoted B at the first server that presented it",
			},
			{
				ok:
					events(record, { event: "refused", server: "service", reason: "unknown issuer" }, half).length > 0 &&
					accesses(record, { server: "service", what: "refused", presented: "A", reason: "unknown ca" }, half).length >
						0,
				what: "from then on it refused the server on A (unknown issuer), and that server's log says so too (alert unknown ca)",
			},
			{
				ok:
					events(record, { event: "authenticated", server: "service", generation: 2, slot: "current" }, half).length >
					0,
				what: "it went on authenticating the server on B",
			},
			{
				ok: !inOrder(
					record,
					{},
					{ event: "promoted", generation: 2 },
					{ event: "authenticated", server: "service", generation: 1 },
				),
				what: "and it never went back to A",
			},
			{
				ok: record.some(
					entry =>
						entry.from === "bench" && entry.text.startsWith("warning: 1 of 2 application servers still present CA A"),
				),
				what: "the host warned that one of two servers was behind",
			},
			{
				// By connections, since the device may say later that it refused one from before.
				ok:
					accesses(since, { server: "service", what: "connected", presented: "A" }).length === 0 &&
					accesses(since, authenticatedByB).length >= 3 &&
					events(record, { event: "refused" }).length <=
						accesses(record, { server: "service", what: "refused", presented: "A" }).length,
				what: "once both had moved, nothing was refused any more",
			},
			...endings(outcome, 2, null),
		];
	},
};

const authenticatedByB = { server: "service", what: "authenticated", presented: "B" } as const;

function sinceMoved(record: Entry[]): Entry[] {
	const index = record.findIndex(entry => entry.from === "bench" && entry.text === MOVED);
	return index === -1 ? [] : record.slice(index);
}

const DOWN_FROM = 3,
	DOWN_UNTIL = 5.2;

export const downloadServerDown: Scenario = {
	name: "download-server-down",
	summary: "download server B is down for most of the overlap; the device goes on with A and stores B when it is back",
	plan: { validityYears: 30, overlapYears: 4, retention: "for ever", authorities: { 1: { validityYears: 7 } } },
	end: 8.6,
	acts: [
		breakDownload(DOWN_FROM - 0.1, 1, "download server B will not come up: its machine is broken"),
		mendDownload(DOWN_UNTIL, 1, "download server B is repaired"),
	],
	holds: [
		{
			year: DOWN_FROM - 0.2,
			awaits: "the device authenticates the service",
			until: happened({ event: "authenticated", server: "service", generation: 1 }),
		},
		{
			year: DOWN_UNTIL - 0.1,
			awaits: "the device polls in vain, and authenticates the service by A",
			until: all(
				happened({ event: "none" }, { after: DOWN_FROM }),
				happened({ event: "authenticated", server: "service", generation: 1 }, { after: DOWN_FROM }),
			),
		},
		{
			year: 6.9,
			awaits: "the device stores CA information B",
			until: happened({ event: "stored", generation: 2 }),
		},
		{
			year: 8.5,
			awaits: "the device follows to B",
			until: happened({ event: "authenticated", server: "service", generation: 2, slot: "current" }),
		},
	],
	judge(outcome) {
		const { record } = outcome;
		const down = { after: DOWN_FROM, before: DOWN_UNTIL };
		return [
			{
				ok:
					events(record, { event: "none", reason: "connection refused" }, down).length > 0 &&
					accesses(record, { server: "download-2" }, down).length === 0,
				what: "while it was down the device took it for not in operation, and asked again at its interval",
			},
			{
				ok: events(record, { event: "authenticated", server: "service", generation: 1 }, down).length > 0,
				what: "meanwhile it went on authenticating the service by A",
			},
			{
				ok: inOrder(record, { after: DOWN_UNTIL, before: 7 }, { event: "stored", generation: 2 }),
				what: "it stored CA information B once the server was back",
			},
			{
				ok: inOrder(
					record,
					{ after: 7 },
					{ event: "authenticated", server: "service", generation: 2, slot: "next" },
					{ event: "promoted", generation: 2 },
				),
				what: "and followed when A ended",
			},
			...endings(outcome, 2, null),
		];
	},
};
