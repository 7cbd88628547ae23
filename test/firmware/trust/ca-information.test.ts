import { test } from "uvu";
import * as assert from "uvu/assert";
import { concatenate } from "../../../firmware/bytes.js";
import { byteString, type CborReason, DecodeError, textString } from "../../../firmware/cbor.js";
import {
	type CaInformationReason,
	claimedGeneration,
	readForeignGeneration,
	signatureStructure,
	VerifiedCaInformation,
} from "../../../firmware/trust/ca-information.js";
import type { UrlReason } from "../../../firmware/url.js";
import { CertificateError } from "../../../firmware/x509/certificate.js";
import { isSameAuthority } from "../../../firmware/x509/path.js";
import { fromHex, toHex } from "../../hex.js";
import { sign } from "../../reference/ed25519.js";
import { refusedAs } from "../../refusal.js";
import { CERTIFICATE_A, CERTIFICATE_B, SIGNED_CERTIFICATE_A } from "./certificates.js";
import { dlSeed, envelope, FLEET_NAME, fleet, issue, map, pairs, signed, spareSeed, uint } from "./issue.js";

function read(bytes: Uint8Array) {
	return VerifiedCaInformation.verify(bytes, fleet);
}
function refused(bytes: Uint8Array, reason: CaInformationReason | CborReason | UrlReason) {
	refusedAs(DecodeError, reason, () => read(bytes));
}

const A = issue({ generation: 1 });

test("what the DL key has signed is read", () => {
	const information = read(A);
	assert.is(information.generation, 1);
	assert.equal(information.nextAddresses, [
		{ scheme: "https", host: "download-2.fleet.example", port: 443, path: "/ca-information" },
	]);
	assert.is(information.follows, 0);
	assert.is(information.isRetired, false);
	assert.is(information.revokes, false);
	assert.is(information.anchor.publicKey.algorithm, "ed25519");
	assert.is(information.anchor.leafNotBefore, undefined);
	assert.is(toHex(information.bytes), toHex(A));
});

test("the optional keys are read, and negative keys are ignored", () => {
	const information = read(
		issue({ generation: 7, notBefore: 2_240_000_000, revokes: true, more: ["20820102", "21f6"] }),
	);
	assert.is(information.anchor.leafNotBefore, 2_240_000_000);
	assert.ok(information.revokes);
});

test("the spare DL key counts as the first one does", () => {
	const payload = map(pairs({ generation: 1 }));
	assert.is(read(signed(payload, { seed: spareSeed })).generation, 1);
});

test("another key's signature is refused", () => {
	refused(signed(map(pairs({ generation: 1 })), { seed: new Uint8Array(32) }), "bad signature");
});

test("another fleet's CA information is refused", () => {
	refused(signed(map(pairs({ generation: 1 })), { name: "other.example" }), "bad signature");
	refused(signed(map(pairs({ generation: 1 })), { name: `${FLEET_NAME}x` }), "bad signature");
});

test("a signature over the same payload for another use is refused", () => {
	const payload = map(pairs({ generation: 1 }));
	const bare = concatenate(
		Uint8Array.of(0x84),
		textString("Signature1"),
		byteString(fromHex("a10132")),
		byteString(new Uint8Array(0)),
		byteString(payload),
	);
	refused(envelope(payload, sign(dlSeed, bare)), "bad signature");
	refused(envelope(payload, sign(dlSeed, payload)), "bad signature");
});

test("any byte altered anywhere is refused", () => {
	for (let i = 0; i < A.length; i++) {
		for (const change of [0x01, 0x80, 0xff]) {
			const altered = A.slice();
			altered[i] ^= change;
			assert.throws(
				() => read(altered),
				(error: unknown) => error instanceof DecodeError,
				`byte ${i} ^ ${change}`,
			);
		}
	}
});

test("every truncation is refused, and so is a byte more", () => {
	for (let length = 0; length < A.length; length++) refused(A.subarray(0, length), "truncated");
	refused(concatenate(A, Uint8Array.of(0)), "trailing bytes");
	refused(concatenate(A, Uint8Array.of(0xff)), "trailing bytes");
});

test("more than 4,032 bytes are refused, whatever they are", () => {
	refused(concatenate(A, new Uint8Array(4033 - A.length)), "too large");
	const padding = (length: number) => [`20${toHex(byteString(new Uint8Array(length)))}`];
	const room = 4032 - issue({ generation: 1, more: padding(3000) }).length + 3000;
	assert.is(read(issue({ generation: 1, more: padding(room) })).bytes.length, 4032);
	refused(issue({ generation: 1, more: padding(room + 1) }), "too large");
});

