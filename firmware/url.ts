// The URLs that this firmware can use: `https://host[:port][/path]` (RFC 3986 §3, RFC 9110 §4.2), and `http:` ones as
// mirrors of CA information, which is signed itself. Left out: user information, fragments, IPv6 literals, and
// characters that a request line cannot carry.

import { DecodeError } from "./cbor.js";

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
const PORTS = { https: "443", http: "80" };

/** Throws DecodeError<UrlReason>. */
export function parseURL(text: string): HttpsURL {
	const url = parseMirrorURL(text);
	return isHttps(url) ? url : refuse("not an https URL");
}

/** As `parseURL`, or an `http:` URL: its server authenticates itself by nothing. */
export function parseMirrorURL(text: string): HttpURL {
	if (text.length > MAXIMUM_LENGTH) refuse("URL too long");
	const parts = /^(https?):\/\/([^/?#]*)(.*)$/s.exec(text);
	if (!parts) return refuse("not an https URL");
	const scheme = parts[1] === "http" ? "http" : "https";
	const authority = /^([^:]+)(?::(.*))?$/s.exec(parts[2]);
	if (!authority) return refuse("bad host in URL");
	const host = authority[1].toLowerCase();
	if (!isDNSName(host) && !isIPv4(host)) refuse("bad host in URL");
	const port = authority[2] ?? PORTS[scheme];
	if (!/^[1-9][0-9]{0,4}$/.test(port) || Number(port) > 65_535) refuse("bad port in URL");
	const path = parts[3].startsWith("/") ? parts[3] : `/${parts[3]}`;
	if (!/^[!-~]+$/.test(path) || path.includes("#")) refuse("bad path in URL");
	return { scheme, host, port: Number(port), path };
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
function isDNSName(host: string): boolean {
	const labels = host.split(".");
	return (
		host.length <= 253 &&
		labels.every(label => label.length <= 63 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label)) &&
		!/^[0-9]+$/.test(labels[labels.length - 1])
	);
}

function refuse(reason: UrlReason): never {
	throw new DecodeError(reason);
}
