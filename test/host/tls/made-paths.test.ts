// Paths of certificates that are made here, on Node: what path.test.ts, which runs on every engine, has no certificates
// for.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { CertificateError } from "../../../firmware/x509/certificate.js";
import { readTrustAnchor, verifyPath } from "../../../firmware/x509/path.js";
import { refusedAs } from "../../refusal.js";
import * as make from "./certificate-maker.js";

const HOST = "server.example";
const root = make.party("root"),
	upper = make.party("upper"),
	issuing = make.party("issuing"),
	server = make.party(HOST);

function anchorOf(presented: Uint8Array[], anchor: Uint8Array): number {
	return verifyPath(
		presented.map(each => new Uint8Array(each)),
		HOST,
		[readTrustAnchor(new Uint8Array(anchor))],
	).anchor;
}

test("of twins that lead to what was sent a root is taken last, wherever it stands", () => {
	const barred = { extensions: [make.basicConstraints(true), make.keyUsage(make.DIGITAL_SIGNATURE)] };
	const leaf = make.leaf(issuing, server);
	const itself = make.authority(issuing, issuing, barred), // no use as an authority
		byUpper = make.authority(issuing, upper),
		above = make.authority(upper, root);
	for (const presented of [
		[leaf, itself, byUpper, above],
		[leaf, byUpper, itself, above],
	])
		assert.is(anchorOf(presented, make.authority(root)), 0);
});

test("an authority that has certified its next key counts once against a bound (RFC 5280 §6.1.4 (l))", () => {
	const later = make.party("issuing");
	const presented = [make.leaf(later, server), make.authority(later, issuing), make.authority(issuing, root)];
	const bounded = (pathLength: number) =>
		make.authority(root, root, { extensions: make.authorityExtensions(pathLength) });
	assert.is(anchorOf(presented, bounded(1)), 0);
	refusedAs(CertificateError, "path too long", () => anchorOf(presented, bounded(0)));
});

test("an authority's key may be on P-384", () => {
	const authority = make.party("root", "p384");
	assert.is(anchorOf([make.leaf(authority, server)], make.authority(authority)), 0);
});

test.run();
