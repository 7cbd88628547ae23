// The https URLs that this firmware can use: `https://host[:port][/path]` (RFC 3986 §3, RFC 9110 §4.2.2). Left out:
// user information, fragments, IPv6 literals, and characters that a request line cannot carry.

import { DecodeError } from "./cbor.js";

export type UrlReason = "not an https URL" | "URL too long" | "bad host in URL" | "bad port in URL" | "bad path in URL";

export interface HttpsURL {
	/** A DNS name in lower case, or dotted IPv4. */
	host: string;
	port: number;
	/** Path and query, beginning with a slash. */
	path: string;
}

const MAXIMUM_LENGTH = 255; // bytes: CA information key 3

/** Throws DecodeError<UrlReason>. */
export function parseURL(text: string): HttpsURL {
	if (text.length > MAXIMUM_LENGTH) refuse("URL too long");
	const parts = /^https:\/\/([^/?#]*)(.*)$/s.exec(text);
	if (!parts) return refuse("not an https URL");
	const authority = /^([^:]+)(?::(.*))?$/s.exec(parts[1]);
	if (!authority) return refuse("bad host in URL");
	const host = authority[1].toLowerCase();
	if (!isDNSName(host) && !isIPv4(host)) refuse("bad host in URL");
	const port = authority[2] ?? "443";
	if (!/^[1-9][0-9]{0,4}$/.test(port) || Number(port) > 65_535) refuse("bad port in URL");
	const path = parts[2].startsWith("/") ? parts[2] : `/${parts[2]}`;
	if (!/^[!-~]+$/.test(path) || path.includes("#")) refuse("bad path in URL");
	return { host, port: Number(port), path };
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
