// Reads what was appended to a log since it was last asked: a page that asks twice a second reads a million lines once. A
// log that was moved away is read to its end, then the one in its place from its beginning. One that is compressed
// (RFC 1952) is read whole, once.

import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { OperatorError } from "./operator-error.js";

/** Between two pieces others have their turn: servers in the same process answer. */
const PIECE = 1 << 18; // bytes
const GZIP = 0x1f8b;

interface OpenLog {
	handle: FileHandle;
	inode: bigint;
	/** What is before it was read. */
	at: number;
	/** No whole line yet. */
	rest: Buffer;
}

export class LogFollower {
	readonly #file: string;
	/** Lines without it are not looked at. */
	readonly #mark: Buffer;
	readonly #longest: number; // bytes
	readonly #onLine: (line: string) => void;
	#log: OpenLog | undefined;
	#compressed = "";

	constructor(file: string, options: { mark: string; longest: number; onLine(line: string): void }) {
		this.#file = file;
		this.#mark = Buffer.from(options.mark, "latin1");
		this.#longest = options.longest;
		this.#onLine = options.onLine;
	}

	/** Rejects with OperatorError if there is no such log. */
	async read(): Promise<void> {
		try {
			const { ino, size, mtimeNs } = await stat(this.#file, { bigint: true });
			if (this.#compressed !== "") {
				const stamp = `${ino} ${size} ${mtimeNs}`;
				if (stamp === this.#compressed) return;
				this.#compressed = "";
			}
			if (this.#log && (this.#log.inode !== ino || Number(size) < this.#log.at)) {
				await this.#readOn(this.#log);
				await this.close();
			}
			if (!this.#log) {
				const handle = await open(this.#file, "r");
				this.#log = { handle, inode: ino, at: 0, rest: Buffer.alloc(0) };
				const start = Buffer.alloc(2);
				await handle.read(start, 0, 2, 0);
				if (start.readUInt16BE() === GZIP) {
					await this.close();
					await this.#readCompressed();
					this.#compressed = `${ino} ${size} ${mtimeNs}`;
					return;
				}
			}
			await this.#readOn(this.#log);
		} catch (error) {
			const { code, message } = error as NodeJS.ErrnoException;
			throw new OperatorError(`${this.#file}: ${code === "ENOENT" ? "no such file" : message}`);
		}
	}

	async close(): Promise<void> {
		const log = this.#log;
		this.#log = undefined;
		await log?.handle.close();
	}

	async #readOn(log: OpenLog): Promise<void> {
		const piece = Buffer.alloc(PIECE);
		for (;;) {
			const { bytesRead } = await log.handle.read(piece, 0, PIECE, log.at);
			if (bytesRead === 0) return;
			log.at += bytesRead;
			log.rest = this.#takeLines(Buffer.concat([log.rest, piece.subarray(0, bytesRead)]));
		}
	}

	async #readCompressed(): Promise<void> {
		let rest: Buffer = Buffer.alloc(0);
		const text = createGunzip();
		const bytes = createReadStream(this.#file);
		bytes.on("error", error => text.destroy(error)).pipe(text);
		for await (const piece of text) rest = this.#takeLines(Buffer.concat([rest, piece]));
	}

	/** Gives what is no whole line yet; of one that is longer than a line may be, no more than that. */
	#takeLines(bytes: Buffer): Buffer {
		const end = bytes.lastIndexOf(10);
		for (let at = bytes.indexOf(this.#mark); at >= 0 && at < end; ) {
			const from = bytes.lastIndexOf(10, at) + 1;
			const to = bytes.indexOf(10, at);
			if (to - from <= this.#longest) this.#onLine(bytes.toString("latin1", from, to).trimEnd());
			at = bytes.indexOf(this.#mark, to);
		}
		// Its copy: the piece is read into again.
		return Buffer.from(bytes.subarray(Math.max(end + 1, bytes.length - this.#longest - 1)));
	}
}
