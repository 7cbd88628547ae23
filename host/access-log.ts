// Our servers' access log, in the combined format that `baton status` reads and every log tool knows. A full disk costs
// log lines, never an answer.

import { createWriteStream, type WriteStream } from "node:fs";
import { accessLine } from "./adoption.js";
import type { Access } from "./https-endpoint.js";

const MOST_QUEUED = 1 << 20; // bytes that may wait for the disk

export class AccessLog {
	readonly #stream: WriteStream;
	#failed = false;

	/** `complain` hears once that lines are lost, and once that they are written again. */
	constructor(file: string, complain: (text: string) => void) {
		this.#stream = createWriteStream(file, { flags: "a", mode: 0o644 });
		this.#stream.on("error", error => {
			if (!this.#failed) complain(`access log: ${error.message}; answers go on, lines are lost`);
			this.#failed = true;
		});
	}

	write({ what, peer, method, path, status, userAgent }: Access): void {
		if (what !== "request" || this.#stream.writableLength > MOST_QUEUED || this.#stream.destroyed) return;
		const line = accessLine(
			{
				address: peer.replace(/:\d+$/, ""),
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
