// Servers that do not do as planned: one that does not move to B with the others, and a download server that is down.

import { at, expect, type Scenario, until } from "../scenario.js";
import { breakDownload, follow, lag, mendDownload } from "./acts.js";
import { nothingThere, promoted, service, stored } from "./events.js";

const END = 6,
	OVERLAP = 3,
	LATE = END + 1.5,
	FINISHED = 10.5;
const MOVED = "both application servers present CA B";
const authenticatedByB = { server: "service", what: "authenticated", presented: "B" } as const;

export const halfRollout: Scenario = {
	name: "half-rollout",
	summary:
		"one application server moves to CA B, the other presents CA A for years; a front leads each device to the right one",
	plan: {
		validityYears: 30,
		overlapYears: OVERLAP,
		retention: "for ever",
		authorities: { 1: { validityYears: END } },
	},
	services: 2,
	timeline: [
		at(END - OVERLAP - 0.1, "download server B will not come up: its machine is broken", breakDownload(1)),
		until(END - 0.3, "the device authenticates the service", seen => seen.happened(service(1))),
		at(END - 0.2, "the second application server will not move with the first", lag(1)),
		until(LATE - 0.1, "a device that has not heard of B authenticates the service by A", seen =>
			seen.within({ after: END }).happened(service(1)),
		),
		expect(
			{ after: END, before: LATE },
			"B in full operation, the device that knows A alone still met the server on A",
			seen => seen.happened(service(1)),
		),
		at(LATE, "download server B is repaired", mendDownload(1)),
		until(FINISHED - 0.1, "the device stores B, and follows to it", seen => seen.happened(service(2, "current"))),
		expect(
			{ after: LATE, before: FINISHED },
			"as soon as the device held B, it was led to the server on B, and promoted B",
			seen => seen.inOrder(stored(2), service(2, "next"), promoted(2)),
		),
		expect({}, "and it never went back to A", seen => !seen.inOrder(promoted(2), service(1))),
		expect({ before: FINISHED }, "the host warned that one of two servers was behind", seen =>
			seen.said("warning: 1 of 2 application servers still present CA A"),
		),
		at(FINISHED, "the second application server moves at last", follow(1, MOVED)),
		until(
			FINISHED + 1.9,
			"the device authenticates the service by B",
			seen => seen.since(MOVED).accesses(authenticatedByB).length >= 2, // one may have begun before
		),
		expect({}, "no session was refused: not by the device, and not by a server", seen => {
			const refused = seen.accesses({ server: "service", what: "refused" });
			// A session that a power cut ended, the rehearsal's end too, is no refusal.
			return !seen.happened({ event: "refused" }) && refused.every(({ access }) => access.reason === "connection lost");
		}),
	],
	end: FINISHED + 2,
	slots: { current: 2, next: null },
};

const DOWN_FROM = 3,
	DOWN_UNTIL = 5.2;

export const downloadServerDown: Scenario = {
	name: "download-server-down",
	summary: "download server B is down for most of the overlap; the device goes on with A and stores B when it is back",
	plan: { validityYears: 30, overlapYears: 4, retention: "for ever", authorities: { 1: { validityYears: 7 } } },
	timeline: [
		until(DOWN_FROM - 0.2, "the device authenticates the service", seen => seen.happened(service(1))),
		at(DOWN_FROM - 0.1, "download server B will not come up: its machine is broken", breakDownload(1)),
		until(DOWN_UNTIL - 0.1, "the device polls in vain, and authenticates the service by A", seen => {
			const down = seen.within({ after: DOWN_FROM });
			return down.happened(nothingThere) && down.happened(service(1));
		}),
		expect(
			{ after: DOWN_FROM, before: DOWN_UNTIL },
			"while it was down the device took it for not in operation, and asked again at its interval",
			seen => seen.happened({ event: "none", reason: "connection refused" }) && !seen.logged({ server: "download-2" }),
		),
		expect({ after: DOWN_FROM, before: DOWN_UNTIL }, "meanwhile it went on authenticating the service by A", seen =>
			seen.happened(service(1)),
		),
		at(DOWN_UNTIL, "download server B is repaired", mendDownload(1)),
		until(6.9, "the device stores CA information B", seen => seen.happened(stored(2))),
		expect({ after: DOWN_UNTIL, before: 7 }, "it stored CA information B once the server was back", seen =>
			seen.happened(stored(2)),
		),
		until(8.5, "the device follows to B", seen => seen.happened(service(2, "current"))),
		expect({ after: 7 }, "and followed when A ended", seen => seen.inOrder(service(2, "next"), promoted(2))),
	],
	end: 8.6,
	slots: { current: 2, next: null },
};
