import { test } from "uvu";
import * as assert from "uvu/assert";
import { DecodeError } from "../../../firmware/cbor.js";
import { VerifiedCaInformation } from "../../../firmware/trust/ca-information.js";
import {
	type AcceptanceReason,
	equalBytes,
	judge,
	needsNoProof,
	type TrustedCa,
} from "../../../firmware/trust/trusted-ca.js";
import { refusedAs } from "../../refusal.js";
import { CERTIFICATE_B, CERTIFICATE_C } from "./certificates.js";
import { type Content, fleet, issue } from "./issue.js";

function read(content: Content) {
	return VerifiedCaInformation.read(issue(content), fleet);
}
const A = read({ generation: 1 });
const B = read({ generation: 2, certificate: CERTIFICATE_B });
const C = read({ generation: 3, certificate: CERTIFICATE_C });
function refused(candidate: VerifiedCaInformation, held: TrustedCa, reason: AcceptanceReason, factory = 1) {
	refusedAs(DecodeError, reason, () => judge(candidate, held, factory));
}

test("a greater generation than that of every full slot is stored", () => {
	assert.is(judge(B, { current: A }, 1), "store");
	assert.is(judge(C, { current: A, next: B }, 1), "store");
	assert.is(judge(A, {}, 0), "store");
});

test("the bytes of either slot again are the same", () => {
	assert.is(judge(read({ generation: 1 }), { current: A, next: B }, 1), "same");
	assert.is(judge(read({ generation: 2, certificate: CERTIFICATE_B }), { current: A, next: B }, 1), "same");
});

test("an older generation is refused after a newer one was seen", () => {
	refused(A, { current: B }, "older generation");
	refused(B, { current: A, next: C }, "older generation");
	refused(read({ generation: 2, revokes: true }), { current: A, next: C }, "older generation");
});

test("an equal generation with other bytes is refused", () => {
	refused(read({ generation: 2, url: "https://other.fleet.example/" }), { current: A, next: B }, "equal generation");
	refused(read({ generation: 1, certificate: CERTIFICATE_B }), { current: A }, "equal generation");
});

test("nothing up to the factory's generation is taken", () => {
	refused(B, { current: A }, "older generation", 3);
	refused(C, { current: A }, "equal generation", 3);
	assert.is(judge(C, { current: A }, 2), "store");
});

test("a generation jumps by 256 at most", () => {
	assert.is(judge(read({ generation: 257, certificate: CERTIFICATE_B }), { current: A }, 1), "store");
	refused(read({ generation: 258, certificate: CERTIFICATE_B }), { current: A }, "generation too far ahead");
	assert.is(judge(read({ generation: 258, certificate: CERTIFICATE_C }), { current: A, next: B }, 1), "store");
	refused(read({ generation: 65_535 }), { current: A, next: B }, "generation too far ahead");
	assert.is(judge(read({ generation: 300 }), {}, 0), "store"); // the first one starts the numbering
});

test("the same key as current's is promoted at once, and so is one that revokes", () => {
	const moved = read({ generation: 4, url: "https://other.fleet.example/" });
	assert.is(judge(moved, { current: A, next: C }, 1), "promote");
	assert.is(judge(moved, { current: B }, 1), "store");
	assert.is(judge(read({ generation: 4, certificate: CERTIFICATE_C }), { current: A, next: C }, 1), "store"); // next's key
	assert.is(
		judge(read({ generation: 4, certificate: CERTIFICATE_C, revokes: true }), { current: A, next: B }, 1),
		"promote",
	);
	assert.ok(needsNoProof(moved, A));
	assert.not.ok(needsNoProof(moved, undefined));
	assert.ok(needsNoProof(read({ generation: 4, revokes: true }), undefined));
});

test("bytes are equal if all of them are", () => {
	assert.ok(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)));
	assert.not.ok(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
	assert.not.ok(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1)));
	assert.ok(equalBytes(new Uint8Array(0), new Uint8Array(0)));
});

test.run();
