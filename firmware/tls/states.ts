// The states of a handshake (RFC 9846 §A.1): functions, named for what they await. Each takes one message and gives
// the next state. The last, `Established`, which alone can send application data, can only be made with an
// `AuthenticatedServer`, and that only by checking a Finished after a `ServerProof`, and that only by checking a
// signature with the key that the certificate check gave.

import { concatenate, equalSecrets } from "../bytes.js";
import { Sha256 } from "../crypto/kernel.js";
import { literal } from "../literals.js";
import { MAXIMUM_CHAIN, type PublicKey, verifyPath } from "../x509/path.js";
import type { SignatureScheme } from "../x509/signature-algorithm.js";
import { DECODE_ERROR, DECRYPT_ERROR, refuse, UNEXPECTED_MESSAGE } from "./alert.js";
import type { Connection } from "./connection.js";
import {
	CERTIFICATE,
	CERTIFICATE_REQUEST,
	CERTIFICATE_VERIFY,
	type ClientHello,
	ENCRYPTED_EXTENSIONS,
	FINISHED,
	KEY_UPDATE,
	MESSAGE_HASH,
	NEW_SESSION_TICKET,
	readCertificateRequest,
	readCertificates,
	readCertificateVerify,
	readEncryptedExtensions,
	readKeyUpdate,
	readNewSessionTicket,
	readServerHello,
	SERVER_HELLO,
	type ServerHello,
	writeMessage,
} from "./handshake.js";
import { applicationSecrets, handshakeSecrets, nextSecret, type TrafficSecrets, verifyData } from "./key-schedule.js";
import { APPLICATION_DATA, type CipherSuite, HANDSHAKE } from "./record.js";

const MAXIMUM_TICKETS = 8;
const MAXIMUM_KEY_UPDATES = 16; // without data between
const LAST_RECORDS = 16; // under one key: before they come, it is changed

/** Stands for a message that was hashed piece by piece, since it is longer than there is memory for. */
export const HASHED = new Uint8Array(0);

/**
 * Takes one message, `body` without its header; gives the state that awaits the next one. `endsRecord`: nothing stands
 * behind it in its record, as it has to be before a change of keys (§5.1).
 */
export type State = (type: number, body: Uint8Array, message: Uint8Array, endsRecord: boolean) => State | Established;

/** `secret`: of our share. `retry`: of the share that a HelloRetryRequest may ask for; undefined: it was answered. */
export function awaitServerHello(
	connection: Connection,
	ours: ClientHello,
	secret: Uint8Array,
	retry: { secret: Uint8Array } | { suite: CipherSuite },
): State {
	return (type, body, message, endsRecord) => {
		expectType(type, SERVER_HELLO);
		const hello = readServerHello(body, ours); // an older server, which sends its flight in one record, is told apart here
		if (!endsRecord) refuse("message across a key change", UNEXPECTED_MESSAGE);
		if (hello.isRetryRequest) {
			if ("suite" in retry) return refuse("second HelloRetryRequest", UNEXPECTED_MESSAGE);
			return answerRetry(connection, ours, secret, retry.secret, hello, message);
		}
		const { suite, group, keyShare } = hello;
		if ("suite" in retry && suite !== retry.suite) refuse("cipher suite changed"); // §4.2.4
		if (group !== ours.keyShare?.group) refuse("group not offered"); // §4.3.8: it belongs to no share of ours
		const sharedSecret = group!.sharedSecret(secret, keyShare!);
		secret.fill(0);

		const { reader, writer, transcript } = connection;
		transcript.update(message);
		const { traffic, main } = handshakeSecrets(sharedSecret, transcript.digest());
		sharedSecret.fill(0);
		connection.keep(traffic.client, traffic.server, main);
		reader.protect(suite, traffic.server);
		writer.protect(suite, traffic.client);
		return awaitEncryptedExtensions(connection, ours, { suite, traffic, main });
	};
}

