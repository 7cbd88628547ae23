// A TLS 1.3 client (RFC 9846) as a machine without I/O: bytes in, bytes out. It authenticates the server and protects
// what is exchanged; X25519 or X25519MLKEM768 (secp256r1 where it is asked for), both suites of record.ts,
// HelloRetryRequest, KeyUpdate, no client certificate (asked for one, it says that it has none). Left out: PSK, tickets,
// resumption and 0-RTT, so that each connection checks a certificate. Here records become messages; states.ts says what
// they mean; socket.ts runs it all over TCP.

import { equalBytes } from "../bytes.js";
import type { KeyExchange } from "../ports.js";
import { isIPv4 } from "../url.js";
import type { TrustAnchor } from "../x509/path.js";
import {
	AlertError,
	alertFor,
	CLOSE_NOTIFY,
	DECODE_ERROR,
	refuse,
	UNEXPECTED_MESSAGE,
	USER_CANCELED,
} from "./alert.js";
import { Connection, NOTHING } from "./connection.js";
import {
	CERTIFICATE,
	CERTIFICATE_REQUEST,
	type ClientHello,
	FINISHED,
	type FragmentLength,
	KEY_UPDATE,
} from "./handshake.js";
import { groupsOf } from "./key-exchange.js";
import {
	ALERT,
	APPLICATION_DATA,
	CHANGE_CIPHER_SPEC,
	CIPHER_SUITES,
	type CipherSuite,
	HANDSHAKE,
	LONGEST_FRAGMENT,
} from "./record.js";
import { awaitServerHello, Established, HASHED, type State } from "./states.js";

export type { CipherSuite, FragmentLength };

const MAXIMUM_MESSAGE = 2_560; // bytes of any message but Certificate: a CertificateVerify by ML-DSA-44 has 2,428
const MAXIMUM_CERTIFICATE_MESSAGE = 10_240;
const LONGEST = LONGEST_FRAGMENT + MAXIMUM_CERTIFICATE_MESSAGE;
const MAXIMUM_EMPTY_RECORDS = 8; // in a row
const MAXIMUM_CHANGE_CIPHER_SPECS = 4;
const MAXIMUM_WARNINGS = 4; // user_canceled

export interface ClientOptions {
	/** The name that the server must have: a DNS name, or dotted IPv4. */
	host: string;
	/** By which CA the server may be authenticated, tried in this order. */
	anchors: readonly TrustAnchor[];
	/** Fills `bytes` from a hardware source of randomness. */
	random(bytes: Uint8Array): void;
	/** Bytes of content that a record may have, both ways: asked for, and enforced where the server agrees. Default 512. */
	fragmentLength?: FragmentLength;
	/**
	 * Bytes that a record's fragment may take from a server that does not do as it is asked, together with a message that
	 * is not complete yet: so much memory there has to be. Default: 26,880, which is all that there are (§5.2).
	 */
	recordLimit?: number;
	/** False: the server is not told which CAs it may show a certificate of (§4.3.4). */
	nameAuthorities?: boolean;
	/** Cipher suites, the one that is liked best first. Default: CIPHER_SUITES. */
	suites?: readonly CipherSuite[];
	/** Whose key share is sent; the others are for a server that asks for them. Default x25519, and where there is no other. */
	keyExchange?: KeyExchange;
	/** False: the server has to ask for the key share by HelloRetryRequest, which costs a round trip (§4.3.8). */
	offerKeyShare?: boolean;
}

export class Client {
	readonly #connection: Connection;
	#state: State | Established;
	/** Of a message that does not lie in one record: its header, then all of it. */
	#partial: Uint8Array | undefined;
	#gathered = 0; // bytes of it
	/** What is missing of a CertificateRequest that is too long to be kept. */
	#hashing = 0; // bytes
	/** Application bytes of the record at hand that were not read. */
	#unread: Uint8Array | undefined;
	/** Something was received that waits, because the caller has to do something first. */
	#isBehind = false;
	#emptyRecords = 0;
	#changeCipherSpecs = 0;
	#warnings = 0;
	#ended = false;
	#closed = false;
	#writeClosed = false;

