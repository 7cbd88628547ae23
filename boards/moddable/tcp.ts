// `embedded:io/socket/tcp` as firmware/ports.ts promises it: callbacks that come after `close()` are dropped, `read`
// takes what there is, and a socket that could not be made, or that failed under a write, says so by `onError`.

import SDKTCP from "embedded:io/socket/tcp";
import Timer from "timer";
import type { TCP, TCPOptions } from "../../firmware/ports.js";
import { guarded } from "./guard.js";

export class ModdableTCP implements TCP {
	#socket: SDKTCP | undefined;
	#isOpen = true;
	#readable = 0; // bytes
	#writable = 0;

	constructor({ address, port, onReadable, onWritable, onError }: TCPOptions) {
		const attempt = (callback: () => void) =>
			guarded(() => {
				if (this.#isOpen) callback();
			});
		try {
			this.#socket = new SDKTCP({
				address,
				port,
				nodelay: true,
				onReadable: byteLength =>
					attempt(() => {
						this.#readable = byteLength;
						onReadable?.call(this, byteLength);
					}),
				onWritable: byteLength =>
					attempt(() => {
						this.#writable = byteLength;
						onWritable?.call(this, byteLength);
					}),
				onError: () => attempt(() => onError?.call(this)),
			});
		} catch {
			// No route, as while the network is down, or no socket is free.
			Timer.set(() => attempt(() => onError?.call(this)), 0);
		}
	}

	read(byteLength = Infinity): ArrayBuffer | undefined {
		const taken = Math.min(byteLength, this.#readable); // the SDK's throws for 0 and for more than there is
		if (!this.#socket || taken <= 0) return undefined;
		this.#readable -= taken;
		return this.#socket.read(taken) as ArrayBuffer;
	}

	write(bytes: Uint8Array): number {
		if (!this.#socket) throw new Error("the socket is closed");
		if (bytes.length > this.#writable)
			throw new RangeError(`expected at most ${this.#writable} bytes, got ${bytes.length}`);
		let taken: unknown;
		try {
			taken = this.#socket.write(bytes); // a number, whatever its declaration says
		} catch {
			// It has failed: `onError` follows.
		}
		return (this.#writable = typeof taken === "number" ? taken : 0);
	}

	close(): void {
		this.#isOpen = false;
		this.#socket?.close();
		this.#socket = undefined;
	}
}
