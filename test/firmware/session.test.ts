// Connections over sockets that do what a test says. A handshake that goes well is test/host's, with real servers.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { ascii } from "../../firmware/bytes.js";
import { DecodeError } from "../../firmware/cbor.js";
import { UnavailableError } from "../../firmware/errors.js";
import type { Address, Board, KeyExchange, Resolver, TCP, TCPConstructor, TCPOptions } from "../../firmware/ports.js";
import { BoardNetwork, type Network } from "../../firmware/session.js";
import { AlertError } from "../../firmware/tls/alert.js";
import { TransportError } from "../../firmware/transport.js";
import { parseMirrorURL, parseURL } from "../../firmware/url.js";
import { readTrustAnchor } from "../../firmware/x509/path.js";
import { fromHex } from "../hex.js";
import { VirtualClock } from "../virtual-clock.js";
import { CERTIFICATE_A } from "./trust/certificates.js";

const DEADLINE = 60_000; // ms
const url = parseURL("https://server.example/x");
const plain = parseMirrorURL("http://plain.example/x?y");
const anchors = [readTrustAnchor(fromHex(CERTIFICATE_A))];
const ONE = [{ address: "192.0.2.1", port: 443 }];

class Line implements TCP {
	readonly options: TCPOptions;
	written = "";
	unread = new Uint8Array(0);
	closed = 0;
	window = 1_000;

	constructor(options: TCPOptions) {
		this.options = options;
	}

	connect(): void {
		this.options.onWritable!.call(this, this.window);
	}

	say(text: string | Uint8Array): void {
		const bytes = typeof text === "string" ? ascii(text) : text;
		this.unread = Uint8Array.of(...this.unread, ...bytes);
		this.options.onReadable!.call(this, this.unread.length);
	}

	end(): void {
		this.options.onError!.call(this);
	}

	read(byteLength = Infinity): ArrayBuffer | undefined {
		if (this.unread.length === 0) return undefined;
		const taken = this.unread.slice(0, byteLength);
		this.unread = this.unread.slice(taken.length);
		return taken.buffer;
	}

	write(bytes: Uint8Array): number {
		assert.ok(bytes.length <= this.window, "no more than was allowed");
		for (const byte of bytes) this.written += String.fromCharCode(byte);
		return (this.window -= bytes.length);
	}

	close(): void {
		this.closed++;
	}
}

interface Bench {
	network: Network;
	clock: VirtualClock;
	/** As they were opened. */
	lines: Line[];
}

function bench({
	addresses = ONE as readonly Address[] | null,
	resolver = undefined as Resolver["resolve"] | undefined,
	make = (options: TCPOptions): Line => new Line(options),
	random = (bytes: Uint8Array): void => void bytes.fill(7),
	/** The board's, and the settings'. */
	keyExchange = [] as (KeyExchange | undefined)[],
} = {}): Bench {
	const clock = new VirtualClock();
	const lines: Line[] = [];
	class Opened {
		constructor(options: TCPOptions) {
			const line = make(options);
			lines.push(line);
			return line;
		}
	}
	const board: Partial<Board> = {
		TCP: Opened as unknown as TCPConstructor,
		timer: clock,
		random,
		keyExchange: keyExchange[0],
		resolver: {
			resolve: resolver ?? (({ onResolved, onError }) => (addresses ? onResolved(addresses) : onError())),
		},
	};
	return { network: new BoardNetwork(board as Board, DEADLINE, { keyExchange: keyExchange[1] }), clock, lines };
}

