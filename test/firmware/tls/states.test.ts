// The states of a handshake, driven message by message by a small server: what each of them awaits, and what each proves.
// No records, no sockets: those are client.test.ts's and socket.test.ts's.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { ascii, concatenate } from "../../../firmware/bytes.js";
import { x25519, x25519PublicKey } from "../../../firmware/crypto/kernel.js";
import { AlertError, type RefusalReason } from "../../../firmware/tls/alert.js";
import { Connection } from "../../../firmware/tls/connection.js";
import {
	CERTIFICATE,
	CERTIFICATE_REQUEST,
	CERTIFICATE_VERIFY,
	CLIENT_HELLO,
	type ClientHello,
	ENCRYPTED_EXTENSIONS,
	FINISHED,
	KEY_UPDATE,
	NEW_SESSION_TICKET,
	SERVER_HELLO,
	writeMessage,
} from "../../../firmware/tls/handshake.js";
import { GROUPS } from "../../../firmware/tls/key-exchange.js";
import { handshakeSecrets, verifyData } from "../../../firmware/tls/key-schedule.js";
import { CIPHER_SUITES } from "../../../firmware/tls/record.js";
import { awaitServerHello, Established, type State } from "../../../firmware/tls/states.js";
import { CertificateError } from "../../../firmware/x509/certificate.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { handshakeSchemes } from "../../../firmware/x509/signature-algorithm.js";
import { fromHex, toHex } from "../../hex.js";
import { publicKeyOf, sign } from "../../reference/ed25519.js";
import { refusedAs } from "../../refusal.js";
import { certificates } from "../x509/certificates.js";

const HOST = "server.example";
const caSeed = new Uint8Array(32).fill(0xca),
	leafSeed = new Uint8Array(32).fill(0x1e),
	clientSecret = new Uint8Array(32).fill(0xc1),
	serverSecret = new Uint8Array(32).fill(0x5e);
const ALL = [
	...[CLIENT_HELLO, SERVER_HELLO, NEW_SESSION_TICKET, ENCRYPTED_EXTENSIONS, CERTIFICATE],
	...[CERTIFICATE_REQUEST, CERTIFICATE_VERIFY, FINISHED, KEY_UPDATE],
];

const anchor = readTrustAnchor(withKey(fromHex(certificates.root), caSeed));
const other = readTrustAnchor(fromHex(certificates.next));
const leaf = signedBy(caSeed, withKey(fromHex(certificates.leaf), leafSeed));

/** The certificate with the public key of `seed` in the place of its own. */
function withKey(certificate: Uint8Array, seed: Uint8Array): Uint8Array {
	const at = toHex(certificate).indexOf("300506032b6570032100") / 2 + 10;
	const patched = certificate.slice();
	patched.set(publicKeyOf(seed), at);
	return patched;
}

/** The certificate with a signature by `seed` in the place of its own. */
function signedBy(seed: Uint8Array, certificate: Uint8Array): Uint8Array {
	const content = certificate.subarray(4); // behind the outer header
	const length = 3 + content[2]; // 30 81 length: tbsCertificate
	const patched = certificate.slice();
	patched.set(sign(seed, content.subarray(0, length)), certificate.length - 64);
	return patched;
}

interface Handshake {
	connection: Connection;
	state: State;
	/** Gives the state one message. */
	say(type: number, ...body: Uint8Array[]): State | Established;
}

/** A client that has said its ClientHello. */
function begin({ anchors = [anchor], withShare = true } = {}): Handshake {
	const connection = new Connection(HOST, anchors, 512, 16_640);
	const hello: ClientHello = {
		random: new Uint8Array(32).fill(1),
		sessionId: new Uint8Array(32).fill(2),
		suites: CIPHER_SUITES,
		hostName: HOST,
		fragmentLength: 512,
		groups: GROUPS,
		keyShare: withShare ? { group: GROUPS[0], share: x25519PublicKey(clientSecret.slice()) } : undefined,
		schemes: handshakeSchemes([]),
		authorities: [],
		cookie: undefined,
	};
	connection.sendHello(hello, 0x0301);
	const state = awaitServerHello(connection, hello, clientSecret.slice(), { secret: clientSecret.slice() });
	const handshake: Handshake = {
		connection,
		state,
		say(type, ...body) {
			const message = writeMessage(type, concatenate(...body));
			const next = handshake.state(type, message.subarray(4), message, true);
			if (!(next instanceof Established)) handshake.state = next;
			return next;
		},
	};
	return handshake;
}

