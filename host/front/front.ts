// A front before a fleet's services: it reads which CAs a device names (client-hello.ts) and passes the connection, TLS
// and all, to the server that shows a certificate of the right one (route.ts). It ends no TLS and holds no key. So the
// services of a fleet need not all move to a new CA in one night.

import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { WaitingConnections, type WaitingLimits } from "../waiting-connections.js";
import { HelloReader } from "./client-hello.js";
import type { Shown } from "./route.js";

export interface FrontOptions {
	address?: string; // default 127.0.0.1
	port?: number; // default: any
	/** Where a client goes that names these CAs (DER of their names); undefined: nowhere, it is hung up on. */
	route(authorities: readonly Uint8Array[]): Shown | undefined;
	/** A connection was passed on, or could not be; `client` is its address. */
	onConnection?(connection: { client: string; generation?: number; error?: string }): void;
	/** How long a ClientHello may take. */
	patience?: number; // ms, default 10 s
	/** How long connections may take to end when the front closes. */
	grace?: number; // ms, default 5 s
	/** How long one end may take no byte of what waits for it, or be silent when the other has ended. */
	stall?: number; // ms, default 60 s
	/** Clients at once. For the next one somebody who has said no ClientHello makes room, or it is hung up on. */
	most?: number; // default 10,000
	/** Who makes room. Default: of an address with more than 64 of them, one that was silent for two seconds. */
	waiting?: WaitingLimits;
}

export class Front {
	readonly port: number;
	readonly #server: Server;
	readonly #sockets: Set<Socket>;
	readonly #grace: number;

	/** Listens. Rejects with the system's error if it cannot. */
	static open(options: FrontOptions): Promise<Front> {
		const { onConnection, most = 10_000 } = options;
		const sockets = new Set<Socket>();
		const clients = new Set<Socket>();
		const waiting = new WaitingConnections(options.waiting ?? { perAddress: 64, silence: 2_000 });
		const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, client => {
			const dispensable = clients.size < most ? undefined : waiting.dispensable;
			if (clients.size >= most && !dispensable) {
				client.destroy();
				return onConnection?.({ client: client.remoteAddress ?? "?", error: "too many connections" });
			}
			dispensable?.destroy(new Error("made room for another"));
			remember(clients, client);
			remember(sockets, client);
			waiting.add(client);
			client.on("close", () => waiting.delete(client));
			meet(client, sockets, waiting, options);
		});
		return new Promise((resolve, reject) => {
			server.once("error", reject);
			server.listen({ host: options.address ?? "127.0.0.1", port: options.port ?? 0 }, () => {
				server.off("error", reject);
				server.on("error", () => {}); // accept(2) may fail when descriptors run out; it goes on when there are some
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
function meet(client: Socket, sockets: Set<Socket>, waiting: WaitingConnections, options: FrontOptions): void {
	const { route, onConnection, patience = 10_000, stall = 60_000 } = options;
	const from = client.remoteAddress ?? "?";
	const hello = new HelloReader();
	const timer = setTimeout(() => giveUp("no ClientHello in time"), patience);
	const giveUp = (error: string) => {
		settled();
		client.destroy();
		onConnection?.({ client: from, error });
	};
	const onEnd = () => giveUp(client.errored?.message ?? "closed before a ClientHello");
	const settled = () => {
		clearTimeout(timer);
		client.off("data", onData).off("end", onEnd).off("close", onEnd);
		waiting.delete(client);
	};
	const onData = (data: Buffer) => {
		const authorities = hello.read(data);
		if (!authorities) return;
		const shown = route(authorities);
		if (!shown) return giveUp("no server to pass it to");
		settled();
		client.pause();
		const behind = connect({ ...shown.backend, allowHalfOpen: true });
		remember(sockets, behind);
		behind.once("connect", () => onConnection?.({ client: from, generation: shown.generation }));
		behind.once("error", error => onConnection?.({ client: from, generation: shown.generation, error: error.message }));
		behind.write(hello.received);
		splice(client, behind, stall);
	};
	client.on("data", onData).on("end", onEnd).on("close", onEnd).resume();
}

function remember(sockets: Set<Socket>, socket: Socket): void {
	sockets.add(socket);
	socket.on("error", () => {}); // "close" follows
	socket.on("close", () => sockets.delete(socket));
}

/**
 * Both ways; what came before a reset goes on too: an alert, say. Whoever never reads, or never closes when the other end
 * is over, would keep both for ever: so he has `stall` ms.
 */
function splice(one: Socket, other: Socket, stall: number): void {
	let isOver = false;
	for (const [from, to] of [
		[one, other],
		[other, one],
	]) {
		const over = () => {
			isOver = true;
			one.setTimeout(stall);
			other.setTimeout(stall);
		};
		from.setKeepAlive(true, KEEP_ALIVE_AFTER); // a device that lost its power says no goodbye
		from.pipe(to);
		from.on("pause", () => to.setTimeout(stall)); // it is full
		to.on("drain", () => isOver || to.setTimeout(0));
		from.on("timeout", () => from.destroy());
		from.on("end", over);
		from.on("close", () => {
			over();
			to.destroySoon();
		});
	}
}
const KEEP_ALIVE_AFTER = 60_000; // ms