async function settled(): Promise<void> {
	for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** What a promise came to: its value, `refused: …`, `unavailable: …`, or `waits`. */
function outcome(promise: Promise<unknown>): { is: unknown } {
	const seen: { is: unknown } = { is: "waits" };
	promise.then(
		value => (seen.is = value),
		error => (seen.is = error),
	);
	return seen;
}

function isTransport(error: unknown, reason: string): boolean {
	return error instanceof TransportError && error instanceof UnavailableError && error.reason === reason;
}

test("a name that does not resolve, a resolver that throws, one that never answers", async () => {
	for (const { network, clock } of [
		bench({ addresses: null }),
		bench({ addresses: [] }),
		bench({
			resolver: () => {
				throw new Error("no look-up is free");
			},
		}),
		bench({ resolver: () => {} }),
	]) {
		const found = outcome(network.connect(url, anchors));
		await settled();
		clock.advance(DEADLINE);
		await settled();
		assert.ok(isTransport(found.is, "name not resolved"), String(found.is));
		assert.is(clock.waiting, 0);
	}
});

test("a resolver that answers after its deadline, or twice, changes nothing", async () => {
	let answer = () => {};
	const { network, clock, lines } = bench({
		resolver: ({ onResolved, onError }) => {
			answer = () => {
				onResolved(ONE);
				onError();
			};
		},
	});
	const late = outcome(network.connect(url, anchors));
	clock.advance(DEADLINE);
	answer();
	await settled();
	assert.ok(isTransport(late.is, "name not resolved"));
	assert.is(lines.length, 0);
	const twice = outcome(network.connect(url, anchors));
	answer();
	await settled();
	assert.is(lines.length, 1);
	assert.is(twice.is, "waits");
});

test("the name's addresses are tried in turn, each with a deadline of its own", async () => {
	const addresses = [1, 2, 3].map(n => ({ address: `192.0.2.${n}`, port: 400 + n }));
	const { network, clock, lines } = bench({ addresses });
	const found = outcome(network.connectPlain(plain));
	await settled();
	lines[0].end();
	await settled();
	clock.advance(DEADLINE - 1);
	assert.is(lines.length, 2);
	clock.advance(1);
	await settled();
	assert.is(lines.length, 3);
	lines[2].connect();
	await settled();
	assert.equal(
		lines.map(({ options: { address, port }, closed }) => `${address}:${port} ${closed}`),
		["192.0.2.1:401 1", "192.0.2.2:402 1", "192.0.2.3:403 0"],
	);
	assert.ok(typeof found.is === "object");
	assert.is(clock.waiting, 1);
});

test("of several failures the one that got farther is told: only what nobody answered is unreachable", async () => {
	const addresses = [1, 2, 3].map(n => ({ address: `192.0.2.${n}`, port: 443 }));
	const { network, lines } = bench({ addresses });
	const found = outcome(network.connect(url, anchors));
	await settled();
	lines[0].end();
	await settled();
	lines[1].connect();
	lines[1].end();
	await settled();
	lines[2].end();
	await settled();
	assert.ok(isTransport(found.is, "connection lost"));
	assert.not.ok((found.is as TransportError).isUnreachable);
});

test("a hundred addresses are not all tried", async () => {
	const addresses = Array.from({ length: 100 }, (_, n) => ({ address: `192.0.2.${n}`, port: 443 }));
	const { network, lines } = bench({
		addresses,
		make: options => {
			const line = new Line(options);
			Promise.resolve().then(() => line.end());
			return line;
		},
	});
	const found = outcome(network.connect(url, anchors));
	for (let i = 0; i < 20; i++) await settled();
	assert.ok(isTransport(found.is, "connection refused"));
	assert.is(lines.length, 4);
});

test("a server that is refused is an answer: no other address is tried, and it is told", async () => {
	const { network, clock, lines } = bench({ addresses: [...ONE, ...ONE] });
	const found = outcome(network.connect(url, anchors));
	await settled();
	lines[0].connect();
	lines[0].say("HTTP/1.1 400 Bad Request\r\n\r\n");
	await settled();
	assert.ok(found.is instanceof AlertError);
	assert.is(lines.length, 1);
	assert.is(lines[0].closed, 1);
	assert.is(clock.waiting, 0);
});

test("settings choose whose key share is sent, or the board does, or it is X25519's", async () => {
	for (const [keyExchange, isHybrid] of [
		[[], false],
		[["x25519mlkem768"], true],
		[["x25519mlkem768", "x25519"], false],
		[[undefined, "x25519mlkem768"], true],
	] as [(KeyExchange | undefined)[], boolean][]) {
		const { network, lines } = bench({ keyExchange });
		outcome(network.connect(url, anchors));
		await settled();
		lines[0].window = 2_000;
		lines[0].connect();
		assert.is(lines[0].written.length > 1_216, isHybrid, keyExchange.join());
	}
});

test("the connect time-out and the time-out are told apart, and no timer is left", async () => {
	for (const isConnected of [false, true]) {
		const { network, clock, lines } = bench();
		const found = outcome(network.connect(url, anchors));
		await settled();
		if (isConnected) lines[0].connect();
		clock.advance(DEADLINE - 1);
		await settled();
		assert.is(found.is, "waits");
		clock.advance(1);
		await settled();
		assert.ok(isTransport(found.is, isConnected ? "time-out" : "connect time-out"));
		assert.is((found.is as TransportError).isUnreachable, !isConnected);
		assert.is(clock.waiting, 0);
		assert.is(lines[0].closed, 1);
	}
});

test("a socket whose close throws leaves no promise unsettled, TLS or not", async () => {
	class Stubborn extends Line {
		override close(): void {
			throw new Error("close failed");
		}
	}
	const { network, clock, lines } = bench({ make: options => new Stubborn(options) });
	const refused = outcome(network.connect(url, anchors));
	await settled();
	lines[0].connect();
	lines[0].say("rubbish, not TLS");
	await settled();
	assert.ok(refused.is instanceof AlertError, String(refused.is));
	const late = outcome(network.connect(url, anchors));
	await settled();
	clock.advance(DEADLINE);
	await settled();
	assert.ok(isTransport(late.is, "connect time-out"));
	const server = outcome(network.connectPlain(plain));
	await settled();
	lines[2].connect();
	await settled();
	const response = outcome((server.is as Awaited<ReturnType<Network["connectPlain"]>>).get({ userAgent: "x" }));
	lines[2].say("HTTP/1.1 204 No Content\r\n\r\n");
	await settled();
	assert.is((response.is as { status: number }).status, 204);
	assert.is(clock.waiting, 0);
});

test("a socket that cannot be made, and randomness that fails, settle the promise", async () => {
	const none = bench({
		make: () => {
			throw new Error("no socket is free");
		},
	});
	for (const connect of [none.network.connect(url, anchors), none.network.connectPlain(plain)]) {
		const found = outcome(connect);
		await settled();
		assert.match(String(found.is), /no socket is free/);
	}
	assert.is(none.clock.waiting, 0);
	const predictable = bench({
		random: () => {
			throw new Error("the source is broken");
		},
	});
	const found = outcome(predictable.network.connect(url, anchors));
	await settled();
	assert.ok(isTransport(found.is, "no randomness"));
	assert.is(predictable.clock.waiting, 0);
});

async function plainServer(clockAndLines: Bench) {
	const connecting = clockAndLines.network.connectPlain(plain);
	await settled();
	clockAndLines.lines[0].connect();
	return connecting;
}

test("nothing is said before `get`, and one GET is said then", async () => {
	const { network, lines, clock } = bench();
	const server = await plainServer({ network, lines, clock });
	assert.is(lines[0].written, "");
	const response = outcome(server.get({ userAgent: "baton/1 (1,-)", bodyLimit: 10 }));
	await settled();
	assert.is(
		lines[0].written,
		"GET /x?y HTTP/1.1\r\nHost: plain.example\r\nUser-Agent: baton/1 (1,-)\r\nConnection: close\r\n\r\n",
	);
	lines[0].say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
	await settled();
	assert.equal(response.is, { status: 200, body: ascii("abc") });
	assert.is(lines[0].closed, 1);
	assert.is(clock.waiting, 0);
});

test("a narrow window takes the request in pieces", async () => {
	const narrow = bench();
	const server = await plainServer(narrow);
	const [line] = narrow.lines;
	line.window = 7;
	line.connect(); // writable again
	server.get({ userAgent: "x" });
	await settled();
	assert.is(line.written, "GET /x?");
	line.window = 100;
	line.connect();
	assert.match(line.written, /\r\n\r\n$/);
});

test("a body without a length ends with the connection", async () => {
	const it = bench();
	const server = await plainServer(it);
	const response = outcome(server.get({ userAgent: "x", bodyLimit: 10 }));
	it.lines[0].say("HTTP/1.1 200 OK\r\n\r\nabc");
	await settled();
	assert.is(response.is, "waits");
	it.lines[0].end();
	await settled();
	assert.equal(response.is, { status: 200, body: ascii("abc") });
});

test("a body that is longer than wanted, cut short, or no HTTP at all", async () => {
	for (const [text, judge] of [
		["HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", (error: unknown) => error instanceof DecodeError],
		["HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", (error: unknown) => isTransport(error, "connection lost")],
		["SSH-2.0-x\r\n", (error: unknown) => error instanceof DecodeError],
	] as const) {
		const it = bench();
		const server = await plainServer(it);
		const response = outcome(server.get({ userAgent: "x", bodyLimit: 10 }));
		it.lines[0].say(text);
		it.lines[0].end();
		await settled();
		assert.ok(judge(response.is), String(response.is));
		assert.is(it.lines[0].closed, 1);
		assert.is(it.clock.waiting, 0);
	}
});

test("a connection that ends, or whose deadline passes, between both steps is told by `get`", async () => {
	const lost = bench();
	const first = await plainServer(lost);
	lost.lines[0].end();
	const gone = outcome(first.get({ userAgent: "x" }));
	await settled();
	assert.ok(isTransport(gone.is, "connection lost"));

	const slow = bench();
	const second = await plainServer(slow);
	slow.clock.advance(DEADLINE);
	const late = outcome(second.get({ userAgent: "x" }));
	await settled();
	assert.ok(isTransport(late.is, "time-out"));
	assert.is(slow.lines[0].closed, 1);
});

test("one deadline is for all of a connection, however lively it is", async () => {
	const it = bench();
	const server = await plainServer(it);
	const response = outcome(server.get({ userAgent: "x", bodyLimit: 1_000 }));
	it.lines[0].say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
	for (let i = 0; i < 59; i++) {
		it.clock.advance(1_000);
		it.lines[0].say("x");
	}
	assert.is(response.is, "waits");
	it.clock.advance(1_000);
	await settled();
	assert.ok(isTransport(response.is, "time-out"));
});

test("nothing is written to a connection that is over, though its socket says that it could be", async () => {
	const it = bench();
	const server = await plainServer(it);
	const [line] = it.lines;
	line.window = 3;
	line.connect();
	server.get({ userAgent: "x" }).catch(() => {});
	server.close();
	line.window = 100;
	line.connect();
	assert.is(line.written, "GET");
});

test("`close` ends it, and callbacks that come all the same do nothing", async () => {
	const it = bench();
	const server = await plainServer(it);
	server.close();
	server.close();
	assert.is(it.lines[0].closed, 1);
	assert.is(it.clock.waiting, 0);
	it.lines[0].say("HTTP/1.1 200 OK\r\n\r\n");
	it.lines[0].connect();
	it.lines[0].end();
	const response = outcome(server.get({ userAgent: "x" }));
	await settled();
	assert.ok(isTransport(response.is, "connection lost"));
});

test("what a server says before `get` is its answer, whenever it came", async () => {
	const { network, lines, clock } = bench();
	const server = await plainServer({ network, lines, clock });
	lines[0].say("HTTP/1.1 204 No Content\r\n\r\n");
	assert.is((await server.get({ userAgent: "x" })).status, 204);
});

test("after `close` nothing more of a request is written, whatever a socket calls", async () => {
	const { network, lines, clock } = bench({ make: options => Object.assign(new Line(options), { window: 10 }) });
	const server = await plainServer({ network, lines, clock });
	server.get({ userAgent: "x" }).catch(() => {});
	assert.is(lines[0].written, "GET /x?y H");
	server.close();
	lines[0].window = 10;
	lines[0].connect();
	assert.is(lines[0].written, "GET /x?y H");
});

test.run();
