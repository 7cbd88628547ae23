// A TLS 1.3 connection in the shape of ECMA-419's TCP sockets (§ IO Provider: `read`, `write`, `close`, `onReadable`,
// `onWritable`, `onError`): the machine of client.ts run over a TCP socket. Whoever can use such a socket, the Moddable
// SDK's HTTP client among them, can use this one. DESIGN.md beside it says what a server must offer.

import { concatenate } from "../bytes.js";
import type { KeyExchange, TCP, TCPConstructor, Timer, TimerID } from "../ports.js";
import { TransportError } from "../transport.js";
import type { TrustAnchor } from "../x509/path.js";
import { type CipherSuite, Client, expectAtMost, type FragmentLength } from "./client.js";
import { NOTHING } from "./connection.js";
import { OVERHEAD } from "./record.js";

export interface TLSSocketOptions {
	/** The class of the TCP socket underneath. */
	io: TCPConstructor;
	/** Where to connect: dotted IPv4. */
	address: string;
	port: number;
	/** Whom to authenticate: a DNS name, or dotted IPv4 (then no server_name is sent). */
	host: string;
	/** By which CA the server may be authenticated, tried in this order. */
	anchors: readonly TrustAnchor[];
	/** Fills the whole of `bytes` from a hardware source of randomness. */
	random(bytes: Uint8Array): void;
	/** Timers, for the deadline. */
	timer: Timer;
	/** Until the server has proved itself, from the beginning. Milliseconds, at most 2^31 - 1; default 60 s. */
	deadline?: number;
	/** Bytes of content that a record may have, both ways: asked for, at as many bytes of heap. Default 512. */
	fragmentLength?: FragmentLength;
	/**
	 * Bytes of heap for a longer record, and for a message that is not complete beside it, of a server that does not do as
	 * it is asked. Default 26,880: all that there are.
	 */
	recordLimit?: number;
	/** False: the server is not told which CAs it may show a certificate of: the anchors' names, some 40 bytes each. */
	nameAuthorities?: boolean;
	/** Whose key share is sent first; default x25519. */
	keyExchange?: KeyExchange;
	/** Cipher suites (record.ts), the one that is liked best first; default ChaCha20-Poly1305, AES-128-GCM. */
	suites?: readonly CipherSuite[];
	/** False: the server has to ask for the key share by HelloRetryRequest, which costs a round trip. */
	offerKeyShare?: boolean;
	/** TCP is connected; the handshake begins. */
	onConnected?(this: TLSSocket): void;
	/**
	 * The server has proved itself by the CA `anchors[anchor]`: its Finished was verified. Once, before any application
	 * byte passes in either direction. What it throws closes the connection and comes back by `onError`.
	 */
	onAuthenticated?(this: TLSSocket, anchor: number): void;
	/** `byteLength` application bytes may be read. Called again only after they were. */
	onReadable?(this: TLSSocket, byteLength: number): void;
	/** `byteLength` application bytes may be written. */
	onWritable?(this: TLSSocket, byteLength: number): void;
	/**
	 * The connection is over; called once, and last. Undefined: the server said close_notify, and all of what it said
	 * before was read. Otherwise AlertError or CertificateError (the server's bytes are bad, or it refused ours), or
	 * TransportError: "connection refused" before it was connected, "connect time-out" or "time-out" at the deadline,
	 * "connection lost" if it ended without close_notify.
	 */
	onError?(this: TLSSocket, error?: Error): void;
}

const DEADLINE = 60_000; // ms

export class TLSSocket {
	readonly #options: TLSSocketOptions;
	readonly #client: Client;
	#tcp: TCP | undefined;
	#tcpReadable = 0; // bytes
	#tcpWritable = 0;
	#connected = false;
	#authenticated = false; // and onAuthenticated has returned
	#announced = false; // what is readable was said by onReadable
	#lost = false; // TCP has ended
	#pumping = false;
	#held: Uint8Array | undefined; // written with `more`
	#deadline: TimerID | undefined;

