// Stands for the SDK's `embedded:network/websocket/client` where there is no SDK: what the example uses of it, short
// frames in one piece (RFC 6455 §5.2).

interface Socket {
	format: "buffer" | "number";
	read(wanted?: number): never;
	write(bytes: Uint8Array): number;
	close(): void;
}

const MASK = [1, 2, 3, 4];

export default class WebSocketClient {
	readonly #options: any;
	#socket: Socket | undefined;
	#state: "connecting" | "asking" | "connected" = "connecting";
	#head = "";

	constructor(options: any) {
		this.#options = options;
		const { host, port, dns, socket } = options;
		new dns.io(dns).resolve({
			host,
			onResolved: (_host: string, address: string) => {
				this.#socket = new socket.io({
					...{ ...socket, host, address, port },
					onReadable: (byteLength: number) => this.#receive(byteLength),
					onWritable: (byteLength: number) => this.#onWritable(byteLength),
					onError: () => {
						this.close();
						options.onError?.call(this);
					},
				});
			},
		});
	}

	close(): void {
		this.#socket?.close();
		this.#socket = undefined;
	}

	write(data: ArrayBuffer): void {
		const masked = new Uint8Array(data).map((byte, i) => byte ^ MASK[i % 4]);
		this.#socket!.write(Uint8Array.of(0x81, 0x80 | masked.length, ...MASK, ...masked));
	}

	read(byteLength: number): ArrayBuffer {
		this.#socket!.format = "buffer";
		return this.#socket!.read(byteLength);
	}

	#onWritable(byteLength: number): void {
		if (this.#state === "connected") return this.#options.onWritable?.call(this, byteLength);
		if (this.#state === "asking") return;
		this.#state = "asking";
		const { host, path } = this.#options;
		const lines = [
			...[`GET ${path} HTTP/1.1`, `Host: ${host}`, "Upgrade: websocket", "Connection: Upgrade"],
			...["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", ""],
		];
		this.#socket!.write(Uint8Array.from(lines.join("\r\n"), char => char.charCodeAt(0)));
	}

	#receive(byteLength: number): void {
		let left = byteLength;
		this.#socket!.format = "number";
		for (; this.#state === "asking" && left > 0; left--) {
			this.#head += String.fromCharCode(this.#socket!.read());
			if (!this.#head.endsWith("\r\n\r\n")) continue;
			if (!this.#head.startsWith("HTTP/1.1 101 ")) return this.#options.onError?.call(this);
			this.#state = "connected";
			this.#options.onWritable?.call(this, 100);
		}
		if (left < 2) return;
		this.#socket!.format = "number";
		this.#socket!.read(); // opcode: text, the last of its fragments
		const length: number = this.#socket!.read();
		this.#options.onReadable?.call(this, length, { more: false, binary: false });
	}
}
