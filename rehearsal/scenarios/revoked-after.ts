// Figure 9: A is revoked while download server B is in operation. Either the device has stored CA information B by
// then, and needs nobody; or it was off, fails with A, finds its next slot empty, and fetches at once.

import { at, expect, type Scenario, until } from "../scenario.js";
import { breakDownload, revoke, switchOff, switchOn } from "./acts.js";
import { download, given, polled, promoted, service, stored, unknownIssuer } from "./events.js";

const plan = { validityYears: 10, overlapYears: 4, retention: "for ever" } as const;
const PROVISIONAL = 6,
	REVOKED = 8;

export const revokedAfterStored: Scenario = {
	name: "revoked-after-stored",
	summary: "CA A is revoked, and the device holds CA information B already",
	plan,
	timeline: [
		until(REVOKED - 0.3, "the device stores CA information B", seen => seen.happened(stored(2))),
		at(REVOKED - 0.2, "download server B will be down for good: its machine is broken", breakDownload(1)),
		expect(
			{ after: PROVISIONAL, before: REVOKED },
			"before the revocation the device had stored CA information B",
			seen => seen.inOrder(download(1), stored(2)),
		),
		at(REVOKED, "CA A's private key is stolen: the operator revokes CA A", revoke(1)),
		until(9.9, "the device authenticates the service by B, now its current, and polls URL C", seen =>
			seen.happened(service(3, "current")),
		),
		expect(
			{ after: REVOKED },
			"after it the service's certificate failed with A, held with B, and B was promoted: nobody was needed for that",
			seen =>
				seen.inOrder(service(2, "next"), promoted(2)) &&
				!seen.within({ after: REVOKED }).logged({ server: "download-2" }),
		),
		expect(
			{ after: REVOKED },
			"at URL C it found B's CA information once more, issued anew to say that A is revoked: the same CA, at once",
			seen => seen.inOrder(promoted(2), download(2), stored(3), promoted(3), service(3, "current")),
		),
	],
	end: 10,
	slots: { current: 3, next: null },
};

const OFF = PROVISIONAL - 0.2,
	ON = REVOKED + 0.5;

export const revokedAfterUnstored: Scenario = {
	name: "revoked-after-unstored",
	summary: "CA A is revoked while the device, which was off, has not stored CA information B",
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
			seen.happened(service(3, "current")),
		),
		expect(
			{ after: ON },
			"it failed with A, fetched from download server B at once what says that A is revoked, promoted B, and connected again",
			seen =>
				seen.inOrder(
					{ event: "boot", current: 1 },
					unknownIssuer,
					polled(1),
					download(1),
					stored(3),
					promoted(3),
					service(3, "current"),
				),
		),
		expect({ after: ON }, "download server B saw a device that held A alone", seen =>
			seen.logged({ ...given("download-2", "1,-"), presented: "A" }),
		),
	],
	end: 10,
	slots: { current: 3, next: null },
};
