// A server that does one thing wrong. Each misbehaviour has a name, what the client must say of it (the literal reason,
// and the alert that goes back), and what the server does, on top of reference-server.ts.

import * as make from "./certificate-maker.js";
import {
	ALERT,
	APPLICATION_DATA,
	CHANGE_CIPHER_SPEC,
	type Credentials,
	extension,
	HANDSHAKE,
	message,
	type ReferenceServer,
	record,
	retryRandom,
	uint8,
	uint16,
	vector,
} from "./reference-server.js";

/** The CA that the client trusts, a server's credentials from it, and some from nobody. */
export const root = make.party("fleet CA 1");
export const rootCertificate = make.authority(root);
const server = make.party("server.example");
export const honest: Credentials = { chain: [make.leaf(root, server)], privateKey: server.privateKey };
const stranger = make.party("fleet CA 1");
const other = make.party("server.example");

export interface Misbehaviour {
	name: string;
	section: string;
	reason: string;
	alert: number;
	/** After the server was authenticated, which is then not undone: the connection ends all the same. */
	established?: boolean;
	/** Client and server have no key in common, so the alert cannot be read. */
	otherKeys?: boolean;
	/** Asks the client for no key share at first, so that a retry request is in place. */
	retry?: boolean;
	run(server: ReferenceServer, client: Client): unknown;
}

/** Hands bytes to the client, gives its answer. */
type Client = (bytes: Uint8Array) => Uint8Array;

const UNEXPECTED = 10,
	BAD_RECORD_MAC = 20,
	RECORD_OVERFLOW = 22,
	BAD_CERTIFICATE = 42,
	UNSUPPORTED_CERTIFICATE = 43;
const ILLEGAL = 47,
	UNKNOWN_CA = 48,
	DECODE_ERROR = 50,
	DECRYPT_ERROR = 51,
	PROTOCOL_VERSION = 70;
const MISSING = 109,
	UNSUPPORTED = 110;

const X25519 = 0x1d;
const h2 = Buffer.from("h2"),
	http = Buffer.from("http/1.1");
function protocol(...names: Buffer[]): Buffer {
	return extension(16, vector(2, Buffer.concat(names.map(n => vector(1, n)))));
}
function cookie(bytes: Buffer): Buffer {
	return extension(44, vector(2, bytes));
}
function ticketWith(...extensions: Buffer[]): Buffer {
	const parts = [
		Buffer.alloc(8),
		vector(1, uint8(0)),
		vector(2, Buffer.alloc(64)),
		vector(2, Buffer.concat(extensions)),
	];
	return message(4, Buffer.concat(parts));
}
const ticket = ticketWith();
/** record_size_limit: the server agrees to as much as we ask for. */
const shortRecords = extension(28, uint16(16_385));
export function certificateRequest(...more: Buffer[]): Buffer {
	const algorithms = extension(13, vector(2, uint16(0x0807)));
	return message(13, Buffer.concat([vector(1, Buffer.alloc(0)), vector(2, Buffer.concat([algorithms, ...more]))]));
}
/** As nginx sends it with `ssl_verify_client optional` and the system's bundle: the names of a hundred CAs. */
export const longRequest = certificateRequest(
	extension(47, vector(2, Buffer.concat(Array.from({ length: 140 }, () => vector(2, make.name("x".repeat(80))))))),
);
const wantsShare = extension(51, uint16(X25519));

function wrong(
	name: string,
	section: string,
	reason: string,
	alert: number,
	run: (server: ReferenceServer, client: Client) => unknown,
	more: Partial<Misbehaviour> = {},
): Misbehaviour {
	return { name, section, reason, alert, run, ...more };
}

/** ServerHello with other fields. */
function hello(
	name: string,
	section: string,
	reason: string,
	alert: number,
	fields: (s: ReferenceServer) => Parameters<ReferenceServer["serverHello"]>[0],
): Misbehaviour {
	return { name, section, reason, alert, run: s => void s.plain(HANDSHAKE, s.serverHello(fields(s))) };
}

/** EncryptedExtensions with other content. */
function extensions(name: string, section: string, reason: string, alert: number, ...list: Buffer[]): Misbehaviour {
	return { name, section, reason, alert, run: s => void s.sendServerHello().sendEncryptedExtensions(list) };
}

/** Other credentials. */
function credentials(
	name: string,
	section: string,
	reason: string,
	alert: number,
	chain: () => Uint8Array[],
	key = server.privateKey,
): Misbehaviour {
	return {
		name,
		section,
		reason,
		alert,
		run: s => {
			const server = s.sendServerHello().sendEncryptedExtensions().sendCertificate({ chain: chain() });
			server.sendCertificateVerify({ key }).sendFinished();
		},
	};
}

/** A leaf below an intermediate with these extensions. */
function below(extensions: Buffer[]): Uint8Array[] {
	const middle = make.party("middle");
	return [make.leaf(middle, server), make.authority(middle, root, { extensions })];
}

/** A leaf with other fields. */
function leaf(
	name: string,
	section: string,
	reason: string,
	fields: make.CertificateFields,
	alert = BAD_CERTIFICATE,
): Misbehaviour {
	return credentials(name, section, reason, alert, () => [make.leaf(root, server, fields)]);
}

/** Up to Certificate in order, then something else. */
function afterCertificate(s: ReferenceServer): ReferenceServer {
	return s.sendServerHello().sendChangeCipherSpec().sendEncryptedExtensions().sendCertificate();
}

/** After the handshake. */
function after(
	name: string,
	section: string,
	reason: string,
	alert: number,
	run: (s: ReferenceServer) => unknown,
): Misbehaviour {
	return { name, section, reason, alert, established: true, run: s => run(s.sendFlight()) };
}

function times(count: number, step: () => void): void {
	for (let i = 0; i < count; i++) step();
}

