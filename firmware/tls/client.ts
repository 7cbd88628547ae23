// A TLS 1.3 client (RFC 8446) as a machine without I/O: bytes in, bytes out. It authenticates the server and protects
// what is exchanged; X25519, both suites of record.ts, HelloRetryRequest, KeyUpdate, no client certificate (asked for
// one, it says that it has none). Left out: PSK, tickets, resumption and 0-RTT, so that each connection checks a
// certificate. socket.ts runs it over TCP.
//
// The states are functions, named for what they await (RFC 8446 §A.1). Each takes one message and gives the next state;
// the last, `Established`, which alone can send application data, can only be made with an `AuthenticatedServer`, and
// that only by checking a Finished after a `ServerProof`, and that only by checking a signature with the key that the
// certificate check gave.

import { ascii, concatenate } from "../cbor.js";
import { Sha256, x25519, x25519PublicKey } from "../crypto/kernel.js";
import { isIPv4 } from "../url.js";
import { MAXIMUM_CHAIN, verifyPath, type PublicKey, type TrustAnchor } from "../x509/path.js";
import { signatureSchemes } from "../x509/public-key.js";
import { AlertError, alertFor, CLOSE_NOTIFY, refuse, USER_CANCELED } from "./alert.js";
import {
	CERTIFICATE, CERTIFICATE_REQUEST, CERTIFICATE_VERIFY, ENCRYPTED_EXTENSIONS, equals, FINISHED, KEY_UPDATE,
	MESSAGE_HASH, NEW_SESSION_TICKET, readCertificateRequest, readCertificates, readCertificateVerify,
	readEncryptedExtensions, readKeyUpdate, readNewSessionTicket, readServerHello, SERVER_HELLO, writeClientHello,
	writeMessage, type ClientHello, type FragmentLength, type ServerHello,
} from "./handshake.js";
import {
	applicationSecrets, handshakeSecrets, nextSecret, verifyData, type TrafficSecrets,
} from "./key-schedule.js";
import {
	ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, CIPHER_SUITES, HANDSHAKE, RecordReader, RecordWriter,
	type CipherSuite,
} from "./record.js";

export type { CipherSuite, FragmentLength };

const MAXIMUM_MESSAGE = 2_048; // bytes of any message but Certificate
const MAXIMUM_CERTIFICATE_MESSAGE = 4_096;
const MAXIMUM_EMPTY_RECORDS = 8; // in a row
const MAXIMUM_CHANGE_CIPHER_SPECS = 4;
const MAXIMUM_WARNINGS = 4; // user_canceled
const MAXIMUM_TICKETS = 8;
const MAXIMUM_KEY_UPDATES = 16;

export interface ClientOptions {
	/** The name that the server must have: a DNS name, or dotted IPv4. */
	host: string;
	/** By which CA the server may be authenticated, tried in this order. */
	anchors: readonly TrustAnchor[];
	/** Fills `bytes` from a hardware source of randomness. */
	random(bytes: Uint8Array): void;
	/** Bytes of content that a record may have, both ways: asked for and enforced. Default 512. */
	fragmentLength?: FragmentLength;
	/** Cipher suites, the one that is liked best first. Default: CIPHER_SUITES. */
	suites?: readonly CipherSuite[];
	/** False: the server has to ask for the key share by HelloRetryRequest, which costs a round trip (§4.2.8). */
	offerKeyShare?: boolean;
}

export class Client {
	readonly #connection: Connection;
	#state: State | Established;
	/** Of a message that does not lie in one record: its header, then all of it. */
	#partial: Uint8Array | undefined;
	#gathered = 0; // bytes of it
	/** Application bytes of the record at hand that were not read. */
	#unread: Uint8Array | undefined;
	#emptyRecords = 0;
	#changeCipherSpecs = 0;
	#warnings = 0;
	#ended = false;
	#closed = false;