/** HelloRetryRequest (§4.2.4). A share that it wants is made of `spare`, which is long enough for any. */
function answerRetry(
	connection: Connection,
	ours: ClientHello,
	secret: Uint8Array,
	spare: Uint8Array,
	{ suite, group, cookie }: ServerHello,
	message: Uint8Array,
): State {
	if (!group && !cookie) refuse("HelloRetryRequest changes nothing");
	if (group && group === ours.keyShare?.group) refuse("key share already sent");
	const helloHash = connection.transcript.digest(); // §4.1: the first ClientHello's hash stands for it
	connection.transcript = new Sha256();
	connection.transcript.update(writeMessage(MESSAGE_HASH, helloHash));
	connection.transcript.update(message);
	const second: ClientHello = { ...ours, cookie: cookie?.slice() };
	if (group) {
		secret = spare.subarray(0, group.secretLength);
		second.keyShare = { group, share: group.share(secret) };
	}
	connection.sendHello(second, 0x0303);
	return awaitServerHello(connection, second, secret, { suite });
}

/** Handshake traffic secrets, and the main secret that comes after them. */
interface HandshakeKeys {
	suite: CipherSuite;
	traffic: TrafficSecrets;
	main: Uint8Array;
}

function awaitEncryptedExtensions(connection: Connection, ours: ClientHello, keys: HandshakeKeys): State {
	return (type, body, message) => {
		expectType(type, ENCRYPTED_EXTENSIONS);
		const { sendLimit, limitAgreed } = readEncryptedExtensions(body, ours);
		connection.sendLimit = sendLimit;
		if (limitAgreed) connection.reader.enforce();
		connection.transcript.update(message);
		return awaitCertificate(connection, keys, false);
	};
}

