import { test } from "uvu";
import * as assert from "uvu/assert";
import { concatenate } from "../../../firmware/bytes.js";
import { CertificateError, readCertificate } from "../../../firmware/x509/certificate.js";
import { readTrustAnchor, type TrustAnchor, verifyPath } from "../../../firmware/x509/path.js";
import { fromHex, toHex } from "../../hex.js";
import { refusedAs } from "../../refusal.js";
import { certificates, refusedCertificates, toleratedCertificates } from "./certificates.js";

type Name = keyof typeof certificates;
function der(name: Name): Uint8Array {
	return fromHex(certificates[name]);
}
function anchor(name: Name): TrustAnchor {
	return readTrustAnchor(der(name));
}
function verify(chain: Name[], anchors: Name[], host = "server.example") {
	return verifyPath(chain.map(der), host, anchors.map(anchor));
}

function refused(reason: string, anchorsFailed: boolean, attempt: () => unknown): void {
	refusedAs(CertificateError, reason, attempt);
	try {
		attempt();
	} catch (error) {
		assert.is((error as CertificateError).anchorsFailed, anchorsFailed, reason);
	}
}

test("a leaf signed by an anchor is accepted, and says which anchor it was", () => {
	assert.is(verify(["leaf"], ["root"]).anchor, 0);
	assert.is(verify(["leaf"], ["root", "next"]).anchor, 0);
	assert.is(verify(["leafOfNext"], ["root", "next"]).anchor, 1);
	assert.is(verify(["leafOfNamesake"], ["root", "namesake"]).anchor, 1); // one name, two keys
	assert.is(verify(["hostLeaf"], ["hostAuthority"]).anchor, 0);
	assert.is(verify(["hostLeaf"], ["hostAuthority"], "127.0.0.1").anchor, 0);
});

test("the key that is returned is the leaf's", () => {
	assert.equal(verify(["leaf"], ["root"]).publicKey.bytes, readCertificate(der("leaf")).publicKey.bytes);
});

test("P-256 leaves and authorities are accepted beside Ed25519", () => {
	assert.is(verify(["p256Leaf"], ["root"]).publicKey.algorithm, "p256");
	assert.is(verify(["leafOfP256"], ["p256Root"]).publicKey.algorithm, "ed25519");
	assert.is(verify(["p256LeafOfP256"], ["root", "p256Root"]).anchor, 1);
});

test("what is needed of what is presented makes the path, in any order, whatever lies beside it", () => {
	assert.is(verify(["leafOfMiddle", "middle"], ["root"]).anchor, 0);
	assert.is(verify(["leafOfMiddle", "middleForServers"], ["root"]).anchor, 0);
	assert.is(verify(["leafOfMiddle", "middleForAny"], ["root"]).anchor, 0);
	assert.is(verify(["leafOfLower", "lower", "middle"], ["next", "root"]).anchor, 1);
	assert.is(verify(["leafOfLower", "middle", "lower"], ["root"]).anchor, 0); // out of order
	assert.is(verify(["leafOfLower", "root", "lower", "middle"], ["root"]).anchor, 0); // the root before it
	assert.is(verify(["leafOfLower", "lower", "middle", "root"], ["root"]).anchor, 0);
	assert.is(verify(["leaf", "leaf", "root", "root"], ["root"]).anchor, 0); // doubled
	assert.is(verify(["leafOfMiddle", "leafOfMiddle", "middle", "middle"], ["root"]).anchor, 0);
	assert.is(verify(["leaf", "next", "p256Root", "namesake"], ["root"]).anchor, 0); // strangers
	assert.is(verify(["leafOfMiddle", "middle", "middleOfNamesake"], ["root"]).anchor, 0); // a twin of the same key
});

