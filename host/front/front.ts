// A front before a fleet's services: it reads which CAs a device names (client-hello.ts) and passes the connection, TLS
// and all, to the server that shows a certificate of the right one (route.ts). It ends no TLS and holds no key. So the
// services of a fleet need not all move to a new CA in one night.

import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { LONGEST_HELLO, namedAuthorities } from "./client-hello.js";
import type { Shown } from "./route.js";

export interface FrontOptions {
	address?: string; // default 127.0.0.1
	port?: number; // default: any
	/** Where a client goes that names these CAs (DER of their names); undefined: nowhere, it is hung up on. */
	route(authorities: readonly Uint8Array[]): Shown | undefined;
	/** A connection was passed on, or could not be. */
	onConnection?(connection: { client: string; generation?: number; error?: string }): void;
	/** How long a ClientHello may take. */
	patience?: number; // ms, default 10 s
	/** How long connections may take to end when the front closes. */
	grace?: number; // ms, default 5 s
	/** Connections at once; more wait in the kernel's queue. */
	most?: number; // default 10,000
}

export class Front {
	readonly port: number;
	readonly #server: Server;
	readonly #sockets: Set<Socket>;
	readonly #grace: number;

	/** Listens. Rejects with the system's error if it cannot. */
	static open(options: FrontOptions): Promise<Front> {
		const sockets = new Set<Socket>();
		const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, client => {
			remember(sockets, client);
			meet(client, sockets, options);
		});
		server.maxConnections = options.most ?? 10_000;
		return new Promise((resolve, reject) => {
			server.once("error", reject);
			server.listen({ host: options.address ?? "127.0.0.1", port: options.port ?? 0 }, () => {
				server.off("error", reject);
				resolve(new Front(server, sockets, options.grace ?? 5_000));
			});
		});
	}

	private constructor(server: Server, sockets: Set<Socket>, grace: number) {
		this.#server = server;
		this.#sockets = sockets;
		this.#grace = grace;
		this.port = (server.address() as AddressInfo).port;
	}

	/** Stops listening at once; resolves when all connections have ended, or were cut after the grace. */
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

/** Reads until the ClientHello is there, then passes on. */
function meet(client: Socket, sockets: Set<Socket>, { route, onConnection, patience = 10_000 }: FrontOptions): void {
	const from = client.remoteAddress ?? "?";
	let read = Buffer.alloc(0);
	const timer = setTimeout(() => giveUp("no ClientHello in time"), patience);
	const giveUp = (error: string) => {
		clearTimeout(timer);
		client.destroy();
		onConnection?.({ client: from, error });
	};
	const onEnd = () => giveUp("closed before a ClientHello");
	const onData = (data: Buffer) => {
		read = Buffer.concat([read, data]);
		const authorities = namedAuthorities(read.subarray(0, LONGEST_HELLO));
		if (!authorities) return;
		clearTimeout(timer);
		client.off("data", onData).off("end", onEnd).pause();
		const shown = route(authorities);
		if (!shown) return giveUp("no server to pass it to");
		const behind = connect({ ...shown.backend, allowHalfOpen: true });
		remember(sockets, behind);
		behind.once("connect", () => onConnection?.({ client: from, generation: shown.generation }));
		behind.once("error", error => onConnection?.({ client: from, generation: shown.generation, error: error.message }));
		behind.write(read);
		splice(client, behind);
	};
	client.on("data", onData).on("end", onEnd).resume();
}

function remember(sockets: Set<Socket>, socket: Socket): void {
	sockets.add(socket);
	socket.on("error", () => {}); // "close" follows
	socket.on("close", () => sockets.delete(socket));
}

/** Both ways; what came before a reset goes on too: an alert, say. */
export function splice(one: Socket, other: Socket): void {
	for (const [from, to] of [
		[one, other],
		[other, one],
	]) {
		from.pipe(to);
		from.on("close", () => to.destroySoon());
	}
}
