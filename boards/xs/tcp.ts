// `embedded:io/socket/tcp` on the natives.

import type { TCP, TCPOptions } from "../../firmware/ports.js";
import { TCP_ERROR, TCP_READABLE, TCP_WRITABLE, tcpClose, tcpOpen, tcpRead, tcpWrite } from "./natives.js";

export class NativeTCP implements TCP {
	#handle: number | undefined;

	/** Throws if `address` or `port` is malformed, or no socket is free. */
	constructor(options: TCPOptions) {
		const { onReadable, onWritable, onError } = options;
		this.#handle = tcpOpen(options.address, options.port, (kind, count) => {
			if (this.#handle === undefined) return;
			if (kind === TCP_READABLE) onReadable?.call(this, count);
			else if (kind === TCP_WRITABLE) onWritable?.call(this, count);
			else if (kind === TCP_ERROR) onError?.call(this);
		});
	}

	read(byteLength?: number): ArrayBuffer | undefined {
		if (this.#handle === undefined) return undefined;
		return tcpRead(this.#handle, byteLength ?? Infinity);
	}

	write(bytes: Uint8Array): number {
		if (this.#handle === undefined) throw new Error("the socket is closed");
		return tcpWrite(this.#handle, bytes);
	}

	close(): void {
		if (this.#handle === undefined) return;
		tcpClose(this.#handle);
		this.#handle = undefined;
	}
}
