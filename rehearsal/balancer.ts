// A TCP balancer in front of a service's servers, one after the other: what an operator has before several machines,
// and why all of them must move to a new authority together.

import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { limits } from "../host/https-endpoint.js";

export class Balancer {
	readonly port: number;
	readonly #server: Server;
	readonly #sockets: Set<Socket>;
	readonly #grace: number; // ms, for connections under way when the balancer closes

	/** `ports`: of the servers on this machine. */
	static open(
		ports: number[],
		{ port = 0, grace = limits.grace }: { port?: number; grace?: number } = {},
	): Promise<Balancer> {
		let turn = 0;
		const sockets = new Set<Socket>();
		const server = createServer(client => {
			const behind = connect({ host: "127.0.0.1", port: ports[turn++ % ports.length] });
			for (const [one, other] of [
				[client, behind],
				[behind, client],
			]) {
				sockets.add(one);
				one.pipe(other);
				one.on("error", () => {}); // "close" follows
				one.on("close", () => {
					sockets.delete(one);
					other.destroySoon(); // what came before a reset goes on too: an alert, say
				});
			}
		});
		return new Promise((resolve, reject) => {
			server.once("error", reject);
			server.listen({ host: "127.0.0.1", port }, () => resolve(new Balancer(server, sockets, grace)));
		});
	}

	private constructor(server: Server, sockets: Set<Socket>, grace: number) {
		this.#server = server;
		this.#sockets = sockets;
		this.#grace = grace;
		this.port = (server.address() as AddressInfo).port;
	}

	/** Stops listening at once; resolves when both ends of every connection have closed it, or it is cut after the grace. */
	close(): Promise<void> {
		return new Promise(resolve => {
			const patience = setTimeout(() => {
				for (const socket of this.#sockets) socket.destroy();
			}, this.#grace);
			this.#server.close(() => {
				clearTimeout(patience);
				resolve();
			});
		});
	}
}
