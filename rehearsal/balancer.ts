// A TCP balancer in front of a service's servers, one after the other: what an operator has before several machines,
// and why all of them must move to a new authority together.

import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class Balancer {
	readonly port: number;
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	/** `ports`: of the servers on this machine. */
	static open(ports: number[], port = 0): Promise<Balancer> {
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
				one.on("error", () => other.destroy());
				one.on("close", () => {
					sockets.delete(one);
					other.destroySoon();
				});
			}
		});
		return new Promise((resolve, reject) => {
			server.once("error", reject);
			server.listen({ host: "127.0.0.1", port }, () => resolve(new Balancer(server, sockets)));
		});
	}

	private constructor(server: Server, sockets: Set<Socket>) {
		this.#server = server;
		this.#sockets = sockets;
		this.port = (server.address() as AddressInfo).port;
	}

	close(): Promise<void> {
		return new Promise(resolve => {
			this.#server.close(() => resolve());
			for (const socket of this.#sockets) socket.destroySoon();
		});
	}
}