test("a successor that its predecessor has cross-signed is found by either (RFC 5280 §6.1)", () => {
	assert.is(verify(["leafOfNext", "nextByRoot"], ["next"]).anchor, 0);
	assert.is(verify(["leafOfNext", "nextByRoot"], ["root"]).anchor, 0);
	assert.is(verify(["leafOfNext", "nextByRoot"], ["root", "next"]).anchor, 1); // the path ends at the first
	assert.is(verify(["leafOfNext", "next", "nextByRoot"], ["root"]).anchor, 0); // through its self-signed twin
	assert.is(verify(["leafOfNext", "nextRolledOver", "nextByRoot"], ["root"]).anchor, 0); // self-issued: not counted
});

test("of twins that other authorities have signed, the one that an anchor has signed is taken, in any order", () => {
	assert.is(verify(["leafOfNext", "nextByUnknown", "nextByRoot"], ["root"]).anchor, 0);
	assert.is(verify(["leafOfNext", "nextByRoot", "nextByUnknown"], ["root"]).anchor, 0);
	assert.is(verify(["leafOfNext", "nextByUnknown", "next", "nextByRoot"], ["root"]).anchor, 0);
	refused("unknown issuer", true, () => verify(["leafOfNext", "nextByUnknown", "next"], ["root"]));
});

test("an issuing authority may be the anchor, sent or not, whoever has signed it", () => {
	assert.is(verify(["leafOfMiddle"], ["middle"]).anchor, 0);
	assert.is(verify(["leafOfMiddle", "middle", "root"], ["middle"]).anchor, 0);
	assert.is(verify(["leafOfNext", "nextByUnknown"], ["nextByUnknown"]).anchor, 0);
});

test("what lies beside the path is not decoded", () => {
	const garbage = [new Uint8Array(0), Uint8Array.of(0x30, 0x80), der("middle").subarray(0, 90), new Uint8Array(5_000)];
	for (const stray of garbage) {
		assert.is(verifyPath([der("leaf"), stray], "server.example", [anchor("root")]).anchor, 0);
		const sound = [der("leafOfMiddle"), stray, der("middle")];
		assert.is(verifyPath(sound, "server.example", [anchor("root")]).anchor, 0);
		refused("unknown issuer", true, () => verifyPath([der("leaf"), stray], "server.example", [anchor("next")]));
	}
});

test("no chain and a chain of seven are refused", () => {
	refused("empty chain", false, () => verify([], ["root"]));
	assert.is(verify(["leaf", ...Array<Name>(5).fill("next")], ["root"]).anchor, 0);
	refused("chain too long", false, () => verify(["leaf", ...Array<Name>(6).fill("next")], ["root"]));
});

test("a certificate that is its own authority is good where it is the anchor", () => {
	assert.is(verify(["selfIssued"], ["selfIssued"]).anchor, 0);
	refused("unknown issuer", true, () => verify(["selfSigned"], ["root"]));
	refused("unknown issuer", true, () => verify(["selfSigned", "selfSigned"], ["root"]));
});

test("only when the chain is sound and no anchor has signed it is that said", () => {
	refused("unknown issuer", true, () => verify(["leaf"], ["next"]));
	refused("unknown issuer", true, () => verify(["leaf"], []));
	refused("bad signature by issuer", true, () => verify(["leaf"], ["namesake"]));
	refused("bad signature by issuer", true, () => verify(["leaf"], ["next", "namesake"]));
	refused("unknown issuer", true, () => verify(["leaf", "root"], ["next"])); // a root of somebody else's
	refused("unknown issuer", true, () => verify(["leaf", "middle"], ["next"])); // beside a stranger
	refused("unknown issuer", true, () => verify(["leafOfLower", "lower", "middle", "root"], ["next"]));
	refused("unknown issuer", true, () => verify(["leafOfMiddle", "middleOfUnknownKey"], ["root"]));
	refused("bad signature by issuer", true, () => verify(["leafOfMiddle", "middleOfNamesake"], ["root"]));
	refused("bad signature by issuer", true, () => verify(["leafByUnknown"], ["root"])); // of no algorithm that we have
	refused("name does not match", false, () => verify(["leaf"], ["next"], "other.example"));
});

