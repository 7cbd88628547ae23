// Download server n+1 (the source's 406): CA information n+1 at the URL that CA information n names, behind a
// certificate that CA n issued. One static object; which clients asked, and what they hold, is in their User-Agent.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServerCredentials } from "./certificate-authority.js";
import { type Access, HttpsEndpoint, type Limits } from "./https-endpoint.js";

/** RFC 9052 §9: a COSE_Sign1 by its media type. */
export const MEDIA_TYPE = 'application/cose; cose-type="cose-sign1"';

export interface DownloadServerOptions {
	credentials: ServerCredentials;
	presented?: string;
	/** The path and query of the URL; all else is 404. */
	path: string;
	/** The CA information, as the signer made it. */
	caInformation: Uint8Array;
	address?: string;
	port?: number;
	onAccess?(access: Access): void;
	limits?: Partial<Limits>;
}

export class DownloadServer {
	readonly #endpoint: HttpsEndpoint;
	readonly #content: { object: Uint8Array };

	static async open(options: DownloadServerOptions): Promise<DownloadServer> {
		const content = { object: options.caInformation };
		const endpoint = await HttpsEndpoint.open({
			...options,
			answer: (request, response) => answerDownload(request, response, options.path, content.object),
		});
		return new DownloadServer(endpoint, content);
	}

	private constructor(endpoint: HttpsEndpoint, content: { object: Uint8Array }) {
		this.#endpoint = endpoint;
		this.#content = content;
	}

	get port(): number {
		return this.#endpoint.port;
	}

	/** Serves another CA information from the next request on. */
	serve(caInformation: Uint8Array): void {
		this.#content.object = caInformation;
	}

	close(): Promise<void> {
		return this.#endpoint.close();
	}
}

export function answerDownload(
	request: IncomingMessage,
	response: ServerResponse,
	path: string,
	object: Uint8Array,
): void {
	if (request.method !== "GET" && request.method !== "HEAD") {
		return void response.writeHead(405, { Allow: "GET, HEAD", "Content-Length": 0 }).end();
	}
	// Compared as bytes: no decoding and no folders, so no path leads anywhere else.
	if (request.url !== path) return void response.writeHead(404, { "Content-Length": 0 }).end();
	response.writeHead(200, {
		"Content-Type": MEDIA_TYPE,
		"Content-Length": object.length,
		"Cache-Control": "no-cache",
	});
	response.end(request.method === "HEAD" ? undefined : object);
}
