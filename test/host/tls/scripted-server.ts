// A TCP server that answers each ClientHello by a script on reference-server.ts: for what no honest server does, at
// devices on any board.

import { type AddressInfo, createServer, type Socket } from "node:net";
import { type Credentials, HANDSHAKE, ReferenceServer } from "./reference-server.js";

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
	const hello = await readHello(said);
	if (!hello) return;
	const server = new ReferenceServer(hello, credentials);
	await script(server, socket, said);
	if (!socket.destroyed) socket.write(server.take());
}

/** Reads until there is a whole ClientHello, however many records it has; undefined: the client is gone. */
export async function readHello(said: () => Promise<Buffer>): Promise<Buffer | undefined> {
	let bytes = Buffer.alloc(0);
	for (;;) {
		const more = await said();
		if (more.length === 0) return undefined;
		bytes = Buffer.concat([bytes, more]);
		let message = Buffer.alloc(0);
		for (let i = 0; i + 5 <= bytes.length; i += 5 + bytes.readUInt16BE(i + 3))
			if (bytes[i] === HANDSHAKE)
				message = Buffer.concat([message, bytes.subarray(i + 5, i + 5 + bytes.readUInt16BE(i + 3))]);
		if (message.length >= 4 && message.length >= 4 + message.readUIntBE(1, 3)) return bytes;
	}
}
