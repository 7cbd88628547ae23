// Node's own https, in this process.

import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createSecureContext, type TLSSocket } from "node:tls";
import type { ServerKind } from "./server-kind.js";

export const node: ServerKind = {
	title: "Node",
	small: "setMaxSendFragment(512)",
	servesFiles: true,
	missing: () => undefined,
	async start({ shown, documents, small }) {
		const contexts = new Map(
			shown.map(({ host, certificates, key }) => [
				host,
				createSecureContext({ cert: readFileSync(certificates), key: readFileSync(key) }),
			]),
		);
		// No certificate by default: Node would keep it beside the one that is chosen, and OpenSSL might show it.
		const server = createServer({ SNICallback: (host, done) => done(null, contexts.get(host)) });
		server.on("request", ({ url }, response) => {
			const wanted = ["/index.html", "/ca-information"].find(path => path === url);
			if (wanted) response.end(readFileSync(join(documents, wanted)));
			else response.writeHead(404).end();
		});
		if (small) server.on("secureConnection", (socket: TLSSocket) => socket.setMaxSendFragment(512));
		await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
		const { port } = server.address() as AddressInfo;
		return {
			port: () => port,
			close: () =>
				new Promise(resolve => {
					server.close(() => resolve());
					server.closeAllConnections();
				}),
		};
	},
};
