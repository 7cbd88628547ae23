// Stands for the SDK's `embedded:network/http/client` where there is no SDK: one GET after the other is enough here. What
// counts is how it treats its socket and its user, as the SDK's does: header lines byte by byte, an end of the connection
// before the end of the body is an error without a cause, and what a callback throws then is swallowed.

import Timer from "./timer.js";

interface Request {
	path?: string;
	headers?: Map<string, string>;
	onHeaders?(status: number, headers: Map<string, string>): void;
	onReadable?(byteLength: number): void;
	onDone?(error: Error | null): void;
}
interface Socket {
	format: "buffer" | "number";
	read(wanted?: number): never;
	write(bytes: Uint8Array): number;
	close(): void;
}

export default class HTTPClient {
	readonly #host: string;
	#socket: Socket | undefined;
	#request: Request | undefined;
	#handle: object | undefined;
	#line = "";
	#status = 0;
	#headers: Map<string, string> | undefined;
	#remaining = Infinity; // bytes
	#readable = 0;

	constructor({ host, port, dns, socket }: any) {
		this.#host = host;
		new dns.io(dns).resolve({
			host,
			onResolved: (_host: string, address: string) => {
				this.#socket = new socket.io({
					...{ ...socket, host, address, port },
					onReadable: (byteLength: number) => this.#receive(byteLength),
					onWritable: () => this.#send(),
					onError: () => this.#fail(),
				});
			},
		});
	}

	request(request: Request): object {
		this.#request = request;
		this.#handle = { read: (byteLength?: number) => this.#read(byteLength) };
		return this.#handle;
	}

	close(): void {
		this.#socket?.close();
		this.#socket = this.#request = undefined;
	}

	#send(): void {
		if (!this.#request || this.#headers) return;
		const { path = "/", headers = new Map() } = this.#request;
		this.#headers = new Map();
		const lines = [`GET ${path} HTTP/1.1`, `host: ${this.#host}`, ...[...headers].map(pair => pair.join(": "))];
		this.#socket!.write(Uint8Array.from(`${lines.join("\r\n")}\r\n\r\n`, char => char.charCodeAt(0)));
	}

	#receive(byteLength: number): void {
		this.#readable = byteLength;
		this.#socket!.format = "number";
		while (this.#readable > 0 && this.#line !== "\r\n") {
			if (this.#line.endsWith("\n")) this.#line = "";
			this.#line += String.fromCharCode(this.#socket!.read());
			this.#readable--;
			if (this.#line.endsWith("\r\n")) this.#endLine();
		}
		if (!this.#socket) return;
		this.#socket.format = "buffer";
		if (this.#readable > 0) this.#request?.onReadable?.call(this.#handle, this.#readable);
	}

	#endLine(): void {
		const [name, value] = this.#line.trim().split(": ");
		if (this.#status === 0) this.#status = Number(this.#line.split(" ")[1]);
		else if (name !== "") this.#headers!.set(name.toLowerCase(), value);
		else {
			this.#remaining = Number(this.#headers!.get("content-length") ?? Infinity);
			this.#request?.onHeaders?.call(this.#handle, this.#status, this.#headers!);
			if (this.#remaining === 0) this.#done();
		}
	}

	#read(byteLength = this.#readable): ArrayBuffer {
		const bytes: ArrayBuffer = this.#socket!.read(byteLength);
		this.#readable -= byteLength;
		this.#remaining -= byteLength;
		if (this.#remaining === 0) Timer.set(() => this.#done());
		return bytes;
	}

	#done(): void {
		this.#request?.onDone?.call(this.#handle, null);
	}

	#fail(): void {
		try {
			this.#request?.onDone?.call(this.#handle, new Error());
		} catch {}
		this.close();
	}
}
