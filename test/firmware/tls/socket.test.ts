// TLSSocket over a TCP socket that plays a recorded flight: what is called when, and what is never called.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { TCP, TCPConstructor, TCPOptions } from "../../../firmware/ports.js";
import { CIPHER_SUITES } from "../../../firmware/tls/record.js";
import { TLSSocket, type TLSSocketOptions } from "../../../firmware/tls/socket.js";
import { TransportError } from "../../../firmware/transport.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { fromHex } from "../../hex.js";
import { HOST, recordedFlights } from "./recorded-flights.js";

const [recorded] = recordedFlights; // Node's, ChaCha20-Poly1305
const flight = fromHex(recorded.flight);

/** A TCP connection to a server that says `flight`, once it has heard something. */
class Playback implements TCP {
	static last: Playback;
	static window = 4_096; // bytes
	readonly options: TCPOptions;
	unread: Uint8Array = new Uint8Array(0);
	written = 0;
	closed = 0;

	constructor(options: TCPOptions) {
		this.options = options;
		Playback.last = this;
	}

	connect(): void {
		this.options.onWritable!.call(this, Playback.window);
	}

	/** What arrives is readable until it is read; the event says how much. */
	arrive(bytes: Uint8Array): void {
		const unread = new Uint8Array(this.unread.length + bytes.length);
		unread.set(this.unread);
		unread.set(bytes, this.unread.length);
		this.unread = unread;
		this.options.onReadable!.call(this, unread.length);
	}

	end(): void {
		this.options.onError!.call(this);
	}

	read(byteLength = Infinity): ArrayBuffer | undefined {
		if (this.unread.length === 0) return undefined;
		const taken = this.unread.slice(0, byteLength);
		this.unread = this.unread.subarray(taken.length);
		return taken.buffer;
	}

	write(bytes: Uint8Array): number {
		assert.ok(bytes.length <= Playback.window, "no more than was allowed");
		this.written += bytes.length;
		return Playback.window;
	}

	close(): void {
		this.closed++;
	}
}

/** Fires when it is told to. */
class Deadline {
	milliseconds = 0;
	callback: (() => void) | undefined;

	set(callback: () => void, milliseconds: number): object {
		this.callback = callback;
		this.milliseconds = milliseconds;
		return this;
	}

	clear(): void {
		this.callback = undefined;
	}
}

interface Log {
	timer: Deadline;
	calls: string[];
	text: string;
	error: unknown;
	socket: TLSSocket;
	tcp: Playback;
}

/** A socket that reads all it can and writes down what happens. */
function open(options: Partial<TLSSocketOptions> = {}): Log {
	const timer = new Deadline();
	const log: Partial<Log> & { calls: string[]; text: string } = { calls: [], text: "", error: "none", timer };
	log.socket = new TLSSocket({
		io: Playback as unknown as TCPConstructor,
		address: "127.0.0.1",
		port: 443,
		host: HOST,
		anchors: [readTrustAnchor(fromHex(recorded.root))],
		random: bytes => bytes.forEach((_, i) => (bytes[i] = i)),
		timer,
		onConnected: () => void log.calls.push("connected"),
		onAuthenticated: anchor => void log.calls.push(`authenticated ${anchor}`),
		onWritable: () => void log.calls.push("writable"),
		onReadable() {
			log.calls.push("readable");
			const bytes = this.read();
			if (bytes) for (const byte of new Uint8Array(bytes)) log.text += String.fromCharCode(byte);
		},
		onError(error) {
			log.calls.push("error");
			log.error = error;
		},
		...options,
	});
	log.tcp = Playback.last;
	return log as Log;
}

/** The recorded client offered one suite. */
const suites = CIPHER_SUITES.filter(({ code }) => code === recorded.suite);

test("connected, authenticated, writable, readable, and a clean end, in this order", () => {
	const log = open({ suites });
	assert.equal(log.calls, []);
	log.tcp.connect();
	assert.equal(log.calls, ["connected"]);
	assert.ok(log.tcp.written > 0);
	log.tcp.arrive(flight);
	assert.equal(log.calls.slice(0, 4), ["connected", "authenticated 0", "writable", "readable"]);
	assert.is(log.calls.at(-1), "error");
	assert.is(log.error, undefined); // close_notify
	assert.is(log.text.length, recorded.textLength);
	assert.is(log.tcp.closed, 1);
});

test("without close_notify it is not the end but a loss", () => {
	const log = open({ suites });
	log.tcp.connect();
	log.tcp.arrive(flight.subarray(0, flight.length - 24)); // the alert's record
	log.tcp.end();
	assert.is(log.text.length, recorded.textLength);
	assert.ok(log.error instanceof TransportError && log.error.reason === "connection lost");
	assert.is(log.calls.filter(call => call === "error").length, 1);
});

test("a server that does not listen has refused the connection", () => {
	const log = open({ suites });
	log.tcp.end();
	assert.equal(log.calls, ["error"]);
	assert.ok(log.error instanceof TransportError && log.error.reason === "connection refused");
});

test("a server that has not proved itself at the deadline is given up", () => {
	const silent = open({ suites });
	assert.is(silent.timer.milliseconds, 60_000);
	silent.timer.callback!();
	assert.ok(silent.error instanceof TransportError && silent.error.reason === "connect time-out");
	const slow = open({ suites, deadline: 5 });
	slow.tcp.connect();
	slow.tcp.arrive(flight.subarray(0, 200));
	assert.is(slow.timer.milliseconds, 5);
	slow.timer.callback!();
	assert.ok(slow.error instanceof TransportError && slow.error.reason === "time-out");
	assert.is(slow.tcp.closed, 1);
	assert.equal(slow.calls, ["connected", "error"]);
});

