// An authenticated connection as the Moddable SDK's clients (HTTP, MQTT, WebSocket) want their socket: they construct it
// with a host, read single bytes while they parse (`format` "number") or into a buffer of theirs, and hear of an end
// without its cause, which `onEnded` tells to whoever asked.

import type { ConnectionEvents } from "./session.js";
import type { TLSSocket } from "./tls/socket.js";

/** What a client's options are given: `{ ...baton.client, host, port }`. */
export interface ClientOptions {
	dns: { io: typeof NameTaken };
	socket: { io: typeof ClientSocket; baton: Connector; onEnded?: ClientSocketOptions["onEnded"] };
}

/** Baton's connections. */
export interface Connector {
	connect(host: string, port: number, events: ConnectionEvents): Promise<TLSSocket>;
}

/** The client's option `socket`, and what the client adds to it. */
export interface ClientSocketOptions {
	baton: Connector;
	host: string;
	port: number;
	onReadable?(byteLength: number): void;
	onWritable?(byteLength: number): void;
	onError?(): void;
	/** Before `onError`. Undefined: the server closed the connection in order. */
	onEnded?(error: Error | undefined): void;
}

/** Takes a name for its address: the connection looks it up when its turn comes. */
export class NameTaken {
	resolve({ host, onResolved }: { host: string; onResolved(host: string, address: string): void }): void {
		onResolved(host, host);
	}
}

type Bytes = ArrayBuffer | Uint8Array;

export class ClientSocket {
	/** What `read` gives: an ArrayBuffer, or one byte. */
	format: "buffer" | "number" = "buffer";
	readonly #options: ClientSocketOptions;
	#socket: TLSSocket | undefined;
	#isOpen = true;

	/** What a callback throws ends the connection, and comes back by `onEnded`. */
	constructor(options: ClientSocketOptions) {
		this.#options = options;
		const { baton, host, port } = options;
		const attempt = (socket: TLSSocket, callback: () => void) => {
			if (!this.#isOpen) return socket.close();
			this.#socket = socket;
			try {
				callback();
			} catch (error) {
				this.#end(error as Error);
			}
		};
		const events: ConnectionEvents = {
			isWanted: () => this.#isOpen,
			onReadable(byteLength) {
				attempt(this, () => options.onReadable?.(byteLength));
			},
			onWritable(byteLength) {
				attempt(this, () => options.onWritable?.(byteLength));
			},
			onError: error => this.#end(error),
		};
		baton.connect(host, port, events).then(
			socket => attempt(socket, () => {}),
			error => this.#end(error),
		);
	}

	/** At most so many bytes (default: all at hand), into a buffer that is given, or one byte; undefined: there are none. */
	read(wanted?: number | Bytes): ArrayBuffer | number | undefined {
		if (this.format === "number") {
			const byte = this.#socket?.read(1);
			return byte && new Uint8Array(byte)[0];
		}
		if (wanted === undefined || typeof wanted === "number") return this.#socket?.read(wanted);
		const into = view(wanted);
		const bytes = this.#socket?.read(into.length);
		if (bytes) into.set(new Uint8Array(bytes));
		return bytes?.byteLength;
	}

	/** As TLSSocket's. */
	write(bytes: Bytes, options?: { more?: boolean }): number {
		if (!this.#socket) throw new Error("closed");
		return this.#socket.write(view(bytes), options);
	}

	close(): void {
		this.#isOpen = false;
		this.#socket?.close();
		this.#socket = undefined;
	}

	#end(error: Error | undefined): void {
		if (!this.#isOpen) return;
		this.close();
		const { onEnded, onError } = this.#options;
		onEnded?.(error);
		onError?.();
	}
}

function view(bytes: Bytes): Uint8Array {
	return bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
}
