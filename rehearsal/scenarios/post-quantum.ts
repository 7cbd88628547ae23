// An ordinary handover from an Ed25519 authority to one that signs by ML-DSA-44, and to the next of that kind: the device
// follows without new firmware. Beside it come a device whose build knows no ML-DSA, while the service shows both
// certificates, and one from the shelf, when it shows B's alone.

import { at, expect, type Scenario, type Stage, until } from "../scenario.js";
import { revoke } from "./acts.js";
import { download, given, promoted, service, stored } from "./events.js";

// Full operation: A 0–6, B 6–9.9, C from 9.9.
const B_ISSUED = 3.9,
	B_FULL = 6,
	A_REVOKED = 7.7,
	C_FULL = 9.9;

const CLASSICAL = "classical",
	SHELVED = "shelved";

function visitClassical(stage: Stage): Promise<void> {
	return stage.visit(CLASSICAL, ["ml-dsa-44", "ml-kem-768"]);
}

export const postQuantum: Scenario = {
	name: "post-quantum",
	summary: "CA A signs by Ed25519, CA B and CA C by ML-DSA-44: the device follows without new firmware",
	plan: { validityYears: 6, overlapYears: 2, retention: "for ever" },
	needsMlDsa: true,
	timeline: [
		until(3.5, "the device authenticates the service by A", seen => seen.happened(service(1))),
		at(3.6, "a device whose build knows no ML-DSA comes by", visitClassical),
		at(B_ISSUED, "authority B is issued with ML-DSA-44 keys", stage =>
			stage.order({ order: "provide", keyType: "ml-dsa-44" }),
		),
		until(5.8, "the device stores CA information B", seen => seen.happened(stored(2))),
		at(5.9, "the classical device comes by", visitClassical),
		expect(
			{ before: B_FULL },
			"in the overlap it stored CA information B, from a server that it authenticated by A",
			seen => seen.inOrder(download(1), stored(2)) && seen.logged({ ...given("download-2", "1,-"), presented: "A" }),
		),
		expect({ before: B_FULL }, "before B's full operation the service showed A's certificate to all", seen =>
			seen.accesses({ server: "service", what: "authenticated" }).every(({ access }) => access.presented === "A"),
		),
		until(7.5, "the device promotes B", seen => seen.happened(promoted(2)) && seen.happened(service(2, "current"))),
		at(7.6, "the classical device comes by: the service shows two certificates", visitClassical),
		expect(
			{ after: B_FULL, before: A_REVOKED },
			"then the service proved itself by B's ML-DSA-44, at the first connection, and B was promoted",
			seen =>
				seen.inOrder(service(2, "next"), promoted(2), service(2, "current")) &&
				!seen.happened({ event: "refused", server: "service" }),
		),
		expect(
			{ after: B_FULL, before: A_REVOKED },
			"and by A's Ed25519 to the device that knows no ML-DSA, which went on with A",
			seen => seen.of(CLASSICAL).happened(service(1, "current")) && seen.logged({ server: "service", presented: "A" }),
		),
		expect(
			{ after: B_ISSUED, before: A_REVOKED },
			"which refused a CA information that its build cannot use",
			seen =>
				seen.of(CLASSICAL).happened({ event: "refused", server: "download", reason: "unsupported public key" }) &&
				!seen.of(CLASSICAL).happened({ event: "stored" }),
		),
		at(A_REVOKED, "no device of A is left, it is thought: A is revoked", revoke(1)),
		at(7.8, "a device comes off the shelf, with A alone; the service shows B alone", stage => stage.visit(SHELVED)),
		expect(
			{ after: A_REVOKED, before: C_FULL - 0.2 },
			"the device from the shelf had no signature in common with the service, updated at once, and followed",
			seen =>
				seen
					.of(SHELVED)
					.inOrder(
						{ event: "boot", current: 1, next: "-" },
						{ event: "refused", server: "service", reason: "received handshake_failure" },
						download(1),
						stored(2),
						service(2, "next"),
						promoted(2),
					),
		),
		until(C_FULL - 0.1, "the device stores CA information C", seen => seen.happened(stored(3))),
		until(11.4, "the device promotes C", seen => seen.happened(promoted(3)) && seen.happened(service(3, "current"))),
		expect(
			{ after: B_FULL },
			"from B to C, both of ML-DSA-44, it went as ever",
			seen =>
				seen.inOrder(download(2), stored(3), service(3, "next"), promoted(3), service(3, "current")) &&
				seen.logged({ ...given("download-3", "2,-"), presented: "B" }),
		),
		expect({}, "no genuine server was refused by it", seen => !seen.happened({ event: "refused" })),
	],
	end: 11.5,
	slots: { current: 3, next: null },
};