	/** What `random` throws is thrown on. The ClientHello is waiting to be taken. */
	constructor(options: ClientOptions) {
		const { host, random, fragmentLength = 512, recordLimit = LONGEST, suites = CIPHER_SUITES } = options;
		const groups = groupsOf(options.keyExchange),
			[group] = groups;
		const spareAt = 64 + group.secretLength;
		const drawn = new Uint8Array(spareAt + Math.max(...groups.map(({ secretLength }) => secretLength)));
		random(drawn);
		const secret = drawn.subarray(64, spareAt),
			spare = drawn.subarray(spareAt);
		this.#connection = new Connection(host, options.anchors, fragmentLength, recordLimit);
		this.#connection.keep(secret, spare);
		const hello: ClientHello = {
			random: drawn.subarray(0, 32),
			sessionId: drawn.subarray(32, 64),
			suites,
			hostName: isIPv4(host) ? undefined : host,
			fragmentLength,
			groups,
			keyShare: options.offerKeyShare === false ? undefined : { group, share: group.share(secret) },
			schemes: this.#connection.schemes,
			authorities: options.nameAuthorities === false ? [] : subjectsOf(options.anchors),
			cookie: undefined,
		};
		this.#connection.sendHello(hello, 0x0301);
		this.#state = awaitServerHello(this.#connection, hello, secret, { secret: spare });
	}

	/** The index of the anchor that authenticated the server; undefined until its Finished was verified. */
	get anchor(): number | undefined {
		return this.#state instanceof Established ? this.#state.server.anchor : undefined;
	}

	/** Whether the server said close_notify: all it had to say was read. */
	get ended(): boolean {
		return this.#ended;
	}

	/** How many bytes `receive` takes now: 0 while application bytes are unread, and when all is over. */
	get wanted(): number {
		return this.#mayReceive ? this.#connection.reader.wanted : 0;
	}

	/** Whether `receive` has something to do although no byte comes: what came with the last ones, and had to wait. */
	get isBehind(): boolean {
		return this.#isBehind && this.#mayReceive;
	}

