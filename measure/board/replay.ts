// TCP connections whose other end is a recording.

import { timerClear, timerSet } from "../../boards/xs/natives.js";
import type { Resolver, TCP, TCPConstructor, TCPOptions } from "../../firmware/ports.js";
import { type Connection, fromHex } from "./recording.js";

/** A recorded connection whose bytes are ready. */
export interface Replayed {
	host: string;
	said: { after: number; bytes: Uint8Array }[];
}

export function prepare({ host, said }: Connection): Replayed {
	return { host, said: said.map(({ after, hex }) => ({ after, bytes: fromHex(hex.join("")) })) };
}

const SEGMENT_BYTES = 1440,
	WINDOW_BYTES = 5760; // as lwIP has them on the board

/** `connections`: in the order in which they are opened; `delay`: ms between a server's segments. */
export function replay(
	connections: Replayed[],
	delay: number,
): { TCP: TCPConstructor; resolver: Resolver; done(): boolean } {
	let opened = 0;

	class RecordedTCP implements TCP {
		readonly #options: TCPOptions;
		/** In the device's flash: read, never changed, or the collector would write there. */
		readonly #said: readonly { after: number; bytes: Uint8Array }[];
		#at = 0; // of what is said, and of its bytes
		#offset = 0;
		#written = 0;
		#buffered: Uint8Array[] = [];
		#closed = false;
		#next: number; // timer

		constructor(options: TCPOptions) {
			this.#options = options;
			const connection = connections[opened++];
			if (!connection) throw new Error("a connection that was not recorded");
			this.#said = connection.said;
			this.#next = timerSet(() => {
				options.onWritable?.call(this, WINDOW_BYTES);
				this.go();
			}, 0);
		}

		read(byteLength = Infinity): ArrayBuffer | undefined {
			const first = this.#buffered[0];
			if (!first) return undefined;
			const part = first.subarray(0, Math.min(byteLength, first.length));
			if (part.length === first.length) this.#buffered.shift();
			else this.#buffered[0] = first.subarray(part.length);
			return part.slice().buffer;
		}

		write(bytes: Uint8Array): number {
			this.#written += bytes.length;
			return WINDOW_BYTES;
		}

		close(): void {
			this.#closed = true;
			timerClear(this.#next); // it would keep all of this in memory
		}

		/**
		 * Says what is due, a segment at a time; at the end, that the server has closed. Not private: XS lets a private
		 * method that is in memory, and not in flash as the firmware's are, keep the last object that got it.
		 */
		go(): void {
			if (this.#closed) return;
			const next = this.#said[this.#at];
			if (next && next.after <= this.#written) {
				const segment = next.bytes.subarray(this.#offset, this.#offset + SEGMENT_BYTES);
				this.#offset += segment.length;
				if (this.#offset === next.bytes.length) {
					this.#at++;
					this.#offset = 0;
				}
				this.#buffered.push(segment);
				this.#options.onReadable?.call(
					this,
					this.#buffered.reduce((sum, { length }) => sum + length, 0),
				);
			} else if (!next && this.#buffered.length === 0) {
				this.#options.onError?.call(this);
				return;
			} else if (next && ++this.#idle > IDLE_LIMIT) {
				throw new Error(`the device has sent ${this.#written} bytes, not ${next.after}`);
			}
			if (!this.#closed) this.#next = timerSet(() => this.go(), delay);
		}
		#idle = 0;
	}

	return {
		TCP: RecordedTCP,
		resolver: {
			resolve({ host, port, onResolved, onError }) {
				const isKnown = connections[opened]?.host === host;
				timerSet(() => (isKnown ? onResolved([{ address: "127.0.0.1", port }]) : onError()), 0);
			},
		},
		done: () => opened === connections.length,
	};
}

const IDLE_LIMIT = 1000; // turns without a byte from the device
