// The network of a world in the place of sockets: the peer is the world's endpoint, the certificates are real, and the
// firmware's path validation judges them. What is left out is what proves that the peer holds its key (TLS), and the bytes
// on the wire (TLS records, HTTP): test/host and test/firmware/tls have those.

import type { Timer } from "../../firmware/ports.js";
import type { AuthenticatedServer, Network } from "../../firmware/session.js";
import { TransportError } from "../../firmware/transport.js";
import type { HttpURL } from "../../firmware/url.js";
import { type TrustAnchor, verifyPath } from "../../firmware/x509/path.js";
import type { Endpoint } from "./world.js";

const CONNECT_TICKS = 1_000, // ms: the power may fail in it
	GET_TICKS = 500;

export class WorldNetwork implements Network {
	readonly #timer: Timer;
	readonly #find: (host: string) => Endpoint | undefined;

	constructor(timer: Timer, find: (host: string) => Endpoint | undefined) {
		this.#timer = timer;
		this.#find = find;
	}

	connect({ host }: HttpURL, anchors: readonly TrustAnchor[]): Promise<AuthenticatedServer> {
		return this.#after(CONNECT_TICKS, () => {
			const endpoint = this.#find(host);
			if (!endpoint) throw new TransportError("connection refused");
			const { anchor } = verifyPath(endpoint.chain, host, anchors);
			return { anchor, get: () => this.#after(GET_TICKS, () => endpoint.respond()), close() {} };
		});
	}

	/** A world has no `http:` mirrors. */
	async connectPlain(): Promise<never> {
		throw new TransportError("name not resolved");
	}

	#after<Result>(milliseconds: number, step: () => Result): Promise<Result> {
		return new Promise((resolve, reject) => {
			this.#timer.set(() => {
				try {
					resolve(step());
				} catch (error) {
					reject(error);
				}
			}, milliseconds);
		});
	}
}
