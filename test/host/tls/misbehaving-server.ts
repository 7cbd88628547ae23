// A server that does one thing wrong. Each misbehaviour has a name, what the client must say of it (the literal reason,
// and the alert that goes back), and what the server does, on top of reference-server.ts.

import {
	alert, applicationData, changeCipherSpec, extension, handshake, message, record, ReferenceServer, retryRandom,
	uint16, uint8, vector, type Credentials,
} from "./reference-server.js";
import * as make from "./certificate-maker.js";

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

const unexpected = 10, badRecordMac = 20, recordOverflow = 22, badCertificate = 42, unsupportedCertificate = 43;
const illegal = 47, unknownCA = 48, decodeError = 50, decryptError = 51, protocolVersion = 70;
const missing = 109, unsupported = 110;

const x25519 = 0x1d;
const h2 = Buffer.from("h2"), http = Buffer.from("http/1.1");
const protocol = (...names: Buffer[]): Buffer => extension(16, vector(2, Buffer.concat(names.map(n => vector(1, n)))));
const cookie = (bytes: Buffer): Buffer => extension(44, vector(2, bytes));
const ticket = message(
	4, Buffer.concat([Buffer.alloc(8), vector(1, uint8(0)), vector(2, Buffer.alloc(64)), vector(2, Buffer.alloc(0))]),
);
const wantsShare = extension(51, uint16(x25519));

function wrong(
	name: string, section: string, reason: string, alert: number, run: (
		server: ReferenceServer, client: Client,
	) => unknown,
	more: Partial<Misbehaviour> = {},
): Misbehaviour {
	return { name, section, reason, alert, run, ...more };
}

/** ServerHello with other fields. */
const hello = (
	name: string, section: string, reason: string, alert: number,
	fields: (s: ReferenceServer) => Parameters<ReferenceServer["serverHello"]>[0],
): Misbehaviour =>
	({ name, section, reason, alert, run: s => void s.plain(handshake, s.serverHello(fields(s))) });

/** EncryptedExtensions with other content. */
const extensions = (name: string, section: string, reason: string, alert: number, ...list: Buffer[]): Misbehaviour =>
	({ name, section, reason, alert, run: s => void s.sendServerHello().sendEncryptedExtensions(list) });

/** Other credentials. */
const credentials = (
	name: string, section: string, reason: string, alert: number, chain: () => Uint8Array[], key = server.privateKey,
): Misbehaviour => ({
	name, section, reason, alert,
	run: s => {
		const server = s.sendServerHello().sendEncryptedExtensions().sendCertificate({ chain: chain() });
		server.sendCertificateVerify({ key }).sendFinished();
	},
});

/** A leaf with other fields. */
const leaf = (
	name: string, section: string, reason: string, fields: make.CertificateFields, alert = badCertificate,
): Misbehaviour =>
	credentials(name, section, reason, alert, () => [make.leaf(root, server, fields)]);

/** Up to Certificate in order, then something else. */
const afterCertificate = (s: ReferenceServer): ReferenceServer =>
	s.sendServerHello().sendChangeCipherSpec().sendEncryptedExtensions().sendCertificate();

/** After the handshake. */
const after = (
	name: string, section: string, reason: string, alert: number, run: (s: ReferenceServer) => unknown,
): Misbehaviour =>
	({ name, section, reason, alert, established: true, run: s => run(s.sendFlight()) });

const times = (count: number, step: () => void): void => {
	for (let i = 0; i < count; i++) step();
};

