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
	run(server: ReferenceServer, client: (bytes: Uint8Array) => Uint8Array): void;
}

const unexpected = 10, badRecordMac = 20, recordOverflow = 22, badCertificate = 42, unsupportedCertificate = 43;
const illegal = 47, unknownCA = 48, decodeError = 50, decryptError = 51, protocolVersion = 70, missing = 109, unsupported = 110;

const x25519 = 0x1d;
const h2 = Buffer.from("h2"), http = Buffer.from("http/1.1");
const protocol = (...names: Buffer[]): Buffer => extension(16, vector(2, Buffer.concat(names.map(n => vector(1, n)))));
const cookie = (bytes: Buffer): Buffer => extension(44, vector(2, bytes));
const ticket = message(4, Buffer.concat([Buffer.alloc(8), vector(1, uint8(0)), vector(2, Buffer.alloc(64)), vector(2, Buffer.alloc(0))]));
const wantsShare = extension(51, uint16(x25519));

/** ServerHello with other fields. */
const hello = (name: string, section: string, reason: string, alert: number, fields: (s: ReferenceServer) => Parameters<ReferenceServer["serverHello"]>[0]): Misbehaviour =>
	({ name, section, reason, alert, run: s => void s.plain(handshake, s.serverHello(fields(s))) });

/** EncryptedExtensions with other content. */
const extensions = (name: string, section: string, reason: string, alert: number, ...list: Buffer[]): Misbehaviour =>
	({ name, section, reason, alert, run: s => void s.sendServerHello().sendEncryptedExtensions(list) });

/** Other credentials. */
const credentials = (name: string, section: string, reason: string, alert: number, chain: () => Uint8Array[], key = server.privateKey): Misbehaviour => ({
	name, section, reason, alert,
	run: s => void s.sendServerHello().sendEncryptedExtensions().sendCertificate({ chain: chain() }).sendCertificateVerify({ key }).sendFinished(),
});

/** A leaf with other fields. */
const leaf = (name: string, section: string, reason: string, fields: make.CertificateFields, alert = badCertificate): Misbehaviour =>
	credentials(name, section, reason, alert, () => [make.leaf(root, server, fields)]);

/** Up to Certificate in order, then something else. */
const afterCertificate = (s: ReferenceServer): ReferenceServer => s.sendServerHello().sendChangeCipherSpec().sendEncryptedExtensions().sendCertificate();

/** After the handshake. */
const after = (name: string, section: string, reason: string, alert: number, run: (s: ReferenceServer) => void): Misbehaviour =>
	({ name, section, reason, alert, established: true, run: s => run(s.sendFlight()) });

const times = (count: number, step: () => void): void => {
	for (let i = 0; i < count; i++) step();
};

