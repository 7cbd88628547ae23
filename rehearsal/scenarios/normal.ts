// Figure 7, the normal case: authority A reaches the end of its validity, B takes over, the device follows; then one
// reboot.

import { at, expect, type Scenario, until } from "../scenario.js";
import { cutPower } from "./acts.js";
import { download, given, nothingThere, polled, promoted, service, stored } from "./events.js";

const END = 20,
	OVERLAP = 5,
	PROVISIONAL = END - OVERLAP,
	REBOOT = 21.2;

const backAgain = [{ event: "boot", current: 2, next: "-" }, service(2, "current")] as const;

export const normal: Scenario = {
	name: "normal",
	summary: "CA A ends after 20 years, CA B takes over, and the device follows without a clock",
	plan: { validityYears: END, overlapYears: OVERLAP, retention: "for ever" },
	timeline: [
		until(
			PROVISIONAL - 0.5,
			"the device authenticates the service by A, and finds no download server B",
			seen => seen.happened(service(1)) && seen.happened(nothingThere),
		),
		expect(
			{ before: PROVISIONAL },
			`before year ${PROVISIONAL} download server B was not in operation, and the device found none`,
			seen => seen.happened(nothingThere) && !seen.logged({ server: "download-2" }),
		),
		until(
			END - 0.1,
			"the device stores CA information B",
			seen => seen.happened(stored(2)) && seen.logged(given("download-2", "1,-")),
		),
		expect(
			{ after: PROVISIONAL, before: END },
			"in the overlap it authenticated download server B by A, fetched CA information B and stored it",
			seen => seen.inOrder(download(1), stored(2)) && seen.logged({ ...given("download-2", "1,-"), presented: "A" }),
		),
		expect(
			{ before: END },
			`until year ${END} it went on with A alone`,
			seen => !seen.happened({ event: "promoted" }) && !seen.happened(service(2)),
		),
		expect(
			{ before: END },
			seen =>
				`before year ${END} the service was authenticated by A (${seen.events(service(1, "current")).length} times)`,
			seen => seen.happened(service(1, "current")),
		),
		until(
			REBOOT - 0.1,
			"the device promotes B, and polls URL C",
			seen =>
				seen.happened(service(2, "current")) &&
				seen.happened(polled(2)) &&
				seen.within({ after: END }).happened(nothingThere),
		),
		expect(
			{ after: END },
			`after year ${END} the service's certificate failed with A, held with B, and B was promoted`,
			seen => seen.inOrder(service(2, "next"), promoted(2), service(2, "current")),
		),
		expect(
			{ after: END },
			"then it polled URL C, where nothing listens yet",
			seen => seen.inOrder(polled(2), nothingThere) && !seen.logged({ server: "download-3" }),
		),
		at(REBOOT, "the device's power is cut, and comes back", cutPower),
		until(22.4, "the device authenticates by B after its reboot", seen =>
			seen.within({ after: REBOOT }).inOrder(...backAgain),
		),
		expect({ after: REBOOT }, "after a power cut it still authenticates the service by B", seen =>
			seen.inOrder(...backAgain),
		),
		expect({}, "no genuine server was refused", seen => !seen.happened({ event: "refused" })),
	],
	end: 22.5,
	slots: { current: 2, next: null },
};
