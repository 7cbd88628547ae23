// What the servers of the zoo show: each kind of key with each shape of chain, each under a name of its own, as files.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { certificatePem } from "../../host/certificate-authority.js";
import * as make from "../host/tls/certificate-maker.js";
import type { World } from "../world.js";
import type { Shown } from "./servers/server-kind.js";

export const KEYS = { Ed25519: "ed25519", "P-256": "p256", "RSA-2048": "rsa2048" } as const;
export type KeyName = keyof typeof KEYS;

/** What is sent, for an anchor R (cross-signed: B); I is a CA between, A and S are others. */
export const CHAINS = ["leaf", "leaf + intermediate", "cross-signed", "doubled", "out of order"] as const;
export type ChainName = (typeof CHAINS)[number];

export interface Exhibit {
	key: KeyName;
	chainName: ChainName;
	/** DER of the anchor's certificate, and of what is sent. */
	anchor: Buffer;
	chain: Buffer[];
	shown: Shown;
	/** CA information of the anchor, whose next address is at this exhibit's host. */
	information: Uint8Array;
}

/** Path of a file at every server that serves files. */
export const DOWNLOAD_PATH = "/ca-information";
const PAGE_LENGTH = 12_000; // bytes: more than a record as the device wants it, less than HAProxy's buffer

export interface Exhibition {
	exhibits: Exhibit[];
	/** The folder that the servers serve. */
	documents: string;
}

/** Makes all of it in `folder`. `world`: whose CA information 2 is served. */
export function prepare(folder: string, world: World): Exhibition {
	const documents = join(folder, "documents");
	mkdirSync(documents, { recursive: true });
	writeFileSync(join(documents, "index.html"), "<!doctype html>".padEnd(PAGE_LENGTH, "zoo "));
	writeFileSync(join(documents, DOWNLOAD_PATH), world.information(2, { certificate: longAuthority() }));
	const exhibits = (Object.keys(KEYS) as KeyName[]).flatMap(key =>
		CHAINS.map((chainName, i) => {
			const host = `${KEYS[key]}-${i}.zoo.example`;
			const { anchor, chain, privateKey } = build(KEYS[key], chainName, host);
			const stem = join(folder, host);
			const pem = chain.map(certificatePem);
			const keyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
			const write = (suffix: string, text: string): string => {
				writeFileSync(stem + suffix, text);
				return stem + suffix;
			};
			const shown: Shown = {
				host,
				certificates: write(".crt", pem.join("")),
				others: chain.length > 1 ? write(".others.crt", pem.slice(1).join("")) : undefined,
				key: write(".key", keyPem),
				combined: write(".pem", pem.join("") + keyPem),
			};
			const nextAddress = `https://${host}${DOWNLOAD_PATH}`;
			return {
				key,
				chainName,
				anchor,
				chain,
				shown,
				information: world.information(1, { certificate: anchor, nextAddress }),
			};
		}),
	);
	return { exhibits, documents };
}

/** Nearly as long as one may be in CA information: a hybrid fleet's, with an ML-DSA-44 CA, is as long. */
function longAuthority(): Buffer {
	const party = make.party("long");
	const extensions = [...make.authorityExtensions(), make.extension("1.2.3", Buffer.alloc(2_000))];
	return make.authority(party, party, { extensions });
}

function build(type: make.KeyType, chainName: ChainName, host: string) {
	const root = make.party("root R", type),
		server = make.party(host, type);
	const { privateKey } = server;
	const anchor = make.authority(root);
	if (chainName === "leaf") return { anchor, chain: [make.leaf(root, server)], privateKey };
	if (chainName === "cross-signed") {
		const older = make.party("root A", type);
		return { anchor, chain: [make.leaf(root, server), make.authority(root, older)], privateKey };
	}
	const between = make.party("issuing I", type);
	const issuing = make.authority(between, root),
		leaf = make.leaf(between, server);
	const stranger = make.authority(make.party("stranger S", type));
	const chains = {
		"leaf + intermediate": [leaf, issuing],
		doubled: [leaf, leaf, issuing, issuing],
		"out of order": [leaf, stranger, anchor, issuing],
	};
	return { anchor, chain: chains[chainName], privateKey };
}
