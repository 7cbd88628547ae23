// Beyond the figures (firmware/DESIGN.md §3): the fleet's DL key is changed, and its kind with it, from Ed25519 alone to a
// pair. Firmware comes first, everywhere: it names the former key as retired, so that what the slots hold stays valid. Then
// all that is not revoked is signed again. Firmware that forgets the former key comes last.

import { at, expect, type Scenario, until } from "../scenario.js";
import { changeDlKeys, createDlKey, updateFirmware } from "./acts.js";
import { polled, promoted, service, stored } from "./events.js";

const PROVISIONAL = 6,
	END = 14;
const FIRMWARE = 8,
	CHANGED = 10,
	FORGOTTEN = 16;

const repairedAnew = { event: "repaired" } as const;

export const dlKeyChange: Scenario = {
	name: "dl-key-change",
	summary: "the DL key is changed by a firmware update, from Ed25519 alone to a pair with HSS-LMS; no device is lost",
	plan: {
		validityYears: END,
		overlapYears: END - PROVISIONAL,
		retention: "for ever",
		authorities: { 2: { validityYears: 3 * END } },
	},
	classical: true,
	timeline: [
		until(FIRMWARE - 0.2, "the device stores CA information B, which the classical key has signed", seen =>
			seen.happened(stored(2)),
		),
		at(FIRMWARE - 0.1, "a pair of Ed25519 and HSS-LMS is made, with the first key's log", createDlKey),
		at(FIRMWARE, "the device gets firmware with the pair, in which the classical key is retired", updateFirmware),
		until(CHANGED - 0.1, "it goes on with what the retired key has signed, and takes nothing new from that", seen => {
			const since = seen.within({ after: FIRMWARE });
			return since.inOrder({ event: "boot", current: 1, next: 2 }, service(1, "current")) && since.happened(polled(1));
		}),
		expect(
			{ after: FIRMWARE, before: CHANGED },
			"newer firmware kept both slots, which the retired key has signed, and went on with A",
			seen => seen.inOrder({ event: "boot", current: 1, next: 2 }, service(1, "current")),
		),
		at(CHANGED, "the fleet's DL key is changed: what is served is signed by the pair", changeDlKeys),
		until(END - 0.1, "the device polls, and finds what it holds signed by the pair", seen =>
			seen.within({ after: CHANGED }).happened({ event: "same", generation: 2 }),
		),
		expect(
			{ after: CHANGED, before: END },
			"what it held already came signed anew, and took the place of what the retired key has signed",
			seen => seen.happened({ event: "same", generation: 2 }) && !seen.happened(stored(2)),
		),
		until(FORGOTTEN - 0.1, "the device promotes B", seen => seen.happened(service(2, "current"))),
		expect({ after: END, before: FORGOTTEN }, "B took over, by the pair's signatures, and the device followed", seen =>
			seen.inOrder(service(2, "next"), promoted(2), service(2, "current")),
		),
		at(FORGOTTEN, "the device gets firmware that does not know the classical key any more", stage =>
			updateFirmware(stage, "retired keys"),
		),
		until(FORGOTTEN + 1.8, "the device authenticates the service by B", seen =>
			seen.within({ after: FORGOTTEN }).inOrder({ event: "boot", current: 2, next: "-" }, service(2, "current")),
		),
		expect(
			{ after: FORGOTTEN },
			"firmware without the classical key found B in its slot, whole, and went on with it",
			seen =>
				seen.inOrder({ event: "boot", current: 2, next: "-" }, service(2, "current")) && !seen.happened(repairedAnew),
		),
		expect(
			{},
			"no genuine server was refused, and nothing had to be held",
			seen => !seen.happened({ event: "refused" }) && !seen.happened({ event: "held" }),
		),
	],
	end: FORGOTTEN + 2,
	slots: { current: 2, next: null },
};
