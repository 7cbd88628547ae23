// Path validation without time (RFC 5280 §6) and the server's name (RFC 6125 §6): is this chain, for this name,
// signed by one of the trust anchors? The order of the checks is the design's: what is wrong with the chain itself is
// found before any anchor is tried, so that "no anchor has signed it" is only said of a chain that is otherwise good.
// Called by the TLS client with what the server presents, and by whoever turns CA information into an anchor.

import { isIPv4 } from "../url.js";
import {
	type Certificate,
	CertificateError,
	type CertificateReason,
	DIGITAL_SIGNATURE,
	DNS_NAME,
	IP_ADDRESS,
	isName,
	KEY_CERT_SIGN,
	readCertificate,
} from "./certificate.js";
import { compare, DerReader, SEQUENCE } from "./der.js";
import type { PublicKey } from "./public-key.js";

export type { PublicKey };

export const MAXIMUM_CHAIN = 4; // certificates as presented, the leaf and a root included

/** A certificate authority that is trusted: its name, its key, and what its CA information says of leaves. */
export interface TrustAnchor {
	/** DER of the Name: compared byte for byte with an issuer. */
	subject: Uint8Array;
	publicKey: PublicKey;
	/** How many intermediates may stand below it; any number if absent (RFC 5280 §4.2.1.9). */
	pathLength?: number;
	/** A leaf whose notBefore is earlier is refused. Seconds since 1970; CA information key 4. */
	leafNotBefore?: number;
}

/** Reads a CA certificate: v3, `cA`, `keyCertSign`. Views of `certificate` stay in use. Throws CertificateError. */
export function readTrustAnchor(certificate: Uint8Array): TrustAnchor {
	const read = readCertificate(certificate);
	checkAuthority(read);
	const anchor: TrustAnchor = { subject: read.subject, publicKey: read.publicKey };
	if (read.pathLength !== Infinity) anchor.pathLength = read.pathLength;
	return anchor;
}

/**
 * Validates the path from the leaf, `chain[0]`, to one of `anchors`, tried in their order.
 * Returns the leaf's key and the anchor's index. Throws CertificateError; only its `anchorsFailed` says that the chain
 * is sound and no anchor has signed it.
 */
export function verifyPath(
	chain: readonly Uint8Array[],
	serverName: string,
	anchors: readonly TrustAnchor[],
): { publicKey: PublicKey; anchor: number } {
	if (chain.length === 0) refuse("empty chain");
	if (chain.length > MAXIMUM_CHAIN) refuse("chain too long");
	const path = chain.map(readCertificate);
	while (path.length > 1 && isPresentedRoot(path[path.length - 1], anchors)) path.pop();

	const leaf = path[0];
	checkLeaf(leaf, serverName);
	for (let i = 1; i < path.length; i++) checkAuthority(path[i], i - 1);
	for (let i = 1; i < path.length; i++) {
		if (compare(path[i - 1].issuer, path[i].subject) !== 0) refuse("issuer does not match"); // §6.1.3 (a)(4)
		if (!isSignedBy(path[i - 1], path[i].publicKey)) refuse("bad signature in chain"); // §6.1.3 (a)(1)
	}

	const top = path[path.length - 1];
	let named = false;
	for (let index = 0; index < anchors.length; index++) {
		const anchor = anchors[index];
		if (compare(top.issuer, anchor.subject) !== 0) continue;
		named = true;
		if (!isSignedBy(top, anchor.publicKey)) continue;
		if (path.length - 1 > (anchor.pathLength ?? Infinity)) refuse("path too long");
		if (leaf.notBefore < (anchor.leafNotBefore ?? -Infinity)) refuse("issued too early");
		return { publicKey: leaf.publicKey, anchor: index };
	}
	return refuse(named ? "bad signature by issuer" : "unknown issuer");
}

/** What the server may spare itself to send (RFC 9846 §4.5.1): a self-issued certificate that is an anchor itself. */
function isPresentedRoot(certificate: Certificate, anchors: readonly TrustAnchor[]): boolean {
	const { subject, issuer, publicKey } = certificate;
	return (
		compare(subject, issuer) === 0 &&
		anchors.some(
			anchor => compare(anchor.subject, subject) === 0 && compare(anchor.publicKey.bytes, publicKey.bytes) === 0,
		)
	);
}

function checkLeaf(leaf: Certificate, serverName: string): void {
	checkName(leaf.alternativeNames, serverName);
	if (leaf.isCA) refuse("CA certificate as leaf");
	const usage = leaf.keyUsage ?? DIGITAL_SIGNATURE;
	if ((usage & DIGITAL_SIGNATURE) === 0) refuse("wrong key usage"); // RFC 9846 §4.5.1.2
	if ((usage & KEY_CERT_SIGN) !== 0) refuse("wrong key usage"); // only with cA (RFC 5280 §4.2.1.9)
	if (leaf.serverAuth !== true) refuse("wrong extended key usage"); // RFC 5280 §4.2.1.12
}

/** A certificate that may sign certificates (§6.1.4 (k)–(n)), with `below` intermediates between it and the leaf. */
function checkAuthority(authority: Certificate, below = 0): void {
	if (!authority.isCA) refuse("not a CA");
	if (((authority.keyUsage ?? 0) & KEY_CERT_SIGN) === 0) refuse("wrong key usage"); // must be there (§4.2.1.3)
	if (authority.serverAuth === false) refuse("wrong extended key usage");
	if (authority.subject.length === 2) refuse("bad name"); // a CA has one (§4.1.2.6)
	if (below > authority.pathLength) refuse("path too long"); // self-issued ones count too: stricter than §6.1.4 (l)
}

function isSignedBy(certificate: Certificate, issuer: PublicKey): boolean {
	return (
		certificate.signatureAlgorithm === issuer.algorithm && issuer.verify(certificate.toBeSigned, certificate.signature)
	);
}

/** RFC 6125 §6: only subjectAltName counts; an address matches iPAddress, a name dNSName. */
function checkName(alternativeNames: Uint8Array | undefined, serverName: string): void {
	if (!alternativeNames) return refuse("no subject alternative name");
	const wanted = serverName.toLowerCase();
	const address = isIPv4(wanted) ? Uint8Array.from(wanted.split("."), Number) : undefined;
	const der = new DerReader(alternativeNames);
	der.enter(SEQUENCE);
	while (!der.atEnd) {
		if (address && der.at(IP_ADDRESS)) {
			if (compare(der.content(IP_ADDRESS), address) === 0) return;
		} else if (!address && der.at(DNS_NAME)) {
			if (matches(der.text(DNS_NAME, isName).toLowerCase(), wanted)) return;
		} else {
			der.skip();
		}
	}
	refuse("name does not match");
}

/** A wildcard is the whole leftmost label, stands for exactly one, and has two labels after it (RFC 6125 §6.4.3). */
function matches(presented: string, wanted: string): boolean {
	if (!presented.startsWith("*.")) return presented === wanted;
	const suffix = presented.slice(1);
	const dot = wanted.indexOf(".");
	return dot > 0 && suffix.indexOf(".", 1) > 0 && wanted.slice(dot) === suffix;
}

function refuse(reason: CertificateReason): never {
	throw new CertificateError(reason);
}
