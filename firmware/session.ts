// One session with a server: find it, connect, authenticate it, one GET, one deadline over all of it.

import { getRequest, ResponseReader } from "./http.js";
import type { Board, TimerID } from "./ports.js";
import { TLSSocket } from "./tls/socket.js";
import { TransportError } from "./transport.js";
import type { HttpsURL } from "./url.js";
import type { TrustAnchor } from "./x509/path.js";

const READ_LENGTH = 1024; // bytes taken out of a record at once

export interface SessionRequest {
	url: HttpsURL;
	/** By which the server may prove itself, tried in this order. */
	anchors: readonly TrustAnchor[];
	userAgent: string;
	/** Milliseconds for the whole session. */
	deadline: number;
	/** The longest body taken, of status 200; undefined: only the status is of interest. */
	bodyLimit?: number;
	/**
	 * Called once, when the server has proved itself (its Finished was verified), before any byte of HTTP passes;
	 * `anchor` is an index. What it throws ends the session.
	 */
	onAuthenticated(anchor: number): void;
}

export interface SessionResponse {
	status: number;
	body: Uint8Array;
}

/**
 * Rejects with CertificateError, AlertError or DecodeError for what the server sent, and with TransportError for what
 * could not be got. Whatever happens, the connection is closed and the timer gone when the promise settles.
 */
export function get(board: Board, request: SessionRequest): Promise<SessionResponse> {
	return new Promise((resolve, reject) => {
		const { url } = request;
		const reader = new ResponseReader(request.bodyLimit);
		let socket: TLSSocket | undefined;
		let connected = false,
			settled = false;
		let timer: TimerID | undefined = board.timer.set(
			() => settle(new TransportError(connected ? "time-out" : "connect time-out")),
			request.deadline,
		);

		function settle(error?: unknown): void {
			if (settled) return;
			settled = true;
			if (timer !== undefined) board.timer.clear(timer);
			timer = undefined;
			socket?.close();
			if (error === undefined) resolve({ status: reader.status, body: reader.body });
			else reject(error);
		}

		function attempt(step: () => void): void {
			if (settled) return; // an SDK's callback may come after close()
			try {
				step();
			} catch (error) {
				settle(error);
			}
		}

		function connect(address: string, port: number): void {
			const bytes = getRequest(url, request.userAgent);
			let sent = 0;
			socket = new TLSSocket({
				io: board.TCP,
				address,
				port,
				host: url.host,
				anchors: request.anchors,
				random: board.random,
				timer: board.timer,
				deadline: request.deadline,
				recordLimit: board.recordLimit,
				onConnected: () => {
					connected = true;
				},
				onAuthenticated: anchor => request.onAuthenticated(anchor),
				onWritable: byteLength =>
					attempt(() => {
						while (sent < bytes.length && byteLength > 0) {
							const part = bytes.subarray(sent, sent + byteLength);
							sent += part.length;
							byteLength = socket!.write(part);
						}
					}),
				onReadable: () =>
					attempt(() => {
						for (let part = socket!.read(READ_LENGTH); part && !reader.complete; part = socket!.read(READ_LENGTH))
							reader.read(new Uint8Array(part));
						if (reader.complete) settle();
					}),
				onError: error =>
					attempt(() => {
						if (!error) reader.end();
						settle(error ?? (reader.complete ? undefined : new TransportError("connection lost")));
					}),
			});
		}

		board.resolver.resolve({
			host: url.host,
			port: url.port,
			onResolved: (address, port) => attempt(() => connect(address, port)),
			onError: () => settle(new TransportError("name not resolved")),
		});
	});
}
