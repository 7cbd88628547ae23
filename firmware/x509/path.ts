// Path validation without time (RFC 5280 §6) and the server's name (RFC 9525 §6): whether what a server presents leads, for
// this name, to one of the trust anchors. The path is what is needed of what is presented: from the leaf upwards by
// issuer name, without backtracking, to the first certificate that an anchor has issued. What lies above or beside it,
// a cross-signed twin, a root, the leaf again, a stranger's, is not looked at.
//
//   presented: leaf ← B by A, root A        anchors: A, B
//   the leaf's issuer is B, an anchor: the path is the leaf alone, whatever else was sent
//
// "No anchor has issued it" is only said of a path that is otherwise good. Left out: revocation lists, policies.

import { equalBytes, latin1 } from "../bytes.js";
import { isIPv4 } from "../url.js";
import {
	type Certificate,
	DIGITAL_SIGNATURE,
	DNS_NAME,
	IP_ADDRESS,
	KEY_CERT_SIGN,
	readCertificate,
	readSubject,
} from "./certificate.js";
import { type CertificateError, refusalOf, refuse } from "./certificate-error.js";
import { DerReader, SEQUENCE } from "./der.js";
import { checkNameConstraints } from "./name-constraints.js";
import type { PublicKey } from "./public-key.js";

export type { PublicKey };

export const MAXIMUM_CHAIN = 6; // certificates as presented, whatever of them is needed

/** A certificate authority that is trusted: its name, its key, and what bounds it. */
export interface TrustAnchor {
	/** DER of the Name: compared byte for byte with an issuer. */
	subject: Uint8Array;
	publicKey: PublicKey;
	/** How many intermediates may stand below it; any number if absent (RFC 5280 §4.2.1.9). */
	pathLength?: number;
	/** DER of its NameConstraints (§4.2.1.10); they bind all names below it. */
	nameConstraints?: Uint8Array;
	/** A leaf whose notBefore is earlier is refused. Seconds since 1970; CA information key 4. */
	leafNotBefore?: number;
}

/**
 * Reads a CA certificate: v3, `cA`, not barred from signing certificates or from servers. Nobody checks an anchor's own
 * signature, so that of an authority whose issuer uses another algorithm does not matter. Views of `certificate` stay in
 * use. Throws CertificateError.
 */
export function readTrustAnchor(certificate: Uint8Array): TrustAnchor {
	const read = readCertificate(certificate);
	checkAuthority(read);
	const { subject, publicKey, pathLength, nameConstraints } = read;
	return { subject, publicKey, pathLength: pathLength < Infinity ? pathLength : undefined, nameConstraints };
}

/**
 * Whether `later` is the same authority as `earlier` and takes nothing from it. The same name and key, and what it may
 * vouch for is bounded no tighter. (Key 4 is not the certificate's: it moves with a re-issue.)
 */
export function isSameAuthority(later: TrustAnchor, earlier: TrustAnchor): boolean {
	return (
		later.publicKey.algorithm === earlier.publicKey.algorithm &&
		equalBytes(later.publicKey.bytes, earlier.publicKey.bytes) &&
		equalBytes(later.subject, earlier.subject) &&
		(later.pathLength ?? Infinity) >= (earlier.pathLength ?? Infinity) &&
		(later.nameConstraints === undefined ||
			(earlier.nameConstraints !== undefined && equalBytes(later.nameConstraints, earlier.nameConstraints)))
	);
}

/**
 * Walks from the leaf, `presented[0]`, to one of `anchors`, tried in their order at each step.
 * Returns the leaf's key and the anchor's index. Throws CertificateError; only its `anchorsFailed` says that the path is
 * sound as far as it goes and no anchor has issued its last certificate.
 */
export function verifyPath(
	presented: readonly Uint8Array[],
	serverName: string,
	anchors: readonly TrustAnchor[],
): { publicKey: PublicKey; anchor: number } {
	if (presented.length === 0) refuse("empty chain");
	if (presented.length > MAXIMUM_CHAIN) refuse("chain too long");
	const leaf = readCertificate(presented[0]);
	checkLeaf(leaf, serverName);

	const path = [leaf];
	const others = presented.filter((bytes, i) => presented.findIndex(one => equalBytes(one, bytes)) === i).slice(1);
	for (;;) {
		const anchor = findAnchor(path, anchors);
		if (anchor !== undefined) return { publicKey: leaf.publicKey, anchor };
		const top = path[path.length - 1];
		const issuer = takeIssuer(top, others, anchors);
		if (!issuer) break;
		checkAuthority(issuer);
		path.push(issuer);
	}
	const { issuer } = path[path.length - 1];
	return refuse(anchors.some(({ subject }) => isName(subject, issuer)) ? "bad signature by issuer" : "unknown issuer");
}

/**
 * The first anchor that has issued the path's last certificate and takes the path. Throws if only bounds forbid it, which
 * are looked at last: names against constraints is many against many, and not for a stranger to ask for.
 */
function findAnchor(path: readonly Certificate[], anchors: readonly TrustAnchor[]): number | undefined {
	const [leaf] = path,
		top = path[path.length - 1];
	let forbidden: CertificateError | undefined;
	for (let index = 0; index < anchors.length; index++) {
		const anchor = anchors[index];
		if (!equalBytes(top.issuer, anchor.subject) || !isSignedBy(top, anchor.publicKey)) continue;
		const refusal = refusalOf(() => {
			for (let i = 1; i <= path.length; i++) checkBounds(path[i] ?? anchor, path.slice(0, i));
			if (leaf.notBefore < (anchor.leafNotBefore ?? -Infinity)) refuse("issued too early");
		});
		if (!refusal) return index;
		forbidden ??= refusal; // another anchor of this name and key may allow it
	}
	if (forbidden) throw forbidden;
	return undefined;
}

