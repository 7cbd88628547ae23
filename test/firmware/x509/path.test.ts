import { test } from "uvu";
import * as assert from "uvu/assert";
import { CertificateError, readCertificate } from "../../../firmware/x509/certificate.js";
import { readTrustAnchor, type TrustAnchor, verifyPath } from "../../../firmware/x509/path.js";
import { fromHex } from "../../hex.js";
import { refusedAs } from "../../refusal.js";
import { certificates, refusedCertificates } from "./certificates.js";

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

test("up to two intermediates and a root may be presented", () => {
	assert.is(verify(["leafOfMiddle", "middle"], ["root"]).anchor, 0);
	assert.is(verify(["leafOfMiddle", "middleForServers"], ["root"]).anchor, 0);
	assert.is(verify(["leafOfLower", "lower", "middle"], ["next", "root"]).anchor, 1);
	assert.is(verify(["leafOfLower", "lower", "middle", "root"], ["root"]).anchor, 0);
	assert.is(verify(["leaf", "root"], ["root"]).anchor, 0);
	assert.is(verify(["leaf", "root", "root"], ["root"]).anchor, 0);
});

test("no chain and a chain of five are refused", () => {
	refused("empty chain", false, () => verify([], ["root"]));
	refused("chain too long", false, () => verify(["leafOfLower", "lower", "middle", "root", "root"], ["root"]));
});

test("only when the chain is sound and no anchor has signed it is that said", () => {
	refused("unknown issuer", true, () => verify(["leaf"], ["next"]));
	refused("unknown issuer", true, () => verify(["leaf"], []));
	refused("bad signature by issuer", true, () => verify(["leaf"], ["namesake"]));
	refused("bad signature by issuer", true, () => verify(["leaf"], ["next", "namesake"]));
	refused("unknown issuer", true, () => verify(["leaf", "root"], ["next"])); // a root of somebody else's
	refused("bad signature by issuer", true, () => verify(["leafOfMiddle", "middleOfNamesake"], ["root"]));
	refused("name does not match", false, () => verify(["leaf"], ["next"], "other.example"));
});

test("a chain must be in order, each signed by the next (RFC 5280 §6.1.3)", () => {
	refused("issuer does not match", false, () => verify(["leafOfLower", "middle", "lower"], ["root"]));
	refused("issuer does not match", false, () => verify(["leaf", "middle"], ["root"]));
	refused("bad signature in chain", false, () => verify(["leaf", "namesake"], ["root"]));
});

test("intermediates must be authorities (RFC 5280 §6.1.4)", () => {
	refused("not a CA", false, () => verify(["leafOfMiddle", "middleThatIsNoCA"], ["root"]));
	refused("not a CA", false, () => verify(["leafOfMiddle", "middleWithoutConstraints"], ["root"]));
	refused("wrong key usage", false, () => verify(["leafOfMiddle", "middleWithoutUsage"], ["root"]));
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
	refused("wrong key usage", false, () => anchor("middleWithoutUsage"));
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

test.run();
