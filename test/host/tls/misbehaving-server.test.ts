// What a hostile server can do: each misbehaviour is refused with the right alert and the right reason, and nothing
// that happens to a recorded flight on its way is accepted.

import { randomFillSync } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { AlertError } from "../../../firmware/tls/alert.js";
import { Client } from "../../../firmware/tls/client.js";
import { CIPHER_SUITES } from "../../../firmware/tls/record.js";
import { CertificateError } from "../../../firmware/x509/certificate.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { refusedAs } from "../../refusal.js";
import { certificateRequest, honest, longRequest, misbehaviours, rootCertificate } from "./misbehaving-server.js";
import { ALERT, APPLICATION_DATA, extension, message, ReferenceServer, uint16, vector } from "./reference-server.js";

const anchors = [readTrustAnchor(rootCertificate)];
function random(bytes: Uint8Array): void {
	void randomFillSync(bytes);
}
function newClient(offerKeyShare = true): Client {
	return new Client({
		host: "server.example",
		anchors,
		random,
		offerKeyShare,
	});
}

const NOTHING = new Uint8Array(0);

/** Hands over as much as the client takes. Gives the application bytes that it lets out. */
function feed(client: Client, bytes: Uint8Array): string {
	let text = "";
	for (let i = 0; client.isBehind || (i < bytes.length && client.wanted > 0); ) {
		const part = bytes.subarray(i, i + client.wanted);
		i += part.length;
		client.receive(part);
		const read = client.read();
		if (read) text += Buffer.from(read).toString("latin1");
	}
	return text;
}

for (const {
	name,
	section,
	reason,
	alert: expected,
	established = false,
	retry = false,
	otherKeys,
	run,
} of misbehaviours) {
	test(`refused (${section}): ${name}`, () => {
		const client = newClient(!retry);
		const server = new ReferenceServer(client.take(), honest);
		run(server, bytes => (feed(client, bytes), client.take()));
		let error: any;
		try {
			feed(client, server.take());
		} catch (thrown) {
			error = thrown;
		}
		assert.ok(
			error instanceof AlertError || error instanceof CertificateError,
			`accepted, or an exception: ${error?.stack}`,
		);
		assert.is(error.reason, reason);
		assert.is(client.anchor !== undefined, established);
		assert.is(client.wanted, 0); // closed
		if (otherKeys) return assert.throws(() => server.open(client.take()), /fits no key/);
		const alerts = server.open(client.take()).filter(({ type }) => type === ALERT);
		if (expected >= 0)
			assert.equal(
				alerts.map(({ content }) => [...content]),
				[[2, expected]],
			);
		else assert.is(alerts.length, 0);
	});
}

test("there are at least 170 misbehaviours, and no two have one name", () => {
	assert.ok(misbehaviours.length >= 170, String(misbehaviours.length));
	assert.is(new Set(misbehaviours.map(({ name }) => name)).size, misbehaviours.length);
});

test("an honest server is accepted, and both can talk", () => {
	for (const suite of [0x1301, 0x1303] as const) {
		const client = newClient();
		const server = new ReferenceServer(client.take(), honest, suite);
		assert.is(feed(client, server.sendFlight().seal(APPLICATION_DATA, Buffer.from("hello"), 3).take()), "hello");
		assert.is(client.anchor, 0);
		client.write(Buffer.from("answer"));
		assert.equal(
			server.open(client.take()).map(({ type, content }) => [type, content.toString("hex")]),
			[
				[20, "01"],
				[22, server.clientFinished().toString("hex")],
				[23, Buffer.from("answer").toString("hex")],
			],
		);
	}
});

test("a flight may arrive in pieces of any size, and messages in records of any size", () => {
	for (const size of [1, 2, 3, 5, 17, 100, 512]) {
		const client = newClient();
		const server = new ReferenceServer(client.take(), honest);
		server.sendServerHello().sendChangeCipherSpec().send([server.encryptedExtensions()], size);
		server.send([server.certificate()], size).send([server.certificateVerify()], size);
		server.send([server.finished()], size).startApplicationKeys();
		const flight = server.seal(APPLICATION_DATA, Buffer.from("hello")).take();
		let text = "";
		for (let i = 0; i < flight.length; i += size) text += feed(client, flight.subarray(i, i + size));
		assert.is(text, "hello", `${size}`);
	}
});

