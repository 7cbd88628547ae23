// The URLs that a device can use: of a service, and in CA information as the next address and its mirrors.

export const MAXIMUM_URL = 255; // bytes

/** A URL that a device can use: https, a name or IPv4 address, no user, no fragment. Throws TypeError if not. */
export function checkURL(text: string): URL {
	return check(text, /^https:\/\/[\x21-\x7e]+$/, "an https URL");
}

/** As `checkURL`, or http. */
export function checkMirrorURL(text: string): URL {
	return check(text, /^https?:\/\/[\x21-\x7e]+$/, "an https or http URL");
}

function check(text: string, form: RegExp, expected: string): URL {
	const bytes = Buffer.byteLength(text);
	if (bytes > MAXIMUM_URL) throw new RangeError(`expected a URL of at most ${MAXIMUM_URL} bytes, got ${bytes}`);
	if (!form.test(text)) throw new TypeError(`expected ${expected} in ASCII, got ${JSON.stringify(text)}`);
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
