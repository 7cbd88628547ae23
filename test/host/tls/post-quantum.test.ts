// ML-DSA-44 and X25519MLKEM768 with a server of today, Node 26 on OpenSSL 3.5: whatever it shows of two authorities, one
// that signs by Ed25519 and one by ML-DSA-44. The matrix is printed.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { certificatePem } from "../../../host/certificate-authority.js";
import { newerNode, WITHOUT_NEWER_NODE } from "../../../host/newer-node.js";
import { withoutSignature } from "../../../host/unsigned-certificate.js";
import * as make from "./certificate-maker.js";
import { type ExchangeOptions, exchange } from "./exchange.js";
import type { Credentials } from "./reference-server.js";

const HOST = "server.example";
const a = make.party("fleet CA 1"),
	b = make.party("fleet CA 2", "ml-dsa-44");
const anchors = {
	A: readTrustAnchor(make.authority(a)),
	B: readTrustAnchor(withoutSignature(make.authority(b))),
};

function credentials(issuer: make.Party, type: make.KeyType): Credentials {
	const server = make.party(HOST, type);
	return { chain: [make.leaf(issuer, server)], privateKey: server.privateKey };
}
const middle = make.party("middle", "ml-dsa-44"),
	behindMiddle = make.party(HOST, "ml-dsa-44");

const shown: Record<string, Credentials[]> = {
	"Ed25519 by A": [credentials(a, "ed25519")],
	"ML-DSA-44 by A": [credentials(a, "ml-dsa-44")],
	"Ed25519 by B": [credentials(b, "ed25519")],
	"ML-DSA-44 by B": [credentials(b, "ml-dsa-44")],
	"ML-DSA-44 by an intermediate of B's": [
		{ chain: [make.leaf(middle, behindMiddle), make.authority(middle, b)], privateKey: behindMiddle.privateKey },
	],
	"both: Ed25519 by A, ML-DSA-44 by B": [credentials(a, "ed25519"), credentials(b, "ml-dsa-44")],
};

interface Expectation {
	name: string;
	shows: keyof typeof shown;
	holds: readonly (keyof typeof anchors)[];
	/** By which it is authenticated; or why not. */
	expected: keyof typeof anchors | string;
	/** Groups of the server's, by OpenSSL's names. */
	groups?: string;
	options?: Partial<ExchangeOptions>;
}

