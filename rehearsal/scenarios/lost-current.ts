// Current's slot is lost in the overlap, a flash block that died, say. Losing it proves nothing: next stays next, and the
// device looks for the CA information that next follows (firmware/DESIGN.md §3). It is no longer the factory's.

import { at, expect, type Scenario, until } from "../scenario.js";
import { download, promoted, service, stored } from "./events.js";

// Full operation: A 0–6, B 6–14, C from 14.
const LOST = 11.5,
	SECOND_END = 14;

const withNextAlone = { event: "boot", current: "-", next: 3 } as const;

export const lostCurrent: Scenario = {
	name: "lost-current",
	summary:
		"the slot that holds B is lost while C is provisional: the device finds B again, and does not move to C unproved",
	plan: {
		validityYears: 30,
		overlapYears: 3,
		retention: "for ever",
		authorities: { 1: { validityYears: 6 }, 2: { validityYears: SECOND_END - 3 } },
	},
	timeline: [
		until(5.9, "the device stores CA information B", seen => seen.happened(stored(2))),
		until(
			LOST - 0.1,
			"the device is at B, and stores CA information C",
			seen => seen.happened(service(2, "current")) && seen.happened(stored(3)),
		),
		at(LOST, "the device's power is cut, and current's slot is gone when it comes back", async stage => {
			await stage.switchOff();
			stage.loseCurrent();
			await stage.switchOn();
		}),
		until(SECOND_END - 0.1, "the device authenticates the service by B, its current again", seen =>
			seen.within({ after: LOST }).inOrder(withNextAlone, service(2, "current")),
		),
		expect({ after: LOST, before: SECOND_END }, "it came back with next alone", seen => seen.happened(withNextAlone)),
		expect(
			{ after: LOST, before: SECOND_END },
			"at the factory's address it found B, which next follows; the service proved it, and it is current again",
			seen =>
				seen.inOrder(
					download(1),
					{ event: "held", generation: 2 },
					service(2, "candidate"),
					promoted(2),
					service(2, "current"),
				),
		),
		expect(
			{ after: LOST, before: SECOND_END },
			"no service was authenticated by A, which had ended, or by C, which nothing had proved",
			seen => !seen.happened(service(1)) && !seen.happened(service(3)),
		),
		until(SECOND_END + 1.5, "the device authenticates the service by C, now its current", seen =>
			seen.happened(service(3, "current")),
		),
		expect({ after: SECOND_END }, "at B's end it followed to C, which it had kept", seen =>
			seen.inOrder(service(3, "next"), promoted(3), service(3, "current")),
		),
		expect({}, "it stored C once", seen => seen.events(stored(3)).length === 1),
	],
	end: SECOND_END + 1.6,
	slots: { current: 3, next: null },
};
