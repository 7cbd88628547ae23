// A session with a server, in two steps: `connect` gives it once it has proved itself, `get` asks it for one thing. What
// is decided in between (authenticator.ts, updater.ts) needs no socket: any `Network` will do.

import { getRequest, ResponseReader } from "./http.js";
import type { Address, Board, TCP, TimerID } from "./ports.js";
import { TLSSocket, type TLSSocketOptions } from "./tls/socket.js";
import { TransportError } from "./transport.js";
import type { HttpsURL, HttpURL } from "./url.js";
import type { TrustAnchor } from "./x509/path.js";

/** Where servers are found. Whatever a promise of it rejects with is a RefusedError, an UnavailableError, or our mistake. */
export interface Network {
	/** The server at `url`, which has proved itself by one of `anchors`, tried in this order. Nothing of HTTP was sent. */
	connect(url: HttpsURL, anchors: readonly TrustAnchor[]): Promise<AuthenticatedServer>;
	/** Whoever answers at an `http:` address: he has proved nothing. */
	connectPlain(url: HttpURL): Promise<Server>;
}

/** A connection that has been made. It is closed when `get` has settled, or by `close`. */
export interface Server {
	/** Sends the one request of this connection. May be called once. */
	get(request: GetRequest): Promise<Response>;
	close(): void;
}

export interface AuthenticatedServer extends Server {
	/** The index of the anchor by which its Finished was verified. */
	readonly anchor: number;
}

export interface GetRequest {
	userAgent: string;
	/** The longest body taken, of status 200; undefined: only the status is of interest. */
	bodyLimit?: number;
}

export interface Response {
	status: number;
	body: Uint8Array;
}

const MAXIMUM_ADDRESSES = 4; // of one name
const READ_LENGTH = 1024; // bytes taken out of a record at once

/** What a TLS connection asks of the server. */
export type TlsChoices = Pick<TLSSocketOptions, "fragmentLength" | "nameAuthorities" | "keyExchange">;

/** What becomes of a connection of the caller's own. */
export interface ConnectionEvents extends Pick<TLSSocketOptions, "onReadable" | "onWritable"> {
	/** Asked when its turn comes; false: the connection is not made any more. */
	isWanted?(): boolean;
	/** The connection has ended, after the server had proved itself; its parameter is that of TLSSocket's `onError`. */
	onError?: TLSSocketOptions["onError"];
}

/** Over a board's sockets. Each promise settles, whatever a socket or a resolver does: at the deadline at the latest. */
export class BoardNetwork implements Network {
	readonly #board: Board;
	readonly #deadline: number;
	readonly #tls: TlsChoices;

	/** `deadline`: ms, of a look-up, and of each connection from its beginning to its end. */
	constructor(board: Board, deadline: number, tls: TlsChoices = {}) {
		this.#board = board;
		this.#deadline = deadline;
		this.#tls = { ...tls, keyExchange: tls.keyExchange ?? board.keyExchange };
	}

	connect(url: HttpsURL, anchors: readonly TrustAnchor[]): Promise<AuthenticatedServer> {
		return this.#reach(url, address => this.#exchange(url).connect(address, anchors));
	}

	connectPlain(url: HttpURL): Promise<Server> {
		return this.#reach(url, address => this.#exchange(url).connect(address, undefined));
	}

	/**
	 * A connection of the caller's own: the deadline ends with the server's proof. `proved`: as TLSSocket's
	 * `onAuthenticated`. Rejects as `connect`.
	 */
	open(
		server: Pick<HttpURL, "host" | "port">,
		anchors: readonly TrustAnchor[],
		events: ConnectionEvents,
		proved: (anchor: number) => void,
	): Promise<TLSSocket> {
		return this.#reach(server, address => this.#openSocket(address, server.host, anchors, events, proved));
	}

	#openSocket(
		{ address, port }: Address,
		host: string,
		anchors: readonly TrustAnchor[],
		events: ConnectionEvents,
		proved: (anchor: number) => void,
	): Promise<TLSSocket> {
		const { TCP: io, random, timer, recordLimit } = this.#board;
		return new Promise((resolve, reject) => {
			let isProved = false;
			new TLSSocket({
				...{ io, address, port, host, anchors, random, timer, recordLimit },
				...this.#tls,
				deadline: this.#deadline,
				onReadable: events.onReadable,
				onWritable: events.onWritable,
				onAuthenticated(anchor) {
					proved(anchor);
					isProved = true;
					resolve(this);
				},
				onError(error) {
					if (isProved) events.onError?.call(this, error);
					else reject(error ?? new TransportError("connection lost"));
				},
			});
		});
	}

	#exchange(url: HttpURL): Exchange {
		return new Exchange(this.#board, url, this.#deadline, this.#tls);
	}

	/** The name's addresses in turn, until somebody answers. A server that was refused is an answer too. */
	async #reach<Connection>(
		server: Pick<HttpURL, "host" | "port">,
		connect: (address: Address) => Promise<Connection>,
	): Promise<Connection> {
		let failure = new TransportError("name not resolved");
		for (const address of (await this.#resolve(server)).slice(0, MAXIMUM_ADDRESSES)) {
			try {
				return await connect(address);
			} catch (error) {
				if (!(error instanceof TransportError)) throw error;
				if (failure.isUnreachable) failure = error;
			}
		}
		throw failure;
	}

	#resolve({ host, port }: Pick<HttpURL, "host" | "port">): Promise<readonly Address[]> {
		const { resolver, timer } = this.#board;
		return new Promise((resolve, reject) => {
			const fail = () => reject(new TransportError("name not resolved"));
			let deadline: TimerID | undefined = timer.set(() => {
				deadline = undefined;
				fail();
			}, this.#deadline);
			const answered = (settle: () => void) => {
				if (deadline !== undefined) timer.clear(deadline);
				deadline = undefined;
				settle();
			};
			try {
				resolver.resolve({
					host,
					port,
					onResolved: addresses => answered(() => resolve(addresses)),
					onError: () => answered(fail),
				});
			} catch {
				answered(fail);
			}
		});
	}
}

