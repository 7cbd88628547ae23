// A full exchange with every other TLS server that this machine has: each cipher suite, with the key share offered and
// on request (HelloRetryRequest), with records of 512 and of 1,024 bytes, a leaf signed directly and through an
// intermediate. The matrix is printed.

import { test } from "uvu";
import * as assert from "uvu/assert";
import * as make from "./certificate-maker.js";
import { type Command, peers, type Suite } from "./peers.js";

const HOST = "server.example";
const suites: [Suite, string][] = [
	[0x1303, "ChaCha20-Poly1305"],
	[0x1301, "AES-128-GCM"],
];
const kinds: [string, make.KeyType][] = [
	["Ed25519", "ed25519"],
	["P-256", "p256"],
	["P-384", "p384"],
	["RSA-2048", "rsa2048"],
];
const rows: string[] = [];

for (const peer of peers) {
	for (const [kind, type] of kinds) {
		const root = make.party("fleet CA 1", type),
			middle = make.party("middle", type),
			server = make.party(HOST, type);
		const chains = {
			"leaf signed directly": [make.leaf(root, server)],
			"through an intermediate": [make.leaf(middle, server), make.authority(middle, root)],
		};
		const rootBase64 = make.authority(root).toString("base64");
		const name = `${peer.title} with ${kind}: both suites, HelloRetryRequest, small records, an intermediate`;
		const missing = peer.missing();
		if (missing) {
			test.skip(`${name} [${missing}]`, () => {});
			rows.push(`${peer.title.padEnd(24)} ${kind.padEnd(8)} not run: ${missing}`);
			continue;
		}
		test(name, async () => {
			for (const [suite, suiteName] of type === "ed25519" || type === "p256" ? suites : suites.slice(0, 1))
				for (const [chainName, chain] of Object.entries(chains)) {
					const lengths = peer.keepsLimit ? ([512, 1024] as const) : ([1024, 2048] as const);
					const commands: Command[] = lengths.flatMap(fragmentLength =>
						[true, false].map(offerKeyShare => ({
							host: HOST,
							root: rootBase64,
							suite,
							fragmentLength,
							offerKeyShare,
						})),
					);
					const results = await peer.exchange({ chain, privateKey: server.privateKey }, suite, commands);
					const cells = commands.map(({ fragmentLength, offerKeyShare }, i) => {
						const { text = "", anchor, error } = results[i];
						const good = anchor === 0 && error === undefined && /^HTTP\/1\.[01] 200 /.test(text) && text.length > 300;
						return {
							good,
							cell: `${fragmentLength}${offerKeyShare ? "" : " retry"}: ${good ? "ok" : (error ?? "cut")}`,
						};
					});
					rows.push(
						`${peer.title.padEnd(24)} ${kind.padEnd(8)} ${suiteName.padEnd(18)} ${chainName.padEnd(24)} ${cells.map(({ cell }) => cell).join(", ")}`,
					);
					assert.ok(
						cells.every(({ good }) => good),
						rows.at(-1),
					);
				}
		});
	}
}

test("a server that has secp256r1 alone asks for it, and is answered (HelloRetryRequest)", async () => {
	const root = make.party("fleet CA 1"),
		server = make.party(HOST);
	const credentials = { chain: [make.leaf(root, server)], privateKey: server.privateKey };
	for (const peer of peers) {
		if (!peer.onSecp256r1 || peer.missing()) continue;
		for (const offerKeyShare of [true, false]) {
			const command = {
				host: HOST,
				root: make.authority(root).toString("base64"),
				suite: 0x1303,
				fragmentLength: 512,
				offerKeyShare,
			} as const;
			const [{ text = "", anchor, error }] = await peer.onSecp256r1(credentials, 0x1303, [command]);
			rows.push(`${peer.title.padEnd(24)} secp256r1 alone${offerKeyShare ? "" : ", no share sent"}: ${error ?? "ok"}`);
			assert.ok(anchor === 0 && error === undefined && text.length > 300, rows.at(-1));
		}
	}
});

test("the matrix", () => console.log(`\n${rows.join("\n")}`));

test.run();
