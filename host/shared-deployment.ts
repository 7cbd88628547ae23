// Figure 10: one authority with several issue units, and everything it serves behind one socket. The functions stay
// apart by their host names: TLS's server name decides which certificate is shown, and a download server that is not in
// operation answers 404 under its own certificate, which a device takes for what it is.

import type { IncomingMessage, ServerResponse } from "node:http";
import { type DeploymentOptions, type Servers, signed } from "../rehearsal/deployment.js";
import { answerService } from "./application-server.js";
import { answerDownload } from "./download-server.js";
import { HttpsEndpoint, type Presentation } from "./https-endpoint.js";
import { authorityOf, type Operation } from "./operator.js";

export class SharedDeployment implements Servers {
	readonly #options: DeploymentOptions;
	readonly #presentations = new Map<string, Presentation>(); // by host
	readonly #answers = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
	#endpoint?: HttpsEndpoint;

	/** `listen` gives the same place for every host. */
	constructor(options: DeploymentOptions) {
		this.#options = options;
	}

	async reconcile(operation: Operation): Promise<void> {
		const { fleet, listen, onAccess, limits, services = 1 } = this.#options;
		const [service] = fleet.settings.services;
		const presented = authorityOf(operation, operation.full).letter;
		const presentation =
			services > 0
				? { credentials: await fleet.serviceCredentials(operation.full), presented }
				: { credentials: fleet.downloadCredentials(operation.full), presented };
		if (services > 0) {
			for (const name of fleet.settings.services) {
				this.#presentations.set(name, presentation);
				this.#answers.set(name, answerService);
			}
		}
		for (const { generation: namedBy, letter } of operation.authorities) {
			const { hostname, pathname, search } = new URL(fleet.nextAddress(namedBy));
			this.#presentations.set(hostname, { credentials: fleet.downloadCredentials(namedBy), presented: letter });
			const server = operation.downloadServers.find(one => one.namedBy === namedBy && one.up);
			const object = server && signed(fleet, server.serves);
			this.#answers.set(hostname, (request, response) => {
				if (object) answerDownload(request, response, pathname + search, object);
				else response.writeHead(404, { "Content-Length": 0 }).end();
			});
		}
		this.#endpoint?.present(presentation.credentials, presented);
		this.#endpoint?.forget();
		this.#endpoint ??= await HttpsEndpoint.open({
			...presentation,
			present: host => this.#presentations.get(host),
			answer: (request, response) => {
				const answer = this.#answers.get((request.headers.host ?? "").replace(/:\d+$/, ""));
				if (answer) answer(request, response);
				else response.writeHead(421, { "Content-Length": 0 }).end(); // RFC 9110 §15.5.20
			},
			onAccess: ({ host = "?", ...access }) =>
				onAccess?.({ server: host === service ? "service" : host.split(".")[0], ...access }),
			limits,
			...listen(service),
		});
	}

	get port(): number | undefined {
		return this.#endpoint?.port;
	}

	warnings(): string[] {
		return [];
	}

	async close(): Promise<void> {
		await this.#endpoint?.close();
	}
}
