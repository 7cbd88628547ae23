// Download server n+1 (the source's 406) as a machine of its own: CA information n+1 at the URL that CA information n
// names, behind a certificate that CA n issued. Not in operation means that nothing listens.

import type { ServerCredentials } from "../host/certificate-authority.js";
import { answerDownload } from "../host/download-answer.js";
import { type Access, HttpsEndpoint, type Limits } from "../host/https-endpoint.js";

export interface DownloadServerOptions {
	credentials: ServerCredentials;
	presented?: string;
	/** The path and query of the URL; all else is 404. */
	path: string;
	/** The CA information, as the signer made it; undefined: it answers 404. */
	caInformation: Uint8Array | undefined;
	address?: string;
	port?: number;
	onAccess?(access: Access): void;
	limits?: Partial<Limits>;
}

export class DownloadServer {
	readonly #endpoint: HttpsEndpoint;
	readonly #content: { object: Uint8Array | undefined };

	static async open(options: DownloadServerOptions): Promise<DownloadServer> {
		const content = { object: options.caInformation };
		const endpoint = await HttpsEndpoint.open({
			...options,
			answer: (request, response) => answerDownload(request, response, options.path, content.object),
		});
		return new DownloadServer(endpoint, content);
	}

	private constructor(endpoint: HttpsEndpoint, content: { object: Uint8Array | undefined }) {
		this.#endpoint = endpoint;
		this.#content = content;
	}

	get port(): number {
		return this.#endpoint.port;
	}

	/** Serves this CA information, or 404, from the next request on. */
	serve(caInformation: Uint8Array | undefined): void {
		this.#content.object = caInformation;
	}

	close(): Promise<void> {
		return this.#endpoint.close();
	}
}