test("another envelope than tag 18, four items, alg -19 and no unprotected header is refused", () => {
	const payload = map(pairs({ generation: 1 })),
		signature = new Uint8Array(64);
	const open = (head: string, sig = signature) => envelope(payload, sig, head);
	refused(open("d18443a10132a0"), "wrong tag"); // COSE_Mac0
	refused(open("8443a10132a0"), "unexpected type"); // untagged
	refused(open("d8628443a10132a0"), "another kind of signature"); // COSE_Sign: of a hybrid fleet
	refused(open("d28543a10132a0"), "wrong array length");
	refused(open("d28443a10127a0"), "wrong protected header"); // EdDSA, -8: its name before RFC 9864
	refused(open("d28443a10126a0"), "wrong protected header"); // ES256
	refused(open("d28444a1013800a0"), "wrong protected header");
	refused(open("d28440a0"), "wrong protected header");
	refused(open("d28443a10132a10132"), "unprotected header");
	refused(open("d28443a10132a0", new Uint8Array(63)), "wrong signature length");
	refused(open("d28443a10132a0", new Uint8Array(65)), "wrong signature length");
	refused(open("d8128443a10132a0"), "not deterministic"); // tag 18 in two bytes
});

test("generations go from 1 to 65,535", () => {
	refused(issue({ generation: 0 }), "generation out of range");
	refused(issue({ generation: 65_536 }), "generation out of range");
	assert.is(read(issue({ generation: 65_535 })).generation, 65_535);
});

test("an unknown key from 0 on is refused", () => {
	const known = pairs({ generation: 1 });
	refused(signed(map([fromHex("0001"), ...known])), "unknown key");
	refused(signed(map([...known, fromHex("0701")])), "unknown key");
	refused(signed(map([...known, fromHex("18ff01")])), "unknown key");
});

test("a missing key is refused", () => {
	for (const missing of [0, 1, 2])
		refused(signed(map(pairs({ generation: 1 }).filter((_, i) => i !== missing))), "missing key");
	refused(signed(fromHex("a0")), "missing key");
});

test("keys out of order or twice are refused", () => {
	const [generation, certificate, url] = pairs({ generation: 1 });
	refused(signed(map([certificate, generation, url])), "not deterministic");
	refused(signed(map([generation, certificate, url, url])), "duplicate key");
	refused(issue({ generation: 1, more: ["2001", "2001"] }), "duplicate key");
});

test("a value of another type is refused", () => {
	const [generation, certificate, url] = pairs({ generation: 1 });
	refused(signed(map([fromHex("0120"), certificate, url])), "unexpected type");
	refused(signed(map([generation, fromHex("026161"), url])), "unexpected type");
	refused(signed(map([generation, certificate, fromHex("0341ff")])), "unexpected type");
	refused(signed(fromHex("8101")), "unexpected type");
});

test("key 4 is a time, and key 5 is true", () => {
	const known = pairs({ generation: 1 });
	refused(signed(map([...known, fromHex("041bffffffffffffffff")])), "not-before out of range");
	refused(signed(map([...known, fromHex("0420")])), "unexpected type");
	refused(signed(map([...known, fromHex("05f4")])), "revokes is not true");
	refused(signed(map([...known, fromHex("0501")])), "unexpected type");
});

test("up to two mirrors, http ones too, stand after the first address", () => {
	const mirrors = ["http://mirror.example/ca", "https://cdn.example/ca?x"];
	for (const count of [1, 2]) {
		const { nextAddresses } = read(issue({ generation: 1, mirrors: mirrors.slice(0, count) }));
		assert.equal(
			nextAddresses.map(({ scheme, host }) => `${scheme} ${host}`),
			["https download-2.fleet.example", "http mirror.example", "https cdn.example"].slice(0, count + 1),
		);
	}
	refused(issue({ generation: 1, mirrors: [...mirrors, "https://h/"] }), "wrong number of addresses");
	refused(issue({ generation: 1, url: "http://h/", mirrors }), "first address is not https");
	refused(issue({ generation: 1, mirrors: ["https://-/"] }), "bad host in URL");
	const [generation, certificate] = pairs({ generation: 1 });
	for (const none of ["0380", `0381${toHex(textString("https://h/"))}`])
		refused(signed(map([generation, certificate, fromHex(none)])), "wrong number of addresses");
});

test("key 6 names an earlier generation than the one before, which is meant where it is absent", () => {
	assert.is(read(issue({ generation: 7 })).follows, 6);
	assert.is(read(issue({ generation: 7, follows: 5 })).follows, 5);
	assert.is(read(issue({ generation: 7, follows: 0 })).follows, 0);
	for (const follows of [6, 7, 8]) refused(issue({ generation: 7, follows }), "follows out of range");
	refused(issue({ generation: 1, follows: 0 }), "follows out of range");
	refused(signed(map([...pairs({ generation: 1 }), fromHex("0620")])), "unexpected type");
});