	/** What `random` throws is thrown on. The ClientHello is waiting to be taken. */
	constructor(options: ClientOptions) {
		const { host, random, fragmentLength = 512, suites = CIPHER_SUITES } = options;
		const secret = new Uint8Array(32 + 32 + 32);
		random(secret);
		const privateKey = secret.subarray(64);
		const hello: ClientHello = {
			random: secret.subarray(0, 32),
			sessionId: secret.subarray(32, 64),
			suites,
			hostName: isIPv4(host) ? undefined : host,
			fragmentLength,
			keyShare: options.offerKeyShare === false ? undefined : x25519PublicKey(privateKey),
			cookie: undefined,
		};
		this.#connection = new Connection(options, fragmentLength);
		this.#connection.sendHello(hello, 0x0301);
		this.#state = awaitServerHello(this.#connection, hello, privateKey);
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
		return this.#unread || this.#ended || this.#closed ? 0 : this.#connection.reader.wanted;
	}

	/**
	 * Takes at most `wanted` bytes from the server. Throws AlertError or CertificateError, after which the machine is
	 * closed and, unless the server sent the alert, ours is waiting to be taken.
	 */
	receive(bytes: Uint8Array): void {
		expectAtMost(this.wanted, bytes);
		if (bytes.length === 0) return;
		const { reader } = this.#connection;
		try {
			reader.receive(bytes);
			if (reader.wanted > 0) return;
			const { type, content } = reader.open();
			this.#receiveRecord(type, content);
			if (!this.#unread) reader.next();
		} catch (error) {
			this.abort(error);
			throw error;
		}
	}

	/** How many bytes for the server are waiting to be taken. */
	get pending(): number {
		return this.#connection.outgoing?.length ?? 0;
	}

	/** Takes at most `byteLength` bytes for the server. */
	take(byteLength = Infinity): Uint8Array {
		const outgoing = this.#connection.outgoing ?? new Uint8Array(0);
		this.#connection.outgoing = outgoing.length > byteLength ? outgoing.subarray(byteLength) : undefined;
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
		}
		return taken.buffer;
	}

	/** How many application bytes one `write` takes: one record's content; 0 until the server is authenticated. */
	get writable(): number {
		return this.#state instanceof Established && !this.#closed ? this.#connection.sendLimit : 0;
	}

