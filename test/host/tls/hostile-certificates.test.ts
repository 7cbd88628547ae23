// Certificates that cost a device much, by somebody whom no anchor has certified.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { CertificateError } from "../../../firmware/x509/certificate.js";
import { readTrustAnchor, verifyPath } from "../../../firmware/x509/path.js";
import { refusedAs } from "../../refusal.js";
import * as make from "./certificate-maker.js";

const HOST = "server.example";
const root = make.party("root"),
	between = make.party("between"),
	server = make.party(HOST);
const anchors = [readTrustAnchor(make.authority(root))];

/** As many as fit in a certificate. */
const manyNames = Array.from({ length: 390 }, () => make.dns("a.example"));
const manySubtrees = make.nameConstraints({
	permitted: [make.dns("example"), ...Array.from({ length: 1_000 }, () => make.dns(""))],
});
const leaf = make.leaf(between, server, { extensions: make.leafExtensions(make.dns(HOST), ...manyNames) });
function chain(issuer: make.Party): Buffer[] {
	const extensions = [...make.authorityExtensions(), manySubtrees];
	const issuing = make.authority(between, issuer, { extensions });
	assert.ok(leaf.length > 4_000 && leaf.length <= 4_608 && issuing.length > 4_000 && issuing.length <= 4_608);
	return [leaf, issuing];
}

test("a stranger's constraints are compared with nothing", () => {
	refusedAs(CertificateError, "unknown issuer", () => verifyPath(chain(make.party("stranger")), HOST, anchors));
	const namesake = make.party("root"); // another key
	refusedAs(CertificateError, "bad signature by issuer", () => verifyPath(chain(namesake), HOST, anchors));
});

test("those of an authority below an anchor are bounded", () => {
	refusedAs(CertificateError, "unsupported constraints", () => verifyPath(chain(root), HOST, anchors));
});

test("a leaf that is no CA has no name constraints (RFC 5280 §4.2.1.10)", () => {
	const bounds = make.nameConstraints({ permitted: [make.dns("example")] }, false);
	const extensions = [...make.leafExtensions(make.dns(HOST)), bounds];
	refusedAs(CertificateError, "bad extension", () =>
		verifyPath([make.leaf(root, server, { extensions })], HOST, anchors),
	);
});

test("a self-issued intermediate does not count for a path length (RFC 5280 §6.1.4 (l))", () => {
	const bounded = readTrustAnchor(make.authority(root, root, { extensions: make.authorityExtensions(1) }));
	const older = make.party("below"),
		newer = make.party("below"); // the same authority's next key
	const [rolledOver, byRoot] = [make.authority(newer, older), make.authority(older, root)];
	const sent = [make.leaf(newer, server), rolledOver, byRoot];
	assert.is(verifyPath(sent, HOST, [bounded]).anchor, 0);
	const other = make.party("other");
	const tooLong = [make.leaf(other, server), make.authority(other, older), byRoot];
	refusedAs(CertificateError, "path too long", () => verifyPath(tooLong, HOST, [bounded]));
});

test("a chain of six by six strangers of one name is over after fifteen signatures", () => {
	// Each has issued nothing of the others; the first that made the leaf's signature goes on, and ends.
	const same = Array.from({ length: 5 }, () => make.authority(make.party("between"), make.party("between")));
	refusedAs(CertificateError, "bad signature in chain", () => verifyPath([leaf, ...same], HOST, anchors));
});

test.run();
