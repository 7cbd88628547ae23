// Stands for the SDK's `embedded:network/mqtt/client` where there is no SDK: what the example uses of it, over short
// packets (MQTT 3.1.1 §2.2). Like the SDK's it writes a packet in parts that wait for each other (`more`).

interface Socket {
	format: "buffer" | "number";
	read(wanted?: number | Uint8Array): number | undefined;
	write(bytes: Uint8Array, options?: { more: boolean; byteLength?: number }): number;
	close(): void;
}

export default class MQTTClient {
	static readonly CONNECT = 1;
	static readonly CONNACK = 2;
	static readonly PUBLISH = 3;
	static readonly SUBSCRIBE = 8;
	static readonly SUBACK = 9;

	readonly #options: any;
	#socket: Socket | undefined;
	#isConnected = false;
	#packet: number[] = []; // the head that has come so far

	constructor(options: any) {
		this.#options = options;
		const { host, port, dns, socket } = options;
		new dns.io(dns).resolve({
			host,
			onResolved: (_host: string, address: string) => {
				this.#socket = new socket.io({
					...{ ...socket, host, address, port },
					onReadable: (byteLength: number) => this.#receive(byteLength),
					onWritable: () => this.#connect(),
					onError: () => {
						options.onError?.call(this);
						this.close();
					},
				});
			},
		});
	}

	close(): void {
		this.#socket?.close();
		this.#socket = undefined;
	}

	/** Of what `onReadable` has said. */
	read(byteLength: number): ArrayBuffer {
		const bytes = new Uint8Array(byteLength);
		this.#socket!.format = "buffer";
		if (this.#socket!.read(bytes) !== byteLength) throw new Error("too few bytes");
		return bytes.buffer;
	}

	write(data: ArrayBuffer, { operation = MQTTClient.PUBLISH, topic }: { operation?: number; topic: string }): void {
		const name = text(topic);
		if (operation === MQTTClient.SUBSCRIBE) this.#send((operation << 4) | 2, [0, 1, ...name, 0]);
		else this.#send(operation << 4, [...name, ...new Uint8Array(data)]);
	}

	#connect(): void {
		if (this.#isConnected) return;
		this.#isConnected = true;
		const { id, keepAlive = 0 } = this.#options;
		const seconds = keepAlive / 1000;
		this.#send(MQTTClient.CONNECT << 4, [...text("MQTT"), 4, 2, seconds >> 8, seconds & 0xff, ...text(id)]);
	}

	#send(head: number, payload: number[]): void {
		const socket = this.#socket!;
		socket.format = "buffer";
		socket.write(Uint8Array.of(head), { more: true, byteLength: payload.length + 2 });
		socket.write(Uint8Array.of(payload.length), { more: true });
		socket.write(Uint8Array.from(payload));
	}

	#receive(byteLength: number): void {
		for (let left = byteLength; left > 0; left--) {
			this.#socket!.format = "number";
			this.#packet.push(this.#socket!.read()!);
			const [head, length = Infinity, high, low] = this.#packet;
			const operation = head >> 4;
			if (operation !== MQTTClient.PUBLISH) {
				if (this.#packet.length < length + 2) continue;
				this.#packet = [];
				this.#options.onControl?.call(this, { operation });
			} else if (this.#packet.length === 4 + ((high << 8) | low)) {
				const payload = length - this.#packet.length + 2;
				this.#packet = [];
				left -= payload;
				this.#options.onReadable?.call(this, payload, { more: false });
			}
		}
	}
}

/** With its length before it (§1.5.3). */
function text(characters: string): number[] {
	return [0, characters.length, ...Array.from(characters, char => char.charCodeAt(0))];
}
