// Runs on XS for least-heap.ts: everything but a handshake, or a handshake too, from a recorded flight; or many from
// changed copies of it, all refused.

import { exit, print, settings } from "../../../boards/xs/natives.js";
import { AlertError } from "../../../firmware/tls/alert.js";
import { Client } from "../../../firmware/tls/client.js";
import { CIPHER_SUITES } from "../../../firmware/tls/record.js";
import { CertificateError } from "../../../firmware/x509/certificate.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { fromHex } from "../../hex.js";

/** As JSON, the settings. */
export interface What {
	does: "nothing" | "handshake" | "changed";
	/** With records of at most 512 bytes; root and flight in hexadecimal. */
	flight: { host: string; suite: number; root: string; flight: string };
}

const text = settings();
const { does, flight: recorded }: What = JSON.parse(text);
const flight = fromHex(recorded.flight);
const anchors = [readTrustAnchor(fromHex(recorded.root))];
const suites = CIPHER_SUITES.filter(({ code }) => code === recorded.suite);

/** How many bytes it took until the server was authenticated, `piece` bytes at a time; 0 if it was not. */
function handshake(flight: Uint8Array, piece = Infinity): number {
	const random = (bytes: Uint8Array) => void bytes.forEach((_, i) => (bytes[i] = i));
	const client = new Client({ host: recorded.host, anchors, random, suites, recordLimit: 0 }); // no more than was asked for
	client.take();
	let i = 0;
	while (i < flight.length && client.wanted > 0 && client.anchor === undefined) {
		const part = flight.subarray(i, i + Math.min(piece, client.wanted));
		i += part.length;
		client.receive(part);
	}
	client.take();
	return client.anchor === 0 ? i : 0;
}

/** legacy_record_version of a record in plaintext (RFC 9846 §5.1). */
function isIgnored(index: number): boolean {
	for (let start = 0; flight[start] !== 23; start += 5 + (flight[start + 3] << 8) + flight[start + 4]) {
		if (index === start + 1 || index === start + 2) return true;
	}
	return false;
}

/** Every seventh byte of the handshake, another bit each time. */
function refusesChanged(): boolean {
	const end = handshake(flight, 1);
	for (let i = 0; i < end; i += 7) {
		if (isIgnored(i)) continue;
		flight[i] ^= 1 << (i % 8);
		try {
			if (handshake(flight)) return false;
		} catch (error) {
			if (!(error instanceof AlertError || error instanceof CertificateError)) throw error;
		}
		flight[i] ^= 1 << (i % 8);
	}
	return end > 0;
}

const good = does === "handshake" ? handshake(flight) > 0 : does === "changed" ? refusesChanged() : true;
print(good ? "done" : "wrong");
if (text.length > 0) exit(0); // the text was there all the time, with a handshake and without
