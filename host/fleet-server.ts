// What a fleet's machine serves, behind one socket or several (figure 10: one authority with several issue units). The
// download servers stay apart by their authorities, host and port: TLS's server name and the port that was reached decide
// which certificate is shown. One that is not in operation, or whose CA information is not signed, answers 404 under its
// own certificate, which a device takes for what it is. One whose key cannot be used answers nothing; the others do.

import type { IncomingMessage, ServerResponse } from "node:http";
import { isHttps, isIPv4 } from "../firmware/url.js";
import { hostAndPort, judgeMirrorURL, judgeService } from "./device-judge.js";
import { answerDownload } from "./download-answer.js";
import type { Fleet } from "./fleet.js";
import { type Access, HttpsEndpoint, type Limits, type Presentation } from "./https-endpoint.js";
import { WITHOUT_NEWER_NODE } from "./newer-node.js";
import { authorityOf, type Operation } from "./operator.js";
import { OperatorError } from "./operator-error.js";
import { servicePresentation } from "./service-presentation.js";
import { MlDsa44PrivateKey } from "./signing-key.js";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface ListenOn {
	address?: string;
	port: number;
	/** A socket that listens already, in the place of both. */
	fd?: number;
}

export interface FleetServerOptions {
	fleet: Fleet;
	/** One socket for all, or several where authorities differ by their ports. */
	listen: ListenOn | ListenOn[];
	/** Answers for the fleet's services too, under a certificate by the authority in full operation. */
	service?: Answer;
	onAccess?(access: Access): void;
	limits?: Partial<Limits>;
}

/** What answers at one authority. */
interface Site {
	host: string;
	port: number;
	/** Undefined: its key cannot be used. */
	presentation?: Presentation;
	answer: Answer;
}

export class FleetServer {
	readonly #options: FleetServerOptions;
	#sites: Site[] = [];
	#unnamed?: Presentation;
	#endpoints: HttpsEndpoint[] = [];

	constructor(options: FleetServerOptions) {
		this.#options = options;
	}

	/**
	 * Serves what is in operation; listens from the first time on. Gives what is not as it should be: it costs its own
	 * name, and no other. Rejects with OperatorError if nothing can be served, or with the system's error if a port is
	 * taken.
	 */
	async reconcile(operation: Operation): Promise<string[]> {
		const { fleet, listen, service, onAccess, limits } = this.#options;
		const troubles: string[] = [];
		const attempt = async <Value>(read: () => Value | Promise<Value>): Promise<Value | undefined> => {
			try {
				return await read();
			} catch (error) {
				if (!(error instanceof OperatorError)) throw error;
				troubles.push(error.message);
				return undefined;
			}
		};
		const sites: Site[] = [];
		if (service) {
			const presentation = await attempt(async () => usable(await servicePresentation(fleet, operation)));
			for (const name of fleet.settings.services) sites.push({ ...judgeService(name), presentation, answer: service });
		}
		for (const { generation } of operation.authorities) {
			const presented = authorityOf(operation, generation).letter;
			const presentation = await attempt(() =>
				usable({ credentials: fleet.downloadCredentials(generation), presented }),
			);
			for (const site of this.#downloadSites(operation, generation)) sites.push({ ...site, presentation });
		}
		for (const generation of fleet.unsignedGenerations(operation))
			troubles.push(`CA information ${generation} is not signed: who asks for it gets what was there before, or 404`);

		const unnamed = sites.find(({ presentation }) => presentation)?.presentation;
		if (!unnamed) throw new OperatorError(`nothing can be served: ${troubles.join("; ") || "no key can be used"}`);
		const inTwoKinds = sites.find(({ presentation }) => presentation?.otherwise)?.presentation;
		this.#sites = sites;
		this.#unnamed = unnamed;
		if (this.#endpoints.length === 0) {
			const places = Array.isArray(listen) ? listen : [listen];
			try {
				for (const place of places) this.#endpoints.push(await this.#open(place, { onAccess, limits }));
			} catch (error) {
				await this.close();
				this.#endpoints = [];
				throw error;
			}
		}
		for (const endpoint of this.#endpoints) {
			const presentation = this.#withoutName(endpoint.port) ?? inTwoKinds ?? unnamed;
			endpoint.present(presentation);
			endpoint.forget();
		}
		return troubles;
	}

	#open(place: ListenOn, options: Pick<FleetServerOptions, "onAccess" | "limits">): Promise<HttpsEndpoint> {
		let port = place.port;
		const opened = HttpsEndpoint.open({
			...this.#unnamed!,
			present: host => {
				const sites = this.#sites.filter(site => site.host === host);
				if (sites.length === 0) return undefined;
				return choose(sites, port)?.presentation ?? "refuse";
			},
			answer: (request, response) => {
				const site = this.#sites.find(one => hostAndPort(one) === askedFor(request));
				if (site) site.answer(request, response);
				else response.writeHead(421, { "Content-Length": 0 }).end(); // RFC 9110 §15.5.20
			},
			...options,
			...place,
		});
		return opened.then(endpoint => {
			port = endpoint.port;
			return endpoint;
		});
	}

	/** For those who name nobody: an address is no server name (RFC 6066 §3). */
	#withoutName(port: number): Presentation | undefined {
		return choose(
			this.#sites.filter(({ host }) => isIPv4(host)),
			port,
		)?.presentation;
	}

	/** Of the download server at the https addresses that CA information `namedBy` names, in operation or not. */
	#downloadSites(operation: Operation, namedBy: number): Site[] {
		const { fleet } = this.#options;
		const object = fleet.served(operation, namedBy)?.object;
		const addresses = fleet.nextAddresses(namedBy).map(judgeMirrorURL).filter(isHttps);
		return addresses.map(({ host, port, path }) => ({
			host,
			port,
			answer: (request, response) => answerDownload(request, response, path, object),
		}));
	}

	/** Where it listens; empty while nothing was reconciled yet. */
	get places(): { address: string; port: number }[] {
		return this.#endpoints.map(({ address, port }) => ({ address, port }));
	}

	/** Connections that are open. */
	get connections(): number {
		return this.#endpoints.reduce((all, { connections }) => all + connections, 0);
	}

	/** Of the first socket; undefined while nothing was reconciled yet. */
	get port(): number | undefined {
		return this.#endpoints[0]?.port;
	}

	async close(): Promise<void> {
		await Promise.all(this.#endpoints.map(endpoint => endpoint.close()));
	}
}

/** Throws OperatorError if this Node cannot serve with its keys. */
function usable(presentation: Presentation): Presentation {
	for (const { credentials } of [presentation, ...(presentation.otherwise ? [presentation.otherwise] : [])])
		if (credentials.privateKey instanceof MlDsa44PrivateKey) throw new OperatorError(WITHOUT_NEWER_NODE);
	return presentation;
}

/** Of several authorities with one host, that of the port; one alone may be reached at any, behind another's port. */
function choose(sites: Site[], port: number): Site | undefined {
	return sites.length === 1 ? sites[0] : sites.find(site => site.port === port);
}

/** The authority that a request is for (RFC 9112 §3.2): of an absolute form, whatever Host says. */
function askedFor({ url = "", headers }: IncomingMessage): string {
	const authority = /^https:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host ?? "";
	const [, host, port = "443"] = /^(.*?)(?::(\d*))?$/.exec(authority.toLowerCase())!;
	return hostAndPort({ host, port: Number(port || "443") });
}