export const misbehaviours: Misbehaviour[] = [
	// records
	wrong("a record of an unknown type", "RFC 8446 §5", "unknown record type", unexpected, s => s.plain(24, uint8(1))),
	wrong("HTTP instead of TLS", "RFC 8446 §5", "unknown record type", unexpected,
		s => s.raw(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"))),
	wrong("application data before ServerHello", "RFC 8446 §5.1", "application data before Finished", unexpected,
		s => s.plain(applicationData, Buffer.from("hello"))),
	wrong("a plaintext record that is longer than agreed", "RFC 8446 §5.1", "record too long", recordOverflow,
		s => s.plain(handshake, Buffer.alloc(513))),
	wrong("a plaintext record of 2^16-1 bytes", "RFC 8446 §5.1", "record too long", recordOverflow,
		s => s.raw(Buffer.of(22, 3, 3, 255, 255))),
	wrong("a protected record that is longer than agreed", "RFC 8449 §4", "record too long", recordOverflow,
		s => s.sendServerHello().seal(handshake, Buffer.alloc(513))),
	wrong("a protected record with padding beyond the limit", "RFC 8449 §4", "record too long", recordOverflow,
		s => s.sendServerHello().seal(handshake, s.encryptedExtensions(), 512)),
	wrong("a protected record without a content type", "RFC 8446 §5.4", "record without content type", unexpected,
		s => s.sendServerHello().seal(0, Buffer.alloc(0), 31)),
	wrong("a protected record of an unknown type", "RFC 8446 §5", "unknown record type", unexpected,
		s => s.sendServerHello().seal(25, uint8(1))),
	wrong("a protected change_cipher_spec", "RFC 8446 §5", "unknown record type", unexpected,
		s => s.sendServerHello().seal(changeCipherSpec, uint8(1))),
	wrong("a record whose tag is wrong", "RFC 8446 §5.2", "record not authentic", badRecordMac,
		s => { s.sendServerHello().sendEncryptedExtensions(); s.output[s.output.length - 1] ^= 1; }),
	wrong("a record whose header is wrong", "RFC 8446 §5.2", "record not authentic", badRecordMac,
		s => { const at = s.sendServerHello().output.length; s.sendEncryptedExtensions(); s.output[at + 2] ^= 1; }),
	wrong("a protected record shorter than a tag", "RFC 8446 §5.2", "record not authentic", badRecordMac,
		s => s.sendServerHello().raw(record(applicationData, Buffer.alloc(15)))),
	wrong("a record sent twice", "RFC 8446 §5.3", "record not authentic", badRecordMac,
		s => {
			s.sendServerHello();
			const at = s.output.length;
			s.sendEncryptedExtensions();
			s.raw(s.output.subarray(at));
		}),
	wrong("EncryptedExtensions in plaintext", "RFC 8446 §5", "plaintext record after keys", unexpected,
		s => s.sendServerHello().plain(handshake, s.encryptedExtensions())),
	wrong("a plaintext alert after keys", "RFC 8446 §6", "plaintext record after keys", unexpected,
		s => s.sendServerHello().plain(alert, Buffer.of(2, 40))),
	wrong("an empty plaintext handshake record", "RFC 8446 §5.1", "empty record", unexpected,
		s => s.plain(handshake, Buffer.alloc(0))),
	wrong("an empty protected handshake record", "RFC 8446 §5.1", "empty record", unexpected,
		s => s.sendServerHello().seal(handshake, Buffer.alloc(0))),
	wrong("an empty protected alert", "RFC 8446 §5.1", "empty record", unexpected,
		s => s.sendServerHello().seal(alert, Buffer.alloc(0))),
	wrong("an alert of three bytes", "RFC 8446 §6", "bad alert", decodeError, s => s.plain(alert, Buffer.of(2, 40, 0))),
	wrong("endless user_canceled", "RFC 8446 §6.1", "too many alerts", unexpected,
		s => { s.sendServerHello(); times(5, () => s.seal(alert, Buffer.of(1, 90))); }),
	wrong("a change_cipher_spec of two bytes", "RFC 8446 §5", "bad change_cipher_spec", unexpected,
		s => s.plain(changeCipherSpec, Buffer.of(1, 1))),
	wrong("a change_cipher_spec of 2", "RFC 8446 §5", "bad change_cipher_spec", unexpected,
		s => s.plain(changeCipherSpec, uint8(2))),
	wrong("endless change_cipher_spec", "RFC 8446 §D.4", "too many change_cipher_spec", unexpected,
		s => times(5, () => s.sendChangeCipherSpec())),
	after("change_cipher_spec after Finished", "RFC 8446 §5", "bad change_cipher_spec", unexpected,
		s => s.sendChangeCipherSpec()),
	// handshake messages in general
	wrong("a ServerHello that is not the first message", "RFC 8446 §4", "unexpected message", unexpected,
		s => s.plain(handshake, message(0, Buffer.alloc(0)))),
	wrong("a second ServerHello", "RFC 8446 §4", "unexpected message", unexpected,
		s => s.sendServerHello().seal(handshake, s.serverHello())),
	wrong("a message of an unknown type", "RFC 8446 §4", "unexpected message", unexpected,
		s => s.sendServerHello().seal(handshake, message(99, Buffer.alloc(3)))),
	wrong("a message longer than any", "RFC 8446 §4", "message too long", illegal,
		s => s.sendServerHello().seal(handshake, Buffer.of(8, 1, 0, 0))),
	wrong("a message longer than any, its header split", "RFC 8446 §4", "message too long", illegal,
		s => s.sendServerHello().seal(handshake, Buffer.of(8, 1)).seal(handshake, Buffer.of(0, 0))),
	wrong("a certificate message over the limit", "RFC 8446 §4.4.2", "message too long", illegal,
		s => s.sendServerHello().sendEncryptedExtensions().sendCertificate({ chain: Array(20).fill(honest.chain[0]) })),
	wrong("EncryptedExtensions in ServerHello's record", "RFC 8446 §5.1", "message across a key change", unexpected,
		s => s.plain(handshake, Buffer.concat([s.serverHello(), s.encryptedExtensions()]))),
	wrong("a message that begins under the old keys", "RFC 8446 §5.1", "message across a key change", unexpected,
		s => s.plain(handshake, Buffer.concat([s.serverHello(), uint8(8)]))),
	wrong("Finished and a ticket in one record", "RFC 8446 §5.1", "message across a key change", unexpected,
		s => afterCertificate(s).sendCertificateVerify().send([s.finished(), ticket])),
	wrong("Finished that arrives in two records, a ticket behind it", "RFC 8446 §5.1", "message across a key change", unexpected,
		s => {
			afterCertificate(s).sendCertificateVerify();
			const finished = s.finished();
			s.seal(handshake, finished.subarray(0, 9)).seal(handshake, Buffer.concat([finished.subarray(9), ticket]));
		}),
	wrong("a change_cipher_spec inside a message", "RFC 8446 §5.1", "message interleaved", unexpected,
		s => {
			s.sendServerHello();
			const ee = s.encryptedExtensions();
			s.seal(handshake, ee.subarray(0, 3)).sendChangeCipherSpec().seal(handshake, ee.subarray(3));
		}),
	wrong("Finished and application data in one flight, the Finished cut", "RFC 8446 §5.1", "message interleaved", unexpected,
		s => afterCertificate(s).sendCertificateVerify().seal(
			handshake, s.finished().subarray(0, 20),
		).seal(applicationData, Buffer.from("x"))),
	// ServerHello
	hello("TLS 1.2", "RFC 8446 §4.2.1", "no TLS 1.3", protocolVersion, s => ({ extensions: [s.keyShareExtension()] })),
	hello("TLS 1.2 and the downgrade mark", "RFC 8446 §4.1.3", "no TLS 1.3", protocolVersion,
		() => ({ random: Buffer.from("0".repeat(48) + "444f574e47524401", "hex"), extensions: [] })),
	hello("TLS 1.0", "RFC 8446 §4.2.1", "no TLS 1.3", protocolVersion, () => ({ version: 0x0301, extensions: [] })),
	hello("a version that was not offered", "RFC 8446 §4.2.1", "version not offered", illegal,
		s => ({ extensions: [s.versionExtension(0x0303), s.keyShareExtension()] })),
	hello("another legacy_version", "RFC 8446 §4.1.3", "bad legacy version", illegal, () => ({ version: 0x0304 })),
	hello("a session id that is not ours", "RFC 8446 §4.1.3", "session id not echoed", illegal,
		() => ({ sessionId: Buffer.alloc(32) })),
	hello("no session id", "RFC 8446 §4.1.3", "session id not echoed", illegal, () => ({ sessionId: Buffer.alloc(0) })),
	hello("a session id that is too long", "RFC 8446 §4.1.3", "malformed message", decodeError,
		() => ({ sessionId: Buffer.alloc(33) })),
	hello("a suite that was not offered", "RFC 8446 §4.1.3", "cipher suite not offered", illegal,
		() => ({ suite: 0x1302 })),
	hello("a suite of TLS 1.2", "RFC 8446 §4.1.3", "cipher suite not offered", illegal, () => ({ suite: 0xc02b })),
	hello("compression", "RFC 8446 §4.1.3", "compression", illegal, () => ({ compression: 1 })),
	hello("no key share", "RFC 8446 §9.2", "no key share", missing, s => ({ extensions: [s.versionExtension()] })),
	hello("a group that was not offered", "RFC 8446 §4.2.8", "group not offered", illegal,
		s => ({ extensions: [s.versionExtension(), s.keyShareExtension(s.keyShare, 0x17)] })),
	hello("a key share of 31 bytes", "RFC 8446 §4.2.8.2", "bad key share", illegal,
		s => ({ extensions: [s.versionExtension(), s.keyShareExtension(s.keyShare.subarray(1))] })),
	hello("a key share of 33 bytes", "RFC 8446 §4.2.8.2", "bad key share", illegal,
		s => ({ extensions: [s.versionExtension(), s.keyShareExtension(Buffer.alloc(33, 9))] })),
	hello("a key share of zeros", "RFC 8446 §7.4.2", "shared secret is zero", illegal,
		s => ({ extensions: [s.versionExtension(), s.keyShareExtension(Buffer.alloc(32))] })),
	hello("a key share of order eight", "RFC 7748 §6.1", "shared secret is zero", illegal,
		s => ({
			extensions: [
				s.versionExtension(),
				s.keyShareExtension(Buffer.from(
					"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", "hex",
				)),
			],
		})),
	hello("an extension twice", "RFC 8446 §4.2", "duplicate extension", illegal,
		s => ({ extensions: [s.versionExtension(), s.versionExtension(), s.keyShareExtension()] })),
	hello("a PSK that was not offered", "RFC 8446 §4.2", "extension not offered", unsupported,
		s => ({ extensions: [s.versionExtension(), s.keyShareExtension(), extension(41, uint16(0))] })),
	hello("server_name in ServerHello", "RFC 8446 §4.2", "extension in the wrong message", illegal,
		s => ({ extensions: [s.versionExtension(), s.keyShareExtension(), extension(0, Buffer.alloc(0))] })),
	hello("a cookie in ServerHello", "RFC 8446 §4.2.2", "extension not offered", unsupported,
		s => ({ extensions: [s.versionExtension(), s.keyShareExtension(), cookie(uint8(1))] })),
	hello("an extension with bytes behind it", "RFC 8446 §4.2.1", "malformed message", decodeError,
		s => ({ extensions: [extension(43, Buffer.of(3, 4, 0)), s.keyShareExtension()] })),
	wrong("a ServerHello with bytes behind it", "RFC 8446 §4.1.3", "malformed message", decodeError,
		s => s.plain(handshake, message(2, Buffer.concat([s.serverHello().subarray(4), uint8(0)])))),
	wrong("an empty ServerHello", "RFC 8446 §4.1.3", "malformed message", decodeError,
		s => s.plain(handshake, message(2, Buffer.alloc(0)))),
	// HelloRetryRequest
	wrong("a retry request for nothing", "RFC 8446 §4.1.4", "HelloRetryRequest changes nothing", illegal,
		s => s.sendRetry(s.helloRetryRequest([]))),
	wrong("a retry request for the share that it has", "RFC 8446 §4.2.8", "key share already sent", illegal,
		s => s.sendRetry(s.helloRetryRequest([wantsShare]))),
	wrong("a retry request for the share that it has, with a cookie", "RFC 8446 §4.2.8", "key share already sent", illegal,
		s => s.sendRetry(s.helloRetryRequest([wantsShare, cookie(uint8(1))]))),
	wrong("a retry request for a group that was not offered", "RFC 8446 §4.2.8", "group not offered", illegal,
		s => s.sendRetry(s.helloRetryRequest([extension(51, uint16(0x17))]))),
	wrong("a retry request with an empty cookie", "RFC 8446 §4.2.2", "malformed message", decodeError,
		s => s.sendRetry(s.helloRetryRequest([cookie(Buffer.alloc(0))]))),
	wrong("a retry request with another extension", "RFC 8446 §4.1.4", "extension in the wrong message", illegal,
		s => s.sendRetry(s.helloRetryRequest([cookie(uint8(1)), protocol(http)]))),
	wrong("a retry request with a whole key share", "RFC 8446 §4.2.8", "malformed message", decodeError,
		s => s.sendRetry(s.helloRetryRequest([s.keyShareExtension()])), { retry: true }),
	wrong("a retry request of TLS 1.2", "RFC 8446 §4.1.4", "no TLS 1.3", protocolVersion,
		s => s.plain(handshake, s.serverHello({ random: retryRandom, extensions: [wantsShare] }))),
	wrong("a second retry request", "RFC 8446 §4.1.4", "second HelloRetryRequest", unexpected,
		(s, client) => {
			s.receiveHello(client(s.sendRetry(s.helloRetryRequest([cookie(uint8(1))])).take()));
			s.sendRetry(s.helloRetryRequest([cookie(uint8(2))]));
		}),
	wrong("another suite after the retry request", "RFC 8446 §4.1.4", "cipher suite changed", illegal,
		(s, client) => {
			s.receiveHello(client(s.sendRetry(s.helloRetryRequest([cookie(uint8(1))], { suite: 0x1301 })).take()));
			s.sendServerHello();
		}),
	wrong("a retry request and ServerHello in one record", "RFC 8446 §5.1", "message across a key change", unexpected,
		s => s.plain(handshake, Buffer.concat([s.helloRetryRequest([cookie(uint8(1))]), s.serverHello()]))),
	wrong("ServerHello for a key share that was not sent", "RFC 8446 §4.2.8", "group not offered", illegal,
		s => s.plain(handshake, s.serverHello()), { retry: true }),
	wrong("a transcript that forgets the retry request", "RFC 8446 §4.4.1", "record not authentic", badRecordMac,
		(s, client) => {
			s.receiveHello(client(s.sendRetry(s.helloRetryRequest([cookie(uint8(1))])).take()));
			s.transcript = s.hello.message;
			s.sendServerHello().sendEncryptedExtensions();
		}, { otherKeys: true }),
	// EncryptedExtensions
	extensions("an extension that was not offered", "RFC 8446 §4.2", "extension not offered", unsupported,
		extension(0x1234, Buffer.alloc(0))),
	extensions("early_data", "RFC 8446 §4.2.10", "extension not offered", unsupported, extension(42, Buffer.alloc(0))),
	extensions("key_share among the encrypted extensions", "RFC 8446 §4.2", "extension in the wrong message", illegal,
		wantsShare),
	extensions("signature_algorithms from the server", "RFC 8446 §4.2", "extension in the wrong message", illegal,
		extension(13, vector(2, uint16(0x0807)))),
	extensions("an encrypted extension twice", "RFC 8446 §4.2", "duplicate extension", illegal,
		protocol(http), protocol(http)),
	extensions("server_name that is not empty", "RFC 6066 §3", "malformed message", decodeError,
		extension(0, uint8(0))),
	extensions("a protocol that was not offered", "RFC 7301 §3.2", "application protocol not offered", illegal,
		protocol(h2)),
	extensions("two protocols", "RFC 7301 §3.1", "malformed message", decodeError, protocol(http, http)),
	extensions("no protocol in the list", "RFC 7301 §3.1", "malformed message", decodeError, protocol()),
	extensions("another max_fragment_length", "RFC 6066 §4", "bad max_fragment_length", illegal,
		extension(1, uint8(2))),
	extensions("max_fragment_length of 0", "RFC 6066 §4", "bad max_fragment_length", illegal, extension(1, uint8(0))),
	extensions("a record_size_limit of 63", "RFC 8449 §4", "bad record_size_limit", illegal, extension(28, uint16(63))),
	extensions("max_fragment_length beside record_size_limit", "RFC 8449 §5", "max_fragment_length and record_size_limit", illegal,
		extension(28, uint16(1024)), extension(1, uint8(1))),
	extensions("supported_groups cut", "RFC 8446 §4.2.7", "malformed message", decodeError,
		extension(10, Buffer.of(0, 4, 0, 29))),
	wrong("no EncryptedExtensions", "RFC 8446 §4.3.1", "unexpected message", unexpected,
		s => s.sendServerHello().sendCertificate()),
	wrong("EncryptedExtensions twice", "RFC 8446 §4.3.1", "unexpected message", unexpected,
		s => s.sendServerHello().sendEncryptedExtensions().sendEncryptedExtensions()),
	// authentication
	wrong("a certificate request with a context", "RFC 8446 §4.3.2", "certificate request context", illegal,
		s => s.sendServerHello().sendEncryptedExtensions().send([message(
			13, Buffer.concat([vector(1, uint8(1)), vector(2, extension(13, vector(2, uint16(0x0807))))]),
		)])),
	wrong("a certificate request without signature algorithms", "RFC 8446 §4.3.2", "no signature algorithms", missing,
		s => s.sendServerHello().sendEncryptedExtensions().send([message(
			13, Buffer.concat([vector(1, Buffer.alloc(0)), vector(2, Buffer.alloc(0))]),
		)])),
	wrong("two certificate requests", "RFC 8446 §4.3.2", "unexpected message", unexpected,
		s => {
			const request = message(
				13, Buffer.concat([vector(1, Buffer.alloc(0)), vector(2, extension(13, vector(2, uint16(0x0807))))]),
			);
			s.sendServerHello().sendEncryptedExtensions().send([request, request]);
		}),
	wrong("no certificate message", "RFC 8446 §4.4.2", "unexpected message", unexpected,
		s => s.sendServerHello().sendEncryptedExtensions().sendCertificateVerify()),
	wrong("Finished straight after EncryptedExtensions, as with a PSK", "RFC 8446 §4.4", "unexpected message", unexpected,
		s => s.sendServerHello().sendEncryptedExtensions().sendFinished()),
	wrong("a certificate message without certificates", "RFC 8446 §4.4.2.4", "no certificate", decodeError,
		s => s.sendServerHello().sendEncryptedExtensions().sendCertificate({ chain: [] })),
	wrong("an empty certificate", "RFC 8446 §4.4.2", "malformed message", decodeError,
		s => s.sendServerHello().sendEncryptedExtensions().sendCertificate({ chain: [Buffer.alloc(0)] })),
	wrong("a certificate with a context", "RFC 8446 §4.4.2", "certificate request context", illegal,
		s => s.sendServerHello().sendEncryptedExtensions().sendCertificate({ context: uint8(1) })),
	wrong("OCSP that was not asked for", "RFC 8446 §4.4.2.1", "extension not offered", unsupported,
		s => s.sendServerHello().sendEncryptedExtensions().sendCertificate({
			extensions: [extension(5, Buffer.alloc(4))],
		})),
	wrong("a compressed certificate", "RFC 8879 §4", "unexpected message", unexpected,
		s => s.sendServerHello().sendEncryptedExtensions().send([message(25, Buffer.alloc(20))])),
	wrong("skips CertificateVerify", "RFC 8446 §4.4.3", "unexpected message", unexpected,
		s => afterCertificate(s).sendFinished()),
	wrong("signs with another key", "RFC 8446 §4.4.3", "bad signature by server", decryptError,
		s => afterCertificate(s).sendCertificateVerify({ key: other.privateKey }).sendFinished()),
	wrong("signs as a client", "RFC 8446 §4.4.3", "bad signature by server", decryptError,
		s => afterCertificate(s).sendCertificateVerify({
			context: "TLS 1.3, client CertificateVerify",
		}).sendFinished()),
	wrong("signs another transcript", "RFC 8446 §4.4.3", "bad signature by server", decryptError,
		s => afterCertificate(s).sendCertificateVerify({ transcript: s.transcript.subarray(1) }).sendFinished()),
	wrong("an empty signature", "RFC 8446 §4.4.3", "bad signature by server", decryptError,
		s => afterCertificate(s).send([message(15, Buffer.concat([uint16(0x0807), vector(2, Buffer.alloc(0))]))])),
	wrong("a signature scheme that was not offered", "RFC 8446 §4.4.3", "signature algorithm not offered", illegal,
		s => afterCertificate(s).sendCertificateVerify({ scheme: 0x0804 })),
	wrong("CertificateVerify with bytes behind it", "RFC 8446 §4.4.3", "malformed message", decodeError,
		s => afterCertificate(s).send([message(15, Buffer.concat([s.certificateVerify().subarray(4), uint8(0)]))])),
	wrong("CertificateVerify before Certificate", "RFC 8446 §4.4", "unexpected message", unexpected,
		s => s.sendServerHello().sendEncryptedExtensions().sendCertificateVerify().sendCertificate()),
	wrong("a wrong Finished", "RFC 8446 §4.4.4", "bad Finished", decryptError,
		s => {
			afterCertificate(s).sendCertificateVerify();
			const finished = s.finished(); finished[20] ^= 1;
			s.sendFinished(finished);
		}),
	wrong("the client's Finished", "RFC 8446 §4.4.4", "bad Finished", decryptError,
		s => {
			afterCertificate(s).sendCertificateVerify();
			s.sendFinished(s.finished({ secret: s.secrets.client }));
		}),
	wrong("a Finished of 31 bytes", "RFC 8446 §4.4.4", "malformed message", decodeError,
		s => { afterCertificate(s).sendCertificateVerify(); s.sendFinished(message(20, s.finished().subarray(5))); }),
	wrong("application data before Finished", "RFC 8446 §4.4.4", "application data before Finished", unexpected,
		s => afterCertificate(s).sendCertificateVerify().seal(applicationData, Buffer.from("early"))),
	wrong("a ticket before Finished", "RFC 8446 §4.6.1", "unexpected message", unexpected,
		s => afterCertificate(s).sendCertificateVerify().send([ticket])),
	wrong("a KeyUpdate before Finished", "RFC 8446 §4.6.3", "unexpected message", unexpected,
		s => afterCertificate(s).sendCertificateVerify().send([message(24, uint8(0))])),
	wrong("close_notify before Finished", "RFC 8446 §6.1", "received close_notify", -1,
		s => afterCertificate(s).seal(alert, Buffer.of(1, 0))),
	// certificates
	credentials("a certificate of another CA of the same name", "RFC 5280 §6.1.3", "bad signature by issuer", badCertificate,
		() => [make.leaf(stranger, server)]),
	credentials("a certificate of an unknown CA", "RFC 5280 §6.1.3", "unknown issuer", unknownCA,
		() => [make.leaf(make.party("fleet CA 2"), server)]),
	credentials("a certificate of its own", "RFC 5280 §6.1.3", "unknown issuer", unknownCA,
		() => [make.leaf(server, server)]),
	credentials("the CA's own certificate", "RFC 5280 §6.1", "no subject alternative name", badCertificate,
		() => [rootCertificate]),
	credentials("a chain of five", "RFC 8446 §4.4.2", "chain too long", badCertificate,
		() => [...honest.chain, rootCertificate, rootCertificate, rootCertificate, rootCertificate]),
	credentials("a chain in disorder", "RFC 8446 §4.4.2", "not a CA", badCertificate,
		() => {
			const middle = make.party("middle");
			return [make.leaf(middle, server), make.leaf(root, server), make.authority(middle, root)];
		}),
	credentials("an intermediate that did not sign the leaf", "RFC 5280 §6.1.3", "bad signature in chain", badCertificate,
		() => [make.leaf(make.party("middle"), server), make.authority(make.party("middle"), root)]),
	credentials("an intermediate that is not a CA", "RFC 5280 §6.1.4 (k)", "not a CA", badCertificate,
		() => { const middle = make.party("middle"); return [make.leaf(middle, server), make.leaf(root, middle)]; }),
	credentials("an intermediate that may not sign", "RFC 5280 §6.1.4 (n)", "wrong key usage", badCertificate,
		() => {
			const middle = make.party("middle");
			return [
				make.leaf(middle, server),
				make.authority(
					middle, root, { extensions: [make.basicConstraints(true), make.keyUsage(make.digitalSignature)] },
				),
			];
		}),
	credentials("one intermediate more than pathLen allows", "RFC 5280 §6.1.4 (m)", "path too long", badCertificate,
		() => {
			const a = make.party("a"), b = make.party("b");
			return [
				make.leaf(a, server), make.authority(a, b),
				make.authority(b, root, { extensions: make.authorityExtensions(0) }),
			];
		}),
	credentials("a certificate that is no certificate", "X.690", "unexpected tag", badCertificate,
		() => [Buffer.from("not a certificate")]),
	leaf(
		"another name", "RFC 6125 §6.4", "name does not match",
		{ extensions: make.leafExtensions(make.dns("other.example")) },
	),
	leaf(
		"a wildcard for two labels", "RFC 6125 §6.4.3", "name does not match",
		{ extensions: make.leafExtensions(make.dns("*.*.example")) },
	),
	leaf(
		"a name in the subject alone", "RFC 6125 §6.4.4", "no subject alternative name",
		{ extensions: [make.keyUsage(make.digitalSignature), make.extKeyUsage(make.serverAuth)] },
	),
	leaf(
		"a certificate for clients", "RFC 5280 §4.2.1.12", "wrong extended key usage",
		{ extensions: [make.extKeyUsage(make.clientAuth), make.alternativeNames(make.dns("server.example"))] },
	),
	leaf(
		"a key that may not sign", "RFC 8446 §4.4.2.2", "wrong key usage",
		{
			extensions: [
				make.keyUsage(make.keyEncipherment), make.extKeyUsage(make.serverAuth),
				make.alternativeNames(make.dns("server.example")),
			],
		},
	),
	leaf(
		"a CA as leaf", "RFC 5280 §4.2.1.9", "CA certificate as leaf",
		{ extensions: [...make.authorityExtensions(), make.alternativeNames(make.dns("server.example"))] },
	),
	leaf(
		"an unknown critical extension", "RFC 5280 §4.2", "unknown critical extension",
		{
			extensions: [
				...make.leafExtensions(make.dns("server.example")), make.extension("1.2.3.4", Buffer.alloc(2), true),
			],
		},
	),
	leaf(
		"an RSA key", "RFC 8446 §4.4.2.2", "unsupported public key",
		{
			publicKeyInfo: make.sequence(
				make.sequence(make.oid("1.2.840.113549.1.1.1"), make.der(5)), make.bitString(Buffer.alloc(10)),
			),
		},
		unsupportedCertificate,
	),
	leaf(
		"another algorithm inside than outside", "RFC 5280 §4.1.1.2", "unsupported signature algorithm",
		{ outerAlgorithm: make.sequence(make.oid("1.3.101.113")) }, unsupportedCertificate,
	),
	// after the handshake
	after("endless empty records", "RFC 8446 §5.1", "too many empty records", unexpected,
		s => times(9, () => s.seal(applicationData, Buffer.alloc(0)))),
	after("endless padding", "RFC 8446 §5.4", "too many empty records", unexpected,
		s => times(9, () => s.seal(applicationData, Buffer.alloc(0), 400))),
	after("endless tickets", "RFC 8446 §4.6.1", "too many tickets", unexpected,
		s => times(9, () => s.seal(handshake, ticket))),
	after("a ticket without a ticket", "RFC 8446 §4.6.1", "malformed message", decodeError,
		s => s.seal(
			handshake,
			message(
				4,
				Buffer.concat([
					Buffer.alloc(8), vector(1, uint8(0)), vector(2, Buffer.alloc(0)), vector(2, Buffer.alloc(0)),
				]),
			),
		)),
	after("endless key updates", "RFC 8446 §4.6.3", "too many key updates", unexpected,
		s => times(17, () => s.seal(handshake, message(24, uint8(0))).updateKey())),
	after("a key update of 2", "RFC 8446 §4.6.3", "bad key update", illegal,
		s => s.seal(handshake, message(24, uint8(2)))),
	after("a key update without content", "RFC 8446 §4.6.3", "malformed message", decodeError,
		s => s.seal(handshake, message(24, Buffer.alloc(0)))),
	after("the old key after a key update", "RFC 8446 §4.6.3", "record not authentic", badRecordMac,
		s => s.seal(handshake, message(24, uint8(0))).seal(applicationData, Buffer.from("old"))),
	after("a message behind a key update", "RFC 8446 §5.1", "message across a key change", unexpected,
		s => s.seal(handshake, Buffer.concat([message(24, uint8(0)), ticket]))),
	after("a certificate request after the handshake", "RFC 8446 §4.6.2", "unexpected message", unexpected,
		s => s.seal(
			handshake,
			message(13, Buffer.concat([vector(1, uint8(1)), vector(2, extension(13, vector(2, uint16(0x0807))))])),
		)),
	after("renegotiation", "RFC 8446 §4", "unexpected message", unexpected,
		s => s.seal(handshake, message(0, Buffer.alloc(0)))),
	after("a second Finished", "RFC 8446 §4", "unexpected message", unexpected, s => s.seal(handshake, s.finished())),
	after("application data inside a message", "RFC 8446 §5.1", "message interleaved", unexpected,
		s => s.seal(handshake, ticket.subarray(0, 9)).seal(applicationData, Buffer.from("x"))),
	after("close_notify inside a message", "RFC 8446 §5.1", "message interleaved", unexpected,
		s => s.seal(handshake, ticket.subarray(0, 9)).seal(alert, Buffer.of(1, 0))),
	after("plaintext after the handshake", "RFC 8446 §5", "plaintext record after keys", unexpected,
		s => s.plain(handshake, ticket)),
	after("a handshake key after Finished", "RFC 8446 §7.3", "record not authentic", badRecordMac,
		s => { s.startHandshakeKeys(Buffer.alloc(0)).seal(applicationData, Buffer.from("x")); }),
];
