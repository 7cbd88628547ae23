import { test } from "uvu";
import * as assert from "uvu/assert";
import { concatenate } from "../../../firmware/bytes.js";
import { byteString, DecodeError } from "../../../firmware/cbor.js";
import { readForeignGeneration, VerifiedCaInformation } from "../../../firmware/trust/ca-information.js";
import type { DlKey } from "../../../firmware/trust/dl-key.js";
import { dlKeyBytes, isPair, readDlKey } from "../../../firmware/trust/dl-key.js";
import { fromHex, toHex } from "../../hex.js";
import { sign } from "../../reference/ed25519.js";
import { refusedAs } from "../../refusal.js";
import { CERTIFICATE_A } from "./certificates.js";
import { dlSeed, envelope, FLEET_NAME, fleet, issue, map, pairs, signed } from "./issue.js";
import {
	hybridEnvelope,
	hybridFleet,
	hybridKey,
	hybridSpare,
	issueHybrid,
	signatures,
	signer,
	structures,
	withSigners,
} from "./issue-hybrid.js";

const payload = map(pairs({ generation: 1 }));
const own = signatures(payload);
const genuine = hybridEnvelope(payload, own);
const spares = signatures(payload, { key: hybridSpare });
const otherPayload = map(pairs({ generation: 1, revokes: true }));

function read(bytes: Uint8Array, of = hybridFleet) {
	return VerifiedCaInformation.verify(bytes, of);
}
function refused(bytes: Uint8Array, reason: string, of = hybridFleet) {
	refusedAs(DecodeError, reason, () => read(bytes, of));
}
function flipped(bytes: Uint8Array, at = 0): Uint8Array {
	return bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
}

test("what a pair has signed is read, by the first key or by the spare", () => {
	for (const bytes of [genuine, hybridEnvelope(payload, spares)]) {
		const information = read(bytes);
		assert.is(information.generation, 1);
		assert.is(information.isRetired, false);
		assert.is(toHex(information.payload), toHex(payload));
		assert.is(toHex(information.bytes), toHex(bytes));
	}
});

test("a hybrid object is Ed25519 and HSS-LMS, in one COSE_Sign: 1,595 bytes beside the payload", () => {
	assert.is(
		toHex(genuine.subarray(0, 8)),
		`d8628440a059${toHex(Uint8Array.of(payload.length >> 8, payload.length & 255))}`,
	);
	assert.is(genuine.length, payload.length + 1_595);
});

test("neither kind of device reads what the other's key has signed", () => {
	refused(issue({ generation: 1 }), "another kind of signature");
	refused(genuine, "another kind of signature", fleet);
	// Not even by the Ed25519 half of the very same key.
	const half: DlKey[] = [hybridKey.publicKey.ed25519];
	refused(genuine, "another kind of signature", { name: FLEET_NAME, dlKeys: half });
	refused(signed(payload), "another kind of signature");
});

test("of either kind a retired key's is valid, and says so", () => {
	const nowHybrid = { ...hybridFleet, retiredDlKeys: fleet.dlKeys };
	assert.ok(read(issue({ generation: 1 }), nowHybrid).isRetired);
	assert.not(read(genuine, nowHybrid).isRetired);
	const nowClassical = { ...fleet, retiredDlKeys: hybridFleet.dlKeys };
	assert.ok(read(genuine, nowClassical).isRetired);
	assert.not(read(issue({ generation: 1 }), nowClassical).isRetired);
	const [first, spare] = hybridFleet.dlKeys;
	assert.ok(read(genuine, { name: FLEET_NAME, dlKeys: [spare], retiredDlKeys: [first] }).isRetired);
});

test("a signature of one kind is none in the other's envelope", () => {
	const both = { ...hybridFleet, retiredDlKeys: [hybridKey.publicKey.ed25519] };
	refused(envelope(payload, own.ed25519), "bad signature", both); // what a pair's half has signed, as tag 18
	// What a classical key has signed, beside a genuine LMS signature.
	const classical = issue({ generation: 1 }).slice(-64);
	refused(hybridEnvelope(payload, { ...own, ed25519: classical }), "bad signature");
});

test("one signature that holds is not enough", () => {
	refused(hybridEnvelope(payload, { ...own, ed25519: flipped(own.ed25519) }), "bad signature");
	refused(hybridEnvelope(payload, { ...own, ed25519: new Uint8Array(64) }), "bad signature");
	refused(hybridEnvelope(payload, { ...own, lms: flipped(own.lms, 900) }), "bad signature");
	refused(hybridEnvelope(payload, { ...own, lms: new Uint8Array(1_504) }), "bad signature");
	const others = signatures(otherPayload);
	refused(hybridEnvelope(payload, { ...own, ed25519: others.ed25519 }), "bad signature");
	refused(hybridEnvelope(payload, { ...own, lms: others.lms }), "bad signature");
});

test("signatures of two DL keys of the fleet are not one key's two", () => {
	refused(hybridEnvelope(payload, { ed25519: own.ed25519, lms: spares.lms }), "bad signature");
	refused(hybridEnvelope(payload, { ed25519: spares.ed25519, lms: own.lms }), "bad signature");
});

test("each half signs a structure of its own, which names its algorithm", () => {
	const message = structures(payload);
	const crossed = { ed25519: sign(dlSeed, message.lms), lms: hybridKey.lms.sign(1, message.ed25519) };
	refused(hybridEnvelope(payload, { ...own, ed25519: crossed.ed25519 }), "bad signature");
	refused(hybridEnvelope(payload, { ...own, lms: crossed.lms }), "bad signature");
});