test("messages that share a record are told apart", () => {
	const client = newClient();
	const server = new ReferenceServer(client.take(), honest);
	server.sendServerHello();
	let flight = Buffer.alloc(0);
	for (const make of ["encryptedExtensions", "certificate", "certificateVerify", "finished"] as const) {
		const message = server[make]();
		server.transcript = Buffer.concat([server.transcript, message]);
		flight = Buffer.concat([flight, message]);
	}
	for (let i = 0; i < flight.length; i += 512) server.seal(22, flight.subarray(i, i + 512));
	feed(client, server.take());
	assert.is(client.anchor, 0);
});

test("a HelloRetryRequest is answered, with a cookie, for a key share, or both", () => {
	const cookie = extension(44, vector(2, Buffer.from("cookie")));
	const wantsShare = extension(51, uint16(0x1d));
	for (const [offered, extensions] of [
		[true, [cookie]],
		[false, [wantsShare]],
		[false, [cookie, wantsShare]],
	] as const) {
		const client = newClient(offered);
		const server = new ReferenceServer(client.take(), honest);
		const first = server.hello;
		feed(client, server.sendRetry(server.helloRetryRequest([...extensions])).take());
		server.receiveHello(client.take());
		assert.equal(server.hello.random, first.random);
		assert.equal(server.hello.sessionId, first.sessionId);
		assert.is(server.hello.extensions.get(51)!.length, 38);
		const echo = server.hello.extensions.get(44);
		if (extensions.length === 2 || offered) assert.equal(echo, vector(2, Buffer.from("cookie")));
		else assert.is(echo, undefined);
		assert.is(feed(client, server.sendFlight().seal(APPLICATION_DATA, Buffer.from("hello")).take()), "hello");
		assert.equal(
			server.open(client.take()).map(({ type }) => type),
			[22],
		); // its change_cipher_spec went before
	}
});

test("a HelloRetryRequest in plaintext may be longer than records were asked to be (RFC 8449 §4)", () => {
	const cookie = extension(44, vector(2, Buffer.alloc(1_500, 7)));
	const client = newClient();
	const server = new ReferenceServer(client.take(), honest);
	feed(client, server.sendRetry(server.helloRetryRequest([cookie])).take());
	server.receiveHello(client.take());
	assert.equal(extension(44, server.hello.extensions.get(44)!), cookie);
	feed(client, server.sendFlight().take());
	assert.is(client.anchor, 0);
});

test("asked for a certificate, the client sends an empty one before its Finished", () => {
	const client = newClient();
	const server = new ReferenceServer(client.take(), honest);
	server
		.sendServerHello()
		.sendEncryptedExtensions()
		.send([certificateRequest()])
		.sendCertificate()
		.sendCertificateVerify()
		.sendFinished();
	feed(client, server.take());
	const none = message(11, Buffer.alloc(4));
	assert.equal(
		server
			.open(client.take())
			.slice(1)
			.map(({ content }) => content),
		[none, server.clientFinished(none)],
	);
});

test("a request for a certificate may be longer than any other message, in records of any size", () => {
	assert.ok(longRequest.length > 10_240);
	for (const size of [3, 512, 16_000]) {
		const client = newClient();
		const server = new ReferenceServer(client.take(), honest);
		server.sendServerHello().sendEncryptedExtensions().send([longRequest], size).sendCertificate();
		feed(client, server.sendCertificateVerify().sendFinished().take());
		assert.is(client.anchor, 0);
	}
	const client = newClient();
	const server = new ReferenceServer(client.take(), honest);
	server.sendServerHello();
	server.send([server.encryptedExtensions(), longRequest]).sendCertificate(); // with another message before it
	feed(client, server.sendCertificateVerify().sendFinished().take());
	assert.is(client.anchor, 0);
});