const RETRY = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"; // RFC 9846 §4.2.3
const VERSION = "002b00020304";

/** A ServerHello, or with `random` RETRY a HelloRetryRequest. */
function hello(extensions: string, { random = "05".repeat(32), suite = "1303" } = {}): Uint8Array {
	const length = (extensions.length / 2).toString(16).padStart(4, "0");
	return fromHex(`0303${random}20${"02".repeat(32)}${suite}00${length}${extensions}`);
}
const share = `00330024001d0020${toHex(x25519PublicKey(serverSecret.slice()))}`;
const COOKIE = "002c00040002c0c1";
const good = hello(share + VERSION);
const certificate = concatenate(
	fromHex("00"),
	...[length24(leaf.length + 5), length24(leaf.length), leaf],
	fromHex("0000"),
);

function length24(length: number): Uint8Array {
	return Uint8Array.of(length >> 16, (length >> 8) & 0xff, length & 0xff);
}

/** The handshake up to a message of this type, which it awaits then. `traffic`: the server's secret. */
function until(type: number, options: Parameters<typeof begin>[0] = {}): Handshake & { traffic: () => Uint8Array } {
	const handshake = begin(options);
	const { connection } = handshake;
	let traffic = new Uint8Array(0);
	const steps: [number, () => void][] = [
		[
			SERVER_HELLO,
			() => {
				handshake.say(SERVER_HELLO, good);
				const shared = x25519(serverSecret.slice(), x25519PublicKey(clientSecret.slice()));
				traffic = handshakeSecrets(shared, connection.transcript.digest()).traffic.server.slice();
			},
		],
		[ENCRYPTED_EXTENSIONS, () => void handshake.say(ENCRYPTED_EXTENSIONS, fromHex("0000"))],
		[CERTIFICATE, () => void handshake.say(CERTIFICATE, certificate)],
		[CERTIFICATE_VERIFY, () => void handshake.say(CERTIFICATE_VERIFY, proof(connection))],
	];
	for (const [step, take] of steps) {
		if (step === type) break;
		take();
	}
	return { ...handshake, say: handshake.say, traffic: () => traffic };
}

/** The content of a CertificateVerify by `seed`, in a scheme. */
function proof(connection: Connection, seed = leafSeed, scheme = "0807"): Uint8Array {
	const signed = concatenate(
		ascii(`${" ".repeat(64)}TLS 1.3, server CertificateVerify\0`),
		connection.transcript.digest(),
	);
	return concatenate(fromHex(`${scheme}0040`), sign(seed, signed));
}

function refused(reason: RefusalReason, attempt: () => unknown): void {
	refusedAs(AlertError, reason, attempt);
}

test("a whole handshake proves the server by the anchor that has issued its certificate", () => {
	for (const [anchors, expected] of [
		[[anchor], 0],
		[[other, anchor], 1],
	] as const) {
		const { connection, say, traffic } = until(FINISHED, { anchors: [...anchors] });
		const established = say(FINISHED, verifyData(traffic(), connection.transcript.digest()));
		assert.ok(established instanceof Established);
		assert.is(established.server.anchor, expected);
	}
});