/**
 * Takes the issuer of `certificate` out of `others`: of those with the name whose key made the signature (§6.1.3 (a)), the
 * first that leads the furthest. Undefined: none has the name and a key that this build can use, so the path cannot go on.
 * At most 5 + 4 + 3 + 2 + 1 signatures are checked in a path.
 */
function takeIssuer(
	certificate: Certificate,
	others: Uint8Array[],
	anchors: readonly TrustAnchor[],
): Certificate | undefined {
	let failure: CertificateError | undefined;
	let found: Certificate | undefined,
		index = 0,
		furthest = -1;
	const subjects = others.map(readSubject);
	for (let i = 0; i < others.length; i++) {
		if (!isName(subjects[i], certificate.issuer)) continue;
		const refusal = refusalOf(() => {
			const issuer = readCertificate(others[i]);
			if (!isSignedBy(certificate, issuer.publicKey)) refuse("bad signature in chain");
			const leads = leadsTo(issuer, subjects, anchors);
			if (leads <= furthest) return;
			found = issuer;
			index = i;
			furthest = leads;
		});
		if (refusal && refusal.reason !== "unsupported public key") failure ??= refusal;
	}
	if (found) others.splice(index, 1);
	else if (failure) throw failure;
	return found;
}

/** Of cross-signed twins that one is wanted whose issuer is an anchor, or else was sent; least of all a root. */
function leadsTo(
	{ subject, issuer }: Certificate,
	presented: readonly (Uint8Array | undefined)[],
	anchors: readonly TrustAnchor[],
): number {
	if (anchors.some(anchor => isName(anchor.subject, issuer))) return 3;
	if (isName(subject, issuer)) return 0;
	return presented.some(name => isName(name, issuer)) ? 2 : 1;
}

function isName(name: Uint8Array | undefined, wanted: Uint8Array): boolean {
	return name !== undefined && equalBytes(name, wanted);
}

function checkLeaf(leaf: Certificate, serverName: string): void {
	checkName(leaf.alternativeNames, serverName);
	const usage = leaf.keyUsage ?? DIGITAL_SIGNATURE;
	const maySign = (usage & DIGITAL_SIGNATURE) !== 0, // RFC 9846 §4.5.1.2
		isMistaken = (usage & KEY_CERT_SIGN) !== 0 && !leaf.isCA; // RFC 5280 §4.2.1.9
	if (!maySign || isMistaken) refuse("wrong key usage");
	if (leaf.serverAuth === false) refuse("wrong extended key usage"); // §4.2.1.12
	if (leaf.nameConstraints && !leaf.isCA) refuse("bad extension"); // §4.2.1.10
}

/** A certificate that may sign certificates (§6.1.4 (k)–(n)). */
function checkAuthority(authority: Certificate): void {
	if (!authority.isCA) refuse("not a CA");
	if (((authority.keyUsage ?? KEY_CERT_SIGN) & KEY_CERT_SIGN) === 0) refuse("wrong key usage"); // absent: any (§4.2.1.3)
	if (authority.serverAuth === false) refuse("wrong extended key usage");
	if (authority.subject.length === 2) refuse("bad name"); // a CA has one (§4.1.2.6)
}

/**
 * What an authority that stands above `path` allows: so many intermediates, and names of the leaf and of each intermediate. Those
 * that are self-issued do not count (§6.1.3 (b), (c), §6.1.4 (l)).
 */
function checkBounds(
	{ pathLength = Infinity, nameConstraints }: Pick<TrustAnchor, "pathLength" | "nameConstraints">,
	path: readonly Certificate[],
): void {
	let count = 0;
	for (let i = 0; i < path.length; i++) {
		const { subject, issuer, alternativeNames } = path[i];
		if (i > 0 && equalBytes(subject, issuer)) continue;
		if (nameConstraints) checkNameConstraints(nameConstraints, subject, alternativeNames);
		if (i > 0) count++;
	}
	if (count > pathLength) refuse("path too long");
}

function isSignedBy({ signatureAlgorithm, toBeSigned, signature }: Certificate, issuer: PublicKey): boolean {
	return signatureAlgorithm !== undefined && issuer.verify(signatureAlgorithm, toBeSigned, signature);
}

/** RFC 9525 §6: only subjectAltName counts; an address matches iPAddress, a name dNSName. */
function checkName(alternativeNames: Uint8Array | undefined, serverName: string): void {
	if (!alternativeNames) return refuse("no subject alternative name");
	const wanted = serverName.toLowerCase();
	const address = isIPv4(wanted) ? Uint8Array.from(wanted.split("."), Number) : undefined;
	const der = new DerReader(alternativeNames);
	der.enter(SEQUENCE);
	while (!der.atEnd) {
		if (address && der.at(IP_ADDRESS)) {
			if (equalBytes(der.content(IP_ADDRESS), address)) return;
		} else if (!address && der.at(DNS_NAME)) {
			if (matches(latin1(der.content(DNS_NAME)).toLowerCase(), wanted)) return;
		} else {
			der.pass();
		}
	}
	refuse("name does not match");
}

/** A wildcard is the whole leftmost label, stands for exactly one, and has two labels after it (RFC 9525 §6.3). */
function matches(presented: string, wanted: string): boolean {
	if (!presented.startsWith("*.")) return presented === wanted;
	const suffix = presented.slice(1);
	const dot = wanted.indexOf(".");
	return dot > 0 && suffix.indexOf(".", 1) > 0 && wanted.slice(dot) === suffix;
}