/** One connection to one address. */
class Exchange implements AuthenticatedServer {
	anchor = -1;
	readonly #board: Board;
	readonly #url: HttpURL;
	readonly #deadline: number; // ms
	readonly #tls: TlsChoices;
	#socket: TCP | TLSSocket | undefined;
	#timer: TimerID | undefined;
	/** Of the promise that was given last, until it settles. */
	#pending: { resolve(value: unknown): void; reject(error: unknown): void } | undefined;
	#isConnected = false;
	#isOver = false;
	#failure: unknown; // why it is over
	#request: Uint8Array = new Uint8Array(0); // what is still to be sent of it
	#writable = 0; // bytes
	#reader: ResponseReader | undefined;

	constructor(board: Board, url: HttpURL, deadline: number, tls: TlsChoices) {
		this.#board = board;
		this.#url = url;
		this.#deadline = deadline;
		this.#tls = tls;
	}

	/** `anchors` undefined: plain TCP. */
	connect(address: Address, anchors: readonly TrustAnchor[] | undefined): Promise<Exchange> {
		return this.#promise(() => {
			this.#timer = this.#board.timer.set(() => {
				this.#timer = undefined;
				this.#end(new TransportError(this.#isConnected ? "time-out" : "connect time-out"));
			}, this.#deadline);
			this.#open(address, anchors);
		});
	}

	get({ userAgent, bodyLimit }: GetRequest): Promise<Response> {
		return this.#promise(() => {
			this.#reader = new ResponseReader(bodyLimit);
			this.#request = getRequest(this.#url, userAgent);
			this.#send();
			this.#receive(); // what the server sent before it was asked is read as an answer
		});
	}

	close(): void {
		this.#end(new TransportError("connection lost"));
	}

	#open({ address, port }: Address, anchors: readonly TrustAnchor[] | undefined): void {
		const { TCP: io, random, timer, recordLimit } = this.#board;
		const common = {
			address,
			port,
			onReadable: () => this.#attempt(() => this.#receive()),
			onWritable: (byteLength: number) =>
				this.#attempt(() => {
					this.#isConnected = true;
					if (!anchors) this.#resolve(this);
					this.#writable = byteLength;
					this.#send();
				}),
		};
		if (!anchors) {
			this.#socket = new io({ ...common, onError: () => this.#attempt(() => this.#closed()) });
			return;
		}
		this.#socket = new TLSSocket({
			...common,
			io,
			host: this.#url.host,
			anchors,
			random,
			timer,
			deadline: this.#deadline,
			recordLimit,
			...this.#tls,
			onConnected: () => {
				this.#isConnected = true;
			},
			onAuthenticated: anchor => {
				this.anchor = anchor;
				this.#resolve(this);
			},
			onError: error => this.#attempt(() => (error ? this.#end(error) : this.#closed())),
		});
	}

	#send(): void {
		while (this.#request.length > 0 && this.#writable > 0) {
			const part = this.#request.subarray(0, this.#writable);
			this.#request = this.#request.subarray(part.length);
			this.#writable = this.#socket!.write(part);
		}
	}

	#receive(): void {
		const reader = this.#reader;
		if (!reader) return;
		for (let part = this.#socket!.read(READ_LENGTH); part && !reader.complete; part = this.#socket!.read(READ_LENGTH))
			reader.read(new Uint8Array(part));
		if (reader.complete) this.#end();
	}

	/** The server has closed in order, or TCP has ended. */
	#closed(): void {
		this.#reader?.end();
		if (this.#reader?.complete) this.#end();
		else this.#end(new TransportError(this.#isConnected ? "connection lost" : "connection refused"));
	}

	#promise<Result>(begin: () => void): Promise<Result> {
		return new Promise((resolve, reject) => {
			if (this.#isOver) return reject(this.#failure);
			this.#pending = { resolve: resolve as (value: unknown) => void, reject };
			this.#attempt(begin);
		});
	}

	#resolve(value: unknown): void {
		this.#pending?.resolve(value);
		this.#pending = undefined;
	}

	#attempt(step: () => void): void {
		if (this.#isOver) return; // an SDK's callback may come after close()
		try {
			step();
		} catch (error) {
			this.#end(error);
		}
	}

	/** Without `failure`: the response is complete. */
	#end(failure?: unknown): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#failure = failure;
		if (this.#timer !== undefined) this.#board.timer.clear(this.#timer);
		this.#timer = undefined;
		try {
			this.#socket?.close();
		} catch {
			// the session has ended, for whatever reason
		}
		const { status, body } = this.#reader ?? {};
		if (failure === undefined) this.#resolve({ status, body });
		else this.#pending?.reject(failure);
		this.#pending = undefined;
		this.#socket = undefined; // whoever looks at the response needs the memory
		this.#reader = undefined;
	}
}
