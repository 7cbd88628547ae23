// Stands for firmware/session.ts in the soak, with the same face: the peer is the world's endpoint, the certificates are
// real, and the firmware's path validation judges them. What is left out is what proves that the peer holds its key
// (TLS), and the bytes on the wire (TLS records, HTTP): test/host and test/firmware/tls have those.

import type { Board } from "../../firmware/ports.js";
import type { SessionRequest, SessionResponse } from "../../firmware/session.js";
import { TransportError } from "../../firmware/transport.js";
import { verifyPath } from "../../firmware/x509/path.js";
import type { Endpoint } from "./world.js";

export interface SoakBoard extends Board {
	find(host: string): Endpoint | undefined;
}

const SESSION_TICKS = 1_500; // ms: the power may fail in it

export function get(board: Board, request: SessionRequest): Promise<SessionResponse> {
	return new Promise((resolve, reject) => {
		board.timer.set(() => {
			const endpoint = (board as SoakBoard).find(request.url.host);
			if (!endpoint) return reject(new TransportError("connection refused"));
			try {
				request.onAuthenticated(verifyPath(endpoint.chain, request.url.host, request.anchors).anchor);
				const { status, body } = endpoint.respond();
				resolve({ status, body: request.bodyLimit === undefined ? new Uint8Array(0) : body });
			} catch (error) {
				reject(error);
			}
		}, SESSION_TICKS);
	});
}