test("records as long as there are any are taken from a server that was asked for short ones", () => {
	const client = newClient();
	const server = new ReferenceServer(client.take(), honest);
	const text = "x".repeat(2 ** 14);
	assert.is(feed(client, server.sendFlight().seal(APPLICATION_DATA, Buffer.from(text)).take()), text);
	assert.is(feed(client, server.seal(APPLICATION_DATA, Buffer.from("short"), 200).take()), "short");
});

test("while the client is silent, one KeyUpdate of its own answers several", () => {
	const client = newClient();
	const server = new ReferenceServer(client.take(), honest);
	feed(client, server.sendFlight().take());
	server.open(client.take());
	for (let i = 0; i < 5; i++) server.seal(22, message(24, Buffer.of(1))).updateKey();
	feed(client, server.take());
	assert.is(server.open(client.take()).length, 1);
	server.followClientUpdate();
	client.write(Buffer.from("no longer silent"));
	feed(
		client,
		server
			.seal(22, message(24, Buffer.of(1)))
			.updateKey()
			.take(),
	);
	assert.equal(
		server.open(client.take()).map(({ type }) => type),
		[APPLICATION_DATA, 22],
	);
});

test("key updates with data between are as many as the server likes", () => {
	const client = newClient();
	const server = new ReferenceServer(client.take(), honest);
	feed(client, server.sendFlight().take());
	for (let i = 0; i < 100; i++) {
		server.seal(22, message(24, Buffer.of(0))).updateKey();
		assert.is(feed(client, server.seal(APPLICATION_DATA, Buffer.from("data")).take()), "data");
	}
});

test("a key is changed before it has protected as many records as it may, in both directions (RFC 9846 §5.5)", () => {
	const suites = CIPHER_SUITES.filter(({ code }) => code === 0x1303).map(suite => ({ ...suite, maximumRecords: 20 }));
	const client = new Client({ host: "server.example", anchors, random, suites });
	const server = new ReferenceServer(client.take(), honest);
	feed(client, server.sendFlight().take());
	server.open(client.take());
	for (let i = 0; i < 50; i++) {
		client.write(Buffer.from("data"));
		for (const { type, content } of server.open(client.take())) {
			if (type !== 22) continue;
			assert.equal(content, message(24, Buffer.of(0)));
			server.followClientUpdate();
		}
	}
	let asked = 0;
	for (let i = 0; i < 50; i++) {
		feed(client, server.seal(APPLICATION_DATA, Buffer.from("data")).take());
		const updates = server.open(client.take()).filter(({ type }) => type === 22);
		if (updates.length === 0) continue;
		asked++;
		server.followClientUpdate();
		feed(
			client,
			server
				.seal(22, message(24, Buffer.of(0)))
				.updateKey()
				.take(),
		);
	}
	assert.ok(asked > 1);
});

test("keys are updated when the server does, and when it asks", () => {
	const client = newClient();
	const server = new ReferenceServer(client.take(), honest);
	feed(client, server.sendFlight().take());
	server.open(client.take());
	server
		.seal(22, message(24, Buffer.of(1)))
		.updateKey()
		.seal(APPLICATION_DATA, Buffer.from("new key"));
	assert.is(feed(client, server.take()), "new key");
	const answer = server.open(client.take());
	assert.equal(
		answer.map(({ content }) => content),
		[message(24, Buffer.of(0))],
	);
	server.followClientUpdate();
	client.write(Buffer.from("mine too"));
	assert.is(server.open(client.take())[0].content.toString(), "mine too");
	client.updateKey(true);
	assert.equal(
		server.open(client.take()).map(({ content }) => content),
		[message(24, Buffer.of(1))],
	);
	server.followClientUpdate();
	client.close();
	assert.equal(
		server.open(client.take()).map(({ type, content }) => [type, ...content]),
		[[ALERT, 1, 0]],
	);
});

