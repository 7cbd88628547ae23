// The https URLs that a device can use: of a service, and in CA information as the next address.

export const MAXIMUM_URL = 255; // bytes

/** A URL that a device can use: https, a name or IPv4 address, no user, no fragment. Throws TypeError if not. */
export function checkURL(text: string): URL {
	const bytes = Buffer.byteLength(text);
	if (bytes > MAXIMUM_URL) throw new RangeError(`expected a URL of at most ${MAXIMUM_URL} bytes, got ${bytes}`);
	if (!/^https:\/\/[\x21-\x7e]+$/.test(text))
		throw new TypeError(`expected an https URL in ASCII, got ${JSON.stringify(text)}`);
	const url = new URL(text);
	if (url.username || url.password || text.includes("#"))
		throw new TypeError(`expected a URL without user and fragment, got ${text}`);
	return url;
}

/** Where a URL leads: a ClientHello carries no more than that. */
export function hostAndPort(url: string): string {
	const { hostname, port } = new URL(url);
	return `${hostname}:${port || "443"}`;
}