test("another fleet's is refused", () => {
	refused(issueHybrid({ generation: 1 }, { name: "other.example" }), "bad signature");
});

test("the index of the LMS signature is the generation", () => {
	for (const generation of [2, 15]) assert.is(read(issueHybrid({ generation })).generation, generation);
	for (const [generation, index] of [
		[1, 2],
		[2, 1],
		[2, 3],
		[1_025, 1],
	])
		refused(issueHybrid({ generation }, { index }), "signed with another index");
	refused(issueHybrid({ generation: 0 }, { index: 0 }), "generation out of range");
	// An index that the signature only says: it is part of what is hashed.
	const said = own.lms.slice();
	said[7] = 2;
	refused(hybridEnvelope(payload, { ...own, lms: said }), "bad signature");
});

test("other parameters of HSS-LMS are no signature", () => {
	// The number of signed keys, the LM-OTS type, the LMS type (RFC 8554 §6.2).
	for (const at of [3, 11, 1_263])
		refused(hybridEnvelope(payload, { ...own, lms: flipped(own.lms, at) }), "bad signature");
	const key = { ...hybridKey.publicKey, lms: hybridKey.publicKey.lms.slice() };
	key.lms[7] ^= 1;
	refused(genuine, "bad signature", { name: FLEET_NAME, dlKeys: [key] });
});

test("another shape is refused: signers swapped, doubled, missing, more, of other algorithms", () => {
	const ed25519 = signer("a10132", own.ed25519),
		lms = signer("a101382d", own.lms);
	refused(withSigners(payload, lms, ed25519), "wrong protected header");
	refused(withSigners(payload, ed25519, ed25519), "wrong protected header");
	refused(withSigners(payload, lms, lms), "wrong protected header");
	for (const signers of [[], [ed25519], [lms], [ed25519, lms, lms], [ed25519, ed25519, lms]])
		refused(withSigners(payload, ...signers), "wrong array length");
	for (const header of ["a10127", "a10126", "a10133", "a101382f", "", "a0"])
		refused(withSigners(payload, signer(header, own.ed25519), lms), "wrong protected header");
	for (const header of ["a10132", "a101382c", "a101382f", "", "a0"])
		refused(withSigners(payload, ed25519, signer(header, own.lms)), "wrong protected header");
	refused(withSigners(payload, ed25519, signer("a101382d", own.lms.slice(1))), "wrong signature length");
	refused(
		withSigners(payload, ed25519, signer("a101382d", concatenate(own.lms, new Uint8Array(1)))),
		"wrong signature length",
	);
	refused(withSigners(payload, signer("a10132", own.ed25519.slice(1)), lms), "wrong signature length");
	refused(
		withSigners(payload, ed25519, concatenate(fromHex("8444a101382da0"), byteString(own.lms), fromHex("00"))),
		"wrong array length",
	);
	refused(
		withSigners(payload, concatenate(fromHex("8343a10132a10132"), byteString(own.ed25519)), lms),
		"unprotected header",
	);
	const body = (head: string) => concatenate(fromHex(head), byteString(payload), fromHex("82"), ed25519, lms);
	read(body("d8628440a0"));
	refused(body("d86284a0a0"), "unexpected type");
	refused(body("d8628441a0a0"), "wrong protected header"); // an empty map is a string of no bytes (RFC 9052 §3)
	refused(body("d8628443a10132a0"), "wrong protected header");
	refused(body("d8628440a10132"), "unprotected header");
	refused(body("d8628340a0"), "wrong array length");
	refused(body("d28440a0"), "another kind of signature");
	refused(body("d8618440a0"), "wrong tag"); // COSE_Mac
	refused(body("8440a0"), "unexpected type"); // untagged
});

test("trailing bytes are refused, and what is too large", () => {
	refused(concatenate(genuine, Uint8Array.of(0)), "trailing bytes");
	refused(concatenate(genuine, genuine), "trailing bytes");
	refused(concatenate(genuine, new Uint8Array(4_033 - genuine.length)), "too large");
});

test("every truncation is refused", () => {
	for (let length = 0; length < genuine.length; length++) refused(genuine.subarray(0, length), "truncated");
});

test("of what is signed and cannot be used, the generation can be read, unless it is not the index", () => {
	const unusable = { generation: 9, follows: 4, certificate: CERTIFICATE_A.slice(0, -2) };
	assert.equal(readForeignGeneration(issueHybrid(unusable), hybridFleet), { generation: 9, follows: 4 });
	assert.is(readForeignGeneration(issueHybrid(unusable, { index: 8 }), hybridFleet), undefined);
	assert.is(readForeignGeneration(issueHybrid(unusable), fleet), undefined);
	assert.is(readForeignGeneration(issue(unusable), hybridFleet), undefined);
});

test("a DL key is 32 bytes, or as a pair 84", () => {
	const pair = hybridKey.publicKey;
	const bytes = dlKeyBytes(pair);
	assert.is(bytes.length, 84);
	assert.equal(readDlKey(bytes), pair);
	const classical = pair.ed25519 as Uint8Array;
	assert.equal(readDlKey(dlKeyBytes(classical)), classical);
	assert.ok(isPair(pair) && !isPair(classical));
	for (const length of [0, 31, 33, 52, 83, 85]) assert.is(readDlKey(new Uint8Array(length)), undefined);
});

test.run();
