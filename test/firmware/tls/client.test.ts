// The machine against recorded flights of real servers (record-flights.ts), and what may happen to a flight on its way.
// Misbehaving servers, which need keys of their own, are test/host/tls's.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { AlertError } from "../../../firmware/tls/alert.js";
import { Client } from "../../../firmware/tls/client.js";
import { CIPHER_SUITES } from "../../../firmware/tls/record.js";
import { CertificateError } from "../../../firmware/x509/certificate.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { fromHex, toHex } from "../../hex.js";
import { HOST, type RecordedFlight, recordedFlights } from "./recorded-flights.js";
import { ROOT, refusedFlights } from "./refused-flights.js";

function clientFor({ suite, fragmentLength, offerKeyShare, root }: RecordedFlight, name = HOST): Client {
	return new Client({
		host: name,
		anchors: [readTrustAnchor(fromHex(root))],
		random: bytes => bytes.forEach((_, i) => (bytes[i] = i)),
		suites: CIPHER_SUITES.filter(({ code }) => code === suite),
		fragmentLength,
		offerKeyShare,
	});
}

/** Hands over at most `piece` bytes at a time, as long as the client takes any. Gives the application's text. */
function feed(client: Client, bytes: Uint8Array, piece = Infinity): string {
	let text = "";
	for (let i = 0; client.isBehind || (i < bytes.length && client.wanted > 0); ) {
		const part = bytes.subarray(i, i + Math.min(piece, client.wanted));
		i += part.length;
		client.receive(part);
		const read = client.read();
		if (read) for (const byte of new Uint8Array(read)) text += String.fromCharCode(byte);
	}
	return text;
}

for (const recorded of recordedFlights) {
	test(`a recorded flight of ${recorded.server} is accepted, in pieces of any size`, () => {
		const flight = fromHex(recorded.flight);
		for (const piece of [Infinity, 1, 7]) {
			const client = clientFor(recorded);
			const text = feed(client, flight, piece);
			assert.is(client.anchor, 0);
			assert.is(text.length, recorded.textLength);
			assert.is(text.slice(0, 12), recorded.textStart);
		}
	});
}

for (const [name, section, reason, established, hex] of refusedFlights) {
	test(`refused (${section}): ${name}`, () => {
		const client = new Client({
			host: HOST,
			anchors: [readTrustAnchor(fromHex(ROOT))],
			random: bytes => bytes.forEach((_, i) => (bytes[i] = i)),
		});
		client.take();
		assert.throws(
			() => feed(client, fromHex(hex)),
			(error: any) => (error instanceof AlertError || error instanceof CertificateError) && error.reason === reason,
		);
		assert.is(client.anchor !== undefined, established);
		assert.is(client.wanted, 0);
		assert.ok(client.pending > 0); // the alert
	});
}

test("a flight for another name, or by another CA, is refused", () => {
	const [node, openSSL] = recordedFlights;
	for (const [client, reason, alert] of [
		[clientFor({ ...node, root: openSSL.root }), "bad signature by issuer", 42],
		[clientFor(node, "serves.example"), undefined, undefined],
	] as const) {
		if (!reason) {
			// another SNI is another ClientHello: the keys differ before the name is looked at
			assert.throws(
				() => feed(client, fromHex(node.flight)),
				(error: any) => error.reason === "record not authentic",
			);
			continue;
		}
		assert.throws(
			() => feed(client, fromHex(node.flight)),
			(error: any) => error instanceof CertificateError && error.reason === reason,
		);
		assert.is(client.anchor, undefined);
		assert.ok(alert > 0 && client.pending > 0); // the alert, protected
	}
});

test("the ClientHello is one record, as short as can be", () => {
	const hello = clientFor(recordedFlights[0]).take();
	assert.is(toHex(hello.subarray(0, 6)), `160301${(hello.length - 5).toString(16).padStart(4, "0")}01`);
	assert.ok(hello.length <= 265, String(hello.length));
});

test("a host that is an address is not named to the server (RFC 6066 §3)", () => {
	const [recorded] = recordedFlights;
	const named = clientFor(recorded).take().length,
		unnamed = clientFor(recorded, "127.0.0.1").take().length;
	assert.is(named - unnamed, 9 + HOST.length);
});

test("before the handshake is done nothing can be written, and nothing is let out", () => {
	const client = clientFor(recordedFlights[0]);
	assert.is(client.writable, 0);
	assert.throws(
		() => client.write(new Uint8Array(1)),
		(error: any) => error instanceof RangeError,
	);
	assert.is(client.read(), undefined);
	client.write(new Uint8Array(0));
	client.updateKey(true);
	client.take();
	assert.is(client.pending, 0);
});

test("more than is wanted is our own mistake", () => {
	const client = clientFor(recordedFlights[0]);
	assert.is(client.wanted, 512 + 22);
	assert.throws(
		() => client.receive(new Uint8Array(512 + 23)),
		(error: any) => error instanceof RangeError,
	);
});

test("no changed byte of a handshake is accepted", () => {
	const [recorded] = recordedFlights;
	const flight = fromHex(recorded.flight);
	const end = handshakeLength(recorded, flight);
	let refused = 0;
	for (let i = 0; i < end; i += 3) {
		if (isIgnored(flight, i)) continue;
		const changed = flight.slice(0, end);
		changed[i] ^= 1 << (i % 8);
		const client = clientFor(recorded);
		try {
			feed(client, changed);
		} catch (error) {
			if (!(error instanceof AlertError || error instanceof CertificateError)) throw error;
			refused++;
		}
		assert.is(client.anchor, undefined, `byte ${i}`);
	}
	assert.ok(refused > 200, String(refused)); // the others only wait for more
});

/** Bytes from the server until it is authenticated. */
function handshakeLength(recorded: RecordedFlight, flight: Uint8Array): number {
	const client = clientFor(recorded);
	for (let i = 0; i < flight.length; i++) {
		client.receive(flight.subarray(i, i + 1));
		if (client.anchor !== undefined) return i + 1;
	}
	return 0;
}

/** legacy_record_version of a record in plaintext (RFC 9846 §5.1). */
function isIgnored(flight: Uint8Array, index: number): boolean {
	for (let start = 0; start < flight.length; start += 5 + (flight[start + 3] << 8) + flight[start + 4]) {
		if (index === start + 1 || index === start + 2) return flight[start] !== 23;
	}
	return false;
}

test.run();
