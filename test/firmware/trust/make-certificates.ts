// node bin/run.js test/firmware/trust/make-certificates.ts > test/firmware/trust/certificates.ts
// CA certificates as the host's certificate authority issues them, for tests that also run where there is no host.

import { authorityName, createCertificateAuthority } from "../../../host/certificate-authority.js";

function year(n: number) {
	return new Date(Date.UTC(n, 0, 1));
}
console.log("// Written by make-certificates.ts: the DER of CA certificates A, B, C and D, in hexadecimal.\n");
for (const [index, letter] of ["A", "B", "C", "D"].entries()) {
	const start = 2026 + 15 * index;
	const { certificate } = await createCertificateAuthority({
		name: authorityName("fleet.example", index + 1),
		validity: { notBefore: year(start), notAfter: year(start + 20) },
	});
	const lines = Buffer.from(certificate)
		.toString("hex")
		.match(/.{1,108}/g)!;
	console.log(`export const certificate${letter} =\n\t${lines.map(line => `"${line}"`).join(" +\n\t")};\n`);
}
