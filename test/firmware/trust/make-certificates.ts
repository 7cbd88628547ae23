// node bin/run.js test/firmware/trust/make-certificates.ts > test/firmware/trust/certificates.ts
// CA certificates as CA information has them of the host's certificate authority, for tests that also run where there is
// no host.

import { authorityName, createCertificateAuthority } from "../../../host/certificate-authority.js";
import { withoutSignature } from "../../../host/unsigned-certificate.js";

function year(n: number) {
	return new Date(Date.UTC(n, 0, 1));
}
console.log(
	"// Written by make-certificates.ts: the DER of CA certificates A, B, C and D, without a signature (RFC 9925), and of A's",
);
console.log("// signed twin, in hexadecimal.\n");
for (const [index, letter] of ["A", "B", "C", "D"].entries()) {
	const start = 2026 + 15 * index;
	const { certificate } = await createCertificateAuthority({
		name: authorityName("fleet.example", index + 1),
		validity: { notBefore: year(start), notAfter: year(start + 20) },
	});
	print(`CERTIFICATE_${letter}`, withoutSignature(certificate));
	if (letter === "A") print("SIGNED_CERTIFICATE_A", certificate);
}

function print(name: string, certificate: Uint8Array): void {
	const lines = Buffer.from(certificate)
		.toString("hex")
		.match(/.{1,108}/g)!;
	console.log(`export const ${name} =\n\t${lines.map(line => `"${line}"`).join(" +\n\t")};\n`);
}