/** `requested`: whether the server has asked for our certificate. */
function awaitCertificate(connection: Connection, keys: HandshakeKeys, requested: boolean): State {
	connection.requestAwaited = !requested;
	return (type, body, message) => {
		if (type === CERTIFICATE_REQUEST && !requested) {
			if (body !== HASHED) readCertificateRequest(body);
			connection.transcript.update(message);
			return awaitCertificate(connection, keys, true);
		}
		expectType(type, CERTIFICATE);
		connection.requestAwaited = false;
		const certified = verifyPath(readCertificates(body, MAXIMUM_CHAIN), connection.host, connection.anchors);
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
	connection: Connection,
	keys: HandshakeKeys,
	requested: boolean,
	certified: Certified,
): State {
	return (type, body, message) => {
		expectType(type, CERTIFICATE_VERIFY);
		const proof = ServerProof.check(certified, connection.schemes, connection.transcript.digest(), body);
		connection.transcript.update(message);
		return awaitFinished(connection, keys, requested, proof);
	};
}

function awaitFinished(connection: Connection, keys: HandshakeKeys, requested: boolean, proof: ServerProof): State {
	return (type, body, message) => {
		expectType(type, FINISHED);
		const { suite, traffic, main } = keys,
			{ reader, writer, transcript } = connection;
		const server = AuthenticatedServer.check(proof, traffic.server, transcript.digest(), body);
		transcript.update(message);
		const secrets = applicationSecrets(main, transcript.digest());
		connection.keep(secrets.client, secrets.server);
		reader.protect(suite, secrets.server);
		if (requested) connection.sendMessage(writeMessage(CERTIFICATE, new Uint8Array(4))); // an empty one (§4.5.1)
		connection.sendMessage(writeMessage(FINISHED, verifyData(traffic.client, transcript.digest())));
		writer.protect(suite, secrets.client);
		traffic.client.fill(0);
		traffic.server.fill(0);
		main.fill(0);
		return new Established(connection, suite, secrets, server);
	};
}

function expectType(type: number, expected: number): void {
	if (type !== expected) refuse("unexpected message", UNEXPECTED_MESSAGE);
}

/** 64 spaces, the context and a zero (§4.5.2): the transcript's hash comes after them. */
const SIGNED_PREFIX = literal(`${" ".repeat(64)}TLS 1.3, server CertificateVerify\0`);

/** The server has signed this handshake with the key of its certificate. */
class ServerProof {
	readonly anchor: number;

	private constructor(anchor: number) {
		this.anchor = anchor;
	}

	/** §4.5.2. */
	static check(
		{ publicKey, anchor }: Certified,
		offered: readonly SignatureScheme[],
		transcriptHash: Uint8Array,
		message: Uint8Array,
	): ServerProof {
		const { scheme, signature } = readCertificateVerify(message);
		const algorithm = offered.find(({ code }) => code === scheme) ?? refuse("signature algorithm not offered");
		if (algorithm.key !== publicKey.algorithm) refuse("signature algorithm of another key");
		const signed = concatenate(SIGNED_PREFIX, transcriptHash);
		if (!publicKey.verify(algorithm, signed, signature)) refuse("bad signature by server", DECRYPT_ERROR);
		return new ServerProof(anchor);
	}
}

/** The server has proved itself, and that both have seen the same handshake. */
class AuthenticatedServer {
	readonly anchor: number;

	private constructor(anchor: number) {
		this.anchor = anchor;
	}

	/** §4.5.3. */
	static check(
		proof: ServerProof,
		trafficSecret: Uint8Array,
		transcriptHash: Uint8Array,
		finished: Uint8Array,
	): AuthenticatedServer {
		if (finished.length !== 32) refuse("malformed message", DECODE_ERROR);
		if (!equalSecrets(finished, verifyData(trafficSecret, transcriptHash))) refuse("bad Finished", DECRYPT_ERROR);
		return new AuthenticatedServer(proof.anchor);
	}
}

/** After the handshake: application data, tickets, other keys. */
export class Established {
	readonly server: AuthenticatedServer;
	readonly #connection: Connection;
	readonly #suite: CipherSuite;
	readonly #secrets: TrafficSecrets;
	#tickets = 0;
	#keyUpdates = 0; // since the server's last data
	#silent = false; // nothing was sent since our last KeyUpdate
	#asked = false; // the server is to change its key

	constructor(connection: Connection, suite: CipherSuite, secrets: TrafficSecrets, server: AuthenticatedServer) {
		this.server = server;
		this.#connection = connection;
		this.#suite = suite;
		this.#secrets = secrets;
	}

	/** One record of application data. A key that has protected nearly as many as it may is changed after it (§5.5). */
	write(bytes: Uint8Array): void {
		this.#connection.send(APPLICATION_DATA, bytes);
		this.#silent = false;
		if (this.#connection.writer.left <= LAST_RECORDS) this.updateKey(false);
	}

	/** A record of the server's application data was opened. */
	receivedData(): void {
		this.#keyUpdates = 0;
		if (this.#asked || this.#connection.reader.left > LAST_RECORDS) return;
		this.#asked = true;
		this.updateKey(true);
	}

	receive(type: number, body: Uint8Array): void {
		if (type === NEW_SESSION_TICKET) {
			readNewSessionTicket(body); // §4.7.1: of no use here
			if (++this.#tickets > MAXIMUM_TICKETS) refuse("too many tickets", UNEXPECTED_MESSAGE);
		} else {
			expectType(type, KEY_UPDATE);
			const wantsOurs = readKeyUpdate(body);
			if (++this.#keyUpdates > MAXIMUM_KEY_UPDATES) refuse("too many key updates", UNEXPECTED_MESSAGE);
			this.#succeed(this.#secrets.server);
			this.#connection.reader.protect(this.#suite, this.#secrets.server);
			this.#asked = false;
			if (wantsOurs && !this.#silent) this.updateKey(false); // one answer is enough for several
		}
	}

	/** §4.7.3: the message goes under the old key. */
	updateKey(both: boolean): void {
		this.#connection.send(HANDSHAKE, writeMessage(KEY_UPDATE, Uint8Array.of(both ? 1 : 0)));
		this.#succeed(this.#secrets.client);
		this.#connection.writer.protect(this.#suite, this.#secrets.client);
		this.#silent = true;
	}

	/** The secret after it takes its place, and so is overwritten in the end. */
	#succeed(secret: Uint8Array): void {
		const next = nextSecret(secret);
		secret.set(next);
		next.fill(0);
	}
}
