// What a download server (the source's 406) answers: one static object, CA information n+1, at the path of the URL that
// CA information n names. Which clients asked, and what they hold, is in their User-Agent.

import type { IncomingMessage, ServerResponse } from "node:http";

/** RFC 9052 §9: a COSE_Sign1 by its media type. */
export const MEDIA_TYPE = 'application/cose; cose-type="cose-sign1"';

/** `path`: the URL's path and query; all else is 404. `object`: undefined while the server is not in operation. */
export function answerDownload(
	request: IncomingMessage,
	response: ServerResponse,
	path: string,
	object: Uint8Array | undefined,
): void {
	if (!object) return void response.writeHead(404, { "Content-Length": 0 }).end();
	if (request.method !== "GET" && request.method !== "HEAD") {
		return void response.writeHead(405, { Allow: "GET, HEAD", "Content-Length": 0 }).end();
	}
	// Compared as bytes: no decoding and no folders, so no path leads anywhere else.
	if (pathOf(request.url ?? "") !== path) return void response.writeHead(404, { "Content-Length": 0 }).end();
	response.writeHead(200, {
		"Content-Type": MEDIA_TYPE,
		"Content-Length": object.length,
		"Cache-Control": "no-cache",
	});
	response.end(request.method === "HEAD" ? undefined : object);
}

/** Of the absolute form of a request's target too (RFC 9112 §3.2.2). */
function pathOf(target: string): string {
	const rest = /^https:\/\/[^/?#]*(.*)$/is.exec(target)?.[1];
	if (rest === undefined) return target;
	return rest.startsWith("/") ? rest : `/${rest}`;
}