test("no deadline is left of a server that has proved itself, nor of a connection that is over", () => {
	const log = open({ suites, onReadable() {} });
	log.tcp.connect();
	log.tcp.arrive(flight);
	assert.equal(log.calls, ["connected", "authenticated 0", "writable"]);
	assert.is(log.timer.callback, undefined);
	const closed = open({ suites });
	closed.socket.close();
	assert.is(closed.timer.callback, undefined);
});

test("after closeWrite nothing is written, and what the server says is read to its end", () => {
	const log = open({ suites });
	log.tcp.connect();
	log.tcp.arrive(flight.subarray(0, flight.length - 24)); // all but the end
	const { written } = log.tcp;
	log.socket.closeWrite();
	log.socket.closeWrite();
	assert.is(log.tcp.written - written, 2 + 22);
	assert.throws(() => log.socket.write(new Uint8Array(1)), /expected at most 0/);
	log.tcp.arrive(flight.subarray(flight.length - 24));
	assert.is(log.error, undefined);
	assert.is(log.tcp.written - written, 2 + 22); // it is not said twice
});

test("what onAuthenticated throws closes the connection before a byte of the application's passes", () => {
	const mistake = new Error("flash cannot be written");
	const log = open({
		suites,
		onAuthenticated() {
			throw mistake;
		},
	});
	log.tcp.connect();
	log.tcp.arrive(flight);
	assert.equal(log.calls, ["connected", "error"]);
	assert.is(log.error, mistake);
	assert.is(log.text, "");
	assert.is(log.tcp.closed, 1);
});

test("nothing can be written before onAuthenticated has returned", () => {
	let refused: unknown;
	const log = open({
		suites,
		onAuthenticated() {
			try {
				this.write(new Uint8Array(1));
			} catch (error) {
				refused = error;
			}
		},
	});
	log.tcp.connect();
	log.tcp.arrive(flight);
	assert.ok(refused instanceof RangeError);
	assert.is(log.error, undefined);
});

test("closing in a callback is the end of callbacks", () => {
	const log = open({
		suites,
		onAuthenticated() {
			this.close();
			this.close();
		},
	});
	log.tcp.connect();
	log.tcp.arrive(flight);
	assert.equal(log.calls, ["connected"]);
	assert.is(log.tcp.closed, 1);
	assert.is(log.socket.read(), undefined);
	assert.throws(() => log.socket.write(new Uint8Array(1)), /closed/);
	log.tcp.connect();
	log.tcp.end();
	assert.equal(log.calls, ["connected"]);
});

test("what is not read is not announced again, and stops the socket", async () => {
	const sizes: number[] = [];
	const log = open({ suites, onReadable: byteLength => void sizes.push(byteLength) });
	log.tcp.connect();
	log.tcp.arrive(flight);
	assert.is(sizes.length, 1);
	assert.ok(log.tcp.unread.length > 0); // the rest waits in TCP
	assert.is(log.socket.read(1)!.byteLength, 1);
	await undefined;
	assert.is(sizes.length, 1);
	assert.is(log.socket.read()!.byteLength, sizes[0] - 1);
	assert.is(sizes.length, 1); // not before the caller has what it read
	await undefined;
	await undefined;
	assert.is(sizes.length, 2);
});

test("a write takes what one record and TCP take, and with more it waits for company", () => {
	const log = open({ suites });
	log.tcp.connect();
	assert.is(log.socket.format, "buffer");
	assert.throws(() => log.socket.write(new Uint8Array(1)), /expected at most 0/);
	log.tcp.arrive(flight.subarray(0, flight.length - 24)); // all but the end
	let { written } = log.tcp;
	assert.is(log.socket.write(new Uint8Array(100), { more: true }), 412);
	assert.is(log.tcp.written, written);
	assert.is(log.socket.write(new Uint8Array(412), { more: true }), 512); // full: it goes
	assert.is(log.tcp.written - written, 512 + 22);
	assert.is(log.socket.write(new Uint8Array(10), { more: true }), 502);
	assert.is(log.socket.write(new Uint8Array(0)), 512);
	assert.is(log.tcp.written - written, 512 + 22 + 10 + 22);
	assert.throws(() => log.socket.write(new Uint8Array(513)), /expected at most 512/);
	log.socket.write(new Uint8Array(3), { more: true });
	written = log.tcp.written;
	log.socket.close();
	assert.is(log.tcp.written - written, 3 + 22 + 2 + 22); // what was held, and close_notify
});

test("a narrow TCP window is filled and no more", () => {
	Playback.window = 50;
	const log = open({ suites });
	log.tcp.connect();
	assert.is(log.tcp.written, 50);
	log.tcp.arrive(flight.subarray(0, 200));
	assert.ok(log.tcp.written < 260);
	Playback.window = 4_096;
});

test("a source of randomness that fails is said", () => {
	assert.throws(
		() =>
			open({
				random() {
					throw new Error("no entropy");
				},
			}),
		(error: any) => error instanceof TransportError && error.reason === "no randomness",
	);
});

test.run();