test("each certificate of the path is signed by the next (RFC 5280 §6.1.3)", () => {
	refused("bad signature in chain", false, () => verify(["leaf", "namesake"], ["next"]));
	refused("bad signature in chain", false, () => verify(["leafByUnknown", "root"], ["next"]));
});

test("intermediates must be authorities (RFC 5280 §6.1.4)", () => {
	refused("not a CA", false, () => verify(["leafOfMiddle", "middleThatIsNoCA"], ["root"]));
	refused("not a CA", false, () => verify(["leafOfMiddle", "middleWithoutConstraints"], ["root"]));
	refused("wrong key usage", false, () => verify(["leafOfMiddle", "middleBarred"], ["root"]));
	assert.is(verify(["leafOfMiddle", "middleWithoutUsage"], ["root"]).anchor, 0); // absent: restricts nothing
	assert.is(verify(["leafOfMiddle", "middleNotCritical"], ["root"]).anchor, 0);
	refused("wrong extended key usage", false, () => verify(["leafOfMiddle", "middleForClients"], ["root"]));
});

test("pathLen bounds the intermediates below, an anchor's too", () => {
	assert.is(verify(["leafOfMiddle", "narrowMiddle"], ["root"]).anchor, 0);
	refused("path too long", false, () => verify(["leafOfLower", "lower", "narrowMiddle"], ["root"]));
	assert.is(verify(["leaf"], ["shortRoot"]).anchor, 0);
	refused("path too long", false, () => verify(["leafOfMiddle", "middle"], ["shortRoot"]));
});

test("an anchor is a version 3 certificate of a CA that may sign certificates", () => {
	assert.is(anchor("shortRoot").pathLength, 0);
	assert.is(anchor("root").pathLength, undefined);
	refused("not a CA", false, () => anchor("leaf"));
	refused("wrong key usage", false, () => anchor("middleBarred"));
	assert.ok(anchor("middleWithoutUsage"));
	assert.ok(anchor("middleNotCritical"));
	refused("wrong extended key usage", false, () => anchor("middleForClients"));
});

test("a leaf issued before what the CA information says is refused, without a clock", () => {
	const root = anchor("root");
	const second = readCertificate(der("old")).notBefore;
	assert.is(second, 951_825_600); // 2000-02-29 12:00:00
	const at = (leafNotBefore: number) => () => verifyPath([der("old")], "server.example", [{ ...root, leafNotBefore }]);
	assert.is(at(second)().anchor, 0);
	refused("issued too early", false, at(second + 1));
	// only the anchor that signed it is asked
	assert.is(
		verifyPath([der("leaf")], "server.example", [{ ...anchor("next"), leafNotBefore: Infinity }, root]).anchor,
		1,
	);
});

test("of two anchors of one name and key, the one that takes the path is found", () => {
	const root = anchor("root");
	const strict = { ...root, leafNotBefore: Infinity };
	assert.is(verifyPath([der("leaf")], "server.example", [strict, root]).anchor, 1);
	refused("issued too early", false, () => verifyPath([der("leaf")], "server.example", [strict, strict]));
});

test("dates may lie in any year", () => {
	assert.is(readCertificate(der("generalizedTime")).notBefore, 2_524_607_999); // 2049-12-31 23:59:59
	assert.is(verify(["generalizedTime"], ["root"]).anchor, 0);
});

test("a wildcard stands for one label, the leftmost (RFC 6125 §6.4.3)", () => {
	for (const host of ["a.example.com", "A.EXAMPLE.COM"]) assert.is(verify(["wildcard"], ["root"], host).anchor, 0);
	for (const host of [
		"example.com",
		"a.b.example.com",
		".example.com",
		"a.com",
		"com",
		"a.b.net",
		"xy.example.org",
		"server.example",
	]) {
		refused("name does not match", false, () => verify(["wildcard"], ["root"], host));
	}
});