export const misbehaviours: Misbehaviour[] = [
	// records
	{ name: "a record of an unknown type", section: "RFC 8446 §5", reason: "unknown record type", alert: unexpected, run: s => void s.plain(24, uint8(1)) },
	{ name: "HTTP instead of TLS", section: "RFC 8446 §5", reason: "unknown record type", alert: unexpected, run: s => void s.raw(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")) },
	{ name: "application data before ServerHello", section: "RFC 8446 §5.1", reason: "application data before Finished", alert: unexpected, run: s => void s.plain(applicationData, Buffer.from("hello")) },
	{ name: "a plaintext record that is longer than agreed", section: "RFC 8446 §5.1", reason: "record too long", alert: recordOverflow, run: s => void s.plain(handshake, Buffer.alloc(513)) },
	{ name: "a plaintext record of 2^16-1 bytes", section: "RFC 8446 §5.1", reason: "record too long", alert: recordOverflow, run: s => void s.raw(Buffer.of(22, 3, 3, 255, 255)) },
	{ name: "a protected record that is longer than agreed", section: "RFC 8449 §4", reason: "record too long", alert: recordOverflow, run: s => void s.sendServerHello().seal(handshake, Buffer.alloc(513)) },
	{ name: "a protected record with padding beyond the limit", section: "RFC 8449 §4", reason: "record too long", alert: recordOverflow, run: s => void s.sendServerHello().seal(handshake, s.encryptedExtensions(), 512) },
	{ name: "a protected record without a content type", section: "RFC 8446 §5.4", reason: "record without content type", alert: unexpected, run: s => void s.sendServerHello().seal(0, Buffer.alloc(0), 31) },
	{ name: "a protected record of an unknown type", section: "RFC 8446 §5", reason: "unknown record type", alert: unexpected, run: s => void s.sendServerHello().seal(25, uint8(1)) },
	{ name: "a protected change_cipher_spec", section: "RFC 8446 §5", reason: "unknown record type", alert: unexpected, run: s => void s.sendServerHello().seal(changeCipherSpec, uint8(1)) },
	{ name: "a record whose tag is wrong", section: "RFC 8446 §5.2", reason: "record not authentic", alert: badRecordMac, run: s => { s.sendServerHello().sendEncryptedExtensions(); s.output[s.output.length - 1] ^= 1; } },
	{ name: "a record whose header is wrong", section: "RFC 8446 §5.2", reason: "record not authentic", alert: badRecordMac, run: s => { const at = s.sendServerHello().output.length; s.sendEncryptedExtensions(); s.output[at + 2] ^= 1; } },
	{ name: "a protected record shorter than a tag", section: "RFC 8446 §5.2", reason: "record not authentic", alert: badRecordMac, run: s => void s.sendServerHello().raw(record(applicationData, Buffer.alloc(15))) },
	{ name: "a record sent twice", section: "RFC 8446 §5.3", reason: "record not authentic", alert: badRecordMac, run: s => { s.sendServerHello(); const at = s.output.length; s.sendEncryptedExtensions(); s.raw(s.output.subarray(at)); } },
	{ name: "EncryptedExtensions in plaintext", section: "RFC 8446 §5", reason: "plaintext record after keys", alert: unexpected, run: s => void s.sendServerHello().plain(handshake, s.encryptedExtensions()) },
	{ name: "a plaintext alert after keys", section: "RFC 8446 §6", reason: "plaintext record after keys", alert: unexpected, run: s => void s.sendServerHello().plain(alert, Buffer.of(2, 40)) },
	{ name: "an empty plaintext handshake record", section: "RFC 8446 §5.1", reason: "empty record", alert: unexpected, run: s => void s.plain(handshake, Buffer.alloc(0)) },
	{ name: "an empty protected handshake record", section: "RFC 8446 §5.1", reason: "empty record", alert: unexpected, run: s => void s.sendServerHello().seal(handshake, Buffer.alloc(0)) },
	{ name: "an empty protected alert", section: "RFC 8446 §5.1", reason: "empty record", alert: unexpected, run: s => void s.sendServerHello().seal(alert, Buffer.alloc(0)) },
	{ name: "an alert of three bytes", section: "RFC 8446 §6", reason: "bad alert", alert: decodeError, run: s => void s.plain(alert, Buffer.of(2, 40, 0)) },
	{ name: "endless user_canceled", section: "RFC 8446 §6.1", reason: "too many alerts", alert: unexpected, run: s => { s.sendServerHello(); times(5, () => s.seal(alert, Buffer.of(1, 90))); } },
	{ name: "a change_cipher_spec of two bytes", section: "RFC 8446 §5", reason: "bad change_cipher_spec", alert: unexpected, run: s => void s.plain(changeCipherSpec, Buffer.of(1, 1)) },
	{ name: "a change_cipher_spec of 2", section: "RFC 8446 §5", reason: "bad change_cipher_spec", alert: unexpected, run: s => void s.plain(changeCipherSpec, uint8(2)) },
	{ name: "endless change_cipher_spec", section: "RFC 8446 §D.4", reason: "too many change_cipher_spec", alert: unexpected, run: s => times(5, () => s.sendChangeCipherSpec()) },
	after("change_cipher_spec after Finished", "RFC 8446 §5", "bad change_cipher_spec", unexpected, s => void s.sendChangeCipherSpec()),
	// handshake messages in general
	{ name: "a ServerHello that is not the first message", section: "RFC 8446 §4", reason: "unexpected message", alert: unexpected, run: s => void s.plain(handshake, message(0, Buffer.alloc(0))) },
	{ name: "a second ServerHello", section: "RFC 8446 §4", reason: "unexpected message", alert: unexpected, run: s => void s.sendServerHello().seal(handshake, s.serverHello()) },
	{ name: "a message of an unknown type", section: "RFC 8446 §4", reason: "unexpected message", alert: unexpected, run: s => void s.sendServerHello().seal(handshake, message(99, Buffer.alloc(3))) },
	{ name: "a message longer than any", section: "RFC 8446 §4", reason: "message too long", alert: illegal, run: s => void s.sendServerHello().seal(handshake, Buffer.of(8, 1, 0, 0)) },
	{ name: "a message longer than any, its header split", section: "RFC 8446 §4", reason: "message too long", alert: illegal, run: s => void s.sendServerHello().seal(handshake, Buffer.of(8, 1)).seal(handshake, Buffer.of(0, 0)) },
	{ name: "a certificate message over the limit", section: "RFC 8446 §4.4.2", reason: "message too long", alert: illegal, run: s => void s.sendServerHello().sendEncryptedExtensions().sendCertificate({ chain: Array(20).fill(honest.chain[0]) }) },
	{ name: "EncryptedExtensions in ServerHello's record", section: "RFC 8446 §5.1", reason: "message across a key change", alert: unexpected, run: s => void s.plain(handshake, Buffer.concat([s.serverHello(), s.encryptedExtensions()])) },
	{ name: "a message that begins under the old keys", section: "RFC 8446 §5.1", reason: "message across a key change", alert: unexpected, run: s => void s.plain(handshake, Buffer.concat([s.serverHello(), uint8(8)])) },
	{ name: "Finished and a ticket in one record", section: "RFC 8446 §5.1", reason: "message across a key change", alert: unexpected, run: s => void afterCertificate(s).sendCertificateVerify().send([s.finished(), ticket]) },
	{ name: "Finished that arrives in two records, a ticket behind it", section: "RFC 8446 §5.1", reason: "message across a key change", alert: unexpected, run: s => { afterCertificate(s).sendCertificateVerify(); const finished = s.finished(); s.seal(handshake, finished.subarray(0, 9)).seal(handshake, Buffer.concat([finished.subarray(9), ticket])); } },
	{ name: "a change_cipher_spec inside a message", section: "RFC 8446 §5.1", reason: "message interleaved", alert: unexpected, run: s => { s.sendServerHello(); const ee = s.encryptedExtensions(); s.seal(handshake, ee.subarray(0, 3)).sendChangeCipherSpec().seal(handshake, ee.subarray(3)); } },
	{ name: "Finished and application data in one flight, the Finished cut", section: "RFC 8446 §5.1", reason: "message interleaved", alert: unexpected, run: s => void afterCertificate(s).sendCertificateVerify().seal(handshake, s.finished().subarray(0, 20)).seal(applicationData, Buffer.from("x")) },
	// ServerHello
	hello("TLS 1.2", "RFC 8446 §4.2.1", "no TLS 1.3", protocolVersion, s => ({ extensions: [s.keyShareExtension()] })),
	hello("TLS 1.2 and the downgrade mark", "RFC 8446 §4.1.3", "no TLS 1.3", protocolVersion, () => ({ random: Buffer.from("0".repeat(48) + "444f574e47524401", "hex"), extensions: [] })),
	hello("TLS 1.0", "RFC 8446 §4.2.1", "no TLS 1.3", protocolVersion, () => ({ version: 0x0301, extensions: [] })),
	hello("a version that was not offered", "RFC 8446 §4.2.1", "version not offered", illegal, s => ({ extensions: [s.versionExtension(0x0303), s.keyShareExtension()] })),
	hello("another legacy_version", "RFC 8446 §4.1.3", "bad legacy version", illegal, () => ({ version: 0x0304 })),
	hello("a session id that is not ours", "RFC 8446 §4.1.3", "session id not echoed", illegal, () => ({ sessionId: Buffer.alloc(32) })),
	hello("no session id", "RFC 8446 §4.1.3", "session id not echoed", illegal, () => ({ sessionId: Buffer.alloc(0) })),
	hello("a session id that is too long", "RFC 8446 §4.1.3", "malformed message", decodeError, () => ({ sessionId: Buffer.alloc(33) })),
	hello("a suite that was not offered", "RFC 8446 §4.1.3", "cipher suite not offered", illegal, () => ({ suite: 0x1302 })),
	hello("a suite of TLS 1.2", "RFC 8446 §4.1.3", "cipher suite not offered", illegal, () => ({ suite: 0xc02b })),
	hello("compression", "RFC 8446 §4.1.3", "compression", illegal, () => ({ compression: 1 })),
	hello("no key share", "RFC 8446 §9.2", "no key share", missing, s => ({ extensions: [s.versionExtension()] })),
	hello("a group that was not offered", "RFC 8446 §4.2.8", "group not offered", illegal, s => ({ extensions: [s.versionExtension(), s.keyShareExtension(s.keyShare, 0x17)] })),
	hello("a key share of 31 bytes", "RFC 8446 §4.2.8.2", "bad key share", illegal, s => ({ extensions: [s.versionExtension(), s.keyShareExtension(s.keyShare.subarray(1))] })),
	hello("a key share of 33 bytes", "RFC 8446 §4.2.8.2", "bad key share", illegal, s => ({ extensions: [s.versionExtension(), s.keyShareExtension(Buffer.alloc(33, 9))] })),
	hello("a key share of zeros", "RFC 8446 §7.4.2", "shared secret is zero", illegal, s => ({ extensions: [s.versionExtension(), s.keyShareExtension(Buffer.alloc(32))] })),
	hello("a key share of order eight", "RFC 7748 §6.1", "shared secret is zero", illegal, s => ({ extensions: [s.versionExtension(), s.keyShareExtension(Buffer.from("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", "hex"))] })),
	hello("an extension twice", "RFC 8446 §4.2", "duplicate extension", illegal, s => ({ extensions: [s.versionExtension(), s.versionExtension(), s.keyShareExtension()] })),
	hello("a PSK that was not offered", "RFC 8446 §4.2", "extension not offered", unsupported, s => ({ extensions: [s.versionExtension(), s.keyShareExtension(), extension(41, uint16(0))] })),
	hello("server_name in ServerHello", "RFC 8446 §4.2", "extension in the wrong message", illegal, s => ({ extensions: [s.versionExtension(), s.keyShareExtension(), extension(0, Buffer.alloc(0))] })),
	hello("a cookie in ServerHello", "RFC 8446 §4.2.2", "extension not offered", unsupported, s => ({ extensions: [s.versionExtension(), s.keyShareExtension(), cookie(uint8(1))] })),
	hello("an extension with bytes behind it", "RFC 8446 §4.2.1", "malformed message", decodeError, s => ({ extensions: [extension(43, Buffer.of(3, 4, 0)), s.keyShareExtension()] })),
	{ name: "a ServerHello with bytes behind it", section: "RFC 8446 §4.1.3", reason: "malformed message", alert: decodeError, run: s => void s.plain(handshake, message(2, Buffer.concat([s.serverHello().subarray(4), uint8(0)]))) },
	{ name: "an empty ServerHello", section: "RFC 8446 §4.1.3", reason: "malformed message", alert: decodeError, run: s => void s.plain(handshake, message(2, Buffer.alloc(0))) },
	// HelloRetryRequest
	{ name: "a retry request for nothing", section: "RFC 8446 §4.1.4", reason: "HelloRetryRequest changes nothing", alert: illegal, run: s => void s.sendRetry(s.helloRetryRequest([])) },
	{ name: "a retry request for the share that it has", section: "RFC 8446 §4.2.8", reason: "key share already sent", alert: illegal, run: s => void s.sendRetry(s.helloRetryRequest([wantsShare])) },
	{ name: "a retry request for the share that it has, with a cookie", section: "RFC 8446 §4.2.8", reason: "key share already sent", alert: illegal, run: s => void s.sendRetry(s.helloRetryRequest([wantsShare, cookie(uint8(1))])) },
	{ name: "a retry request for a group that was not offered", section: "RFC 8446 §4.2.8", reason: "group not offered", alert: illegal, run: s => void s.sendRetry(s.helloRetryRequest([extension(51, uint16(0x17))])) },
	{ name: "a retry request with an empty cookie", section: "RFC 8446 §4.2.2", reason: "malformed message", alert: decodeError, run: s => void s.sendRetry(s.helloRetryRequest([cookie(Buffer.alloc(0))])) },
	{ name: "a retry request with another extension", section: "RFC 8446 §4.1.4", reason: "extension in the wrong message", alert: illegal, run: s => void s.sendRetry(s.helloRetryRequest([cookie(uint8(1)), protocol(http)])) },
	{ name: "a retry request with a whole key share", section: "RFC 8446 §4.2.8", reason: "malformed message", alert: decodeError, retry: true, run: s => void s.sendRetry(s.helloRetryRequest([s.keyShareExtension()])) },
	{ name: "a retry request of TLS 1.2", section: "RFC 8446 §4.1.4", reason: "no TLS 1.3", alert: protocolVersion, run: s => void s.plain(handshake, s.serverHello({ random: retryRandom, extensions: [wantsShare] })) },
	{ name: "a second retry request", section: "RFC 8446 §4.1.4", reason: "second HelloRetryRequest", alert: unexpected, run: (s, client) => { s.receiveHello(client(s.sendRetry(s.helloRetryRequest([cookie(uint8(1))])).take())); s.sendRetry(s.helloRetryRequest([cookie(uint8(2))])); } },
	{ name: "another suite after the retry request", section: "RFC 8446 §4.1.4", reason: "cipher suite changed", alert: illegal, run: (s, client) => { s.receiveHello(client(s.sendRetry(s.helloRetryRequest([cookie(uint8(1))], { suite: 0x1301 })).take())); s.sendServerHello(); } },
	{ name: "a retry request and ServerHello in one record", section: "RFC 8446 §5.1", reason: "message across a key change", alert: unexpected, run: s => void s.plain(handshake, Buffer.concat([s.helloRetryRequest([cookie(uint8(1))]), s.serverHello()])) },
	{ name: "ServerHello for a key share that was not sent", section: "RFC 8446 §4.2.8", reason: "group not offered", alert: illegal, retry: true, run: s => void s.plain(handshake, s.serverHello()) },
	{ name: "a transcript that forgets the retry request", section: "RFC 8446 §4.4.1", reason: "record not authentic", alert: badRecordMac, otherKeys: true, run: (s, client) => { s.receiveHello(client(s.sendRetry(s.helloRetryRequest([cookie(uint8(1))])).take())); s.transcript = s.hello.message; s.sendServerHello().sendEncryptedExtensions(); } },
	// EncryptedExtensions
	extensions("an extension that was not offered", "RFC 8446 §4.2", "extension not offered", unsupported, extension(0x1234, Buffer.alloc(0))),
	extensions("early_data", "RFC 8446 §4.2.10", "extension not offered", unsupported, extension(42, Buffer.alloc(0))),
	extensions("key_share among the encrypted extensions", "RFC 8446 §4.2", "extension in the wrong message", illegal, wantsShare),
	extensions("signature_algorithms from the server", "RFC 8446 §4.2", "extension in the wrong message", illegal, extension(13, vector(2, uint16(0x0807)))),
	extensions("an encrypted extension twice", "RFC 8446 §4.2", "duplicate extension", illegal, protocol(http), protocol(http)),
	extensions("server_name that is not empty", "RFC 6066 §3", "malformed message", decodeError, extension(0, uint8(0))),
	extensions("a protocol that was not offered", "RFC 7301 §3.2", "application protocol not offered", illegal, protocol(h2)),
	extensions("two protocols", "RFC 7301 §3.1", "malformed message", decodeError, protocol(http, http)),
	extensions("no protocol in the list", "RFC 7301 §3.1", "malformed message", decodeError, protocol()),
	extensions("another max_fragment_length", "RFC 6066 §4", "bad max_fragment_length", illegal, extension(1, uint8(2))),
	extensions("max_fragment_length of 0", "RFC 6066 §4", "bad max_fragment_length", illegal, extension(1, uint8(0))),
	extensions("a record_size_limit of 63", "RFC 8449 §4", "bad record_size_limit", illegal, extension(28, uint16(63))),
	extensions("max_fragment_length beside record_size_limit", "RFC 8449 §5", "max_fragment_length and record_size_limit", illegal, extension(28, uint16(1024)), extension(1, uint8(1))),
	extensions("supported_groups cut", "RFC 8446 §4.2.7", "malformed message", decodeError, extension(10, Buffer.of(0, 4, 0, 29))),
	{ name: "no EncryptedExtensions", section: "RFC 8446 §4.3.1", reason: "unexpected message", alert: unexpected, run: s => void s.sendServerHello().sendCertificate() },
	{ name: "EncryptedExtensions twice", section: "RFC 8446 §4.3.1", reason: "unexpected message", alert: unexpected, run: s => void s.sendServerHello().sendEncryptedExtensions().sendEncryptedExtensions() },
	// authentication
	{ name: "a certificate request with a context", section: "RFC 8446 §4.3.2", reason: "certificate request context", alert: illegal, run: s => void s.sendServerHello().sendEncryptedExtensions().send([message(13, Buffer.concat([vector(1, uint8(1)), vector(2, extension(13, vector(2, uint16(0x0807))))]))]) },
	{ name: "a certificate request without signature algorithms", section: "RFC 8446 §4.3.2", reason: "no signature algorithms", alert: missing, run: s => void s.sendServerHello().sendEncryptedExtensions().send([message(13, Buffer.concat([vector(1, Buffer.alloc(0)), vector(2, Buffer.alloc(0))]))]) },
	{ name: "two certificate requests", section: "RFC 8446 §4.3.2", reason: "unexpected message", alert: unexpected, run: s => { const request = message(13, Buffer.concat([vector(1, Buffer.alloc(0)), vector(2, extension(13, vector(2, uint16(0x0807))))])); s.sendServerHello().sendEncryptedExtensions().send([request, request]); } },
	{ name: "no certificate message", section: "RFC 8446 §4.4.2", reason: "unexpected message", alert: unexpected, run: s => void s.sendServerHello().sendEncryptedExtensions().sendCertificateVerify() },
	{ name: "Finished straight after EncryptedExtensions, as with a PSK", section: "RFC 8446 §4.4", reason: "unexpected message", alert: unexpected, run: s => void s.sendServerHello().sendEncryptedExtensions().sendFinished() },
	{ name: "a certificate message without certificates", section: "RFC 8446 §4.4.2.4", reason: "no certificate", alert: decodeError, run: s => void s.sendServerHello().sendEncryptedExtensions().sendCertificate({ chain: [] }) },
	{ name: "an empty certificate", section: "RFC 8446 §4.4.2", reason: "malformed message", alert: decodeError, run: s => void s.sendServerHello().sendEncryptedExtensions().sendCertificate({ chain: [Buffer.alloc(0)] }) },
	{ name: "a certificate with a context", section: "RFC 8446 §4.4.2", reason: "certificate request context", alert: illegal, run: s => void s.sendServerHello().sendEncryptedExtensions().sendCertificate({ context: uint8(1) }) },
	{ name: "OCSP that was not asked for", section: "RFC 8446 §4.4.2.1", reason: "extension not offered", alert: unsupported, run: s => void s.sendServerHello().sendEncryptedExtensions().sendCertificate({ extensions: [extension(5, Buffer.alloc(4))] }) },
	{ name: "a compressed certificate", section: "RFC 8879 §4", reason: "unexpected message", alert: unexpected, run: s => void s.sendServerHello().sendEncryptedExtensions().send([message(25, Buffer.alloc(20))]) },
	{ name: "skips CertificateVerify", section: "RFC 8446 §4.4.3", reason: "unexpected message", alert: unexpected, run: s => void afterCertificate(s).sendFinished() },
	{ name: "signs with another key", section: "RFC 8446 §4.4.3", reason: "bad signature by server", alert: decryptError, run: s => void afterCertificate(s).sendCertificateVerify({ key: other.privateKey }).sendFinished() },
	{ name: "signs as a client", section: "RFC 8446 §4.4.3", reason: "bad signature by server", alert: decryptError, run: s => void afterCertificate(s).sendCertificateVerify({ context: "TLS 1.3, client CertificateVerify" }).sendFinished() },
	{ name: "signs another transcript", section: "RFC 8446 §4.4.3", reason: "bad signature by server", alert: decryptError, run: s => void afterCertificate(s).sendCertificateVerify({ transcript: s.transcript.subarray(1) }).sendFinished() },
	{ name: "an empty signature", section: "RFC 8446 §4.4.3", reason: "bad signature by server", alert: decryptError, run: s => void afterCertificate(s).send([message(15, Buffer.concat([uint16(0x0807), vector(2, Buffer.alloc(0))]))]) },
	{ name: "a signature scheme that was not offered", section: "RFC 8446 §4.4.3", reason: "signature algorithm not offered", alert: illegal, run: s => void afterCertificate(s).sendCertificateVerify({ scheme: 0x0804 }) },
	{ name: "CertificateVerify with bytes behind it", section: "RFC 8446 §4.4.3", reason: "malformed message", alert: decodeError, run: s => void afterCertificate(s).send([message(15, Buffer.concat([s.certificateVerify().subarray(4), uint8(0)]))]) },
	{ name: "CertificateVerify before Certificate", section: "RFC 8446 §4.4", reason: "unexpected message", alert: unexpected, run: s => void s.sendServerHello().sendEncryptedExtensions().sendCertificateVerify().sendCertificate() },
	{ name: "a wrong Finished", section: "RFC 8446 §4.4.4", reason: "bad Finished", alert: decryptError, run: s => { afterCertificate(s).sendCertificateVerify(); const finished = s.finished(); finished[20] ^= 1; s.sendFinished(finished); } },
	{ name: "the client's Finished", section: "RFC 8446 §4.4.4", reason: "bad Finished", alert: decryptError, run: s => { afterCertificate(s).sendCertificateVerify(); s.sendFinished(s.finished({ secret: s.secrets.client })); } },
	{ name: "a Finished of 31 bytes", section: "RFC 8446 §4.4.4", reason: "malformed message", alert: decodeError, run: s => { afterCertificate(s).sendCertificateVerify(); s.sendFinished(message(20, s.finished().subarray(5))); } },
	{ name: "application data before Finished", section: "RFC 8446 §4.4.4", reason: "application data before Finished", alert: unexpected, run: s => void afterCertificate(s).sendCertificateVerify().seal(applicationData, Buffer.from("early")) },
	{ name: "a ticket before Finished", section: "RFC 8446 §4.6.1", reason: "unexpected message", alert: unexpected, run: s => void afterCertificate(s).sendCertificateVerify().send([ticket]) },
	{ name: "a KeyUpdate before Finished", section: "RFC 8446 §4.6.3", reason: "unexpected message", alert: unexpected, run: s => void afterCertificate(s).sendCertificateVerify().send([message(24, uint8(0))]) },
	{ name: "close_notify before Finished", section: "RFC 8446 §6.1", reason: "received close_notify", alert: -1, run: s => void afterCertificate(s).seal(alert, Buffer.of(1, 0)) },
	// certificates
	credentials("a certificate of another CA of the same name", "RFC 5280 §6.1.3", "bad signature by issuer", badCertificate, () => [make.leaf(stranger, server)]),
	credentials("a certificate of an unknown CA", "RFC 5280 §6.1.3", "unknown issuer", unknownCA, () => [make.leaf(make.party("fleet CA 2"), server)]),
	credentials("a certificate of its own", "RFC 5280 §6.1.3", "unknown issuer", unknownCA, () => [make.leaf(server, server)]),
	credentials("the CA's own certificate", "RFC 5280 §6.1", "no subject alternative name", badCertificate, () => [rootCertificate]),
	credentials("a chain of five", "RFC 8446 §4.4.2", "chain too long", badCertificate, () => [...honest.chain, rootCertificate, rootCertificate, rootCertificate, rootCertificate]),
	credentials("a chain in disorder", "RFC 8446 §4.4.2", "not a CA", badCertificate, () => { const middle = make.party("middle"); return [make.leaf(middle, server), make.leaf(root, server), make.authority(middle, root)]; }),
	credentials("an intermediate that did not sign the leaf", "RFC 5280 §6.1.3", "bad signature in chain", badCertificate, () => [make.leaf(make.party("middle"), server), make.authority(make.party("middle"), root)]),
	credentials("an intermediate that is not a CA", "RFC 5280 §6.1.4 (k)", "not a CA", badCertificate, () => { const middle = make.party("middle"); return [make.leaf(middle, server), make.leaf(root, middle)]; }),
	credentials("an intermediate that may not sign", "RFC 5280 §6.1.4 (n)", "wrong key usage", badCertificate, () => { const middle = make.party("middle"); return [make.leaf(middle, server), make.authority(middle, root, { extensions: [make.basicConstraints(true), make.keyUsage(make.digitalSignature)] })]; }),
	credentials("one intermediate more than pathLen allows", "RFC 5280 §6.1.4 (m)", "path too long", badCertificate, () => { const a = make.party("a"), b = make.party("b"); return [make.leaf(a, server), make.authority(a, b), make.authority(b, root, { extensions: make.authorityExtensions(0) })]; }),
	credentials("a certificate that is no certificate", "X.690", "unexpected tag", badCertificate, () => [Buffer.from("not a certificate")]),
	leaf("another name", "RFC 6125 §6.4", "name does not match", { extensions: make.leafExtensions(make.dns("other.example")) }),
	leaf("a wildcard for two labels", "RFC 6125 §6.4.3", "name does not match", { extensions: make.leafExtensions(make.dns("*.*.example")) }),
	leaf("a name in the subject alone", "RFC 6125 §6.4.4", "no subject alternative name", { extensions: [make.keyUsage(make.digitalSignature), make.extKeyUsage(make.serverAuth)] }),
	leaf("a certificate for clients", "RFC 5280 §4.2.1.12", "wrong extended key usage", { extensions: [make.extKeyUsage(make.clientAuth), make.alternativeNames(make.dns("server.example"))] }),
	leaf("a key that may not sign", "RFC 8446 §4.4.2.2", "wrong key usage", { extensions: [make.keyUsage(make.keyEncipherment), make.extKeyUsage(make.serverAuth), make.alternativeNames(make.dns("server.example"))] }),
	leaf("a CA as leaf", "RFC 5280 §4.2.1.9", "CA certificate as leaf", { extensions: [...make.authorityExtensions(), make.alternativeNames(make.dns("server.example"))] }),
	leaf("an unknown critical extension", "RFC 5280 §4.2", "unknown critical extension", { extensions: [...make.leafExtensions(make.dns("server.example")), make.extension("1.2.3.4", Buffer.alloc(2), true)] }),
	leaf("an RSA key", "RFC 8446 §4.4.2.2", "unsupported public key", { publicKeyInfo: make.sequence(make.sequence(make.oid("1.2.840.113549.1.1.1"), make.der(5)), make.bitString(Buffer.alloc(10))) }, unsupportedCertificate),
	leaf("another algorithm inside than outside", "RFC 5280 §4.1.1.2", "unsupported signature algorithm", { outerAlgorithm: make.sequence(make.oid("1.3.101.113")) }, unsupportedCertificate),
	// after the handshake
	after("endless empty records", "RFC 8446 §5.1", "too many empty records", unexpected, s => times(9, () => s.seal(applicationData, Buffer.alloc(0)))),
	after("endless padding", "RFC 8446 §5.4", "too many empty records", unexpected, s => times(9, () => s.seal(applicationData, Buffer.alloc(0), 400))),
	after("endless tickets", "RFC 8446 §4.6.1", "too many tickets", unexpected, s => times(9, () => s.seal(handshake, ticket))),
	after("a ticket without a ticket", "RFC 8446 §4.6.1", "malformed message", decodeError, s => void s.seal(handshake, message(4, Buffer.concat([Buffer.alloc(8), vector(1, uint8(0)), vector(2, Buffer.alloc(0)), vector(2, Buffer.alloc(0))])))),
	after("endless key updates", "RFC 8446 §4.6.3", "too many key updates", unexpected, s => times(17, () => s.seal(handshake, message(24, uint8(0))).updateKey())),
	after("a key update of 2", "RFC 8446 §4.6.3", "bad key update", illegal, s => void s.seal(handshake, message(24, uint8(2)))),
	after("a key update without content", "RFC 8446 §4.6.3", "malformed message", decodeError, s => void s.seal(handshake, message(24, Buffer.alloc(0)))),
	after("the old key after a key update", "RFC 8446 §4.6.3", "record not authentic", badRecordMac, s => void s.seal(handshake, message(24, uint8(0))).seal(applicationData, Buffer.from("old"))),
	after("a message behind a key update", "RFC 8446 §5.1", "message across a key change", unexpected, s => void s.seal(handshake, Buffer.concat([message(24, uint8(0)), ticket]))),
	after("a certificate request after the handshake", "RFC 8446 §4.6.2", "unexpected message", unexpected, s => void s.seal(handshake, message(13, Buffer.concat([vector(1, uint8(1)), vector(2, extension(13, vector(2, uint16(0x0807))))])))),
	after("renegotiation", "RFC 8446 §4", "unexpected message", unexpected, s => void s.seal(handshake, message(0, Buffer.alloc(0)))),
	after("a second Finished", "RFC 8446 §4", "unexpected message", unexpected, s => void s.seal(handshake, s.finished())),
	after("application data inside a message", "RFC 8446 §5.1", "message interleaved", unexpected, s => void s.seal(handshake, ticket.subarray(0, 9)).seal(applicationData, Buffer.from("x"))),
	after("plaintext after the handshake", "RFC 8446 §5", "plaintext record after keys", unexpected, s => void s.plain(handshake, ticket)),
	after("a handshake key after Finished", "RFC 8446 §7.3", "record not authentic", badRecordMac, s => { s.startHandshakeKeys(Buffer.alloc(0)).seal(applicationData, Buffer.from("x")); }),
];
