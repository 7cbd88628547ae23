// Brings the sockets of this machine in line with what is in operation: download servers that should be up listen, the
// others do not; the application servers present their certificate by the authority in full operation. It may be called
// again at any time: what is right already is left alone.

import type { Fleet } from "../host/fleet.js";
import { Front } from "../host/front/front.js";
import { route, type Shown, shownNow } from "../host/front/route.js";
import type { Access, Limits, Presentation } from "../host/https-endpoint.js";
import { authorityOf, type Operation } from "../host/operator.js";
import { servicePresentation } from "../host/service-presentation.js";
import { ApplicationServer } from "./application-server.js";
import { DownloadServer } from "./download-server.js";

export interface ServerAccess extends Access {
	/** `service` or `download-2`: the first label of the host. */
	server: string;
}

export interface DeploymentOptions {
	fleet: Fleet;
	/** Where a host's server listens. */
	listen(host: string): { address?: string; port: number };
	onAccess?(access: ServerAccess): void;
	limits?: Partial<Limits>;
	/** Application servers behind one address; default 1, without a front. 0: only download servers. */
	services?: number;
}

/** Of one of the fleet's servers, for `ServerAccess`. */
export function serverName(host: string): string {
	return host.split(".")[0];
}

export class Deployment {
	readonly #options: DeploymentOptions;
	readonly #download = new Map<number, DownloadServer>(); // by the naming generation
	readonly #services: { server: ApplicationServer; presents: number }[] = [];
	readonly #laggards = new Set<number>(); // indices of application servers
	readonly #broken = new Set<number>(); // naming generations
	#impostor: number | undefined; // a generation
	#front?: Front;
	#shown: Shown[] = []; // by the front

	constructor(options: DeploymentOptions) {
		this.#options = options;
	}

	/** Rejects with OperatorError if something is missing, a signature above all; what could be done was done. */
	async reconcile(operation: Operation): Promise<void> {
		const should = new Set<number>();
		for (const { up, namedBy } of operation.downloadServers) if (up && !this.#broken.has(namedBy)) should.add(namedBy);
		for (const [namedBy, server] of this.#download) {
			if (should.has(namedBy)) continue;
			this.#download.delete(namedBy);
			await server.close();
		}
		for (const namedBy of should) await this.#serve(operation, namedBy);
		await this.#present(operation);
	}

	/** What an operator should know of the servers as they are now. */
	warnings(operation: Operation): string[] {
		const letter = (generation: number) => authorityOf(operation, generation).letter;
		if (this.#impostor !== undefined) return [];
		const behind = this.#services.filter(({ presents }) => presents !== operation.full);
		if (behind.length === 0) return [];
		return [
			`${behind.length} of ${this.#services.length} application servers still present CA ${letter(behind[0].presents)}: ` +
				`devices that have promoted CA ${letter(operation.full)} refuse them. All of a fleet's servers must move together.`,
		];
	}

	/** Where each host's server listens, of those that do. */
	get ports(): Map<string, number> {
		const { fleet } = this.#options;
		const ports = new Map<string, number>();
		for (const [namedBy, server] of this.#download)
			ports.set(new URL(fleet.nextAddress(namedBy)).hostname, server.port);
		const service = this.#front?.port ?? this.#services[0]?.server.port;
		if (service !== undefined) ports.set(fleet.settings.services[0], service);
		return ports;
	}

	/** This application server keeps what it presents, whatever comes, until `follow`. */
	lag(index: number): void {
		this.#laggards.add(index);
	}

	follow(index: number): void {
		this.#laggards.delete(index);
	}

	/** From the next `reconcile` on services show certificates by this generation's CA, as who has stolen its key would. */
	impersonate(generation: number | undefined): void {
		this.#impostor = generation;
	}

	/** A download server is down against the plan, from the next `reconcile` on, until `mend`. */
	break(namedBy: number): void {
		this.#broken.add(namedBy);
	}

	mend(namedBy: number): void {
		this.#broken.delete(namedBy);
	}

	async #serve(operation: Operation, namedBy: number): Promise<void> {
		const { fleet, listen, onAccess, limits } = this.#options;
		const caInformation = fleet.served(operation, namedBy)?.object;
		const running = this.#download.get(namedBy);
		if (running) return running.serve(caInformation);
		const { hostname, pathname, search } = new URL(fleet.nextAddress(namedBy));
		const server = await DownloadServer.open({
			credentials: fleet.downloadCredentials(namedBy),
			presented: authorityOf(operation, namedBy).letter,
			path: pathname + search,
			caInformation,
			onAccess: access => onAccess?.({ server: serverName(hostname), ...access }),
			limits,
			...listen(hostname),
		});
		this.#download.set(namedBy, server);
	}

	async #present(operation: Operation): Promise<void> {
		const { fleet, services = 1 } = this.#options;
		if (services === 0) return;
		const generation = this.#impostor ?? operation.full;
		const presentation = await this.#presentation(operation, generation);
		if (this.#services.length === 0) await this.#openServices(presentation, generation);
		for (const [index, service] of this.#services.entries()) {
			if (this.#laggards.has(index)) continue;
			service.server.present(presentation);
			service.presents = generation;
		}
		const by = new Map(
			this.#services.map(({ server, presents }) => [presents, { host: "127.0.0.1", port: server.port }]),
		);
		this.#shown = shownNow(operation, one => fleet.certificate(one), by);
	}

	/** Whoever has stolen a key shows what that key has made, and nothing beside it. */
	async #presentation(operation: Operation, generation: number): Promise<Presentation> {
		const { fleet } = this.#options;
		if (generation === operation.full) return servicePresentation(fleet, operation);
		const credentials = await fleet.serviceCredentials(generation);
		return { credentials, presented: authorityOf(operation, generation).letter };
	}

	async #openServices(presentation: Presentation, presents: number) {
		const { fleet, listen, onAccess, limits, services = 1 } = this.#options;
		const place = listen(fleet.settings.services[0]);
		for (let index = 0; index < services; index++) {
			const server = await ApplicationServer.open({
				...presentation,
				onAccess: access => onAccess?.({ server: serverName(fleet.settings.services[0]), ...access }),
				limits,
				...(services === 1 ? place : {}),
			});
			this.#services.push({ server, presents });
		}
		if (services > 1)
			this.#front = await Front.open({
				port: place.port,
				patience: limits?.handshake,
				grace: limits?.grace,
				route: named => route(this.#shown, named),
			});
	}

	async close(): Promise<void> {
		await this.#front?.close();
		const servers = [...this.#download.values(), ...this.#services.splice(0).map(({ server }) => server)];
		this.#download.clear();
		await Promise.all(servers.map(server => server.close()));
	}
}
