// Beyond the figures (firmware/DESIGN.md §7): the provisional authority B is revoked, because its key was stolen. A is
// issued anew, B′ follows it, and the addresses of A and of B both lead there. Twice, since a thief can be quicker than
// the operator, or the operator than the device: the device is lured to B before the order, and to B′ after it.

import type { Seen } from "../record.js";
import { at, expect, type Scenario, until } from "../scenario.js";
import { breakDownload, impersonate, mendDownload, revoke, serveAgain, switchOff, switchOn } from "./acts.js";
import { download, given, polled, promoted, service, stored, unknownIssuer } from "./events.js";

const PROVISIONAL = 6,
	END = 16;
const LURED = 7.5,
	FREED = 8.5,
	REVOKED = 9.5;
const OFF = 11,
	REVOKED_AGAIN = 11.2,
	ON = 11.5,
	FREED_AGAIN = 13;

/** The device holds `lured`'s CA information as current, and finds the way from there to A's new one. */
function cameBack(seen: Seen, lured: number, anew: number): boolean {
	return seen.inOrder(download(lured), stored(anew), service(anew, "next"), promoted(anew));
}

export const revokedNext: Scenario = {
	name: "revoked-next",
	summary:
		"the provisional CA B is revoked before it ever served; a device that its thief has lured finds its way back",
	plan: {
		validityYears: END,
		overlapYears: END - PROVISIONAL,
		retention: "for ever",
		authorities: { 6: { validityYears: 2 * END } },
	},
	timeline: [
		until(LURED - 0.1, "the device stores CA information B", seen => seen.happened(stored(2))),
		at(LURED, "CA B's private key is stolen: the thief shows the device a service by it", impersonate(2)),
		until(FREED - 0.1, "the device is lured to B", seen => seen.happened(promoted(2))),
		expect({ after: LURED, before: FREED }, "a service by B's stolen key lured the device to B", seen =>
			seen.inOrder(service(2, "next"), promoted(2)),
		),
		at(FREED, "the thief is gone", serveAgain),
		until(REVOKED - 0.1, "the device refuses the service, and finds nothing at B's own address", seen => {
			const since = seen.within({ after: FREED });
			return since.happened(unknownIssuer) && since.happened(polled(2));
		}),
		at(REVOKED, "the operator revokes CA B: CA A is issued anew, and B′ follows it", revoke(2)),
		until(
			OFF - 0.1,
			"the device comes back to A, and stores CA information B′",
			seen => seen.happened(service(3, "current")) && seen.happened(stored(4)),
		),
		expect(
			{ after: REVOKED, before: OFF },
			"lured before the order, it found A's new CA information at B's address, and came back to A",
			seen => cameBack(seen, 2, 3) && seen.logged({ ...given("download-3", "2,-"), presented: "B" }),
		),
		at(OFF, "the device is switched off", switchOff),
		at(REVOKED_AGAIN, "CA B′'s private key is stolen too: the operator revokes CA B′", revoke(4)),
		at(
			REVOKED_AGAIN,
			"the thief keeps the device from A's download server, and shows it a service by B′",
			async stage => {
				await breakDownload(3)(stage);
				await impersonate(4)(stage);
			},
		),
		at(ON, "the device is switched on", switchOn),
		until(FREED_AGAIN - 0.1, "the device is lured to B′", seen => seen.happened(promoted(4))),
		expect({ after: ON, before: FREED_AGAIN }, "a service by B′'s stolen key lured the device to B′", seen =>
			seen.inOrder(service(4, "next"), promoted(4)),
		),
		at(FREED_AGAIN, "the thief is gone", async stage => {
			await mendDownload(3)(stage);
			await serveAgain(stage);
		}),
		until(
			END - 0.1,
			"the device comes back to A, and stores CA information B′′",
			seen => seen.happened(service(5, "current")) && seen.happened(stored(6)),
		),
		expect(
			{ after: ON, before: END },
			"lured after the order, it came back to A in the same way",
			seen => cameBack(seen, 4, 5) && seen.within({ after: FREED_AGAIN }).happened(service(5, "next")),
		),
		until(
			END + 1.5,
			"the device authenticates the service by B′′, now its current, and polls its URL",
			seen => seen.happened(service(6, "current")) && seen.happened(polled(6)),
		),
		expect(
			{ after: END },
			"at A's end B′′ took over, and the device followed and polls the URL in its CA information",
			seen => seen.inOrder(service(6, "next"), promoted(6), polled(6)),
		),
		expect(
			{},
			"what was revoked was given to nobody after the order",
			seen =>
				!seen.within({ after: REVOKED }).happened(stored(2)) &&
				!seen.within({ after: REVOKED_AGAIN }).happened(stored(4)),
		),
	],
	end: END + 1.6,
	slots: { current: 6, next: null },
};
