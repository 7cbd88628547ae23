// x509-limbo's cases (P-256 and RSA) against the certificate check, with every disagreement in a table in
// firmware/x509/LIMBO.md that this test keeps true. `--table` prints what the tables' rows must be.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root, vectorFile } from "../../../boards/bundle.js";
import { CertificateError } from "../../../firmware/x509/certificate.js";
import { readTrustAnchor, type TrustAnchor, verifyPath } from "../../../firmware/x509/path.js";
import { NO_VECTORS } from "../../vectors.js";

interface Case {
	id: string;
	trusted_certs: string[];
	untrusted_intermediates: string[];
	peer_certificate: string;
	expected_peer_name: { value: string } | null;
	expected_result: "SUCCESS" | "FAILURE";
	validation_time: string | null;
}

function der(pem: string): Uint8Array {
	return new Uint8Array(Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64"));
}

/** Our verdict: "accepted", or the reason. A CA certificate that cannot be read is no anchor: it says why. */
function verdict({ trusted_certs, untrusted_intermediates, peer_certificate, expected_peer_name }: Case): string {
	const anchors: TrustAnchor[] = [];
	let refusedAnchor: string | undefined;
	try {
		for (const certificate of trusted_certs) {
			try {
				anchors.push(readTrustAnchor(der(certificate)));
			} catch (error) {
				if (!(error instanceof CertificateError)) throw error;
				refusedAnchor = error.reason;
			}
		}
		verifyPath([peer_certificate, ...untrusted_intermediates].map(der), expected_peer_name?.value ?? "", anchors);
		return "accepted";
	} catch (error) {
		if (!(error instanceof CertificateError)) throw error;
		return refusedAnchor && error.anchorsFailed ? `CA: ${refusedAnchor}` : error.reason;
	}
}

const file = vectorFile("x509-limbo/limbo.json");
if (file === undefined) {
	test.skip(`x509-limbo [${NO_VECTORS}]`, () => {});
} else {
	const cases: Case[] = JSON.parse(readFileSync(file, "utf8")).testcases;
	const disagreements = cases
		.map(one => ({
			id: one.id,
			limbo: one.expected_result === "SUCCESS" ? "accepts" : "refuses",
			ours: verdict(one),
			one,
		}))
		.filter(({ limbo, ours }) => (limbo === "accepts") !== (ours === "accepted"));
	const rows = disagreements.map(({ id, limbo, ours }) => `| ${id} | ${limbo} | ${ours} |`);
	if (process.argv.includes("--table")) console.log(rows.join("\n"));

	test(`x509-limbo: ${cases.length} cases, ${rows.length} disagreements, each in its table with its reason`, () => {
		// Each table has its reason above it.
		const tables = readFileSync(join(root, "firmware/x509/LIMBO.md"), "utf8").split("\n| case | limbo | we say |\n");
		const listed = tables.slice(1).flatMap(text => text.match(/^\| [\w-]+::.*$/gm) ?? []);
		assert.equal(listed.sort(), rows.sort());
		assert.ok(
			tables.slice(0, -1).every(text => /(?:^|\n\n)[^\n|#][^|#]{20,}\n$/.test(text)),
			"each has a reason",
		);
	});

	test("whatever x509-limbo accepts as a forgery of a signature, a name or an issuer is refused", () => {
		// What we accept against its advice is about time, revocation, the subject's common name, key identifiers, or form.
		const accepted = disagreements.filter(({ ours }) => ours === "accepted").map(({ id }) => id);
		const isForm = (id: string) => /noncritical|leading-period|invalid-dns-san/.test(id);
		const forgeries = accepted.filter(
			id => /nc::|pathlen::intermediate|untrusted|signature|invalid::|cve|pathological/.test(id) && !isForm(id),
		);
		assert.equal(forgeries, []);
	});
}

test.run();
