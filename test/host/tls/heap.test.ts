// The heap that a handshake adds on XS with 16-byte slots, as an ESP32 has them: the least chunks and slots in which the
// program runs with a handshake, less those without; and that changed flights do not take more.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundle } from "../../../boards/bundle.js";
import { buildSimulator } from "../../../boards/simulator/build.js";

const limits = { typescript: 24 * 1_024, c: 16 * 1_024 }; // bytes
const LONGEST_MESSAGE = 10_240; // bytes, of a Certificate (client.ts)
const SLOT_BYTES = 16;
const ample = { chunks: 1 << 20, slots: 1 << 16 };
const fine = { chunks: 128, slots: 16 }; // how finely the least is searched

const simulator = await buildSimulator({ bits: 32 }).catch((error: Error) => error.message);
const isMissing = typeof simulator === "string" && !simulator.startsWith("/");

for (const kernel of ["typescript", "c"] as const) {
	const name = `a handshake with 512-byte records adds at most ${limits[kernel]} bytes of heap, ${kernel} kernel`;
	if (isMissing) {
		test.skip(`${name} [${simulator}]`, () => {});
		continue;
	}
	test(name, async () => {
		const folder = mkdtempSync(join(tmpdir(), "heap-"));
		try {
			const program = join(folder, "program.js");
			await bundle({
				entry: "test/host/tls/heap-program.ts",
				outfile: program,
				engine: "xs",
				kernel,
				minify: true,
			});
			const runs = (what: "nothing" | "handshake" | "changed", { chunks, slots }: typeof ample): boolean => {
				const settings = join(folder, what);
				writeFileSync(settings, what);
				const heap = ["--chunks", `${chunks}`, "--slots", `${slots}`];
				const { stdout } = spawnSync(simulator, [...heap, "--settings", settings, program], { encoding: "utf8" });
				return /^done$/m.test(stdout);
			};
			/** The least of `kind` between `low`, which is too little, and `high`, with ample of the other. */
			const least = (what: "nothing" | "handshake", kind: "chunks" | "slots", low: number, high: number): number => {
				while (high - low > fine[kind]) {
					const middle = (low + high) >> 1;
					if (runs(what, { ...ample, ...(kind === "chunks" ? { chunks: middle } : { slots: middle }) })) high = middle;
					else low = middle;
				}
				return high;
			};
			const without = { chunks: least("nothing", "chunks", 0, 1 << 16), slots: least("nothing", "slots", 0, 1 << 14) };
			const enough = {
				chunks: least("handshake", "chunks", without.chunks, without.chunks + limits[kernel]),
				slots: least("handshake", "slots", without.slots, without.slots + limits[kernel] / SLOT_BYTES),
			};
			const chunks = enough.chunks - without.chunks,
				slots = enough.slots - without.slots;
			const added = chunks + slots * SLOT_BYTES;
			console.log(`${kernel} kernel: ${chunks} bytes of chunks + ${slots} slots = ${added} bytes`);
			assert.ok(slots > 0 && chunks > 0, "both were searched");
			assert.ok(added <= limits[kernel], String(added));
			// What a hostile network makes of the flight takes no more than the longest message, and a little for the error.
			const most = { chunks: enough.chunks + LONGEST_MESSAGE + 512, slots: enough.slots + 256 };
			assert.ok(runs("changed", ample), "changed flights are refused");
			assert.ok(runs("changed", most), "changed flights need more");
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	});
}

test.run();
