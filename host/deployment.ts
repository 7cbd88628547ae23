// Brings the sockets of this machine in line with what is in operation: download servers that should be up listen, the
// others do not; the application server presents its certificate by the authority in full operation. It may be called
// again at any time: what is right already is left alone.

import { ApplicationServer } from "./application-server.js";
import type { ServerCredentials } from "./certificate-authority.js";
import { DownloadServer } from "./download-server.js";
import type { Fleet } from "./fleet.js";
import type { Access, Limits } from "./https-endpoint.js";
import { authorityOf, type Operation } from "./operator.js";
import { OperatorError } from "./private-key-file.js";

export interface ServerAccess extends Access {
	/** `service`, or the host name's generation of a download server: `download-2`. */
	server: string;
}

export interface DeploymentOptions {
	fleet: Fleet;
	/** Where a host's server listens. */
	listen(host: string): { address?: string; port: number };
	onAccess?(access: ServerAccess): void;
	limits?: Partial<Limits>;
	/** Only download servers. */
	downloadOnly?: boolean;
}

export class Deployment {
	readonly #options: DeploymentOptions;
	readonly #download = new Map<number, { server: DownloadServer; serves: number }>(); // by the naming generation
	#service?: { server: ApplicationServer; presents: number };

	constructor(options: DeploymentOptions) {
		this.#options = options;
	}

	/** Rejects with OperatorError if something is missing, a signature above all; what could be done was done. */
	async reconcile(operation: Operation): Promise<void> {
		const { fleet } = this.#options;
		const should = new Map(operation.downloadServers.filter(({ up }) => up).map(({ namedBy, serves }) => [namedBy, serves]));
		for (const [namedBy, { server }] of this.#download) {
			if (should.has(namedBy)) continue;
			this.#download.delete(namedBy);
			await server.close();
		}
		for (const [namedBy, serves] of should) {
			const object = fleet.information(serves);
			if (!object) throw new OperatorError(`CA information ${serves} is not signed yet: baton sign`);
			await this.#serve(operation, namedBy, serves, object);
		}
		if (!this.#options.downloadOnly) await this.#present(operation);
	}

	async #serve(operation: Operation, namedBy: number, serves: number, object: Uint8Array): Promise<void> {
		const { fleet, listen, onAccess, limits } = this.#options;
		const running = this.#download.get(namedBy);
		if (running) {
			if (running.serves !== serves) running.server.serve(object);
			running.serves = serves;
			return;
		}
		const { hostname, pathname, search } = new URL(fleet.nextUrl(namedBy));
		const server = await DownloadServer.open({
			credentials: fleet.downloadCredentials(namedBy),
			presented: authorityOf(operation, namedBy).letter,
			path: pathname + search,
			caInformation: object,
			onAccess: access => onAccess?.({ server: `download-${namedBy + 1}`, ...access }),
			limits,
			...listen(hostname),
		});
		this.#download.set(namedBy, { server, serves });
	}

	async #present(operation: Operation): Promise<void> {
		const { fleet, listen, onAccess, limits } = this.#options;
		const generation = operation.full;
		if (this.#service?.presents === generation) return;
		const credentials: ServerCredentials = await fleet.serviceCredentials(generation);
		const presented = authorityOf(operation, generation).letter;
		if (this.#service) {
			this.#service.server.present(credentials, presented);
			this.#service.presents = generation;
			return;
		}
		const server = await ApplicationServer.open({
			credentials,
			presented,
			onAccess: access => onAccess?.({ server: "service", ...access }),
			limits,
			...listen(fleet.settings.services[0]),
		});
		this.#service = { server, presents: generation };
	}

	async close(): Promise<void> {
		const servers = [...this.#download.values(), ...(this.#service ? [this.#service] : [])];
		this.#download.clear();
		this.#service = undefined;
		await Promise.all(servers.map(({ server }) => server.close()));
	}
}
