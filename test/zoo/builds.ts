// What a build of the firmware may be without, and what a device of that build then says: the one table by which the
// zoo expects a refusal today and an acceptance as soon as the build has the algorithm. Asked of the firmware's own
// readers, so nothing here has to be changed when an algorithm comes.

import "reflect-metadata";
import { X509Certificate as Certificate } from "@peculiar/x509";
import { Client } from "../../firmware/tls/client.js";
import { CertificateError } from "../../firmware/x509/certificate.js";
import { readTrustAnchor, verifyPath } from "../../firmware/x509/path.js";
import * as make from "../host/tls/certificate-maker.js";
import { ReferenceServer } from "../host/tls/reference-server.js";

/** What the device says, by what the build is without and where the device meets it. */
export const REFUSALS = {
	/** The key of the certificate in CA information, which is refused before any server is met. */
	authorityKey: "CA: unsupported public key",
	/** The server's: nothing in signature_algorithms is for it, so the server itself gives up. */
	leafKey: "received handshake_failure",
	/** Of a certificate between the leaf and the CA: it is none that could be taken. */
	issuerKey: "unknown issuer",
	/** A signature by the CA, with another hash than the build has for its key. */
	authoritySignature: "bad signature by issuer",
	/** The same by a certificate between. */
	issuerSignature: "bad signature in chain",
	/** No group in common. */
	keyExchange: "received handshake_failure",
} as const;

/** A kind of key; a kind with the hash that it signs, as `P-256 with SHA-384`; or a group of the key exchange. */
type Kind = string;

const keyTypes: Record<Kind, make.KeyType> = {
	Ed25519: "ed25519",
	"P-256": "p256",
	"P-384": "p384",
	RSA: "rsa2048",
};

/** Whether this build reads the kind of key, or checks the kind of signature. */
export function has(kind: Kind): boolean {
	let found = known.get(kind);
	if (found === undefined) known.set(kind, (found = probe(kind)));
	return found;
}
const known = new Map<Kind, boolean>();

function probe(kind: Kind): boolean {
	if (kind === "secp256r1") return groupsOffered().includes(0x0017);
	const [key, hash] = kind.split(" with ");
	const authority = make.party("probe", keyTypes[key]),
		server = make.party("probe.example");
	const fields = hash ? { hash: hash.toLowerCase().replace("-", "") as make.Hash } : {};
	try {
		const anchor = readTrustAnchor(make.authority(authority));
		if (hash) verifyPath([make.leaf(authority, server, fields)], server.name, [anchor]);
		return true;
	} catch (error) {
		if (error instanceof CertificateError) return false;
		throw error;
	}
}

/** NamedGroups (RFC 9846 §4.3.7) of a ClientHello of this build. */
function groupsOffered(): number[] {
	const anchors = [readTrustAnchor(make.authority(make.party("probe")))];
	const client = new Client({ host: "probe.example", anchors, random: bytes => void bytes.fill(1) });
	const list = new ReferenceServer(client.take(), {
		chain: [],
		privateKey: make.party("probe").privateKey,
	}).hello.extensions.get(10)!;
	return Array.from({ length: list.readUInt16BE(0) / 2 }, (_, i) => list.readUInt16BE(2 + 2 * i));
}

export interface Lack {
	reason: string;
	/** What this build is without. */
	kind: Kind;
}

/**
 * Why a device of this build refuses servers that present `chain` under `authority`, which a device with every
 * algorithm would accept; undefined: it has all that it needs.
 */
export function lackOf(authority: Uint8Array, chain: readonly Uint8Array[]): Lack | undefined {
	const anchor = new Certificate(authority);
	const presented = chain.map(der => new Certificate(der));
	const path = neededOf(presented, anchor);
	const meetings: [kind: Kind, reason: string][] = [
		[keyKind(anchor), REFUSALS.authorityKey],
		[keyKind(path[0]), REFUSALS.leafKey],
	];
	for (let i = 1; i < path.length; i++)
		meetings.push(
			[keyKind(path[i]), REFUSALS.issuerKey],
			[signatureKind(path[i - 1], path[i]), REFUSALS.issuerSignature],
		);
	meetings.push([signatureKind(path[path.length - 1], anchor), REFUSALS.authoritySignature]);
	const first = meetings.find(([kind]) => !has(kind));
	return first && { kind: first[0], reason: first[1] };
}

/** `Ed25519`, `P-256`, `P-384` or `RSA`: of the key in a certificate, DER. */
export function keyKindOf(certificate: Uint8Array): Kind {
	return keyKind(new Certificate(certificate));
}

function keyKind({ publicKey }: Certificate): Kind {
	const { name, namedCurve } = publicKey.algorithm as { name: string; namedCurve?: string };
	return namedCurve?.startsWith("P-") ? namedCurve : name.startsWith("RSA") ? "RSA" : "Ed25519";
}

function signatureKind(certificate: Certificate, issuer: Certificate): Kind {
	const hash = (certificate.signatureAlgorithm as { hash?: { name: string } }).hash?.name;
	return hash ? `${keyKind(issuer)} with ${hash}` : keyKind(issuer);
}

/** From the leaf by issuer names to what the anchor has issued: what a device looks at. */
function neededOf([leaf, ...others]: Certificate[], anchor: Certificate): Certificate[] {
	const path = [leaf];
	for (let top: Certificate | undefined = leaf; top && top.issuer !== anchor.subject; ) {
		const { issuer } = top as Certificate;
		top = others.find(({ subject }) => subject === issuer);
		if (top) path.push(top);
	}
	return path;
}