	/**
	 * Takes at most `wanted` bytes from the server, and goes on until there are application bytes to be read, or the
	 * server has authenticated itself: whatever it says after that waits for the next call. Throws AlertError or
	 * CertificateError, after which the machine is closed and, unless the server sent the alert, ours is waiting to be
	 * taken.
	 */
	receive(bytes: Uint8Array): void {
		expectAtMost(this.wanted, bytes);
		if (!this.#mayReceive) return;
		try {
			this.#connection.reader.receive(bytes);
			this.#receiveRecords();
		} catch (error) {
			this.abort(error);
			throw error;
		}
	}

	get #mayReceive(): boolean {
		return !(this.#unread || this.#ended || this.#closed);
	}

	#receiveRecords(): void {
		const { reader } = this.#connection;
		const wasEstablished = this.#state instanceof Established;
		this.#isBehind = false;
		while (reader.hasRecord()) {
			const { type, content } = reader.open();
			this.#receiveRecord(type, content);
			if (this.#unread) return;
			reader.next();
			if (this.#ended) return;
			if (this.#state instanceof Established && !wasEstablished) {
				this.#isBehind = reader.hasBegun;
				return;
			}
		}
	}

	/** How many bytes for the server are waiting to be taken. */
	get pending(): number {
		return this.#connection.outgoing.length;
	}

	/** Takes at most `byteLength` bytes for the server. */
	take(byteLength = Infinity): Uint8Array {
		const { outgoing } = this.#connection;
		this.#connection.outgoing = outgoing.length > byteLength ? outgoing.subarray(byteLength) : NOTHING;
		return outgoing.subarray(0, byteLength);
	}

	/** How many application bytes may be read now. */
	get readable(): number {
		return this.#unread?.length ?? 0;
	}

	/** Takes at most `byteLength` application bytes, as a copy; undefined if there are none. */
	read(byteLength = Infinity): ArrayBuffer | undefined {
		const unread = this.#unread;
		if (!unread || byteLength <= 0) return undefined;
		const taken = unread.slice(0, byteLength);
		if (taken.length < unread.length) {
			this.#unread = unread.subarray(taken.length);
		} else {
			this.#unread = undefined;
			this.#connection.reader.next();
			this.#isBehind = this.#connection.reader.hasBegun;
		}
		return taken.buffer;
	}

	/** How many application bytes one `write` takes: one record's content; 0 until the server is authenticated. */
	get writable(): number {
		const mayWrite = this.#state instanceof Established && !this.#closed && !this.#writeClosed;
		return mayWrite ? this.#connection.sendLimit : 0;
	}

	/** Makes one record of at most `writable` bytes. */
	write(bytes: Uint8Array): void {
		expectAtMost(this.writable, bytes);
		if (bytes.length > 0) (this.#state as Established).write(bytes);
	}

	/** Changes the key of what we send (§4.7.3) and, if `both`, asks the server to do the same. */
	updateKey(both = false): void {
		if (this.writable > 0) (this.#state as Established).updateKey(both);
	}

	/** Says close_notify (§6.1), if there is anybody to tell: nothing is written after it; what comes is still read. */
	closeWrite(): void {
		if (this.writable === 0) return;
		this.#writeClosed = true;
		this.#connection.send(ALERT, Uint8Array.of(1, CLOSE_NOTIFY));
	}

	/** Says close_notify; nothing can be written or received after it. Secrets are overwritten. */
	close(): void {
		if (this.#closed) return;
		this.closeWrite();
		this.#end();
	}

	/** Ends the connection because of `error`, with the alert that fits it (§6.2). */
	abort(error: unknown): void {
		if (this.#closed) return;
		const fromServer = error instanceof AlertError && error.received;
		if (!fromServer && !this.#writeClosed) this.#connection.send(ALERT, Uint8Array.of(2, alertFor(error)));
		this.#end();
	}

	#end(): void {
		this.#closed = true;
		this.#unread = undefined;
		this.#connection.wipe();
	}

	/** Whether a message has begun and is not complete. */
	get #inMessage(): boolean {
		return this.#partial !== undefined || this.#hashing > 0;
	}

	#receiveRecord(type: number, content: Uint8Array): void {
		if (this.#inMessage && (type === CHANGE_CIPHER_SPEC || type === APPLICATION_DATA)) {
			refuse("message interleaved", UNEXPECTED_MESSAGE); // §5.1
		}
		switch (type) {
			case CHANGE_CIPHER_SPEC: // §5: a single byte 01, until the server's Finished
				if (content[0] !== 1 || this.#state instanceof Established)
					refuse("bad change_cipher_spec", UNEXPECTED_MESSAGE);
				if (++this.#changeCipherSpecs > MAXIMUM_CHANGE_CIPHER_SPECS)
					refuse("too many change_cipher_spec", UNEXPECTED_MESSAGE);
				return;
			case ALERT:
				return this.#receiveAlert(content);
			case HANDSHAKE:
				if (content.length === 0) refuse("empty record", UNEXPECTED_MESSAGE); // §5.1
				return this.#receiveHandshake(content);
			default:
				if (!(this.#state instanceof Established)) refuse("application data before Finished", UNEXPECTED_MESSAGE);
				if (content.length > 0) {
					this.#emptyRecords = 0;
					this.#unread = content;
					this.#state.receivedData();
				} else if (++this.#emptyRecords > MAXIMUM_EMPTY_RECORDS) {
					refuse("too many empty records", UNEXPECTED_MESSAGE);
				}
		}
	}

	/** §6: the level says nothing. */
	#receiveAlert(content: Uint8Array): void {
		if (content.length === 0) refuse("empty record", UNEXPECTED_MESSAGE); // §5.1
		if (content.length !== 2) refuse("bad alert", DECODE_ERROR);
		const alert = content[1];
		if (this.#inMessage && (alert === USER_CANCELED || alert === CLOSE_NOTIFY))
			refuse("message interleaved", UNEXPECTED_MESSAGE); // §5.1
		if (alert === USER_CANCELED) {
			if (++this.#warnings > MAXIMUM_WARNINGS) refuse("too many alerts", UNEXPECTED_MESSAGE);
		} else if (alert === CLOSE_NOTIFY && this.#state instanceof Established) {
			this.#ended = true;
		} else {
			throw new AlertError(alert, !this.#connection.reader.isProtected);
		}
	}

	/** Messages may share a record or be split over several (§5.1); only a split one is copied. */
	#receiveHandshake(content: Uint8Array): void {
		for (let offset = 0; offset < content.length; ) {
			const rest = content.subarray(offset);
			if (this.#hashing > 0) {
				offset += this.#hash(rest);
			} else if (this.#partial || rest.length < 4) {
				offset += this.#gather(rest);
			} else {
				const length = this.#begin(rest);
				if (this.#hashing > 0) continue;
				if (rest.length < length) {
					offset += this.#gather(rest);
				} else {
					offset += length;
					this.#receiveMessage(rest.subarray(0, length), rest.length === length);
				}
			}
		}
	}

	/** Takes what belongs to the message that is gathered, first its header, and gives that number. */
	#gather(content: Uint8Array): number {
		const partial = (this.#partial ??= new Uint8Array(4));
		const taken = Math.min(content.length, partial.length - this.#gathered);
		partial.set(content.subarray(0, taken), this.#gathered);
		this.#gathered += taken;
		if (this.#gathered < partial.length) return taken;
		if (this.#gathered === 4) {
			const length = this.#begin(partial);
			if (this.#hashing === 0 && length > 4) {
				this.#connection.reader.hold(length);
				this.#partial = new Uint8Array(length);
				this.#partial.set(partial);
				return taken;
			}
		}
		this.#partial = undefined;
		this.#gathered = 0;
		this.#connection.reader.hold(0);
		if (this.#hashing > 0) this.#hash(partial);
		else this.#receiveMessage(partial, taken === content.length);
		return taken;
	}

	/**
	 * The length of the message that `header` begins. A CertificateRequest may list the names of a hundred CAs: one that
	 * is too long to be kept is hashed and forgotten, since the answer is always the same.
	 */
	#begin(header: Uint8Array): number {
		const type = header[0],
			length = 4 + ((header[1] << 16) | (header[2] << 8) | header[3]);
		if (length > (type === CERTIFICATE ? MAXIMUM_CERTIFICATE_MESSAGE : MAXIMUM_MESSAGE)) {
			if (type !== CERTIFICATE_REQUEST || !this.#connection.requestAwaited) refuse("message too long");
			this.#hashing = length;
		}
		return length;
	}

	/** Takes what belongs to the message that is hashed, and gives that number. */
	#hash(content: Uint8Array): number {
		const taken = Math.min(content.length, this.#hashing);
		this.#connection.transcript.update(content.subarray(0, taken));
		this.#hashing -= taken;
		if (this.#hashing === 0)
			this.#state = (this.#state as State)(CERTIFICATE_REQUEST, HASHED, HASHED, taken === content.length);
		return taken;
	}

	/** After Finished and KeyUpdate, as after ServerHello, the key is another: nothing may follow in the record (§5.1). */
	#receiveMessage(message: Uint8Array, endsRecord: boolean): void {
		const type = message[0];
		if (!endsRecord && (type === FINISHED || type === KEY_UPDATE))
			refuse("message across a key change", UNEXPECTED_MESSAGE);
		const body = message.subarray(4),
			state = this.#state;
		if (state instanceof Established) state.receive(type, body);
		else this.#state = state(type, body, message, endsRecord);
	}
}

/** The anchors' names, each once: two issues of one CA's information have the same. */
function subjectsOf(anchors: readonly TrustAnchor[]): Uint8Array[] {
	const subjects: Uint8Array[] = [];
	for (const { subject } of anchors) if (!subjects.some(other => equalBytes(other, subject))) subjects.push(subject);
	return subjects;
}

/** Our own mistake, if there are more. */
export function expectAtMost(limit: number, bytes: Uint8Array): void {
	if (bytes.length > limit) throw new RangeError(`expected at most ${limit} bytes, got ${bytes.length}`);
}
