// Beyond the figures (firmware/DESIGN.md §7): the provisional authority B is revoked, because its key was lost or
// stolen. B′ takes its place, with a greater generation, at the same URL; A goes on until its end.

import { at, expect, type Scenario, until } from "../scenario.js";
import { revoke } from "./acts.js";
import { download, given, polled, promoted, service, stored } from "./events.js";

const END = 12,
	PROVISIONAL = 6,
	REVOKED = 8.5;

export const revokedNext: Scenario = {
	name: "revoked-next",
	summary: "the provisional CA B is revoked before it ever served; CA B′ takes its place at the same URL",
	plan: { validityYears: END, overlapYears: END - PROVISIONAL, retention: "for ever" },
	timeline: [
		until(
			REVOKED - 0.1,
			"the device stores CA information B",
			seen => seen.happened(stored(2)) && seen.logged(given("download-2", "1,-")),
		),
		expect(
			{ before: REVOKED },
			"the device had stored CA information B",
			seen => seen.happened(stored(2)) && seen.logged(given("download-2", "1,-")),
		),
		at(REVOKED, "the private key of the provisional CA B is stolen: the operator revokes CA B", revoke(2)),
		until(
			END - 0.1,
			"the device stores CA information B′ in B's place, and authenticates the service by A",
			seen => seen.happened(stored(3)) && seen.within({ after: REVOKED }).happened(service(1)),
		),
		expect(
			{ before: END },
			"after B's revocation it found B′ at the same URL and stored it over B",
			seen =>
				seen.inOrder(stored(2), download(1), stored(3)) &&
				seen.within({ after: REVOKED }).logged(given("download-2", "1,2")),
		),
		expect(
			{ before: END },
			"A served until its end",
			seen => seen.within({ after: REVOKED }).happened(service(1)) && !seen.happened({ event: "promoted" }),
		),
		until(
			END + 1.5,
			"the device authenticates the service by B′, now its current, and polls its URL",
			seen => seen.happened(service(3, "current")) && seen.happened(polled(3)),
		),
		expect(
			{ after: END },
			"then B′ took over, and the device followed and polls the URL in B′'s CA information",
			seen => seen.inOrder(service(3, "next"), promoted(3), polled(3)),
		),
		expect(
			{},
			"nothing was ever authenticated by B",
			seen => !seen.happened({ event: "authenticated", generation: 2 }) && !seen.happened(promoted(2)),
		),
	],
	end: 13.6,
	slots: { current: 3, next: null },
};
