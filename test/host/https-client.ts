// One GET by Node's own https client, which checks names, signatures and dates as any client would: for tests of our
// servers, with a world of `thisCentury`.

import { type RequestOptions, request } from "node:https";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { certificatePem } from "../../host/certificate-authority.js";

export interface Reply {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	body: Buffer;
	protocol: string | null;
	alpn: string | null | false;
}

/** Connects to 127.0.0.1:`port` for `host`, trusts `anchor` (DER) alone. */
export function get(port: number, host: string, anchor: Uint8Array, options: RequestOptions = {}): Promise<Reply> {
	return new Promise((resolve, reject) => {
		const settings: RequestOptions & Pick<ConnectionOptions, "ALPNProtocols"> = {
			host: "127.0.0.1",
			port,
			servername: host,
			path: "/",
			agent: false,
			ca: certificatePem(anchor),
			ALPNProtocols: ["http/1.1"],
			...options,
			headers: { Host: host, ...(options.headers as object) },
		};
		const sent = request(settings, response => {
			const socket = response.socket as TLSSocket;
			const protocol = socket.getProtocol(),
				alpn = socket.alpnProtocol;
			const pieces: Buffer[] = [];
			response.on("data", piece => pieces.push(piece));
			response.on("error", reject);
			response.on("end", () =>
				resolve({
					status: response.statusCode!,
					headers: response.headers,
					body: Buffer.concat(pieces),
					protocol,
					alpn,
				}),
			);
		});
		sent.on("error", reject);
		sent.end();
	});
}
