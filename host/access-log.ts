// Our servers' access log, in the combined format that `baton status` reads and every log tool knows. If the disk is full,
// log lines are lost and answers go on.

import { createWriteStream, type WriteStream } from "node:fs";
import { accessLine } from "./adoption.js";
import type { Access } from "./https-endpoint.js";

const MOST_QUEUED = 1 << 20; // bytes that may wait for the disk

export class AccessLog {
	readonly #file: string;
	readonly #complain: (text: string) => void;
	#stream: WriteStream;
	#failed = false;

	/** `complain` hears once that lines are lost. */
	constructor(file: string, complain: (text: string) => void) {
		this.#file = file;
		this.#complain = complain;
		this.#stream = this.#open();
	}

	/** Goes on in a new file, if somebody has moved this one away. */
	reopen(): void {
		this.#stream.end();
		this.#failed = false;
		this.#stream = this.#open();
	}

	#open(): WriteStream {
		const stream = createWriteStream(this.#file, { flags: "a", mode: 0o644 });
		stream.on("error", error => {
			if (stream !== this.#stream) return;
			if (!this.#failed) this.#complain(`access log: ${error.message}; answers go on, lines are lost`);
			this.#failed = true;
		});
		return stream;
	}

	write({ what, peer, method, path, status, userAgent }: Access): void {
		if (what !== "request" || this.#stream.writableLength > MOST_QUEUED || this.#stream.destroyed) return;
		const line = accessLine(
			{
				address: peer.replace(/:\d+$/, "").replace(/^::ffff:(?=\d+\.)/i, ""), // of a socket for both: as others write it
				method: method ?? "-",
				path: path ?? "-",
				status: status ?? 0,
				bytes: 0,
				userAgent: userAgent ?? "-",
			},
			new Date(),
		);
		this.#stream.write(`${line}\n`);
	}

	close(): Promise<void> {
		return new Promise(resolve => {
			if (this.#failed) return resolve();
			this.#stream.end(() => resolve());
		});
	}
}
