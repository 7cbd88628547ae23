// The heap that a handshake adds on XS with 16-byte slots; and that changed flights do not take more.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildSimulator } from "../../../boards/simulator/build.js";
import { HOST, recordedFlights } from "../../firmware/tls/recorded-flights.js";
import { LeastHeap } from "./least-heap.js";

const limits = { typescript: 24 * 1_024, c: 16 * 1_024 }; // bytes
const LONGEST_MESSAGE = 10_240; // bytes, of a Certificate (client.ts)

const recorded = recordedFlights.find(({ fragmentLength, offerKeyShare }) => fragmentLength === 512 && offerKeyShare)!;
const flight = { host: HOST, suite: recorded.suite, root: recorded.root, flight: recorded.flight };
const missing = await buildSimulator({ bits: 32 }).then(
	() => undefined,
	(error: Error) => error.message,
);

for (const kernel of ["typescript", "c"] as const) {
	const name = `a handshake with 512-byte records adds at most ${limits[kernel]} bytes of heap, ${kernel} kernel`;
	if (missing) {
		test.skip(`${name} [${missing}]`, () => {});
		continue;
	}
	test(name, async () => {
		const heap = await LeastHeap.with(kernel);
		try {
			const { added, enough } = heap.ofHandshake(flight, limits[kernel]);
			console.log(`${kernel} kernel: ${added.chunks} bytes of chunks + ${added.slots} slots = ${added.bytes} bytes`);
			assert.ok(added.slots > 0 && added.chunks > 0, "both were searched");
			assert.ok(added.bytes <= limits[kernel], String(added.bytes));
			// What a hostile network makes of the flight takes no more than the longest message, and a little for the error.
			const most = { chunks: enough.chunks + LONGEST_MESSAGE + 512, slots: enough.slots + 256 };
			assert.ok(heap.runs({ does: "changed", flight }), "changed flights are refused");
			assert.ok(heap.runs({ does: "changed", flight }, most), "changed flights need more");
		} finally {
			heap.close();
		}
	});
}

test.run();