const expectations: Expectation[] = [
	{ name: "an ML-DSA-44 leaf and CA", shows: "ML-DSA-44 by B", holds: ["B"], expected: "B" },
	{
		name: "records of 512 bytes",
		shows: "ML-DSA-44 by B",
		holds: ["B"],
		expected: "B",
		options: { fragmentLength: 512 },
	},
	{
		name: "records of 4,096 bytes",
		shows: "ML-DSA-44 by B",
		holds: ["B"],
		expected: "B",
		options: { fragmentLength: 4096 },
	},
	{
		name: "a HelloRetryRequest",
		shows: "ML-DSA-44 by B",
		holds: ["B"],
		expected: "B",
		options: { offerKeyShare: false },
	},
	{
		name: "secp256r1 alone, by HelloRetryRequest",
		shows: "ML-DSA-44 by B",
		holds: ["B"],
		expected: "B",
		groups: "P-256",
	},
	{
		name: "X25519MLKEM768",
		shows: "ML-DSA-44 by B",
		holds: ["B"],
		expected: "B",
		groups: "X25519MLKEM768",
		options: { keyExchange: "x25519mlkem768" },
	},
	{
		name: "X25519MLKEM768, records of 4,096 bytes",
		shows: "ML-DSA-44 by B",
		holds: ["B"],
		expected: "B",
		groups: "X25519MLKEM768",
		options: { keyExchange: "x25519mlkem768", fragmentLength: 4096 },
	},
	{
		name: "X25519MLKEM768 with an Ed25519 leaf and CA",
		shows: "Ed25519 by A",
		holds: ["A"],
		expected: "A",
		groups: "X25519MLKEM768",
		options: { keyExchange: "x25519mlkem768" },
	},
	{
		name: "X25519MLKEM768 by HelloRetryRequest, X25519's share was sent",
		shows: "ML-DSA-44 by B",
		holds: ["B"],
		expected: "B",
		groups: "X25519MLKEM768",
	},
	{
		name: "X25519MLKEM768 by HelloRetryRequest, no share was sent",
		shows: "ML-DSA-44 by B",
		holds: ["B"],
		expected: "B",
		groups: "X25519MLKEM768",
		options: { keyExchange: "x25519mlkem768", offerKeyShare: false },
	},
	{
		name: "X25519 by HelloRetryRequest, X25519MLKEM768's share was sent",
		shows: "ML-DSA-44 by B",
		holds: ["B"],
		expected: "B",
		options: { keyExchange: "x25519mlkem768" },
	},
	{
		name: "secp256r1 by HelloRetryRequest, X25519MLKEM768's share was sent",
		shows: "Ed25519 by A",
		holds: ["A"],
		expected: "A",
		groups: "P-256",
		options: { keyExchange: "x25519mlkem768" },
	},
	{
		name: "the server's own groups, X25519's share was sent",
		shows: "Ed25519 by A",
		holds: ["A"],
		expected: "A",
		groups: "auto",
	},
	{
		name: "an ML-DSA-44 intermediate",
		shows: "ML-DSA-44 by an intermediate of B's",
		holds: ["B"],
		expected: "B",
	},
	{ name: "an Ed25519 leaf under an ML-DSA-44 CA", shows: "Ed25519 by B", holds: ["B"], expected: "B" },
	{ name: "current A and next B, the new one is shown", shows: "ML-DSA-44 by B", holds: ["A", "B"], expected: "B" },
	{ name: "current A and next B, the old one is shown", shows: "Ed25519 by A", holds: ["A", "B"], expected: "A" },
	{
		name: "an ML-DSA-44 leaf under an Ed25519 CA is not negotiated",
		shows: "ML-DSA-44 by A",
		holds: ["A"],
		expected: "received handshake_failure",
	},
	{
		name: "A alone is held, B alone is shown: no scheme in common",
		shows: "ML-DSA-44 by B",
		holds: ["A"],
		expected: "received handshake_failure",
	},
	{
		name: "another ML-DSA-44 CA of the same name",
		shows: "ML-DSA-44 by B",
		holds: [],
		expected: "bad signature by issuer",
	},
	{
		name: "two certificates, A alone is held: A's is shown",
		shows: "both: Ed25519 by A, ML-DSA-44 by B",
		holds: ["A"],
		expected: "A",
	},
	{
		name: "two certificates, A and B are held: B's is shown",
		shows: "both: Ed25519 by A, ML-DSA-44 by B",
		holds: ["A", "B"],
		expected: "B",
	},
	{
		name: "two certificates, B alone is held",
		shows: "both: Ed25519 by A, ML-DSA-44 by B",
		holds: ["B"],
		expected: "B",
	},
];
const namesake = readTrustAnchor(make.authority(make.party("fleet CA 2", "ml-dsa-44")));

const rows: string[] = [];
for (const { name, shows, holds, expected, groups = "X25519", options } of expectations) {
	const title = `Node 26: ${name}`;
	if (!newerNode) {
		test.skip(`${title} [${WITHOUT_NEWER_NODE}]`, () => {});
		continue;
	}
	test(title, async () => {
		const server = await serve(shown[shows], groups);
		const held = holds.length > 0 ? holds.map(letter => anchors[letter]) : [namesake];
		const { anchor, error, text, sent, received } = await exchange({
			host: HOST,
			port: server.port,
			anchors: held,
			...options,
		});
		server.stop();
		const got = error ? error.message : `${holds[anchor!]}`;
		rows.push(`${name.padEnd(62)} ${got.padEnd(28)} sent ${sent}, received ${received}`);
		assert.is(got, expected);
		assert.is(text.length > 2_500, error === undefined);
	});
}

test("the matrix", () => console.log(`\n${rows.join("\n")}`));

async function serve(credentials: Credentials[], groups: string): Promise<{ port: number; stop(): void }> {
	const options = {
		cert: credentials.map(({ chain }) => chain.map(certificatePem).join("")),
		key: credentials.map(({ privateKey }) => privateKey.export({ type: "pkcs8", format: "pem" })),
		ecdhCurve: groups,
	};
	const program = fileURLToPath(new URL("newer-node-server.js", import.meta.url));
	const child = spawn(newerNode!, [program, JSON.stringify(options)], { stdio: ["ignore", "pipe", "inherit"] });
	const port = await new Promise<number>((resolve, reject) => {
		createInterface({ input: child.stdout }).once("line", line => resolve(Number(line)));
		child.once("close", () => reject(new Error("the server has ended")));
	});
	return { port, stop: () => child.kill() };
}

test.run();