export const misbehaviours: Misbehaviour[] = [
	// records
	wrong("a record of an unknown type", "RFC 9846 §5", "unknown record type", UNEXPECTED, s => s.plain(24, uint8(1))),
	wrong("HTTP instead of TLS", "RFC 9846 §5", "unknown record type", UNEXPECTED, s =>
		s.raw(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")),
	),
	wrong("application data before ServerHello", "RFC 9846 §5.1", "application data before Finished", UNEXPECTED, s =>
		s.plain(APPLICATION_DATA, Buffer.from("hello")),
	),
	wrong("a plaintext record of 2^14+1 bytes", "RFC 9846 §5.1", "record too long", RECORD_OVERFLOW, s =>
		s.plain(HANDSHAKE, Buffer.alloc(2 ** 14 + 1)),
	),
	wrong("a plaintext record of 2^16-1 bytes", "RFC 9846 §5.1", "record too long", RECORD_OVERFLOW, s =>
		s.raw(Buffer.of(22, 3, 3, 255, 255)),
	),
	wrong("a protected record that is longer than agreed", "RFC 8449 §4", "record too long", RECORD_OVERFLOW, s =>
		s.sendServerHello().sendEncryptedExtensions([shortRecords]).seal(HANDSHAKE, Buffer.alloc(513)),
	),
	wrong("a protected record with padding beyond the limit", "RFC 8449 §4", "record too long", RECORD_OVERFLOW, s =>
		s.sendServerHello().sendEncryptedExtensions([shortRecords]).seal(HANDSHAKE, uint8(11), 512),
	),
	wrong("a record beyond max_fragment_length", "RFC 6066 §4", "record too long", RECORD_OVERFLOW, s =>
		s
			.sendServerHello()
			.sendEncryptedExtensions([extension(1, uint8(1))])
			.seal(HANDSHAKE, Buffer.alloc(513)),
	),
	wrong("a protected record of 2^14+1 bytes", "RFC 9846 §5.4", "record too long", RECORD_OVERFLOW, s =>
		s.sendServerHello().seal(HANDSHAKE, Buffer.alloc(2 ** 14 + 1)),
	),
	wrong("a protected record of 2^14+257 bytes", "RFC 9846 §5.2", "record too long", RECORD_OVERFLOW, s =>
		s.sendServerHello().raw(Buffer.of(23, 3, 3, 0x41, 1)),
	),
	wrong("a TLS 1.2 flight in one record", "RFC 9846 §4.3.1", "no TLS 1.3", PROTOCOL_VERSION, s =>
		s.plain(
			HANDSHAKE,
			Buffer.concat([s.serverHello({ extensions: [] }), message(11, Buffer.alloc(40)), message(14, Buffer.alloc(0))]),
		),
	),
	extensions(
		"half a supported group",
		"RFC 9846 §4.3.7",
		"malformed message",
		DECODE_ERROR,
		extension(10, Buffer.of(0, 3, 0, 29, 0)),
	),
	wrong("ALPN in a CertificateRequest", "RFC 9846 §4.3", "extension in the wrong message", ILLEGAL, s =>
		s
			.sendServerHello()
			.sendEncryptedExtensions()
			.send([certificateRequest(protocol(http))]),
	),
	wrong("a second CertificateRequest after a long one", "RFC 9846 §4.5", "message too long", ILLEGAL, s =>
		s.sendServerHello().sendEncryptedExtensions().send([longRequest], 512).send([longRequest], 512),
	),
	wrong("a long CertificateRequest behind Certificate", "RFC 9846 §4.5", "message too long", ILLEGAL, s =>
		afterCertificate(s).send([longRequest], 512),
	),
	wrong("an alert within a long CertificateRequest", "RFC 9846 §5.1", "message interleaved", UNEXPECTED, s =>
		s
			.sendServerHello()
			.sendEncryptedExtensions()
			.seal(HANDSHAKE, longRequest.subarray(0, 600))
			.seal(ALERT, Buffer.of(1, 90)),
	),
	wrong("a protected record without a content type", "RFC 9846 §5.4", "record without content type", UNEXPECTED, s =>
		s.sendServerHello().seal(0, Buffer.alloc(0), 31),
	),
	wrong("a protected record of an unknown type", "RFC 9846 §5", "unknown record type", UNEXPECTED, s =>
		s.sendServerHello().seal(25, uint8(1)),
	),
	wrong("a protected change_cipher_spec", "RFC 9846 §5", "unknown record type", UNEXPECTED, s =>
		s.sendServerHello().seal(CHANGE_CIPHER_SPEC, uint8(1)),
	),
	wrong("a record whose tag is wrong", "RFC 9846 §5.2", "record not authentic", BAD_RECORD_MAC, s => {
		s.sendServerHello().sendEncryptedExtensions();
		s.output[s.output.length - 1] ^= 1;
	}),
	wrong("a record whose header is wrong", "RFC 9846 §5.2", "record not authentic", BAD_RECORD_MAC, s => {
		const at = s.sendServerHello().output.length;
		s.sendEncryptedExtensions();
		s.output[at + 2] ^= 1;
	}),
	wrong("a protected record shorter than a tag", "RFC 9846 §5.2", "record not authentic", BAD_RECORD_MAC, s =>
		s.sendServerHello().raw(record(APPLICATION_DATA, Buffer.alloc(15))),
	),
	wrong("a record sent twice", "RFC 9846 §5.3", "record not authentic", BAD_RECORD_MAC, s => {
		s.sendServerHello();
		const at = s.output.length;
		s.sendEncryptedExtensions();
		s.raw(s.output.subarray(at));
	}),
	wrong("EncryptedExtensions in plaintext", "RFC 9846 §5", "plaintext record after keys", UNEXPECTED, s =>
		s.sendServerHello().plain(HANDSHAKE, s.encryptedExtensions()),
	),
	wrong("a plaintext alert after keys", "RFC 9846 §6", "plaintext record after keys", UNEXPECTED, s =>
		s.sendServerHello().plain(ALERT, Buffer.of(2, 40)),
	),
	wrong("an empty plaintext handshake record", "RFC 9846 §5.1", "empty record", UNEXPECTED, s =>
		s.plain(HANDSHAKE, Buffer.alloc(0)),
	),
	wrong("an empty protected handshake record", "RFC 9846 §5.1", "empty record", UNEXPECTED, s =>
		s.sendServerHello().seal(HANDSHAKE, Buffer.alloc(0)),
	),
	wrong("an empty protected alert", "RFC 9846 §5.1", "empty record", UNEXPECTED, s =>
		s.sendServerHello().seal(ALERT, Buffer.alloc(0)),
	),
	wrong("an alert of three bytes", "RFC 9846 §6", "bad alert", DECODE_ERROR, s => s.plain(ALERT, Buffer.of(2, 40, 0))),
	wrong("endless user_canceled", "RFC 9846 §6.1", "too many alerts", UNEXPECTED, s => {
		s.sendServerHello();
		times(5, () => s.seal(ALERT, Buffer.of(1, 90)));
	}),
	wrong("a change_cipher_spec of two bytes", "RFC 9846 §5", "bad change_cipher_spec", UNEXPECTED, s =>
		s.plain(CHANGE_CIPHER_SPEC, Buffer.of(1, 1)),
	),
	wrong("a change_cipher_spec of 2", "RFC 9846 §5", "bad change_cipher_spec", UNEXPECTED, s =>
		s.plain(CHANGE_CIPHER_SPEC, uint8(2)),
	),
	wrong("endless change_cipher_spec", "RFC 9846 §E.4", "too many change_cipher_spec", UNEXPECTED, s =>
		times(5, () => s.sendChangeCipherSpec()),
	),
	after("change_cipher_spec after Finished", "RFC 9846 §5", "bad change_cipher_spec", UNEXPECTED, s =>
		s.sendChangeCipherSpec(),
	),
	// handshake messages in general
	wrong("a ServerHello that is not the first message", "RFC 9846 §4", "unexpected message", UNEXPECTED, s =>
		s.plain(HANDSHAKE, message(0, Buffer.alloc(0))),
	),
	wrong("a second ServerHello", "RFC 9846 §4", "unexpected message", UNEXPECTED, s =>
		s.sendServerHello().seal(HANDSHAKE, s.serverHello()),
	),
	wrong("a message of an unknown type", "RFC 9846 §4", "unexpected message", UNEXPECTED, s =>
		s.sendServerHello().seal(HANDSHAKE, message(99, Buffer.alloc(3))),
	),
	wrong("a message longer than any", "RFC 9846 §4", "message too long", ILLEGAL, s =>
		s.sendServerHello().seal(HANDSHAKE, Buffer.of(8, 1, 0, 0)),
	),
	wrong("a message longer than any, its header split", "RFC 9846 §4", "message too long", ILLEGAL, s =>
		s.sendServerHello().seal(HANDSHAKE, Buffer.of(8, 1)).seal(HANDSHAKE, Buffer.of(0, 0)),
	),
	wrong("a certificate message over the limit", "RFC 9846 §4.5.1", "message too long", ILLEGAL, s =>
		s
			.sendServerHello()
			.sendEncryptedExtensions()
			.sendCertificate({ chain: Array(40).fill(honest.chain[0]) }),
	),
	wrong("EncryptedExtensions in ServerHello's record", "RFC 9846 §5.1", "message across a key change", UNEXPECTED, s =>
		s.plain(HANDSHAKE, Buffer.concat([s.serverHello(), s.encryptedExtensions()])),
	),
	wrong("a message that begins under the old keys", "RFC 9846 §5.1", "message across a key change", UNEXPECTED, s =>
		s.plain(HANDSHAKE, Buffer.concat([s.serverHello(), uint8(8)])),
	),
	wrong("Finished and a ticket in one record", "RFC 9846 §5.1", "message across a key change", UNEXPECTED, s =>
		afterCertificate(s).sendCertificateVerify().send([s.finished(), ticket]),
	),
	wrong(
		"Finished that arrives in two records, a ticket behind it",
		"RFC 9846 §5.1",
		"message across a key change",
		UNEXPECTED,
		s => {
			afterCertificate(s).sendCertificateVerify();
			const finished = s.finished();
			s.seal(HANDSHAKE, finished.subarray(0, 9)).seal(HANDSHAKE, Buffer.concat([finished.subarray(9), ticket]));
		},
	),
	wrong("a change_cipher_spec inside a message", "RFC 9846 §5.1", "message interleaved", UNEXPECTED, s => {
		s.sendServerHello();
		const ee = s.encryptedExtensions();
		s.seal(HANDSHAKE, ee.subarray(0, 3)).sendChangeCipherSpec().seal(HANDSHAKE, ee.subarray(3));
	}),
	wrong(
		"Finished and application data in one flight, the Finished cut",
		"RFC 9846 §5.1",
		"message interleaved",
		UNEXPECTED,
		s =>
			afterCertificate(s)
				.sendCertificateVerify()
				.seal(HANDSHAKE, s.finished().subarray(0, 20))
				.seal(APPLICATION_DATA, Buffer.from("x")),
	),
	// ServerHello
	hello("TLS 1.2", "RFC 9846 §4.3.1", "no TLS 1.3", PROTOCOL_VERSION, s => ({ extensions: [s.keyShareExtension()] })),
	hello("TLS 1.2 and the downgrade mark", "RFC 9846 §4.2.3", "no TLS 1.3", PROTOCOL_VERSION, () => ({
		random: Buffer.from(`${"0".repeat(48)}444f574e47524401`, "hex"),
		extensions: [],
	})),
	hello("TLS 1.0", "RFC 9846 §4.3.1", "no TLS 1.3", PROTOCOL_VERSION, () => ({ version: 0x0301, extensions: [] })),
	hello("a version that was not offered", "RFC 9846 §4.3.1", "version not offered", ILLEGAL, s => ({
		extensions: [s.versionExtension(0x0303), s.keyShareExtension()],
	})),
	hello("another legacy_version", "RFC 9846 §4.2.3", "bad legacy version", ILLEGAL, () => ({ version: 0x0304 })),
	hello("a session id that is not ours", "RFC 9846 §4.2.3", "session id not echoed", ILLEGAL, () => ({
		sessionId: Buffer.alloc(32),
	})),
	hello("no session id", "RFC 9846 §4.2.3", "session id not echoed", ILLEGAL, () => ({ sessionId: Buffer.alloc(0) })),
	hello("a session id that is too long", "RFC 9846 §4.2.3", "malformed message", DECODE_ERROR, () => ({
		sessionId: Buffer.alloc(33),
	})),
	hello("a suite that was not offered", "RFC 9846 §4.2.3", "cipher suite not offered", ILLEGAL, () => ({
		suite: 0x1302,
	})),
	hello("a suite of TLS 1.2", "RFC 9846 §4.2.3", "cipher suite not offered", ILLEGAL, () => ({ suite: 0xc02b })),
	hello("compression", "RFC 9846 §4.2.3", "compression", ILLEGAL, () => ({ compression: 1 })),
	hello("no key share", "RFC 9846 §9.2", "no key share", MISSING, s => ({ extensions: [s.versionExtension()] })),
	hello("a group that was not offered", "RFC 9846 §4.3.8", "group not offered", ILLEGAL, s => ({
		extensions: [s.versionExtension(), s.keyShareExtension(s.keyShare, 0x18)],
	})),
	hello("a share in a group without a share of ours", "RFC 9846 §4.3.8", "bad key share", ILLEGAL, s => ({
		extensions: [s.versionExtension(), s.keyShareExtension(s.keyShare, 0x17)],
	})),
	hello("a point of secp256r1 that was not asked for", "RFC 9846 §4.3.8", "group not offered", ILLEGAL, s => ({
		extensions: [s.versionExtension(), s.keyShareExtension(Buffer.alloc(65, 4), 0x17)],
	})),
	hello("a key share of 31 bytes", "RFC 9846 §4.3.8.2", "bad key share", ILLEGAL, s => ({
		extensions: [s.versionExtension(), s.keyShareExtension(s.keyShare.subarray(1))],
	})),
	hello("a key share of 33 bytes", "RFC 9846 §4.3.8.2", "bad key share", ILLEGAL, s => ({
		extensions: [s.versionExtension(), s.keyShareExtension(Buffer.alloc(33, 9))],
	})),
	hello("a key share of zeros", "RFC 9846 §7.4.2", "shared secret is zero", ILLEGAL, s => ({
		extensions: [s.versionExtension(), s.keyShareExtension(Buffer.alloc(32))],
	})),
	hello("a key share of order eight", "RFC 7748 §6.1", "shared secret is zero", ILLEGAL, s => ({
		extensions: [
			s.versionExtension(),
			s.keyShareExtension(Buffer.from("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", "hex")),
		],
	})),
	hello("an extension twice", "RFC 9846 §4.3", "duplicate extension", ILLEGAL, s => ({
		extensions: [s.versionExtension(), s.versionExtension(), s.keyShareExtension()],
	})),
	hello("a PSK that was not offered", "RFC 9846 §4.3", "extension not offered", UNSUPPORTED, s => ({
		extensions: [s.versionExtension(), s.keyShareExtension(), extension(41, uint16(0))],
	})),
	hello("server_name in ServerHello", "RFC 9846 §4.3", "extension in the wrong message", ILLEGAL, s => ({
		extensions: [s.versionExtension(), s.keyShareExtension(), extension(0, Buffer.alloc(0))],
	})),
	hello("a cookie in ServerHello", "RFC 9846 §4.3.2", "extension not offered", UNSUPPORTED, s => ({
		extensions: [s.versionExtension(), s.keyShareExtension(), cookie(uint8(1))],
	})),
	hello("an extension with bytes behind it", "RFC 9846 §4.3.1", "malformed message", DECODE_ERROR, s => ({
		extensions: [extension(43, Buffer.of(3, 4, 0)), s.keyShareExtension()],
	})),
	wrong("a ServerHello with bytes behind it", "RFC 9846 §4.2.3", "malformed message", DECODE_ERROR, s =>
		s.plain(HANDSHAKE, message(2, Buffer.concat([s.serverHello().subarray(4), uint8(0)]))),
	),
	wrong("an empty ServerHello", "RFC 9846 §4.2.3", "malformed message", DECODE_ERROR, s =>
		s.plain(HANDSHAKE, message(2, Buffer.alloc(0))),
	),
	// HelloRetryRequest
	wrong("a retry request for nothing", "RFC 9846 §4.2.4", "HelloRetryRequest changes nothing", ILLEGAL, s =>
		s.sendRetry(s.helloRetryRequest([])),
	),
	wrong("a retry request for the share that it has", "RFC 9846 §4.3.8", "key share already sent", ILLEGAL, s =>
		s.sendRetry(s.helloRetryRequest([wantsShare])),
	),
	wrong(
		"a retry request for the share that it has, with a cookie",
		"RFC 9846 §4.3.8",
		"key share already sent",
		ILLEGAL,
		s => s.sendRetry(s.helloRetryRequest([wantsShare, cookie(uint8(1))])),
	),
	wrong("a retry request for a group that was not offered", "RFC 9846 §4.3.8", "group not offered", ILLEGAL, s =>
		s.sendRetry(s.helloRetryRequest([extension(51, uint16(0x18))])),
	),
	wrong("a retry request with an empty cookie", "RFC 9846 §4.3.2", "malformed message", DECODE_ERROR, s =>
		s.sendRetry(s.helloRetryRequest([cookie(Buffer.alloc(0))])),
	),
	wrong("a retry request with another extension", "RFC 9846 §4.2.4", "extension in the wrong message", ILLEGAL, s =>
		s.sendRetry(s.helloRetryRequest([cookie(uint8(1)), protocol(http)])),
	),
	wrong(
		"a retry request with a whole key share",
		"RFC 9846 §4.3.8",
		"malformed message",
		DECODE_ERROR,
		s => s.sendRetry(s.helloRetryRequest([s.keyShareExtension()])),
		{ retry: true },
	),
	wrong("a retry request of TLS 1.2", "RFC 9846 §4.2.4", "no TLS 1.3", PROTOCOL_VERSION, s =>
		s.plain(HANDSHAKE, s.serverHello({ random: retryRandom, extensions: [wantsShare] })),
	),
	wrong("a second retry request", "RFC 9846 §4.2.4", "second HelloRetryRequest", UNEXPECTED, (s, client) => {
		s.receiveHello(client(s.sendRetry(s.helloRetryRequest([cookie(uint8(1))])).take()));
		s.sendRetry(s.helloRetryRequest([cookie(uint8(2))]));
	}),
	wrong("another suite after the retry request", "RFC 9846 §4.2.4", "cipher suite changed", ILLEGAL, (s, client) => {
		s.receiveHello(client(s.sendRetry(s.helloRetryRequest([cookie(uint8(1))], { suite: 0x1301 })).take()));
		s.sendServerHello();
	}),
	wrong(
		"a retry request and ServerHello in one record",
		"RFC 9846 §5.1",
		"message across a key change",
		UNEXPECTED,
		s => s.plain(HANDSHAKE, Buffer.concat([s.helloRetryRequest([cookie(uint8(1))]), s.serverHello()])),
	),
	wrong(
		"ServerHello for a key share that was not sent",
		"RFC 9846 §4.3.8",
		"group not offered",
		ILLEGAL,
		s => s.plain(HANDSHAKE, s.serverHello()),
		{ retry: true },
	),
	wrong(
		"a transcript that forgets the retry request",
		"RFC 9846 §4.1",
		"record not authentic",
		BAD_RECORD_MAC,
		(s, client) => {
			s.receiveHello(client(s.sendRetry(s.helloRetryRequest([cookie(uint8(1))])).take()));
			s.transcript = s.hello.message;
			s.sendServerHello().sendEncryptedExtensions();
		},
		{ otherKeys: true },
	),
	// EncryptedExtensions
	extensions(
		"an extension that was not offered",
		"RFC 9846 §4.3",
		"extension not offered",
		UNSUPPORTED,
		extension(0x1234, Buffer.alloc(0)),
	),
	extensions("early_data", "RFC 9846 §4.3.10", "extension not offered", UNSUPPORTED, extension(42, Buffer.alloc(0))),
	extensions(
		"key_share among the encrypted extensions",
		"RFC 9846 §4.3",
		"extension in the wrong message",
		ILLEGAL,
		wantsShare,
	),
	extensions(
		"signature_algorithms from the server",
		"RFC 9846 §4.3",
		"extension in the wrong message",
		ILLEGAL,
		extension(13, vector(2, uint16(0x0807))),
	),
	extensions(
		"an encrypted extension twice",
		"RFC 9846 §4.3",
		"duplicate extension",
		ILLEGAL,
		protocol(http),
		protocol(http),
	),
	extensions("server_name that is not empty", "RFC 6066 §3", "malformed message", DECODE_ERROR, extension(0, uint8(0))),
	extensions(
		"a protocol that was not offered",
		"RFC 7301 §3.2",
		"application protocol not offered",
		ILLEGAL,
		protocol(h2),
	),
	extensions("two protocols", "RFC 7301 §3.1", "malformed message", DECODE_ERROR, protocol(http, http)),
	extensions("no protocol in the list", "RFC 7301 §3.1", "malformed message", DECODE_ERROR, protocol()),
	extensions("another max_fragment_length", "RFC 6066 §4", "bad max_fragment_length", ILLEGAL, extension(1, uint8(2))),
	extensions("max_fragment_length of 0", "RFC 6066 §4", "bad max_fragment_length", ILLEGAL, extension(1, uint8(0))),
	extensions("a record_size_limit of 63", "RFC 8449 §4", "bad record_size_limit", ILLEGAL, extension(28, uint16(63))),
	extensions(
		"max_fragment_length beside record_size_limit",
		"RFC 8449 §5",
		"max_fragment_length and record_size_limit",
		ILLEGAL,
		extension(28, uint16(1024)),
		extension(1, uint8(1)),
	),
	extensions(
		"supported_groups cut",
		"RFC 9846 §4.3.7",
		"malformed message",
		DECODE_ERROR,
		extension(10, Buffer.of(0, 4, 0, 29)),
	),
	wrong("no EncryptedExtensions", "RFC 9846 §4.4.1", "unexpected message", UNEXPECTED, s =>
		s.sendServerHello().sendCertificate(),
	),
	wrong("EncryptedExtensions twice", "RFC 9846 §4.4.1", "unexpected message", UNEXPECTED, s =>
		s.sendServerHello().sendEncryptedExtensions().sendEncryptedExtensions(),
	),
	// authentication
	wrong("a certificate request with a context", "RFC 9846 §4.4.2", "certificate request context", ILLEGAL, s =>
		s
			.sendServerHello()
			.sendEncryptedExtensions()
			.send([message(13, Buffer.concat([vector(1, uint8(1)), vector(2, extension(13, vector(2, uint16(0x0807))))]))]),
	),
	wrong(
		"a certificate request without signature algorithms",
		"RFC 9846 §4.4.2",
		"no signature algorithms",
		MISSING,
		s =>
			s
				.sendServerHello()
				.sendEncryptedExtensions()
				.send([message(13, Buffer.concat([vector(1, Buffer.alloc(0)), vector(2, Buffer.alloc(0))]))]),
	),
	wrong("two certificate requests", "RFC 9846 §4.4.2", "unexpected message", UNEXPECTED, s => {
		const request = message(
			13,
			Buffer.concat([vector(1, Buffer.alloc(0)), vector(2, extension(13, vector(2, uint16(0x0807))))]),
		);
		s.sendServerHello().sendEncryptedExtensions().send([request, request]);
	}),
	wrong("no certificate message", "RFC 9846 §4.5.1", "unexpected message", UNEXPECTED, s =>
		s.sendServerHello().sendEncryptedExtensions().sendCertificateVerify(),
	),
	wrong(
		"Finished straight after EncryptedExtensions, as with a PSK",
		"RFC 9846 §4.5",
		"unexpected message",
		UNEXPECTED,
		s => s.sendServerHello().sendEncryptedExtensions().sendFinished(),
	),
	wrong("a certificate message without certificates", "RFC 9846 §4.5.1.3", "no certificate", DECODE_ERROR, s =>
		s.sendServerHello().sendEncryptedExtensions().sendCertificate({ chain: [] }),
	),
	wrong("an empty certificate", "RFC 9846 §4.5.1", "malformed message", DECODE_ERROR, s =>
		s
			.sendServerHello()
			.sendEncryptedExtensions()
			.sendCertificate({ chain: [Buffer.alloc(0)] }),
	),
	wrong("a certificate with a context", "RFC 9846 §4.5.1", "certificate request context", ILLEGAL, s =>
		s
			.sendServerHello()
			.sendEncryptedExtensions()
			.sendCertificate({ context: uint8(1) }),
	),
	wrong("OCSP that was not asked for", "RFC 9846 §4.5.1.1", "extension not offered", UNSUPPORTED, s =>
		s
			.sendServerHello()
			.sendEncryptedExtensions()
			.sendCertificate({
				extensions: [extension(5, Buffer.alloc(4))],
			}),
	),
	wrong("a compressed certificate", "RFC 8879 §4", "unexpected message", UNEXPECTED, s =>
		s
			.sendServerHello()
			.sendEncryptedExtensions()
			.send([message(25, Buffer.alloc(20))]),
	),
	wrong("skips CertificateVerify", "RFC 9846 §4.5.2", "unexpected message", UNEXPECTED, s =>
		afterCertificate(s).sendFinished(),
	),
	wrong("signs with another key", "RFC 9846 §4.5.2", "bad signature by server", DECRYPT_ERROR, s =>
		afterCertificate(s).sendCertificateVerify({ key: other.privateKey }).sendFinished(),
	),
	wrong("signs as a client", "RFC 9846 §4.5.2", "bad signature by server", DECRYPT_ERROR, s =>
		afterCertificate(s)
			.sendCertificateVerify({
				context: "TLS 1.3, client CertificateVerify",
			})
			.sendFinished(),
	),
	wrong("signs another transcript", "RFC 9846 §4.5.2", "bad signature by server", DECRYPT_ERROR, s =>
		afterCertificate(s)
			.sendCertificateVerify({ transcript: s.transcript.subarray(1) })
			.sendFinished(),
	),
	wrong("an empty signature", "RFC 9846 §4.5.2", "bad signature by server", DECRYPT_ERROR, s =>
		afterCertificate(s).send([message(15, Buffer.concat([uint16(0x0807), vector(2, Buffer.alloc(0))]))]),
	),
	wrong(
		"a signature scheme that was not offered",
		"RFC 9846 §4.5.2",
		"signature algorithm not offered",
		ILLEGAL,
		s => afterCertificate(s).sendCertificateVerify({ scheme: 0x0603 }), // ecdsa_secp521r1_sha512
	),
	wrong("a PKCS#1 scheme in CertificateVerify", "RFC 9846 §4.3.3", "signature algorithm not offered", ILLEGAL, s =>
		afterCertificate(s).sendCertificateVerify({ scheme: 0x0401 }),
	),
	wrong("CertificateVerify with bytes behind it", "RFC 9846 §4.5.2", "malformed message", DECODE_ERROR, s =>
		afterCertificate(s).send([message(15, Buffer.concat([s.certificateVerify().subarray(4), uint8(0)]))]),
	),
	wrong("CertificateVerify before Certificate", "RFC 9846 §4.5", "unexpected message", UNEXPECTED, s =>
		s.sendServerHello().sendEncryptedExtensions().sendCertificateVerify().sendCertificate(),
	),
	wrong("a wrong Finished", "RFC 9846 §4.5.3", "bad Finished", DECRYPT_ERROR, s => {
		afterCertificate(s).sendCertificateVerify();
		const finished = s.finished();
		finished[20] ^= 1;
		s.sendFinished(finished);
	}),
	wrong("the client's Finished", "RFC 9846 §4.5.3", "bad Finished", DECRYPT_ERROR, s => {
		afterCertificate(s).sendCertificateVerify();
		s.sendFinished(s.finished({ secret: s.secrets.client }));
	}),
	wrong("a Finished of 31 bytes", "RFC 9846 §4.5.3", "malformed message", DECODE_ERROR, s => {
		afterCertificate(s).sendCertificateVerify();
		s.sendFinished(message(20, s.finished().subarray(5)));
	}),
	wrong("application data before Finished", "RFC 9846 §4.5.3", "application data before Finished", UNEXPECTED, s =>
		afterCertificate(s).sendCertificateVerify().seal(APPLICATION_DATA, Buffer.from("early")),
	),
	wrong("a ticket before Finished", "RFC 9846 §4.7.1", "unexpected message", UNEXPECTED, s =>
		afterCertificate(s).sendCertificateVerify().send([ticket]),
	),
	wrong("a KeyUpdate before Finished", "RFC 9846 §4.7.3", "unexpected message", UNEXPECTED, s =>
		afterCertificate(s)
			.sendCertificateVerify()
			.send([message(24, uint8(0))]),
	),
	wrong("close_notify before Finished", "RFC 9846 §6.1", "received close_notify", -1, s =>
		afterCertificate(s).seal(ALERT, Buffer.of(1, 0)),
	),
	// certificates
	credentials(
		"a certificate of another CA of the same name",
		"RFC 5280 §6.1.3",
		"bad signature by issuer",
		BAD_CERTIFICATE,
		() => [make.leaf(stranger, server)],
	),
	credentials("a certificate of an unknown CA", "RFC 5280 §6.1.3", "unknown issuer", UNKNOWN_CA, () => [
		make.leaf(make.party("fleet CA 2"), server),
	]),
	credentials("a certificate of its own", "RFC 5280 §6.1.3", "unknown issuer", UNKNOWN_CA, () => [
		make.leaf(server, server),
	]),
	credentials("the CA's own certificate", "RFC 5280 §6.1", "no subject alternative name", BAD_CERTIFICATE, () => [
		rootCertificate,
	]),
	credentials("a chain of seven", "RFC 9846 §4.5.1", "chain too long", BAD_CERTIFICATE, () => [
		...honest.chain,
		rootCertificate,
		rootCertificate,
		rootCertificate,
		rootCertificate,
		rootCertificate,
		rootCertificate,
	]),
	credentials("an intermediate under a stranger", "RFC 5280 §6.1.3", "unknown issuer", UNKNOWN_CA, () => {
		const middle = make.party("middle");
		return [make.leaf(middle, server), rootCertificate, make.authority(middle, make.party("stranger"))];
	}),
	credentials(
		"a name that an intermediate may not give",
		"RFC 5280 §4.2.1.10",
		"name not permitted",
		BAD_CERTIFICATE,
		() => {
			const middle = make.party("middle");
			const extensions = [
				...make.authorityExtensions(),
				make.nameConstraints({ permitted: [make.dns("other.example")] }),
			];
			return [make.leaf(middle, server), make.authority(middle, root, { extensions })];
		},
	),
	credentials(
		"an intermediate that did not sign the leaf",
		"RFC 5280 §6.1.3",
		"bad signature in chain",
		BAD_CERTIFICATE,
		() => [make.leaf(make.party("middle"), server), make.authority(make.party("middle"), root)],
	),
	credentials("an intermediate that is not a CA", "RFC 5280 §6.1.4 (k)", "not a CA", BAD_CERTIFICATE, () => {
		const middle = make.party("middle");
		return [make.leaf(middle, server), make.leaf(root, middle)];
	}),
	credentials("an intermediate that may not sign", "RFC 5280 §6.1.4 (n)", "wrong key usage", BAD_CERTIFICATE, () => {
		const middle = make.party("middle");
		return [
			make.leaf(middle, server),
			make.authority(middle, root, {
				extensions: [make.basicConstraints(true), make.keyUsage(make.DIGITAL_SIGNATURE)],
			}),
		];
	}),
	credentials(
		"one intermediate more than pathLen allows",
		"RFC 5280 §6.1.4 (m)",
		"path too long",
		BAD_CERTIFICATE,
		() => {
			const a = make.party("a"),
				b = make.party("b");
			return [
				make.leaf(a, server),
				make.authority(a, b),
				make.authority(b, root, { extensions: make.authorityExtensions(0) }),
			];
		},
	),
	credentials("a certificate that is no certificate", "X.690", "unexpected tag", BAD_CERTIFICATE, () => [
		Buffer.from("not a certificate"),
	]),
	credentials("an intermediate for clients", "RFC 5280 §4.2.1.12", "wrong extended key usage", BAD_CERTIFICATE, () =>
		below([...make.authorityExtensions(), make.extKeyUsage(make.CLIENT_AUTH)]),
	),
	credentials(
		"an intermediate with an unknown critical extension",
		"RFC 5280 §4.2",
		"unknown critical extension",
		BAD_CERTIFICATE,
		() => below([...make.authorityExtensions(), make.extension("1.2.3.4", Buffer.alloc(2), true)]),
	),
	credentials("a name that an intermediate excludes", "RFC 5280 §4.2.1.10", "name not permitted", BAD_CERTIFICATE, () =>
		below([...make.authorityExtensions(), make.nameConstraints({ excluded: [make.dns("example")] })]),
	),
	credentials(
		"constraints of policies in an intermediate",
		"RFC 5280 §4.2.1.11",
		"unsupported constraints",
		BAD_CERTIFICATE,
		() => below([...make.authorityExtensions(), make.extension("2.5.29.36", make.sequence(), true)]),
	),
	credentials("bytes behind the certificate, outside it", "X.690", "trailing bytes", BAD_CERTIFICATE, () => [
		Buffer.concat([honest.chain[0], Buffer.of(0)]),
	]),
	leaf("a certificate of more than 4,608 bytes", "RFC 9846 §4.5.1", "certificate too large", {
		extensions: [...make.leafExtensions(make.dns("server.example")), make.extension("1.2.3", Buffer.alloc(4_500))],
	}),
	leaf("no alternative name in the list", "RFC 5280 §4.2.1.6", "bad extension", {
		extensions: [make.alternativeNames()],
	}),
	leaf("alternative names twice", "RFC 5280 §4.2", "duplicate extension", {
		extensions: [...make.leafExtensions(make.dns("server.example")), make.alternativeNames(make.dns("server.example"))],
	}),
	leaf("another name", "RFC 9525 §6.3", "name does not match", {
		extensions: make.leafExtensions(make.dns("other.example")),
	}),
	leaf("a wildcard for two labels", "RFC 9525 §6.3", "name does not match", {
		extensions: make.leafExtensions(make.dns("*.*.example")),
	}),
	leaf("a name in the subject alone", "RFC 9525 §2", "no subject alternative name", {
		extensions: [make.keyUsage(make.DIGITAL_SIGNATURE), make.extKeyUsage(make.SERVER_AUTH)],
	}),
	leaf("a certificate for clients", "RFC 5280 §4.2.1.12", "wrong extended key usage", {
		extensions: [make.extKeyUsage(make.CLIENT_AUTH), make.alternativeNames(make.dns("server.example"))],
	}),
	leaf("a key that may not sign", "RFC 9846 §4.5.1.2", "wrong key usage", {
		extensions: [
			make.keyUsage(make.KEY_ENCIPHERMENT),
			make.extKeyUsage(make.SERVER_AUTH),
			make.alternativeNames(make.dns("server.example")),
		],
	}),
	leaf("a CA's key that may sign certificates alone", "RFC 9846 §4.5.1.2", "wrong key usage", {
		extensions: [...make.authorityExtensions(), make.alternativeNames(make.dns("server.example"))],
	}),
	leaf("an unknown critical extension", "RFC 5280 §4.2", "unknown critical extension", {
		extensions: [...make.leafExtensions(make.dns("server.example")), make.extension("1.2.3.4", Buffer.alloc(2), true)],
	}),
	leaf(
		"an RSA key of 32 bits",
		"RFC 9846 §4.5.1.2",
		"unsupported public key",
		{
			publicKeyInfo: make.sequence(
				make.sequence(make.oid("1.2.840.113549.1.1.1"), make.der(5)),
				make.bitString(make.sequence(make.integer(0x41, 0, 0, 1), make.integer(3))),
			),
		},
		UNSUPPORTED_CERTIFICATE,
	),
	leaf(
		"another algorithm inside than outside",
		"RFC 5280 §4.1.1.2",
		"algorithms differ",
		{ outerAlgorithm: make.sequence(make.oid("1.3.101.113")) },
		BAD_CERTIFICATE,
	),
	// after the handshake
	after("endless empty records", "RFC 9846 §5.1", "too many empty records", UNEXPECTED, s =>
		times(9, () => s.seal(APPLICATION_DATA, Buffer.alloc(0))),
	),
	after("endless padding", "RFC 9846 §5.4", "too many empty records", UNEXPECTED, s =>
		times(9, () => s.seal(APPLICATION_DATA, Buffer.alloc(0), 400)),
	),
	after("endless tickets", "RFC 9846 §4.7.1", "too many tickets", UNEXPECTED, s =>
		times(9, () => s.seal(HANDSHAKE, ticket)),
	),
	after("a ticket without a ticket", "RFC 9846 §4.7.1", "malformed message", DECODE_ERROR, s =>
		s.seal(
			HANDSHAKE,
			message(
				4,
				Buffer.concat([Buffer.alloc(8), vector(1, uint8(0)), vector(2, Buffer.alloc(0)), vector(2, Buffer.alloc(0))]),
			),
		),
	),
	after("endless key updates", "RFC 9846 §4.7.3", "too many key updates", UNEXPECTED, s =>
		times(17, () => s.seal(HANDSHAKE, message(24, uint8(0))).updateKey()),
	),
	after("ALPN in a ticket", "RFC 9846 §4.3", "extension in the wrong message", ILLEGAL, s =>
		s.seal(HANDSHAKE, ticketWith(protocol(http))),
	),
	after("a long CertificateRequest after the handshake", "RFC 9846 §4.7.2", "message too long", ILLEGAL, s =>
		s.seal(HANDSHAKE, longRequest.subarray(0, 500)),
	),
	after("a key update of 2", "RFC 9846 §4.7.3", "bad key update", ILLEGAL, s =>
		s.seal(HANDSHAKE, message(24, uint8(2))),
	),
	after("a key update without content", "RFC 9846 §4.7.3", "malformed message", DECODE_ERROR, s =>
		s.seal(HANDSHAKE, message(24, Buffer.alloc(0))),
	),
	after("the old key after a key update", "RFC 9846 §4.7.3", "record not authentic", BAD_RECORD_MAC, s =>
		s.seal(HANDSHAKE, message(24, uint8(0))).seal(APPLICATION_DATA, Buffer.from("old")),
	),
	after("a message behind a key update", "RFC 9846 §5.1", "message across a key change", UNEXPECTED, s =>
		s.seal(HANDSHAKE, Buffer.concat([message(24, uint8(0)), ticket])),
	),
	after("a certificate request after the handshake", "RFC 9846 §4.7.2", "unexpected message", UNEXPECTED, s =>
		s.seal(
			HANDSHAKE,
			message(13, Buffer.concat([vector(1, uint8(1)), vector(2, extension(13, vector(2, uint16(0x0807))))])),
		),
	),
	after("renegotiation", "RFC 9846 §4", "unexpected message", UNEXPECTED, s =>
		s.seal(HANDSHAKE, message(0, Buffer.alloc(0))),
	),
	after("a second Finished", "RFC 9846 §4", "unexpected message", UNEXPECTED, s => s.seal(HANDSHAKE, s.finished())),
	after("application data inside a message", "RFC 9846 §5.1", "message interleaved", UNEXPECTED, s =>
		s.seal(HANDSHAKE, ticket.subarray(0, 9)).seal(APPLICATION_DATA, Buffer.from("x")),
	),
	after("close_notify inside a message", "RFC 9846 §5.1", "message interleaved", UNEXPECTED, s =>
		s.seal(HANDSHAKE, ticket.subarray(0, 9)).seal(ALERT, Buffer.of(1, 0)),
	),
	after("plaintext after the handshake", "RFC 9846 §5", "plaintext record after keys", UNEXPECTED, s =>
		s.plain(HANDSHAKE, ticket),
	),
	after("a handshake key after Finished", "RFC 9846 §7.3", "record not authentic", BAD_RECORD_MAC, s => {
		s.startHandshakeKeys(Buffer.alloc(0)).seal(APPLICATION_DATA, Buffer.from("x"));
	}),
];
