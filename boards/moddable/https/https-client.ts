// The SDK's HTTP client (`embedded:network/http/client`) over connections that Baton has authenticated. It adds what that
// client leaves to its user: a deadline for each request, the cause of a failure, and the end of a body that ends with
// its connection (RFC 9112 §6.3, rule 8), which the client takes for an error.

import HTTPClient, { type HTTPRequest, type RequestOptions } from "embedded:network/http/client";
import { ClientSocket, NameTaken } from "baton/client-socket";
import { TransportError } from "baton/transport";
import type { Connector } from "../../../firmware/client-socket.js";
import type { Timer, TimerID } from "../../../firmware/ports.js";

export interface HTTPSClientOptions {
	baton: Connector;
	timer: Timer;
	host: string;
	port?: number; // default 443
	/** Of each request, from `request` to its `onDone`. Milliseconds; default 60 s. */
	deadline?: number;
}

/** As the SDK's: `onDone` is given null, or why there is no whole response. */
export interface HTTPSRequestOptions extends RequestOptions {
	/** Names of the headers that `onHeaders` is given, in lower case; absent: all. */
	headersMask?: string[];
}

/** What tells how long a body is. */
const FRAMING = Object.freeze(["content-length", "transfer-encoding"]);

export class HTTPSClient extends HTTPClient {
	readonly #timer: Timer;
	readonly #deadline: number;
	readonly #alarms = new Set<TimerID>();
	#end?: { error: Error | undefined };

	constructor({ baton, timer, host, port = 443, deadline = 60_000 }: HTTPSClientOptions) {
		super({
			host,
			port,
			dns: { io: NameTaken },
			socket: {
				io: ClientSocket,
				baton,
				onEnded: (error: Error | undefined) => {
					this.#end = { error };
				},
			},
		});
		this.#timer = timer;
		this.#deadline = deadline;
	}

	override request(options: HTTPSRequestOptions): HTTPRequest {
		const { headersMask } = options;
		let endsWithConnection = false;
		const alarm = this.#timer.set(() => {
			this.close();
			options.onDone?.call(request, new TransportError("time-out"));
		}, this.#deadline);
		this.#alarms.add(alarm);
		const request = super.request({
			...options,
			...(headersMask && { headersMask: [...headersMask, ...FRAMING] }),
			onHeaders(...[status, headers, ...more]: Parameters<NonNullable<RequestOptions["onHeaders"]>>) {
				endsWithConnection = !FRAMING.some(name => headers.has(name));
				options.onHeaders?.call(this, status, headers, ...more);
			},
			onDone: error => {
				this.#forget(alarm);
				const isWhole = !error || (endsWithConnection && this.#end && !this.#end.error);
				const cause = this.#end?.error ?? new TransportError("connection lost");
				options.onDone?.call(request, isWhole ? null : cause);
			},
		});
		return request;
	}

	/** No callback comes after it. */
	override close(): void {
		for (const alarm of this.#alarms) this.#timer.clear(alarm);
		this.#alarms.clear();
		super.close();
	}

	#forget(alarm: TimerID): void {
		this.#timer.clear(alarm);
		this.#alarms.delete(alarm);
	}
}