	/** Throws TransportError "no randomness" if `random` fails. */
	constructor(options: TLSSocketOptions) {
		this.#options = options;
		this.#client = newClient(options);
		this.#tcp = new options.io({
			address: options.address,
			port: options.port,
			onReadable: byteLength => {
				this.#tcpReadable = byteLength;
				this.#pump();
			},
			onWritable: byteLength => this.#onWritable(byteLength),
			onError: () => {
				this.#lost = true;
				this.#pump();
			},
		});
		this.#deadline = options.timer.set(() => {
			this.#deadline = undefined;
			if (this.#tcp) this.#end(new TransportError(this.#connected ? "time-out" : "connect time-out"));
		}, options.deadline ?? DEADLINE);
	}

	/** What `read` gives: "buffer", an ArrayBuffer. */
	get format(): "buffer" {
		return "buffer";
	}

	set format(format: "buffer") {
		if (format !== "buffer") throw new RangeError(`expected "buffer"`);
	}

	/** Takes at most `byteLength` application bytes (default: all at hand); undefined if there are none. */
	read(byteLength?: number): ArrayBuffer | undefined {
		const bytes = this.#client.read(byteLength);
		if (bytes && this.#client.readable === 0) {
			this.#announced = false;
			if (!this.#pumping) Promise.resolve().then(() => this.#pump()); // no callback before the caller has these
		}
		return bytes;
	}

	/**
	 * Sends `bytes`, at most as many as `onWritable` or the last `write` said. With `more`, they may wait for those of
	 * the next `write`, to share a record with them. Returns how many more are taken now.
	 */
	write(bytes: Uint8Array, { more = false }: { more?: boolean } = {}): number {
		if (!this.#tcp) throw new Error("closed");
		expectAtMost(this.#writable, bytes);
		const content = this.#held ? concatenate(this.#held, bytes) : bytes;
		const isFull = content.length === this.#client.writable;
		this.#held = more && !isFull ? content.slice() : undefined;
		if (!this.#held) {
			this.#client.write(content);
			this.#flush();
		}
		return this.#writable;
	}

	/** Changes the key of what we send and, if `both`, asks the server to do the same (§4.7.3): 27 bytes each way. */
	updateKey(both = false): void {
		this.#client.updateKey(both);
		this.#flush();
	}

	/** Says close_notify: nothing is written after it. What the server still has to say is read, until `onError`. */
	closeWrite(): void {
		this.#writeHeld();
		this.#client.closeWrite();
		this.#flush();
	}

	/** Says close_notify and closes. Secrets are overwritten. Idempotent; no callback comes after it. */
	close(): void {
		if (!this.#tcp) return;
		this.#writeHeld();
		this.#client.close();
		this.#closeTCP();
	}

	#writeHeld(): void {
		if (this.#held) this.#client.write(this.#held);
		this.#held = undefined;
	}

	/** What one record can take, as far as TCP takes it at once. */
	get #writable(): number {
		if (!this.#authenticated) return 0;
		const room = Math.min(this.#client.writable, this.#tcpWritable - this.#client.pending - OVERHEAD);
		return Math.max(0, room - (this.#held?.length ?? 0));
	}

	#onWritable(byteLength: number): void {
		if (!this.#tcp) return;
		this.#tcpWritable = byteLength;
		if (!this.#connected) {
			this.#connected = true;
			this.#options.onConnected?.call(this);
		}
		this.#flush();
		this.#announceWritable();
	}

	/** Takes from TCP what there is room for, again and again. */
	#pump(): void {
		if (this.#pumping) return;
		this.#pumping = true;
		try {
			while (this.#tcp && this.#step());
		} finally {
			this.#pumping = false;
		}
	}

	/** Whether there may be another step. */
	#step(): boolean {
		const client = this.#client;
		if (client.readable > 0) {
			if (this.#announced) return false; // until it was read
			this.#announced = true;
			this.#options.onReadable?.call(this, client.readable);
			return true;
		}
		if (client.ended) return this.#end();
		if (client.isBehind) return this.#receive(NOTHING);
		const wanted = Math.min(client.wanted, this.#tcpReadable);
		if (wanted === 0) {
			const reason = this.#connected ? "connection lost" : "connection refused";
			return this.#lost && this.#end(new TransportError(reason));
		}

		const bytes = this.#tcp!.read(wanted);
		if (!bytes || bytes.byteLength === 0) {
			this.#tcpReadable = 0;
			return true;
		}
		this.#tcpReadable -= bytes.byteLength;
		return this.#receive(new Uint8Array(bytes));
	}

	/** Whether there may be another step. */
	#receive(bytes: Uint8Array): boolean {
		const client = this.#client;
		const wasAuthenticated = this.#authenticated;
		try {
			client.receive(bytes);
			if (client.anchor !== undefined && !wasAuthenticated) {
				this.#clearDeadline();
				this.#options.onAuthenticated?.call(this, client.anchor);
				this.#authenticated = true;
			}
		} catch (error) {
			client.abort(error);
			return this.#end(error as Error);
		}
		this.#flush();
		if (!wasAuthenticated) this.#announceWritable();
		return true;
	}

	#announceWritable(): void {
		if (this.#tcp && this.#writable > 0) this.#options.onWritable?.call(this, this.#writable);
	}

	#flush(): void {
		if (!this.#tcp) return;
		const bytes = this.#client.take(this.#tcpWritable);
		if (bytes.length > 0) this.#tcpWritable = this.#tcp.write(bytes);
	}

	#end(error?: Error): false {
		this.#client.close(); // answers close_notify; after an error its alert is waiting already
		this.#closeTCP();
		this.#options.onError?.call(this, error);
		return false;
	}

	#clearDeadline(): void {
		if (this.#deadline !== undefined) this.#options.timer.clear(this.#deadline);
		this.#deadline = undefined;
	}

	#closeTCP(): void {
		this.#clearDeadline();
		const tcp = this.#tcp!;
		try {
			if (!this.#lost && this.#connected) this.#flush();
		} catch {
			// TCP is going anyway
		}
		this.#tcp = undefined;
		try {
			tcp.close();
		} catch {
			// the connection has ended, for whatever reason
		}
	}
}

function newClient(options: TLSSocketOptions): Client {
	return new Client({
		...options,
		random(bytes) {
			try {
				options.random(bytes);
			} catch {
				throw new TransportError("no randomness");
			}
		},
	});
}
