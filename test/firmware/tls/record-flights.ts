// Makes recorded-flights.ts: `node bin/run.js test/firmware/tls/record-flights.ts`. What the servers of other makes said
// to a client whose random bytes are 0, 1, 2 … : to the same client it is the right answer for ever.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as make from "../../host/tls/certificate-maker.js";
import { peers, type Suite } from "../../host/tls/peers.js";

const HOST = "server.example";
const flights = [];
const wanted: [
	peer: RegExp,
	type: "ed25519" | "p256",
	suite: Suite,
	length: 512 | 1024,
	offerKeyShare: boolean,
	intermediate: boolean,
][] = [
	[/^Node/, "ed25519", 0x1303, 512, true, false],
	[/^OpenSSL.*stateless/, "ed25519", 0x1301, 512, true, true],
	[/^GnuTLS/, "p256", 0x1301, 512, false, true],
	[/^Go/, "p256", 0x1303, 1024, true, false],
];
for (const [pattern, type, suite, fragmentLength, offerKeyShare, throughIntermediate] of wanted) {
	const peer = peers.find(({ title }) => pattern.test(title))!;
	const root = make.party("fleet CA 1", type),
		middle = make.party("middle", type),
		server = make.party(HOST, type);
	const chain = throughIntermediate
		? [make.leaf(middle, server), make.authority(middle, root)]
		: [make.leaf(root, server)];
	const rootCertificate = make.authority(root);
	const [{ text, flight, anchor, error }] = await peer.exchange({ chain, privateKey: server.privateKey }, suite, [
		{ host: HOST, root: rootCertificate.toString("base64"), suite, fragmentLength, offerKeyShare, fixed: true },
	]);
	if (anchor !== 0 || error) throw new Error(`${peer.title}: ${error}`);
	flights.push({
		server: peer.title,
		suite,
		fragmentLength,
		offerKeyShare,
		root: rootCertificate.toString("hex"),
		textLength: text.length,
		textStart: text.slice(0, 12),
		flight,
	});
}
const list = JSON.stringify(flights, undefined, "\t").replace(/"(\w+)":/g, "$1:");
const text = `// Made by record-flights.ts, which says how.

export interface RecordedFlight {
	server: string;
	suite: number;
	fragmentLength: 512 | 1024;
	offerKeyShare: boolean;
	/** The CA's certificate: hexadecimal DER. */
	root: string;
	/** What the server said: so many characters, which begin so. */
	textLength: number;
	textStart: string;
	/** Every byte from the server, hexadecimal. */
	flight: string;
}

export const HOST = ${JSON.stringify(HOST)};

export const recordedFlights: readonly RecordedFlight[] = ${list};
`;
writeFileSync(fileURLToPath(new URL("recorded-flights.ts", import.meta.url)), text);