test("an address is matched by an address alone, a name by a name alone, in any case", () => {
	assert.is(verify(["address"], ["root"], "192.168.0.1").anchor, 0);
	assert.is(verify(["address"], ["root"], "mixedcase.example").anchor, 0);
	refused("name does not match", false, () => verify(["address"], ["root"], "10.0.0.1"));
	refused("name does not match", false, () => verify(["address"], ["root"], "192.168.0.2"));
	refused("name does not match", false, () => verify(["address"], ["root"], "1.1.1.1")); // the first four of sixteen
});

test("other kinds of names are passed over", () => {
	refused("name does not match", false, () => verify(["otherNames"], ["root"]));
});

for (const [name, hex] of toleratedCertificates) {
	test(`taken: ${name}`, () => {
		assert.is(verifyPath([fromHex(hex)], "server.example", [anchor("root")]).anchor, 0);
	});
}

test("an authority's name constraints bind what is below it (RFC 5280 §4.2.1.10)", () => {
	assert.is(verify(["leafOfMiddle", "middleOfServers"], ["root"]).anchor, 0);
	assert.is(verify(["leafOfMiddle"], ["middleOfServers"]).anchor, 0);
	refused("name not permitted", false, () =>
		verify(["otherLeafOfMiddle", "middleOfServers"], ["root"], "other.example"),
	);
	refused("name not permitted", false, () => verify(["otherLeafOfMiddle"], ["middleOfServers"], "other.example"));
	assert.is(verify(["otherLeafOfMiddle"], ["middleOfServers", "middle"], "other.example").anchor, 1);
});

for (const [name, reason, hex] of refusedCertificates) {
	test(`refused: ${name}`, () => {
		refused(reason, false, () => verifyPath([fromHex(hex)], "server.example", [anchor("root")]));
	});
}

test("no truncated certificate is read", () => {
	for (const name of ["leaf", "p256Leaf", "root", "otherNames"] as const) {
		const whole = der(name);
		for (let length = 0; length < whole.length; length++) {
			const cut = whole.slice(0, length);
			refused("truncated", false, () => readCertificate(cut));
		}
	}
});

test("no byte of a certificate may change", () => {
	const anchors = [anchor("root")];
	for (const name of ["leaf", "p256Leaf"] as const) {
		const good = der(name);
		for (let i = 0; i < good.length; i++) {
			const changed = good.slice();
			changed[i] ^= 1 << (i % 8);
			try {
				verifyPath([changed], "server.example", anchors);
			} catch (error) {
				if (error instanceof CertificateError) continue;
				throw error;
			}
			assert.unreachable(`byte ${i} of ${name}`);
		}
	}
});

test("an authority without a name is none", () => {
	const root = der("root");
	const [tbs, rest] = split(split(root)[0]);
	const { subject } = anchor("root");
	const at = toHex(tbs).lastIndexOf(toHex(subject)) / 2;
	const nameless = concatenate(tbs.subarray(0, at), Uint8Array.of(0x30, 0), tbs.subarray(at + subject.length));
	refusedAs(CertificateError, "bad name", () => readTrustAnchor(sequence(sequence(nameless), rest)));
	assert.equal(sequence(sequence(tbs), rest), root);
});

/** The content of the first item, and what follows it. */
function split(bytes: Uint8Array): [Uint8Array, Uint8Array] {
	const header = bytes[1] < 0x80 ? 2 : 2 + (bytes[1] & 0x7f);
	let length = bytes[1] < 0x80 ? bytes[1] : 0;
	for (let i = 2; i < header; i++) length = (length << 8) | bytes[i];
	return [bytes.subarray(header, header + length), bytes.subarray(header + length)];
}

function sequence(...parts: Uint8Array[]): Uint8Array {
	const content = concatenate(...parts);
	const { length } = content;
	const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return concatenate(Uint8Array.of(0x30, ...head), content);
}

test("a mistake of ours in the check of one anchor is not hidden by the next anchor", () => {
	const broken: TrustAnchor = {
		...anchor("root"),
		get nameConstraints(): never {
			throw new TypeError("ours");
		},
	};
	assert.throws(() => verifyPath([der("leaf")], "server.example", [broken, anchor("root")]), /ours/);
});

test.run();
