// Makes ml-dsa-44-certificates.ts: `node bin/run.js test/firmware/x509/make-ml-dsa-44-certificates.ts`.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { withoutSignature } from "../../../host/unsigned-certificate.js";
import * as make from "../../host/tls/certificate-maker.js";

const a = make.party("fleet CA 1"),
	b = make.party("fleet CA 2", "ml-dsa-44");
const HOST = "server.example";
const server = make.party(HOST, "ml-dsa-44");
const certificates: Record<string, Uint8Array> = {
	a: make.authority(a),
	b: make.authority(b),
	unsignedB: withoutSignature(make.authority(b)),
	namesakeOfB: withoutSignature(make.authority(make.party("fleet CA 2", "ml-dsa-44"))),
	leafOfB: make.leaf(b, server),
	ed25519LeafOfB: make.leaf(b, make.party(HOST)),
	leafOfA: make.leaf(a, server),
};
const rows = Object.entries(certificates).map(([name, der]) => `\t${name}: "${Buffer.from(der).toString("hex")}",\n`);
const text = `// Made by make-ml-dsa-44-certificates.ts. Hexadecimal DER: CA 1 signs by Ed25519, CA 2 by ML-DSA-44.

export const certificates = {
${rows.join("")}};
`;
writeFileSync(fileURLToPath(new URL("ml-dsa-44-certificates.ts", import.meta.url)), text);
