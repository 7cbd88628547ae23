// Between a device and a server: to a port, or to a UNIX socket, which leads into a network namespace; and what the
// server says perhaps in small pieces.

import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";

export interface Relay {
	port: number;
	close(): Promise<void>;
}

type Place = { host: string; port: number } | { path: string };

/** `piece`: bytes of the server's that are passed on at once; undefined: as they come. */
export async function startRelay(from: Place, to: Place, piece?: number): Promise<Relay> {
	const sockets = new Set<Socket>();
	const server = createServer({ noDelay: true }, client => {
		const upstream = createConnection(to);
		for (const [one, other] of [
			[client, upstream],
			[upstream, client],
		]) {
			sockets.add(one);
			one.on("error", () => other.destroy());
			one.on("close", () => {
				sockets.delete(one);
				other.end();
			});
		}
		client.pipe(upstream);
		if (piece === undefined) upstream.pipe(client);
		else
			upstream.on("data", (bytes: Buffer) => {
				for (let i = 0; i < bytes.length; i += piece) client.write(bytes.subarray(i, i + piece));
			});
	});
	await new Promise<void>((resolve, reject) => server.once("error", reject).listen(from, resolve));
	return {
		port: (server.address() as AddressInfo).port,
		async close() {
			for (const socket of sockets) socket.destroy();
			await new Promise(resolve => server.close(resolve));
		},
	};
}
