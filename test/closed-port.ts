// A port of this machine on which nothing listens, and on which nothing can begin to, as long as this process lives: it
// is one end of a connection of its own. A port that was free a moment ago is soon another process's.

import { type AddressInfo, connect, createServer } from "node:net";

export async function closedPort(): Promise<number> {
	const server = createServer(socket => socket.unref());
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	const held = connect((server.address() as AddressInfo).port, "127.0.0.1").unref();
	await new Promise(resolve => held.once("connect", resolve));
	server.unref();
	return held.localPort!;
}
