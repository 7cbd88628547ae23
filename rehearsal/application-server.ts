// The application server (the source's 401) as a machine of its own: offers a service, here a text that stands for the newest firmware, and
// changes its certificate when another authority comes into full operation.

import type { IncomingMessage, ServerResponse } from "node:http";
import { type Access, HttpsEndpoint, type Limits, type Presentation } from "../host/https-endpoint.js";

export interface ApplicationServerOptions extends Presentation {
	intermediates?: Uint8Array[];
	address?: string;
	port?: number;
	/** Answers instead of the built-in service. */
	answer?(request: IncomingMessage, response: ServerResponse): void;
	onAccess?(access: Access): void;
	limits?: Partial<Limits>;
}

export class ApplicationServer {
	readonly #endpoint: HttpsEndpoint;

	static async open(options: ApplicationServerOptions): Promise<ApplicationServer> {
		return new ApplicationServer(await HttpsEndpoint.open({ answer: answerService, ...options }));
	}

	private constructor(endpoint: HttpsEndpoint) {
		this.#endpoint = endpoint;
	}

	get port(): number {
		return this.#endpoint.port;
	}

	/** Presents another certificate to every connection from now on. */
	present(presentation: Presentation): void {
		this.#endpoint.present(presentation);
	}

	close(): Promise<void> {
		return this.#endpoint.close();
	}
}

const body = Buffer.from("firmware 1.0\n");

export function answerService(request: IncomingMessage, response: ServerResponse): void {
	if (request.method !== "GET" && request.method !== "HEAD") {
		return void response.writeHead(405, { Allow: "GET, HEAD", "Content-Length": 0 }).end();
	}
	if (request.url !== "/") return void response.writeHead(404, { "Content-Length": 0 }).end();
	response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": body.length });
	response.end(request.method === "HEAD" ? undefined : body);
}
