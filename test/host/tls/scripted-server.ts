// A TCP server that answers each ClientHello by a script on reference-server.ts: for what no honest server does, at
// devices on any board.

import { type AddressInfo, createServer, type Socket } from "node:net";
import { type Credentials, ReferenceServer } from "./reference-server.js";

/** What is said to one client. `said`: gives what the client has sent since the last time, when there is any. */
export type Script = (server: ReferenceServer, socket: Socket, said: () => Promise<Buffer>) => Promise<void> | void;

export interface ScriptedServer {
	port: number;
	close(): Promise<void>;
}

/** Listens on 127.0.0.1. What the script has queued is sent when it is over; then the connection is the client's to end. */
export async function startScripted(credentials: Credentials, script: Script): Promise<ScriptedServer> {
	const sockets = new Set<Socket>();
	const server = createServer(socket => {
		sockets.add(socket);
		socket.on("error", () => {}); // "close" follows
		socket.on("close", () => sockets.delete(socket));
		void serve(socket, credentials, script);
	});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	return {
		port: (server.address() as AddressInfo).port,
		close: () =>
			new Promise(resolve => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			}),
	};
}

async function serve(socket: Socket, credentials: Credentials, script: Script): Promise<void> {
	let received = Buffer.alloc(0);
	let tell: (() => void) | undefined;
	socket.on("data", data => {
		received = Buffer.concat([received, data]);
		tell?.();
	});
	socket.on("close", () => tell?.());
	const said = async (): Promise<Buffer> => {
		while (received.length === 0 && !socket.destroyed) await new Promise<void>(resolve => (tell = resolve));
		const bytes = received;
		received = Buffer.alloc(0);
		return bytes;
	};
	let hello = Buffer.alloc(0);
	while (hello.length < 5 || hello.length < 5 + hello.readUInt16BE(3)) {
		const more = await said();
		if (more.length === 0) return; // gone
		hello = Buffer.concat([hello, more]);
	}
	const server = new ReferenceServer(hello, credentials);
	await script(server, socket, said);
	if (!socket.destroyed) socket.write(server.take());
}