test("what a retired key has signed is read, and says so", () => {
	const [dlKey, spare] = fleet.dlKeys;
	const retired = { name: FLEET_NAME, dlKeys: [spare], retiredDlKeys: [dlKey] };
	assert.ok(VerifiedCaInformation.verify(A, retired).isRetired);
	assert.not.ok(VerifiedCaInformation.verify(issue({ generation: 1 }, { seed: spareSeed }), retired).isRetired);
	refusedAs(DecodeError, "bad signature", () => VerifiedCaInformation.verify(A, { ...retired, retiredDlKeys: [] }));
});

test("a hybrid fleet's key verifies no classical signature", () => {
	const pair = { ed25519: fleet.dlKeys[0] as Uint8Array, lms: new Uint8Array(52) };
	const hybrid = { name: FLEET_NAME, dlKeys: [pair] };
	refusedAs(DecodeError, "another kind of signature", () => VerifiedCaInformation.verify(A, hybrid));
});

test("what generation a CA information says it has is read without its signature", () => {
	assert.is(claimedGeneration(A), 1);
	assert.is(claimedGeneration(signed(map(pairs({ generation: 300 })), { seed: new Uint8Array(32) })), 300);
	for (const [bytes, reason] of [
		[A.slice(0, 40), "truncated"],
		[fromHex("a0"), "unexpected type"],
		[signed(fromHex("a0")), "truncated"],
		[signed(fromHex("a102410f")), "missing key"],
		[signed(fromHex("a1016131")), "unexpected type"],
	] as const)
		refusedAs(DecodeError, reason, () => claimedGeneration(bytes));
});

test("of what is signed and cannot be used, the generation can be read", () => {
	const foreign = issue({ generation: 9, follows: 4, certificate: CERTIFICATE_A.slice(0, -2) });
	assert.equal(readForeignGeneration(foreign, fleet), { generation: 9, follows: 4 });
	const later = issue({ generation: 9, more: ["0701"] }); // a key of a later format
	assert.equal(readForeignGeneration(later, fleet), { generation: 9, follows: 8 });
	assert.is(readForeignGeneration(signed(map([fromHex("0700")])), fleet), undefined);
	assert.is(readForeignGeneration(signed(fromHex("01")), fleet), undefined);
	assert.is(readForeignGeneration(issue({ generation: 9 }, { name: "other.example" }), fleet), undefined);
	assert.is(readForeignGeneration(new Uint8Array(100), fleet), undefined);
});

test("an ignored value may be nested four deep, and holds nothing exotic", () => {
	read(issue({ generation: 1, more: ["208181818101"] }));
	refused(issue({ generation: 1, more: ["20818181818101"] }), "nested too deeply");
	refused(issue({ generation: 1, more: ["20f90000"] }), "unsupported item");
	refused(issue({ generation: 1, more: ["20c101"] }), "unsupported item");
});

test("a URL that this firmware could not use is refused before anything is stored", () => {
	refused(issue({ generation: 1, url: "http://download-2.fleet.example/" }), "first address is not https");
	refused(issue({ generation: 1, url: "ftp://download-2.fleet.example/" }), "not an https URL");
	refused(issue({ generation: 1, url: "https://[::1]/" }), "bad host in URL");
	refused(issue({ generation: 1, url: `https://h/${"x".repeat(250)}` }), "URL too long");
});

test("a certificate that this firmware could not use is refused before anything is stored", () => {
	refusedAs(CertificateError, "truncated", () =>
		read(issue({ generation: 1, certificate: CERTIFICATE_A.slice(0, -2) })),
	);
	refusedAs(CertificateError, "trailing bytes", () =>
		read(issue({ generation: 1, certificate: `${CERTIFICATE_A}00` })),
	);
	refused(issue({ generation: 1, certificate: new Uint8Array(2305), url: "https://h/" }), "certificate too large");
});

test("a CA certificate may be signed or without a signature: nobody looks at it", () => {
	const a = read(issue({ generation: 1, certificate: CERTIFICATE_A })),
		b = read(issue({ generation: 1, certificate: SIGNED_CERTIFICATE_A }));
	assert.ok(isSameAuthority(a.anchor, b.anchor) && isSameAuthority(b.anchor, a.anchor));
});

test("the bytes given may change afterwards", () => {
	const bytes = A.slice();
	const information = read(bytes);
	bytes.fill(0);
	assert.is(toHex(information.bytes), toHex(A));
	assert.is(information.anchor.publicKey.bytes.length, 32);
	assert.ok(information.anchor.publicKey.bytes.some(byte => byte !== 0));
});

test("the signed structure is RFC 9052's, with the fleet's name as external data", () => {
	assert.is(
		toHex(signatureStructure("f", Uint8Array.of(1, 2))),
		`846a5369676e61747572653143a1013258186261746f6e2f63612d696e666f726d6174696f6e2f312f66420102`,
	);
	assert.ok(toHex(issue({ generation: 300, certificate: CERTIFICATE_B })).includes(`01${toHex(uint(300))}`));
});

test.run();
