// Runs on XS for heap.test.ts: everything but a handshake, or with `settings()` "handshake" a handshake too, from a
// recorded flight with records of at most 512 bytes.

import { exit, print, settings } from "../../../boards/xs/natives.js";
import { Client } from "../../../firmware/tls/client.js";
import { CIPHER_SUITES } from "../../../firmware/tls/record.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { host, recordedFlights } from "../../firmware/tls/recorded-flights.js";
import { fromHex } from "../../hex.js";

const recorded = recordedFlights.find(({ fragmentLength, offerKeyShare }) => fragmentLength === 512 && offerKeyShare)!;
const flight = fromHex(recorded.flight);
const anchors = [readTrustAnchor(fromHex(recorded.root))];
const suites = CIPHER_SUITES.filter(({ code }) => code === recorded.suite);

function handshake(): boolean {
	const client = new Client({ host, anchors, random: bytes => bytes.forEach((_, i) => (bytes[i] = i)), suites });
	client.take();
	for (let i = 0; i < flight.length && client.anchor === undefined; ) {
		const part = flight.subarray(i, i + client.wanted);
		i += part.length;
		client.receive(part);
	}
	client.take();
	return client.anchor === 0;
}

const asked = settings() === "handshake";
print(!asked || handshake() ? "done" : "refused");
exit(0);
