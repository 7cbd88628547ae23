import { test } from "uvu";
import * as assert from "uvu/assert";
import { DecodeError } from "../../../firmware/cbor.js";
import { VerifiedCaInformation } from "../../../firmware/trust/ca-information.js";
import {
	type AcceptanceReason,
	judge,
	needsNoProof,
	outlives,
	type TrustedCa,
	type Way,
} from "../../../firmware/trust/trusted-ca.js";
import { refusedAs } from "../../refusal.js";
import { CERTIFICATE_A, CERTIFICATE_B, CERTIFICATE_C, CERTIFICATE_D } from "./certificates.js";
import { type Content, fleet, issue, spareSeed } from "./issue.js";

const certificates = { A: CERTIFICATE_A, B: CERTIFICATE_B, C: CERTIFICATE_C, D: CERTIFICATE_D };

/** CA information of authority `ca`. */
function make(ca: keyof typeof certificates, generation: number, more: Partial<Content> = {}) {
	return VerifiedCaInformation.verify(issue({ generation, certificate: certificates[ca], ...more }), fleet);
}
const A = make("A", 1),
	B = make("B", 2),
	C = make("C", 3);

function held(trusted: Partial<TrustedCa>): TrustedCa {
	return { factoryGeneration: 1, floor: 0, ...trusted };
}
function verdict(given: VerifiedCaInformation, trusted: Partial<TrustedCa>, way: Way = "current") {
	return judge(given, held(trusted), way);
}
function refused(
	given: VerifiedCaInformation,
	trusted: Partial<TrustedCa>,
	reason: AcceptanceReason,
	way: Way = "current",
) {
	refusedAs(DecodeError, reason, () => verdict(given, trusted, way));
}

test("the examples at the head of trusted-ca.ts", () => {
	const trusted = { current: A, next: B };
	const fromOne = make("C", 3, { follows: 1 });
	assert.is(verdict(B, trusted), "same");
	refused(make("A", 2), trusted, "equal generation");
	assert.is(verdict(fromOne, trusted), "store");
	assert.is(verdict(C, trusted), "hold");
	assert.is(verdict(fromOne, trusted, "other"), "hold");
	assert.is(verdict(make("C", 3, { revokes: true }), trusted), "promote");
	assert.is(verdict(make("A", 3, { url: "https://other.example/" }), trusted), "promote");
	const again = make("B", 4, { follows: 1 });
	refused(again, { current: C }, "follows a former CA", "offer");
	refused(again, { current: C }, "follows a former CA", "other");
	assert.is.not(verdict(again, { current: C }, "current"), "same");
});

test("what follows current is stored as next, in the place of another next too", () => {
	assert.is(verdict(B, { current: A }), "store");
	assert.is(verdict(make("C", 3, { follows: 1 }), { current: A, next: B }), "store");
	assert.is(verdict(make("D", 65_535), { current: A }), "store"); // no jump is too far
});

test("what says the same as current, next or the candidate is the same, whichever key has signed it", () => {
	assert.is(verdict(make("A", 1), { current: A, next: B }), "same");
	assert.is(verdict(make("B", 2), { current: A, next: B }), "same");
	assert.is(verdict(make("C", 3), { current: A, next: B, candidate: C }), "same");
	const bySpare = VerifiedCaInformation.verify(
		issue({ generation: 2, certificate: CERTIFICATE_B }, { seed: spareSeed }),
		fleet,
	);
	assert.is(verdict(bySpare, { current: A, next: B }), "same");
});

test("an older generation is refused after a newer one was seen", () => {
	refused(A, { current: B }, "older generation");
	refused(B, { current: make("A", 1), next: make("D", 4) }, "older generation");
	refused(make("A", 2), { current: A, next: make("D", 4) }, "older generation"); // the same CA, below next
});

test("an equal generation with another payload is refused", () => {
	refused(make("C", 2), { current: A, next: B }, "equal generation");
	refused(make("B", 1), { current: A }, "equal generation");
});

