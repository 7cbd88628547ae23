// The URLs that this firmware can use: `https://host[:port][/path]` (RFC 3986 §3, RFC 9110 §4.2), and `http:` ones as
// mirrors of CA information, which is signed itself. Left out: user information, fragments, IPv6 literals, and
// characters that a request line cannot carry.

import { ascii, latin1, span } from "./bytes.js";
import { DecodeError } from "./cbor.js";
import { byteSet, otherThan } from "./literals.js";

export type UrlReason = "not an https URL" | "URL too long" | "bad host in URL" | "bad port in URL" | "bad path in URL";

export interface HttpURL {
	scheme: "https" | "http";
	/** A DNS name in lower case, or dotted IPv4. */
	host: string;
	port: number;
	/** Path and query, beginning with a slash. */
	path: string;
}

export interface HttpsURL extends HttpURL {
	scheme: "https";
}

const MAXIMUM_LENGTH = 255; // bytes: CA information key 3
const LONGEST_LABEL = 63;
const PORTS = Object.freeze({ https: 443, http: 80 });

const DIGIT = byteSet("0-9"),
	LABEL = byteSet("A-Z", "a-z", "0-9", "-"),
	HOST = otherThan(byteSet(":", "/", "?", "#")),
	AUTHORITY = otherThan(byteSet("/", "?", "#")),
	PATH = byteSet('!-"', "$-~"); // what is printed, without a space and `#`
const ZERO = 0x30,
	HYPHEN = 0x2d,
	DOT = 0x2e;

/** Throws DecodeError<UrlReason>. */
export function parseURL(text: string): HttpsURL {
	const url = parseMirrorURL(text);
	return isHttps(url) ? url : refuse("not an https URL");
}

/** As `parseURL`, or an `http:` URL: its server authenticates itself by nothing. */
export function parseMirrorURL(text: string): HttpURL {
	if (text.length > MAXIMUM_LENGTH) refuse("URL too long");
	const scheme = text.startsWith("https://") ? "https" : text.startsWith("http://") ? "http" : undefined;
	if (!scheme) return refuse("not an https URL");
	const bytes = bytesOf(text),
		start = scheme.length + 3;
	const end = span(bytes, start, AUTHORITY),
		colon = span(bytes, start, HOST);
	const host = latin1(bytes, start, colon).toLowerCase();
	if (!isDNSName(bytes, start, colon) && !isIPv4(host)) refuse("bad host in URL");
	const port = colon < end ? readPort(bytes, colon + 1, end) : PORTS[scheme];
	if (span(bytes, end, PATH) < bytes.length) refuse("bad path in URL");
	const path = latin1(bytes, end);
	return { scheme, host, port, path: path.startsWith("/") ? path : `/${path}` };
}

function bytesOf(text: string): Uint8Array {
	try {
		return ascii(text);
	} catch {
		return refuse(/^https?:\/\/[\0-\x7f]*[/?#]/.test(text) ? "bad path in URL" : "bad host in URL");
	}
}

function readPort(bytes: Uint8Array, start: number, end: number): number {
	let port = 0;
	for (let i = start; i < end && port < 65_536; i++) port = 10 * port + bytes[i] - ZERO;
	const isNumber = start < end && bytes[start] !== ZERO && span(bytes, start, DIGIT) >= end;
	return isNumber && port < 65_536 ? port : refuse("bad port in URL");
}

export function isHttps(url: HttpURL): url is HttpsURL {
	return url.scheme === "https";
}

/** Dotted decimal, without leading zeros. */
export function isIPv4(host: string): boolean {
	const numbers = host.split(".");
	return numbers.length === 4 && numbers.every(number => /^(0|[1-9][0-9]{0,2})$/.test(number) && Number(number) < 256);
}

/** Letters, digits and hyphens in labels of 1 … 63 (RFC 1123 §2.1), the last one not all digits. */
function isDNSName(bytes: Uint8Array, start: number, end: number): boolean {
	for (;;) {
		const stop = span(bytes, start, LABEL);
		if (stop === start || stop - start > LONGEST_LABEL) return false;
		if (bytes[start] === HYPHEN || bytes[stop - 1] === HYPHEN) return false;
		if (stop === end) return span(bytes, start, DIGIT) < stop;
		if (bytes[stop] !== DOT) return false;
		start = stop + 1;
	}
}

function refuse(reason: UrlReason): never {
	throw new DecodeError(reason);
}