test("each state takes what it awaits and nothing else", () => {
	for (const [awaited, alsoTaken] of [
		[SERVER_HELLO],
		[ENCRYPTED_EXTENSIONS],
		[CERTIFICATE, CERTIFICATE_REQUEST],
		[CERTIFICATE_VERIFY],
		[FINISHED],
	]) {
		const handshake = until(awaited);
		for (const type of ALL) {
			if (type === awaited || type === alsoTaken) continue;
			refused("unexpected message", () => handshake.say(type, new Uint8Array(4)));
		}
	}
});

test("a server may ask for a certificate once, and is told that there is none", () => {
	const handshake = until(CERTIFICATE);
	const request = fromHex("00" + "0008" + "000d0004" + "00020807");
	handshake.say(CERTIFICATE_REQUEST, request);
	refused("unexpected message", () => handshake.say(CERTIFICATE_REQUEST, request));
	handshake.say(CERTIFICATE, certificate);
	handshake.say(CERTIFICATE_VERIFY, proof(handshake.connection));
	const before = handshake.connection.outgoing!.length;
	const finished = verifyData(handshake.traffic(), handshake.connection.transcript.digest());
	assert.ok(handshake.say(FINISHED, finished) instanceof Established);
	const plain = until(FINISHED);
	const without = plain.connection.outgoing!.length;
	plain.say(FINISHED, verifyData(plain.traffic(), plain.connection.transcript.digest()));
	const said = handshake.connection.outgoing!.length - before,
		usually = plain.connection.outgoing!.length - without;
	assert.is(said - usually, 5 + 4 + 4 + 1 + 16); // one more record, with an empty Certificate
});

test("a HelloRetryRequest is answered once, and has to change something", () => {
	const retry = (extensions: string, suite = "1303") => hello(extensions + VERSION, { random: RETRY, suite });
	refused("HelloRetryRequest changes nothing", () => begin().say(SERVER_HELLO, retry("")));
	refused("key share already sent", () => begin().say(SERVER_HELLO, retry("00330002001d")));
	const twice = begin();
	twice.say(SERVER_HELLO, retry(COOKIE));
	refused("second HelloRetryRequest", () => twice.say(SERVER_HELLO, retry(COOKIE)));
	const changed = begin();
	changed.say(SERVER_HELLO, retry(COOKIE, "1301"));
	refused("cipher suite changed", () => changed.say(SERVER_HELLO, good));
	const asked = begin({ withShare: false });
	asked.say(SERVER_HELLO, retry("00330002001d"));
	asked.say(SERVER_HELLO, good);
	refused("unexpected message", () => asked.say(CERTIFICATE, certificate)); // EncryptedExtensions first
});

test("a share for a group that we have sent none for, and a shared secret of zeros", () => {
	refused("group not offered", () => begin({ withShare: false }).say(SERVER_HELLO, good));
	const zero = hello(`00330024001d0020${"00".repeat(32)}${VERSION}`);
	refused("shared secret is zero", () => begin().say(SERVER_HELLO, zero));
});

test("nothing may stand behind a ServerHello in its record", () => {
	const { state } = begin();
	const message = writeMessage(SERVER_HELLO, good);
	refused("message across a key change", () => state(SERVER_HELLO, message.subarray(4), message, false));
});

test("a certificate that no anchor has issued, or for another name, ends it", () => {
	refusedAs(CertificateError, "unknown issuer", () =>
		until(CERTIFICATE, { anchors: [other] }).say(CERTIFICATE, certificate),
	);
	const forged = certificate.slice();
	forged[forged.length - 3] ^= 1; // the signature
	refusedAs(CertificateError, "bad signature by issuer", () => until(CERTIFICATE).say(CERTIFICATE, forged));
	refused("no certificate", () => until(CERTIFICATE).say(CERTIFICATE, fromHex("00000000")));
});

