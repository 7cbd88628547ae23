// What a fleet's machine serves, all behind one socket (figure 10: one authority with several issue units). The download
// servers stay apart by their host names: TLS's server name decides which certificate is shown, and one that is not in
// operation answers 404 under its own certificate, which a device takes for what it is.

import type { IncomingMessage, ServerResponse } from "node:http";
import { answerDownload } from "./download-answer.js";
import type { Fleet } from "./fleet.js";
import { type Access, HttpsEndpoint, type Limits, type Presentation } from "./https-endpoint.js";
import { authorityOf, type Operation } from "./operator.js";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface FleetServerOptions {
	fleet: Fleet;
	listen: { address?: string; port: number };
	/** Answers for the fleet's services too, under a certificate by the authority in full operation. */
	service?: Answer;
	onAccess?(access: Access): void;
	limits?: Partial<Limits>;
}

/** What answers under one host name. */
interface Site {
	presentation: Presentation;
	answer: Answer;
}

export class FleetServer {
	readonly #options: FleetServerOptions;
	#sites = new Map<string, Site>(); // by host
	#endpoint?: HttpsEndpoint;

	constructor(options: FleetServerOptions) {
		this.#options = options;
	}

	/**
	 * Serves what is in operation; listens from the first time on. Rejects with OperatorError if something is missing, a
	 * signature above all: then everything is served as before.
	 */
	async reconcile(operation: Operation): Promise<void> {
		const { fleet, listen, service, onAccess, limits } = this.#options;
		const { full } = operation;
		/** For those who name no host of ours. */
		const unnamed: Presentation = {
			credentials: service ? await fleet.serviceCredentials(full) : fleet.downloadCredentials(full),
			presented: authorityOf(operation, full).letter,
		};
		const sites = new Map<string, Site>();
		if (service)
			for (const name of fleet.settings.services) sites.set(name, { presentation: unnamed, answer: service });
		for (const { generation } of operation.authorities)
			sites.set(new URL(fleet.nextAddress(generation)).hostname, this.#downloadSite(operation, generation));
		this.#sites = sites;
		this.#endpoint?.present(unnamed.credentials, unnamed.presented);
		this.#endpoint?.forget();
		this.#endpoint ??= await HttpsEndpoint.open({
			...unnamed,
			present: host => this.#sites.get(host)?.presentation,
			answer: (request, response) => {
				const site = this.#sites.get((request.headers.host ?? "").replace(/:\d+$/, ""));
				if (site) site.answer(request, response);
				else response.writeHead(421, { "Content-Length": 0 }).end(); // RFC 9110 §15.5.20
			},
			onAccess,
			limits,
			...listen,
		});
	}

	/** Of the download server at the URL that CA information `namedBy` names, in operation or not. */
	#downloadSite(operation: Operation, namedBy: number): Site {
		const { fleet } = this.#options;
		const { pathname, search } = new URL(fleet.nextAddress(namedBy));
		const object = fleet.served(operation, namedBy)?.object;
		return {
			presentation: {
				credentials: fleet.downloadCredentials(namedBy),
				presented: authorityOf(operation, namedBy).letter,
			},
			answer: (request, response) => answerDownload(request, response, pathname + search, object),
		};
	}

	/** Undefined while nothing was reconciled yet. */
	get port(): number | undefined {
		return this.#endpoint?.port;
	}

	async close(): Promise<void> {
		await this.#endpoint?.close();
	}
}
