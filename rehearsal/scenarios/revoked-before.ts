// Figure 8: A is revoked before download server B is in operation. The operator brings B up at once (511, 509, 510);
// the device fails with A, finds its next slot empty, and fetches. Download server B stays until the date on which A's
// validity would have ended (figure 6).

import { at, expect, type Scenario, until } from "../scenario.js";
import { revoke } from "./acts.js";
import { download, nothingThere, polled, promoted, service, stored } from "./events.js";

const END = 12,
	OVERLAP = 3,
	PLANNED = END - OVERLAP, // without the revocation nothing of B exists before
	REVOKED = 5;

export const revokedBefore: Scenario = {
	name: "revoked-before",
	summary: "CA A is revoked before download server B exists; the device fails with A and fetches at once",
	plan: { validityYears: END, overlapYears: OVERLAP, retention: "until the previous CA ends" },
	timeline: [
		until(
			REVOKED - 0.2,
			"the device authenticates the service by A, and finds no download server B",
			seen => seen.happened(service(1)) && seen.happened(nothingThere),
		),
		expect(
			{ before: REVOKED },
			"before the revocation the service was authenticated by A, and download server B was not in operation",
			seen => seen.happened(service(1)) && !seen.logged({ server: "download-2" }),
		),
		at(REVOKED, "CA A's private key is stolen: the operator revokes CA A", revoke(1)),
		until(REVOKED + 2, "the device authenticates the service by B", seen => seen.happened(service(2, "current"))),
		expect(
			{ before: PLANNED }, // the poll may have begun before the revocation; what it stores cannot be older
			"after it the device fetched CA information B, which says that A is revoked, promoted it, and authenticated the service by B",
			seen => seen.inOrder(polled(1), download(1), stored(2), promoted(2), service(2, "current")),
		),
		expect(
			{},
			"nothing was authenticated by A any more",
			seen =>
				seen.within({ before: PLANNED }).logged({ server: "service", presented: "B" }) &&
				seen.neverShownAgain("A", "B") &&
				!seen.inOrder(promoted(2), service(1)),
		),
		until(END - 0.1, "the device polls URL C", seen => seen.happened(polled(2))),
		expect({}, `download server B stayed until year ${END}, when A's validity would have ended (figure 6)`, seen => {
			const ended = seen.steps({ what: "download server terminated", namedBy: 1 });
			return ended.length === 1 && Math.abs(ended[0].step.year - END) < 0.01;
		}),
	],
	end: END + 0.6,
	slots: { current: 2, next: null },
};