test("our records keep to the server's record_size_limit and to max_fragment_length", () => {
	for (const [extensions, limit] of [
		[[], 512],
		[[extension(28, uint16(64))], 63],
		[[extension(28, uint16(16385))], 512],
		[[extension(1, Buffer.of(1))], 512],
	] as const) {
		const client = newClient();
		const server = new ReferenceServer(client.take(), honest);
		server
			.sendServerHello()
			.sendEncryptedExtensions([...extensions])
			.sendCertificate()
			.sendCertificateVerify()
			.sendFinished();
		feed(client, server.take());
		assert.is(client.writable, limit);
		assert.throws(() => client.write(new Uint8Array(limit + 1)), /expected at most/);
		client.write(new Uint8Array(limit));
		assert.is(server.open(client.take()).at(-1)!.content.length, limit);
	}
});

test("close_notify ends what is read; nothing is taken after it", () => {
	const client = newClient();
	const server = new ReferenceServer(client.take(), honest);
	assert.is(
		feed(client, server.sendFlight().seal(APPLICATION_DATA, Buffer.from("all")).seal(ALERT, Buffer.of(1, 0)).take()),
		"all",
	);
	assert.ok(client.ended);
	assert.is(client.wanted, 0);
});

// What comes in one piece, as TCP has it, is looked at one record after the other.

test("what stands behind Finished waits until it is known that the server has proved itself", () => {
	const client = newClient();
	const server = new ReferenceServer(client.take(), honest);
	feed(client, server.sendServerHello().sendEncryptedExtensions().sendCertificate().sendCertificateVerify().take());
	server.sendFinished().seal(APPLICATION_DATA, Buffer.from("hello")).seal(ALERT, Buffer.of(1, 0));
	client.receive(server.take());
	assert.is(client.anchor, 0);
	assert.is(client.readable, 0);
	assert.ok(client.isBehind);
	client.receive(NOTHING);
	assert.is(Buffer.from(client.read()!).toString(), "hello");
	assert.not(client.ended);
	assert.ok(client.isBehind);
	client.receive(NOTHING);
	assert.ok(client.ended);
	assert.not(client.isBehind);
});

test("what stands behind application bytes waits until they are read, and is refused then", () => {
	const client = newClient();
	const server = new ReferenceServer(client.take(), honest);
	feed(client, server.sendFlight().take());
	const bytes = server.seal(APPLICATION_DATA, Buffer.from("good")).seal(APPLICATION_DATA, Buffer.from("bad")).take();
	bytes[bytes.length - 1] ^= 1;
	client.receive(bytes);
	assert.is(client.wanted, 0);
	assert.not(client.isBehind);
	assert.is(Buffer.from(client.read(2)!).toString(), "go");
	assert.not(client.isBehind);
	assert.is(Buffer.from(client.read()!).toString(), "od");
	assert.ok(client.isBehind);
	refusedAs(AlertError, "record not authentic", () => client.receive(NOTHING));
	assert.not(client.isBehind);
	assert.is(client.read(), undefined);
});

test("what stands behind close_notify, or behind the end of a connection, is never looked at", () => {
	for (const isClosed of [false, true]) {
		const client = newClient();
		const server = new ReferenceServer(client.take(), honest);
		feed(client, server.sendFlight().take());
		const end = server.seal(APPLICATION_DATA, Buffer.from("all")).seal(ALERT, Buffer.of(1, 0)).take();
		client.receive(Buffer.concat([end, Buffer.alloc(20)]));
		assert.is(Buffer.from(client.read()!).toString(), "all");
		if (isClosed) client.close();
		assert.is(client.isBehind, !isClosed);
		client.receive(NOTHING);
		assert.is(client.ended, !isClosed);
		assert.not(client.isBehind);
		assert.is(client.wanted, 0);
	}
});

