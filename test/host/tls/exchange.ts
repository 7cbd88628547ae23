// One exchange of the firmware's TLS client with a server of another make: connect, authenticate, send, read to the end.

import { randomFillSync } from "node:crypto";
import { NodeTCP } from "../../../boards/node/tcp.js";
import type { TCPConstructor } from "../../../firmware/ports.js";
import { TLSSocket, type TLSSocketOptions } from "../../../firmware/tls/socket.js";
import { TransportError } from "../../../firmware/transport.js";
import { HANG_GUARD } from "../../eventually.js";

export interface Exchange {
	/** What the server said, as Latin-1. */
	text: string;
	/** Index of the anchor that authenticated the server; undefined if it was not authenticated. */
	anchor: number | undefined;
	/** How it ended; undefined: by close_notify. */
	error: (Error & { reason?: string }) | undefined;
	/** TCP payload, both ways. */
	sent: number;
	received: number;
	/** All that came from the server. */
	flight: Buffer;
}

export type ExchangeOptions = Pick<TLSSocketOptions, "port" | "host" | "anchors"> &
	Partial<TLSSocketOptions> & {
		/** What the client says when it may; default a GET. */
		request?: string;
		/** Ends the exchange early, when `text` is so far. */
		until?(text: string): boolean;
		deadline?: number; // ms
	};

export function exchange(options: ExchangeOptions): Promise<Exchange> {
	const {
		request = `GET / HTTP/1.1\r\nHost: ${options.host}\r\nConnection: close\r\n\r\n`,
		until,
		deadline = HANG_GUARD,
	} = options;
	return new Promise(resolve => {
		const result: Exchange = {
			text: "",
			anchor: undefined,
			error: undefined,
			sent: 0,
			received: 0,
			flight: Buffer.alloc(0),
		};
		let unsent = Buffer.from(request, "latin1");
		const finish = (error?: Error): void => {
			clearTimeout(timer);
			result.error = error;
			socket.close();
			resolve(result);
		};
		const timer = setTimeout(() => finish(new TransportError("time-out")), deadline);
		const socket = new TLSSocket({
			address: "127.0.0.1",
			random: bytes => void randomFillSync(bytes),
			timer: { set: setTimeout, clear: id => clearTimeout(id as NodeJS.Timeout) },
			...options,
			io: counting(options.io ?? NodeTCP, result),
			onAuthenticated(anchor) {
				result.anchor = anchor;
				options.onAuthenticated?.call(this, anchor);
			},
			onWritable(byteLength) {
				while (unsent.length > 0 && byteLength > 0) {
					const part = unsent.subarray(0, byteLength);
					unsent = unsent.subarray(part.length);
					byteLength = this.write(part);
				}
			},
			onReadable() {
				for (let bytes = this.read(); bytes; bytes = this.read()) result.text += Buffer.from(bytes).toString("latin1");
				if (until?.(result.text)) finish();
			},
			onError: finish,
		});
	});
}

function counting(io: TCPConstructor, count: Exchange): TCPConstructor {
	return class extends io {
		override read(byteLength?: number): ArrayBuffer | undefined {
			const bytes = super.read(byteLength);
			count.received += bytes?.byteLength ?? 0;
			if (bytes) count.flight = Buffer.concat([count.flight, Buffer.from(bytes)]);
			return bytes;
		}

		override write(bytes: Uint8Array): number {
			count.sent += bytes.length;
			return super.write(bytes);
		}
	};
}