test("nothing below the factory's generation is taken, and the factory's own is", () => {
	const factoryGeneration = 3;
	refused(B, { current: A, factoryGeneration }, "older generation");
	assert.is(verdict(C, { current: A, factoryGeneration }), "store");
});

test("nothing up to what was proved under another firmware is taken", () => {
	refused(B, { current: A, floor: 3 }, "older generation");
	refused(C, { current: A, floor: 3 }, "equal generation");
	assert.is(verdict(make("D", 4), { current: A, floor: 3 }), "store");
});

test("the missing link, what next follows, is a candidate although it is below next", () => {
	assert.is(verdict(B, { current: A, next: C }), "hold");
	assert.is(verdict(B, { next: C }, "other"), "hold");
	refused(B, { current: A, next: make("D", 4) }, "older generation");
	assert.is(verdict(make("A", 2), { current: A, next: C }), "hold"); // of current's CA too: it is below next
});

test("what follows a former CA comes only from current's own https addresses", () => {
	const reissue = make("A", 3, { follows: 1 }); // newer than its successor B
	assert.is(verdict(reissue, { current: B }), "store");
	for (const way of ["offer", "other"] as const) refused(reissue, { current: B }, "follows a former CA", way);
	assert.is(verdict(make("B", 3, { follows: 1 }), { current: B }, "offer"), "promote"); // current's own CA
	assert.is(verdict(reissue, { next: B }, "other"), "hold"); // nothing is current
});

test("key 5 is promoted at once, whichever way it came", () => {
	const revoking = make("C", 3, { revokes: true, follows: 1 });
	for (const way of ["current", "offer", "other"] as const)
		assert.is(verdict(revoking, { current: A, next: B }, way), "promote");
	refused(make("C", 3, { revokes: true, follows: 1 }), { current: B }, "follows a former CA", "offer");
});

test("the same CA is promoted at once if it is above next, whichever way it came", () => {
	const moved = make("A", 3, { follows: 1 });
	for (const way of ["current", "offer", "other"] as const)
		assert.is(verdict(moved, { current: A, next: B }, way), "promote");
	assert.is(verdict(make("C", 4, { follows: 1 }), { current: A, next: C }), "store"); // next's CA is not current's
});

test("what comes from an address of next or of the factory is a candidate", () => {
	assert.is(verdict(B, { current: A }, "other"), "hold");
	assert.is(verdict(make("D", 4), { current: A, next: B }, "other"), "hold");
});

test("what follows neither current nor anything held is a candidate beside next", () => {
	assert.is(verdict(C, { current: A, next: B }), "hold");
	assert.is(verdict(C, { current: A, next: B }, "offer"), "hold");
	assert.is(verdict(make("D", 4), { next: B }, "offer"), "hold");
	assert.is(verdict(make("D", 4), {}, "offer"), "store");
});

test("what a retired key has signed is never accepted", () => {
	const retired = VerifiedCaInformation.verify(issue({ generation: 2 }, { seed: spareSeed }), {
		...fleet,
		dlKeys: [fleet.dlKeys[0]],
		retiredDlKeys: [fleet.dlKeys[1]],
	});
	refused(retired, { current: A }, "signed by a retired key");
	assert.is(verdict(retired, { current: A, next: retired }), "same");
});

test("next needs no proof if it revokes or is current's CA", () => {
	assert.ok(needsNoProof(make("A", 4), A));
	assert.not.ok(needsNoProof(make("A", 4), B));
	assert.not.ok(needsNoProof(make("A", 4), undefined));
	assert.ok(needsNoProof(make("A", 4, { revokes: true }), undefined));
});

test("a promotion drops a candidate that is older, or that follows a former CA", () => {
	assert.ok(outlives(C, B));
	assert.not.ok(outlives(B, B) || outlives(B, C));
	assert.not.ok(outlives(make("A", 4, { follows: 1 }), B));
	assert.ok(outlives(make("B", 4, { follows: 1 }), B));
});

test.run();