test("an alert of the server's is reported by its name", () => {
	for (const [code, reason] of [
		[40, "received handshake_failure"],
		[80, "received internal_error"],
		[255, "received unknown alert"],
	] as const) {
		for (const level of [1, 2]) {
			// the level says nothing (RFC 9846 §6)
			const client = newClient();
			const server = new ReferenceServer(client.take(), honest);
			assert.throws(
				() => feed(client, server.plain(ALERT, Buffer.of(level, code)).take()),
				(error: any) =>
					error instanceof AlertError && error.reason === reason && error.received && error.alert === code,
			);
			assert.is(client.pending, 0); // no alert answers an alert
		}
	}
});

// What happens on the way to a flight of which every byte counts: the client's randomness is fixed, so that the same
// recorded flight is the right answer again and again.
function fixed(bytes: Uint8Array): void {
	void bytes.forEach((_, i) => (bytes[i] = i));
}
function replayed(): Client {
	return new Client({ host: "server.example", anchors, random: fixed });
}

/** Only the beginning of the flight is missing, or an error: never an authenticated server. */
function refusedOrWaiting(flight: Uint8Array, what: string): void {
	const client = replayed();
	try {
		assert.is(feed(client, flight), "", what);
	} catch (error) {
		if (!(error instanceof AlertError || error instanceof CertificateError)) throw error;
		assert.is(client.wanted, 0, what);
	}
	assert.is(client.anchor, undefined, what);
	assert.ok(client.pending < 600, what);
}

const recording = new ReferenceServer(replayed().take(), honest).sendFlight();
const starts = recording.records;
const flight = recording.take();
const pieces = starts.map((start, i) => flight.subarray(start, starts[i + 1]));

test("the recorded flight is accepted as it is, and split anywhere", () => {
	const whole = replayed();
	feed(whole, flight);
	assert.is(whole.anchor, 0);
	for (let cut = 1; cut < flight.length; cut += 7) {
		const client = replayed();
		feed(client, flight.subarray(0, cut));
		feed(client, flight.subarray(cut));
		assert.is(client.anchor, 0);
	}
});

test("no byte of the flight may change", () => {
	for (let i = 0; i < flight.length; i++) {
		const version = starts.some(start => i === start + 1 || i === start + 2);
		const isPlain = starts.some(
			(start, n) => (i === start + 1 || i === start + 2) && pieces[n][0] !== APPLICATION_DATA,
		);
		if (version && isPlain) continue; // legacy_record_version of a plaintext record is ignored (§5.1)
		const changed = Buffer.from(flight);
		changed[i] ^= 1 << (i % 8);
		refusedOrWaiting(changed, `byte ${i}`);
	}
});

test("no record of the flight may be dropped, doubled or swapped, but for change_cipher_spec", () => {
	const isCompatibility = (piece: Buffer): boolean => piece[0] === 20;
	pieces.forEach((piece, i) => {
		if (isCompatibility(piece)) return;
		refusedOrWaiting(Buffer.concat(pieces.filter((_, n) => n !== i)), `record ${i} dropped`);
		// What comes after the last record comes after the handshake.
		if (i < pieces.length - 1)
			refusedOrWaiting(
				Buffer.concat(pieces.flatMap((other, n) => (n === i ? [other, other] : [other]))),
				`record ${i} doubled`,
			);
		pieces.forEach((other, k) => {
			if (k <= i || isCompatibility(other)) return;
			const swapped = [...pieces];
			[swapped[i], swapped[k]] = [other, piece];
			refusedOrWaiting(Buffer.concat(swapped), `records ${i} and ${k} swapped`);
		});
	});
});

test("no truncated flight is accepted", () => {
	for (let length = 0; length < flight.length; length += 3)
		refusedOrWaiting(flight.subarray(0, length), `${length} bytes`);
});

test("a message that is split over protected records says the same", () => {
	const server = new ReferenceServer(replayed().take(), honest);
	server.sendServerHello();
	for (const make of ["encryptedExtensions", "certificate", "certificateVerify", "finished"] as const) {
		const whole = server[make]();
		server.transcript = Buffer.concat([server.transcript, whole]);
		for (const byte of whole) server.seal(22, Buffer.of(byte));
	}
	const client = replayed();
	feed(client, server.take());
	assert.is(client.anchor, 0);
});

test.run();
