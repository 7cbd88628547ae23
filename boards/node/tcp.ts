// `embedded:io/socket/tcp` on node:net.

import { connect, type Socket } from "node:net";
import type { TCP, TCPOptions } from "../../firmware/ports.js";

const BUFFER_LIMIT = 65_536; // bytes: what is read ahead of the firmware, and what it may queue

export class NodeTCP implements TCP {
	readonly #options: TCPOptions;
	readonly #socket: Socket;
	#buffered: Buffer = Buffer.alloc(0);
	#ended = false;
	#closed = false;

	constructor(options: TCPOptions) {
		this.#options = options;
		const { address: host, port } = options;
		const socket = (this.#socket = connect({ host, port, noDelay: true }));
		socket.on("connect", () => this.#call(() => this.#options.onWritable?.call(this, this.#room)));
		socket.on("drain", () => this.#call(() => this.#options.onWritable?.call(this, this.#room)));
		socket.on("data", data => {
			this.#buffered = Buffer.concat([this.#buffered, data]);
			if (this.#buffered.length >= BUFFER_LIMIT) socket.pause();
			this.#call(() => this.#options.onReadable?.call(this, this.#buffered.length));
		});
		socket.on("end", () => this.#end());
		socket.on("error", () => this.#end());
		socket.on("close", () => this.#end());
	}

	get #room(): number {
		return Math.max(0, BUFFER_LIMIT - this.#socket.writableLength);
	}

	read(byteLength = this.#buffered.length): ArrayBuffer | undefined {
		const taken = this.#buffered.subarray(0, byteLength);
		if (taken.length === 0) return undefined;
		this.#buffered = this.#buffered.subarray(taken.length);
		if (this.#socket.isPaused()) this.#socket.resume();
		if (this.#ended && this.#buffered.length === 0) this.#reportEnd();
		return taken.buffer.slice(taken.byteOffset, taken.byteOffset + taken.length) as ArrayBuffer;
	}

	write(bytes: Uint8Array): number {
		if (bytes.length > this.#room) throw new RangeError(`expected at most ${this.#room} bytes, got ${bytes.length}`);
		if (!this.#closed) this.#socket.write(Buffer.from(bytes)); // a copy: the firmware uses its buffer again
		return this.#room;
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#buffered = Buffer.alloc(0);
		this.#socket.end(() => this.#socket.destroy());
		this.#socket.resume();
	}

	#end(): void {
		if (this.#ended) return;
		this.#ended = true;
		if (this.#buffered.length === 0) this.#reportEnd();
	}

	#reportEnd(): void {
		setImmediate(() => this.#call(() => this.#options.onError?.call(this)));
	}

	#call(callback: () => void): void {
		if (!this.#closed) callback();
	}
}
