import { test } from "uvu";
import * as assert from "uvu/assert";
import { ascii } from "../../firmware/bytes.js";
import { ClientSocket, type ClientSocketOptions, NameTaken } from "../../firmware/client-socket.js";
import type { ConnectionEvents } from "../../firmware/session.js";
import type { TLSSocket } from "../../firmware/tls/socket.js";
import { TransportError } from "../../firmware/transport.js";

/** A connection as the socket sees it, which has `text` to be read. */
class Connection {
	events!: ConnectionEvents;
	closed = 0;
	readonly written: string[] = [];
	#text: number[];
	settle!: { resolve(socket: TLSSocket): void; reject(error: Error): void };

	constructor(text = "") {
		this.#text = [...ascii(text)];
	}

	/** Baton's. */
	connect(_host: string, _port: number, events: ConnectionEvents): Promise<TLSSocket> {
		this.events = events;
		return new Promise((resolve, reject) => (this.settle = { resolve, reject }));
	}

	get socket(): TLSSocket {
		return this as unknown as TLSSocket;
	}

	read(byteLength = this.#text.length): ArrayBuffer | undefined {
		const taken = this.#text.splice(0, byteLength);
		return taken.length > 0 ? Uint8Array.from(taken).buffer : undefined;
	}

	write(bytes: Uint8Array, { more = false }: { more?: boolean } = {}): number {
		this.written.push(String.fromCharCode(...bytes) + (more ? "…" : ""));
		return 100 - bytes.length;
	}

	close(): void {
		this.closed++;
	}

	readable(byteLength: number): void {
		this.events.onReadable!.call(this.socket, byteLength);
	}

	writable(): void {
		this.events.onWritable!.call(this.socket, 100);
	}
}

function open(connection: Connection, callbacks: Partial<ClientSocketOptions> = {}) {
	const said: string[] = [];
	const socket = new ClientSocket({
		baton: connection,
		host: "service.example",
		port: 443,
		onEnded: error => said.push(`ended: ${error?.message}`),
		onError: () => said.push("error"),
		...callbacks,
	});
	return { socket, said };
}

const settle = async () => {
	for (let i = 0; i < 5; i++) await Promise.resolve();
};

test("one byte by format `number`, all or as many as are asked for by `buffer`, and into a buffer that is given", () => {
	const connection = new Connection("abcdefgh");
	const { socket } = open(connection);
	connection.readable(8);
	socket.format = "number";
	assert.equal([socket.read(), socket.read()], [0x61, 0x62]);
	socket.format = "buffer";
	assert.equal(new Uint8Array(socket.read(2) as ArrayBuffer), ascii("cd"));
	const into = new Uint8Array(3);
	assert.is(socket.read(into), 3);
	assert.equal(into, ascii("efg"));
	const longer = new ArrayBuffer(4);
	assert.is(socket.read(longer), 1);
	assert.equal(new Uint8Array(longer), Uint8Array.of(0x68, 0, 0, 0));
	assert.is(socket.read(), undefined);
	socket.format = "number";
	assert.is(socket.read(), undefined);
});

test("writes bytes and buffers, and passes on that more will come", () => {
	const connection = new Connection();
	const { socket } = open(connection, { onWritable: () => void socket.write(ascii("first"), { more: true }) });
	connection.writable();
	assert.is(socket.write(ascii("second").buffer as ArrayBuffer), 94);
	assert.equal(connection.written, ["first…", "second"]);
});

test("before there is a connection nothing is read, and nothing can be written", () => {
	const { socket } = open(new Connection("a"));
	assert.is(socket.read(), undefined);
	assert.throws(() => socket.write(ascii("a")), /closed/);
});

test("an end is told once, with its cause first", async () => {
	const refused = new Connection();
	const { said } = open(refused);
	refused.settle.reject(new TransportError("connection refused"));
	await settle();
	refused.events.onError!.call(refused.socket, undefined);
	assert.equal(said, ["ended: connection refused", "error"]);

	const closed = new Connection();
	const second = open(closed);
	closed.events.onError!.call(closed.socket, undefined);
	assert.equal(second.said, ["ended: undefined", "error"]);
});

test("what a callback throws ends the connection, and comes back as the cause", () => {
	const connection = new Connection();
	const { said } = open(connection, {
		onReadable() {
			throw new RangeError("too much");
		},
	});
	connection.readable(1);
	assert.equal(said, ["ended: too much", "error"]);
	assert.is(connection.closed, 1);
});

test("closed before its turn it is not wanted; closed while it connects, it is closed when it is there", async () => {
	const connection = new Connection();
	const { socket, said } = open(connection);
	assert.is(connection.events.isWanted!(), true);
	socket.close();
	assert.is(connection.events.isWanted!(), false);
	connection.settle.resolve(connection.socket);
	await settle();
	assert.is(connection.closed, 1);
	assert.equal(said, []);
});

test("a name is taken for its address", () => {
	const found: string[] = [];
	new NameTaken().resolve({ host: "a.example", onResolved: (...both) => found.push(...both) });
	assert.equal(found, ["a.example", "a.example"]);
});

test.run();
