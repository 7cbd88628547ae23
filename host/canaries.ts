// A rehearsal before the switch: some devices are shown the services' certificate by the provisional authority, and all
// others what they are shown anyway. A canary that accepts it has promoted that authority, and refuses the services'
// servers by the old one from then on: so it is for devices of one's own, or for those that a front leads on
// (front/front.ts). Who accepted it is kept in a log, as far as devices say, and told before the switch.

import { BlockList, isIPv6 } from "node:net";
import { join } from "node:path";
import { AccessLog } from "./access-log.js";
import { parseAccess } from "./adoption.js";
import { Census } from "./census.js";
import { judgeService } from "./device-judge.js";
import type { Fleet } from "./fleet.js";
import type { FleetDesk } from "./fleet-desk.js";
import { type Access, HttpsEndpoint, type Presentation } from "./https-endpoint.js";
import { LogFollower } from "./log-follower.js";
import { authorityOf, type Operation } from "./operator.js";
import { OperatorError } from "./operator-error.js";
import { servicePresentation } from "./service-presentation.js";

/** Which devices are shown it: those of these networks, or so many of a hundred by their addresses; absent: all that come. */
export interface Canaries {
	networks?: string[];
	share?: number; // per cent
}

export interface CanaryServerOptions {
	desk: FleetDesk;
	address?: string;
	port: number;
	canaries: Canaries;
	/** Hears of each handshake by the provisional authority, and of what its log has lost. */
	onWord(text: string): void;
}

export class CanaryServer {
	readonly #options: CanaryServerOptions;
	readonly #isCanary: (address: string) => boolean;
	#next: (Presentation & { generation: number }) | undefined;
	#full: Presentation | undefined;
	#endpoint: HttpsEndpoint | undefined;
	#log: { generation: number; log: AccessLog } | undefined;

	/** Throws OperatorError for networks that are none. */
	constructor(options: CanaryServerOptions) {
		this.#options = options;
		this.#isCanary = chooser(options.canaries);
	}

	/** Shows what is in operation; listens from the first time on. Rejects with OperatorError, or with the system's error. */
	async reconcile(operation: Operation): Promise<void> {
		const { desk } = this.#options;
		const { fleet } = desk;
		const shown = async (generation: number) => ({
			credentials: await fleet.serviceCredentials(generation),
			presented: authorityOf(operation, generation).letter,
		});
		const isReady = operation.next !== undefined && fleet.information(operation.next) !== undefined;
		await desk.certifyServices([operation.full, ...(isReady ? [operation.next!] : [])]);
		this.#full = await servicePresentation(fleet, operation);
		this.#next = isReady ? { ...(await shown(operation.next!)), generation: operation.next! } : undefined;
		this.#endpoint ??= await this.#open(this.#full);
		this.#endpoint.present(this.#full);
		this.#endpoint.forget();
	}

	/** The letter of the authority that canaries are shown; undefined: none is in provisional operation and signed. */
	get rehearses(): string | undefined {
		return this.#next?.presented;
	}

	get place(): { address: string; port: number } | undefined {
		return this.#endpoint;
	}

	async close(): Promise<void> {
		await this.#endpoint?.close();
		await this.#log?.log.close();
	}

	#open(first: Presentation): Promise<HttpsEndpoint> {
		const { desk, address, port } = this.#options;
		const { fleet } = desk;
		const names = new Set(fleet.settings.services.map(service => judgeService(service).host));
		return HttpsEndpoint.open({
			...first,
			address,
			port,
			present: (host, client) => {
				if (!names.has(host)) return "refuse";
				return this.#next && this.#isCanary(client) ? this.#next : this.#full;
			},
			answer: (_, response) => void response.writeHead(200, { "Content-Length": 0 }).end(),
			onAccess: access => this.#hear(access),
		});
	}

	#hear(access: Access): void {
		const { desk, onWord } = this.#options;
		const next = this.#next;
		if (!next || access.presented !== next.presented || access.host === undefined) return;
		if (access.what === "refused")
			onWord(`rehearsal: ${access.peer} has refused CA ${next.presented}: ${access.reason}`);
		if (access.what !== "request") return;
		onWord(
			`rehearsal: ${access.peer} has accepted CA ${next.presented}, ${access.userAgent ?? "and does not say what it is"}`,
		);
		if (this.#log?.generation !== next.generation) {
			void this.#log?.log.close();
			this.#log = { generation: next.generation, log: new AccessLog(logOf(desk.fleet, next.generation), onWord) };
		}
		this.#log.log.write(access);
	}
}

function logOf({ folder }: Fleet, generation: number): string {
	return join(folder, `rehearsal-${generation}.log`);
}

/** How many devices have accepted a provisional authority, as far as they have said. */
export async function rehearsedText(fleet: Fleet, generation: number, days: number): Promise<string> {
	const census = new Census({ days });
	const onLine = (line: string) => {
		const ask = parseAccess(line);
		if (ask) census.add(ask.address, ask.at, ask.held);
	};
	const log = new LogFollower(logOf(fleet, generation), { mark: "baton/1 (", longest: 4_096, onLine });
	try {
		await log.read();
	} catch (error) {
		if (!(error instanceof OperatorError)) throw error;
		return `rehearsed: no device was shown generation ${generation} (baton serve --rehearse shows it to some before all)`;
	} finally {
		await log.close();
	}
	const heard = census.groups.flatMap(group => group.heard);
	const last = new Date(heard.reduce((latest, at) => Math.max(latest, at), 0)).toISOString().slice(0, 10);
	return `rehearsed: ${heard.length} devices were shown generation ${generation}, and accepted it, the last one on ${last}`;
}

function chooser({ networks, share }: Canaries): (address: string) => boolean {
	const list = new BlockList();
	for (const network of networks ?? []) {
		const [address, bits] = network.split("/");
		const family = isIPv6(address) ? "ipv6" : "ipv4";
		try {
			list.addSubnet(address, bits === undefined ? (family === "ipv6" ? 128 : 32) : Number(bits), family);
		} catch {
			throw new OperatorError(`--canary ${network}: expected an address, or a network such as 192.0.2.0/24`);
		}
	}
	return address => {
		const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
		if (networks && list.check(plain, isIPv6(plain) ? "ipv6" : "ipv4")) return true;
		if (share !== undefined) return placeIn100(plain) < share;
		return networks === undefined;
	};
}

/** Always the same for one address, so that a device stays what it is: a canary, or not. */
function placeIn100(address: string): number {
	let hash = 0x811c9dc5;
	for (let at = 0; at < address.length; at++) hash = Math.imul(hash ^ address.charCodeAt(at), 0x01000193);
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	return (((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32) * 100;
}