	/** Makes one record of at most `writable` bytes. */
	write(bytes: Uint8Array): void {
		expectAtMost(this.writable, bytes);
		if (bytes.length > 0) (this.#state as Established).write(bytes);
	}

	/** Changes the key of what we send (§4.6.3) and, if `both`, asks the server to do the same. */
	updateKey(both = false): void {
		if (this.writable > 0) (this.#state as Established).updateKey(both);
	}

	/** Says close_notify (§6.1), if there is anybody to tell; nothing can be written or received after it. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#unread = undefined;
		if (this.#state instanceof Established) this.#connection.send(ALERT, Uint8Array.of(1, CLOSE_NOTIFY));
	}

	/** Ends the connection because of `error`, with the alert that fits it (§6.2). */
	abort(error: unknown): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#unread = undefined;
		const fromServer = error instanceof AlertError && error.received;
		if (!fromServer) this.#connection.send(ALERT, Uint8Array.of(2, alertFor(error)));
	}

	#receiveRecord(type: number, content: Uint8Array): void {
		if (this.#partial && (type === CHANGE_CIPHER_SPEC || type === APPLICATION_DATA)) {
			refuse("message interleaved"); // §5.1
		}
		switch (type) {
			case CHANGE_CIPHER_SPEC: // §5: a single byte 01, until the server's Finished
				if (content[0] !== 1 || this.#state instanceof Established) refuse("bad change_cipher_spec");
				if (++this.#changeCipherSpecs > MAXIMUM_CHANGE_CIPHER_SPECS) refuse("too many change_cipher_spec");
				return;
			case ALERT:
				return this.#receiveAlert(content);
			case HANDSHAKE:
				if (content.length === 0) refuse("empty record"); // §5.1
				return this.#receiveHandshake(content);
			default:
				if (!(this.#state instanceof Established)) refuse("application data before Finished");
				if (content.length > 0) {
					this.#emptyRecords = 0;
					this.#unread = content;
				} else if (++this.#emptyRecords > MAXIMUM_EMPTY_RECORDS) {
					refuse("too many empty records");
				}
		}
	}

	/** §6: the level says nothing. */
	#receiveAlert(content: Uint8Array): void {
		if (content.length === 0) refuse("empty record"); // §5.1
		if (content.length !== 2) refuse("bad alert");
		const alert = content[1];
		if (alert === USER_CANCELED) {
			if (++this.#warnings > MAXIMUM_WARNINGS) refuse("too many alerts");
		} else if (alert === CLOSE_NOTIFY && this.#state instanceof Established) {
			this.#ended = true;
		} else {
			throw new AlertError(alert);
		}
	}

	/** Messages may share a record or be split over several (§5.1); only a split one is copied. */
	#receiveHandshake(content: Uint8Array): void {
		for (let offset = 0; offset < content.length; ) {
			const left = content.length - offset;
			if (!this.#partial && left >= 4) {
				const length = messageLength(content, offset);
				if (left >= length) {
					this.#receiveMessage(content.subarray(offset, offset + length), left === length);
					offset += length;
					continue;
				}
			}
			offset += this.#gather(content.subarray(offset));
		}
	}

	/** Takes what belongs to the message that is gathered, and gives that number. */
	#gather(content: Uint8Array): number {
		const partial = (this.#partial ??= new Uint8Array(4));
		const taken = Math.min(content.length, partial.length - this.#gathered);
		partial.set(content.subarray(0, taken), this.#gathered);
		this.#gathered += taken;
		if (this.#gathered < partial.length) return taken;
		if (this.#gathered === 4) {
			const message = (this.#partial = new Uint8Array(messageLength(partial, 0)));
			message.set(partial);
			if (message.length > 4) return taken;
		}
		const message = this.#partial!;
		this.#partial = undefined;
		this.#gathered = 0;
		this.#receiveMessage(message, taken === content.length);
		return taken;
	}

	/** After ServerHello, Finished and KeyUpdate the key is another: nothing may follow in the record (§5.1). */
	#receiveMessage(message: Uint8Array, endsRecord: boolean): void {
		const type = message[0];
		if (!endsRecord && (type === SERVER_HELLO || type === FINISHED || type === KEY_UPDATE)) {
			refuse("message across a key change");
		}
		const body = message.subarray(4), state = this.#state;
		if (state instanceof Established) state.receive(type, body);
		else this.#state = state(type, body, message);
	}
}

/** Our own mistake, if there are more. */
export function expectAtMost(limit: number, bytes: Uint8Array): void {
	if (bytes.length > limit) throw new RangeError(`expected at most ${limit} bytes, got ${bytes.length}`);
}

/** Length of a message with its header of four bytes, which starts at `offset`. */
function messageLength(bytes: Uint8Array, offset: number): number {
	const length = 4 + ((bytes[offset + 1] << 16) | (bytes[offset + 2] << 8) | bytes[offset + 3]);
	const maximum = bytes[offset] === CERTIFICATE ? MAXIMUM_CERTIFICATE_MESSAGE : MAXIMUM_MESSAGE;
	return length <= maximum ? length : refuse("message too long");
}

/** What the states share: the record layer and the transcript. */
class Connection {
	readonly options: ClientOptions;
	readonly reader: RecordReader;
	readonly writer = new RecordWriter();
	/** §4.4.1: a running hash, so that no message is kept. */
	transcript = new Sha256();
	/** Bytes for the server. */
	outgoing: Uint8Array | undefined;
	/** Bytes of content that our records may have. */
	sendLimit: number;
	#helloSent = false;
	#compatible = false;

	constructor(options: ClientOptions, fragmentLength: FragmentLength) {
		this.options = options;
		this.reader = new RecordReader(fragmentLength);
		this.sendLimit = fragmentLength;
	}

	sendHello(hello: ClientHello, version: number): void {
		const message = writeClientHello(hello);
		this.transcript.update(message);
		this.send(HANDSHAKE, message, version);
		this.#helloSent = true;
	}

	sendMessage(message: Uint8Array): void {
		this.transcript.update(message);
		this.send(HANDSHAKE, message);
	}

	/** After the first ClientHello, one change_cipher_spec goes before whatever is next (§D.4). */
	send(type: number, content: Uint8Array, version?: number): void {
		if (this.#helloSent && !this.#compatible) {
			this.#compatible = true;
			this.#queue(this.writer.write(CHANGE_CIPHER_SPEC, Uint8Array.of(1)));
		}
		this.#queue(this.writer.write(type, content, version));
	}

	#queue(record: Uint8Array): void {
		this.outgoing = this.outgoing ? concatenate(this.outgoing, record) : record;
	}
}

/** Takes one message, `body` without its header; gives the state that awaits the next one. */
type State = (type: number, body: Uint8Array, message: Uint8Array) => State | Established;

/** `retried`: the suite of the HelloRetryRequest that was answered, if there was one. */
function awaitServerHello(
	connection: Connection, ours: ClientHello, privateKey: Uint8Array, retried?: CipherSuite,
): State {
	return (type, body, message) => {
		if (type !== SERVER_HELLO) refuse("unexpected message");
		const hello = readServerHello(body, ours);
		if (hello.isRetryRequest) {
			if (retried) refuse("second HelloRetryRequest");
			return answerRetry(connection, ours, privateKey, hello, message);
		}
		const { suite, keyShare } = hello;
		if (retried && suite !== retried) refuse("cipher suite changed"); // §4.1.4
		if (!ours.keyShare) refuse("group not offered"); // §4.2.8: it belongs to no share of ours
		const sharedSecret = x25519(privateKey, keyShare!);
		if (sharedSecret.every(byte => byte === 0)) refuse("shared secret is zero"); // §7.4.2

		const { reader, writer, transcript } = connection;
		transcript.update(message);
		const { traffic, master } = handshakeSecrets(sharedSecret, transcript.digest());
		reader.protect(suite, traffic.server);
		writer.protect(suite, traffic.client);
		return awaitEncryptedExtensions(connection, ours, { suite, traffic, master });
	};
}

/** HelloRetryRequest (§4.1.4). */
function answerRetry(
	connection: Connection, ours: ClientHello, privateKey: Uint8Array,
	{ suite, wantsKeyShare, cookie }: ServerHello, message: Uint8Array,
): State {
	if (!wantsKeyShare && !cookie) refuse("HelloRetryRequest changes nothing");
	if (wantsKeyShare && ours.keyShare) refuse("key share already sent");
	const helloHash = connection.transcript.digest(); // §4.4.1: the first ClientHello's hash stands for it
	connection.transcript = new Sha256();
	connection.transcript.update(writeMessage(MESSAGE_HASH, helloHash));
	connection.transcript.update(message);
	const second: ClientHello = { ...ours, cookie: cookie?.slice() };
	if (wantsKeyShare) second.keyShare = x25519PublicKey(privateKey);
	connection.sendHello(second, 0x0303);
	return awaitServerHello(connection, second, privateKey, suite);
}

/** Handshake traffic secrets, and the master secret that comes after them. */
interface HandshakeKeys {
	suite: CipherSuite;
	traffic: TrafficSecrets;
	master: Uint8Array;
}

function awaitEncryptedExtensions(connection: Connection, ours: ClientHello, keys: HandshakeKeys): State {
	return (type, body, message) => {
		if (type !== ENCRYPTED_EXTENSIONS) refuse("unexpected message");
		connection.sendLimit = readEncryptedExtensions(body, ours);
		connection.transcript.update(message);
		return awaitCertificate(connection, keys, false);
	};
}

/** `requested`: whether the server has asked for our certificate. */
function awaitCertificate(connection: Connection, keys: HandshakeKeys, requested: boolean): State {
	return (type, body, message) => {
		if (type === CERTIFICATE_REQUEST && !requested) {
			readCertificateRequest(body);
			connection.transcript.update(message);
			return awaitCertificate(connection, keys, true);
		}
		if (type !== CERTIFICATE) refuse("unexpected message");
		const { host, anchors } = connection.options;
		const certified = verifyPath(readCertificates(body, MAXIMUM_CHAIN), host, anchors);
		connection.transcript.update(message);
		return awaitCertificateVerify(connection, keys, requested, certified);
	};
}

/** What the certificate check gave: the key that the server has to prove that it holds. */
interface Certified {
	publicKey: PublicKey;
	anchor: number;
}

function awaitCertificateVerify(
	connection: Connection, keys: HandshakeKeys, requested: boolean, certified: Certified,
): State {
	return (type, body, message) => {
		if (type !== CERTIFICATE_VERIFY) refuse("unexpected message");
		const proof = ServerProof.check(certified, connection.transcript.digest(), body);
		connection.transcript.update(message);
		return awaitFinished(connection, keys, requested, proof);
	};
}

function awaitFinished(connection: Connection, keys: HandshakeKeys, requested: boolean, proof: ServerProof): State {
	return (type, body, message) => {
		if (type !== FINISHED) refuse("unexpected message");
		const { suite, traffic, master } = keys, { reader, writer, transcript } = connection;
		const server = AuthenticatedServer.check(proof, traffic.server, transcript.digest(), body);
		transcript.update(message);
		const secrets = applicationSecrets(master, transcript.digest());
		reader.protect(suite, secrets.server);
		if (requested) connection.sendMessage(writeMessage(CERTIFICATE, new Uint8Array(4))); // an empty one (§4.4.2)
		connection.sendMessage(writeMessage(FINISHED, verifyData(traffic.client, transcript.digest())));
		writer.protect(suite, secrets.client);
		return new Established(connection, suite, secrets, server);
	};
}

/** 64 spaces, the context and a zero (§4.4.3): the transcript's hash comes after them. */
const SIGNED_PREFIX = `${" ".repeat(64)}TLS 1.3, server CertificateVerify\0`;

/** The server has signed this handshake with the key of its certificate. */
class ServerProof {
	readonly anchor: number;

	private constructor(anchor: number) {
		this.anchor = anchor;
	}

	/** §4.4.3. */
	static check({ publicKey, anchor }: Certified, transcriptHash: Uint8Array, certificateVerify: Uint8Array): ServerProof {
		const { scheme, signature } = readCertificateVerify(certificateVerify);
		const offered = signatureSchemes.find(({ code }) => code === scheme);
		if (!offered) return refuse("signature algorithm not offered");
		if (offered.algorithm !== publicKey.algorithm) refuse("signature algorithm of another key");
		const signed = concatenate(ascii(SIGNED_PREFIX), transcriptHash);
		if (!publicKey.verify(signed, signature)) refuse("bad signature by server");
		return new ServerProof(anchor);
	}
}

/** The server has proved itself, and that both have seen the same handshake. */
class AuthenticatedServer {
	readonly anchor: number;

	private constructor(anchor: number) {
		this.anchor = anchor;
	}

	/** §4.4.4. */
	static check(
		proof: ServerProof, trafficSecret: Uint8Array, transcriptHash: Uint8Array, finished: Uint8Array,
	): AuthenticatedServer {
		if (finished.length !== 32) refuse("malformed message");
		if (!equals(finished, verifyData(trafficSecret, transcriptHash))) refuse("bad Finished");
		return new AuthenticatedServer(proof.anchor);
	}
}

/** After the handshake: application data, tickets, other keys. */
class Established {
	readonly server: AuthenticatedServer;
	readonly #connection: Connection;
	readonly #suite: CipherSuite;
	readonly #secrets: TrafficSecrets;
	#tickets = 0;
	#keyUpdates = 0;

	constructor(connection: Connection, suite: CipherSuite, secrets: TrafficSecrets, server: AuthenticatedServer) {
		this.server = server;
		this.#connection = connection;
		this.#suite = suite;
		this.#secrets = secrets;
	}

	/** One record of application data. */
	write(bytes: Uint8Array): void {
		this.#connection.send(APPLICATION_DATA, bytes);
	}

	receive(type: number, body: Uint8Array): void {
		if (type === NEW_SESSION_TICKET) {
			readNewSessionTicket(body); // §4.6.1: of no use here
			if (++this.#tickets > MAXIMUM_TICKETS) refuse("too many tickets");
		} else if (type === KEY_UPDATE) {
			const wantsOurs = readKeyUpdate(body);
			if (++this.#keyUpdates > MAXIMUM_KEY_UPDATES) refuse("too many key updates");
			this.#secrets.server = nextSecret(this.#secrets.server);
			this.#connection.reader.protect(this.#suite, this.#secrets.server);
			if (wantsOurs) this.updateKey(false);
		} else {
			refuse("unexpected message");
		}
	}

	/** §4.6.3: the message goes under the old key. */
	updateKey(both: boolean): void {
		this.#connection.send(HANDSHAKE, writeMessage(KEY_UPDATE, Uint8Array.of(both ? 1 : 0)));
		this.#secrets.client = nextSecret(this.#secrets.client);
		this.#connection.writer.protect(this.#suite, this.#secrets.client);
	}
}
