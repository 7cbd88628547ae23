// A TLS 1.3 socket as the SDK's HTTP client wants it (`embedded:network/http/client`, option `socket`): the client
// constructs it, reads header lines byte by byte (`format` "number"), and hears of an end without its cause, which
// `onEnded` tells to whoever made the client.

import { TLSSocket } from "baton/tls/socket";
import type { TLSSocketOptions } from "../../firmware/tls/socket.js";
import { ModdableTCP } from "./tcp.js";

/** What the client passes on from its `socket` option, and what it adds: address, port, host, callbacks. */
export interface HTTPSocketOptions extends Omit<TLSSocketOptions, "io" | "onReadable" | "onWritable" | "onError"> {
	onReadable?(byteLength: number): void;
	onWritable?(byteLength: number): void;
	onError?(): void;
	/** Before `onError`. Undefined: the server closed the connection in order. */
	onEnded?(error: Error | undefined): void;
}

export class HTTPSocket {
	/** What `read` gives: an ArrayBuffer, or one byte. */
	format: "buffer" | "number" = "buffer";
	readonly #socket: TLSSocket;

	constructor(options: HTTPSocketOptions) {
		const { onReadable, onWritable, onError, onEnded } = options;
		this.#socket = new TLSSocket({
			...options,
			io: ModdableTCP,
			onReadable: byteLength => onReadable?.(byteLength),
			onWritable: byteLength => onWritable?.(byteLength),
			onError: error => {
				onEnded?.(error);
				onError?.();
			},
		});
	}

	read(byteLength?: number): ArrayBuffer | number | undefined {
		if (this.format === "buffer") return this.#socket.read(byteLength);
		const byte = this.#socket.read(1);
		return byte && new Uint8Array(byte)[0];
	}

	write(bytes: ArrayBuffer | Uint8Array, options?: { more?: boolean }): number {
		return this.#socket.write(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes, options);
	}

	close(): void {
		this.#socket.close();
	}
}
