// Figure 10: one authority with two issue units, and its download servers, on one machine behind one socket. They are
// functions, told apart by their host names; what is not in operation answers 404 under its own certificate.

import { expect, type Scenario, until } from "../scenario.js";
import { download, promoted, service, stored } from "./events.js";

const END = 8,
	OVERLAP = 3,
	PROVISIONAL = END - OVERLAP;
const notInOperation = { event: "none", status: 404 } as const;
const polledC = [download(2), notInOperation] as const;

export const singleAuthority: Scenario = {
	name: "single-authority",
	summary: "one authority with several issue units, everything behind one socket",
	plan: { validityYears: END, overlapYears: OVERLAP, retention: "for ever" },
	shared: true,
	timeline: [
		until(PROVISIONAL - 0.1, "the device hears that download server B is not in operation", seen =>
			seen.happened(notInOperation),
		),
		expect(
			{ before: PROVISIONAL },
			"before the overlap the name of download server B answered 404 under its own certificate",
			seen => seen.inOrder(download(1), notInOperation),
		),
		until(END - 0.1, "the device stores CA information B", seen => seen.happened(stored(2))),
		expect({ before: END }, "in the overlap the same socket served CA information B under that name", seen =>
			seen.inOrder(download(1), stored(2)),
		),
		until(
			END + 1.9,
			"the device authenticates the service by B, and polls URL C",
			seen =>
				seen.happened(service(2, "current")) &&
				seen.within({ after: END }).inOrder(...polledC) &&
				seen.logged({ server: "download-3", what: "request", status: 404 }),
		),
		expect({ after: END }, "then the service's name showed issue unit B's certificate, and the device followed", seen =>
			seen.inOrder(service(2, "next"), promoted(2)),
		),
		expect(
			{ after: END },
			"and download server C's name shows a certificate from issue unit B",
			seen =>
				seen.inOrder(...polledC) && seen.logged({ server: "download-3", what: "request", status: 404, presented: "B" }),
		),
		expect({}, "no name was taken for another", seen => !seen.happened({ event: "refused" })),
	],
	end: END + 2,
	slots: { current: 2, next: null },
};
