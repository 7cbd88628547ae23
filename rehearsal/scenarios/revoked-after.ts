// Figure 9: A is revoked while download server B is in operation. Either the device has stored CA information B by
// then, and needs nobody; or it was off, fails with A, finds its next slot empty, and fetches at once.

import { at, expect, type Scenario, until } from "../scenario.js";
import { revoke, switchOff, switchOn } from "./acts.js";
import { download, given, polled, promoted, service, stored, unknownIssuer } from "./events.js";

const plan = { validityYears: 10, overlapYears: 4, retention: "for ever" } as const;
const PROVISIONAL = 6,
	REVOKED = 8;

export const revokedAfterStored: Scenario = {
	name: "revoked-after-stored",
	summary: "figure 9: CA A is revoked, and the device holds CA information B already",
	plan,
	timeline: [
		until(REVOKED - 0.1, "the device stores CA information B", seen => seen.happened(stored(2))),
		expect(
			{ after: PROVISIONAL, before: REVOKED },
			"before the revocation the device had stored CA information B",
			seen => seen.inOrder(download(1), stored(2)),
		),
		at(REVOKED, "CA A's private key is stolen: the operator revokes CA A", revoke(1)),
		until(9.5, "the device authenticates the service by B, now its current", seen =>
			seen.happened(service(2, "current")),
		),
		expect(
			{ after: REVOKED },
			"after it the service's certificate failed with A, held with B, and B was promoted",
			seen => seen.inOrder(service(2, "next"), promoted(2), service(2, "current")),
		),
		expect({}, "it needed no download for that", seen => seen.events({ event: "stored" }).length === 1),
	],
	end: 9.6,
	slots: { current: 2, next: null },
};

const OFF = PROVISIONAL - 0.2,
	ON = REVOKED + 0.5;

export const revokedAfterUnstored: Scenario = {
	name: "revoked-after-unstored",
	summary: "figure 9: CA A is revoked while the device, which was off, has not stored CA information B",
	plan,
	timeline: [
		until(OFF - 0.1, "the device authenticates the service by A", seen => seen.happened(service(1))),
		at(OFF, "the device is switched off before download server B comes into operation", switchOff),
		at(REVOKED, "CA A's private key is stolen: the operator revokes CA A", revoke(1)),
		expect(
			{ before: ON },
			"when it came back the device knew nothing of B",
			seen => !seen.happened({ event: "stored" }),
		),
		at(ON, "the device is switched on", switchOn),
		until(9.9, "the device authenticates the service by B, now its current", seen =>
			seen.happened(service(2, "current")),
		),
		expect(
			{ after: ON },
			"it failed with A, fetched CA information B from download server B at once, connected again, and promoted B",
			seen =>
				seen.inOrder(
					{ event: "boot", current: 1 },
					unknownIssuer,
					polled(1),
					download(1),
					stored(2),
					service(2, "next"),
					promoted(2),
				),
		),
		expect({ after: ON }, "download server B saw a device that held A alone", seen =>
			seen.logged({ ...given("download-2", "1,-"), presented: "A" }),
		),
	],
	end: 10,
	slots: { current: 2, next: null },
};