test("who holds a certificate and not its key proves nothing", () => {
	const stranger = until(CERTIFICATE_VERIFY);
	refused("bad signature by server", () => stranger.say(CERTIFICATE_VERIFY, proof(stranger.connection, caSeed)));
	const replayed = proof(until(CERTIFICATE).connection); // of another moment of the handshake
	refused("bad signature by server", () => until(CERTIFICATE_VERIFY).say(CERTIFICATE_VERIFY, replayed));
	const scheme = until(CERTIFICATE_VERIFY);
	refused("signature algorithm not offered", () =>
		scheme.say(CERTIFICATE_VERIFY, proof(scheme.connection, leafSeed, "0808")),
	);
	refused("signature algorithm of another key", () =>
		scheme.say(CERTIFICATE_VERIFY, proof(scheme.connection, leafSeed, "0403")),
	);
});

test("a Finished that is not of this handshake proves nothing", () => {
	const { connection, traffic, say } = until(FINISHED);
	const data = verifyData(traffic(), connection.transcript.digest());
	for (let bit = 0; bit < 256; bit += 17) {
		const wrong = data.slice();
		wrong[bit >> 3] ^= 1 << (bit & 7);
		refused("bad Finished", () => say(FINISHED, wrong));
	}
	refused("malformed message", () => say(FINISHED, data.subarray(1)));
	refused("malformed message", () => say(FINISHED, data, new Uint8Array(1)));
});

test("after the handshake: eight tickets, sixteen KeyUpdates without data, and no other message", () => {
	const { connection, traffic, say } = until(FINISHED);
	const established = say(FINISHED, verifyData(traffic(), connection.transcript.digest())) as Established;
	const ticket = fromHex("00000e10" + "00000001" + "01aa" + "0001bb" + "0000");
	for (let i = 0; i < 8; i++) established.receive(NEW_SESSION_TICKET, ticket);
	refused("too many tickets", () => established.receive(NEW_SESSION_TICKET, ticket));
	for (let round = 0; round < 2; round++) {
		for (let i = 0; i < 16; i++) established.receive(KEY_UPDATE, Uint8Array.of(0));
		established.receivedData();
	}
	for (let i = 0; i < 16; i++) established.receive(KEY_UPDATE, Uint8Array.of(1));
	refused("too many key updates", () => established.receive(KEY_UPDATE, Uint8Array.of(0)));
	for (const type of ALL)
		if (type !== NEW_SESSION_TICKET && type !== KEY_UPDATE)
			refused("unexpected message", () => established.receive(type, new Uint8Array(4)));
});

test("one KeyUpdate answers several that ask for it, until we have said something", () => {
	const { connection, traffic, say } = until(FINISHED);
	const established = say(FINISHED, verifyData(traffic(), connection.transcript.digest())) as Established;
	const said = () => connection.outgoing!.length;
	const before = said();
	established.receive(KEY_UPDATE, Uint8Array.of(1));
	const once = said();
	assert.is(once - before, 27);
	established.receive(KEY_UPDATE, Uint8Array.of(1));
	assert.is(said(), once);
	established.write(Uint8Array.of(1));
	const written = said();
	established.receive(KEY_UPDATE, Uint8Array.of(1));
	assert.is(said() - written, 27);
});

test("secrets are overwritten as soon as the next ones are there", () => {
	const secret = clientSecret.slice();
	const connection = new Connection(HOST, [anchor], 512, 16_640);
	const ours: ClientHello = {
		random: new Uint8Array(32),
		sessionId: new Uint8Array(32).fill(2),
		suites: CIPHER_SUITES,
		hostName: HOST,
		fragmentLength: 512,
		groups: GROUPS,
		keyShare: { group: GROUPS[0], share: x25519PublicKey(secret.slice()) },
		schemes: handshakeSchemes([]),
		authorities: [],
		cookie: undefined,
	};
	connection.sendHello(ours, 0x0301);
	const message = writeMessage(SERVER_HELLO, good);
	awaitServerHello(connection, ours, secret, { secret })(SERVER_HELLO, message.subarray(4), message, true);
	assert.ok(secret.every(byte => byte === 0));
	const kept = new Uint8Array(4).fill(7);
	connection.keep(kept);
	connection.wipe();
	assert.ok(kept.every(byte => byte === 0));
});

test.run();
