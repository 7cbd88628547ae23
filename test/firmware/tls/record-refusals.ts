// Makes refused-flights.ts: `node bin/run.js test/firmware/tls/record-refusals.ts`. What misbehaving servers said to a
// client whose random bytes are 0, 1, 2 … , so that the refusals that matter most are seen on every engine. All of the
// misbehaviours are in test/host/tls, on Node.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Client } from "../../../firmware/tls/client.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { honest, misbehaviours, rootCertificate } from "../../host/tls/misbehaving-server.js";
import { ReferenceServer } from "../../host/tls/reference-server.js";

const wanted = [
	"TLS 1.2",
	"TLS 1.2 and the downgrade mark",
	"a key share of zeros",
	"a second retry request",
	"another suite after the retry request",
	"EncryptedExtensions in plaintext",
	"EncryptedExtensions in ServerHello's record",
	"an extension that was not offered",
	"no certificate message",
	"skips CertificateVerify",
	"signs with another key",
	"signs as a client",
	"signs another transcript",
	"a wrong Finished",
	"application data before Finished",
	"Finished and a ticket in one record",
	"a certificate of another CA of the same name",
	"a certificate of an unknown CA",
	"another name",
	"a certificate for clients",
	"an intermediate that is not a CA",
	"a protected record that is longer than agreed",
	"a certificate message over the limit",
	"endless empty records",
	"endless key updates",
	"plaintext after the handshake",
];

const rows = wanted.map(name => {
	const misbehaviour = misbehaviours.find(one => one.name === name);
	if (!misbehaviour) throw new Error(`no misbehaviour is named ${name}`);
	const client = new Client({
		host: "server.example",
		anchors: [readTrustAnchor(rootCertificate)],
		random: bytes => bytes.forEach((_, i) => (bytes[i] = i)),
		offerKeyShare: !misbehaviour.retry,
	});
	const server = new ReferenceServer(client.take(), honest);
	const said: Uint8Array[] = [];
	misbehaviour.run(server, bytes => {
		said.push(bytes);
		for (let i = 0; i < bytes.length; ) {
			const part = bytes.subarray(i, i + client.wanted);
			i += part.length;
			client.receive(part);
		}
		return client.take();
	});
	said.push(server.take());
	const { section, reason, established = false } = misbehaviour;
	return [name, section, reason, established, Buffer.concat(said).toString("hex")];
});
const list = rows.map(row => `\t[${row.map(column => JSON.stringify(column)).join(", ")}],\n`).join("");
const text = `// Made by record-refusals.ts, which says how.

/** Hexadecimal DER of the CA that the client trusts. */
export const ROOT = "${Buffer.from(rootCertificate).toString("hex")}";

/** What the server did, where that is forbidden, why it is refused, whether only after it was authenticated, its bytes. */
export const refusedFlights: readonly (readonly [
	name: string, section: string, reason: string, established: boolean, hex: string,
])[] = [
${list}];
`;
writeFileSync(fileURLToPath(new URL("refused-flights.ts", import.meta.url)), text);
