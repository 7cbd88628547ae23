// The heap that a handshake adds on XS with 16-byte slots, as an ESP32 has them: the least chunks and slots in which the
// program runs with a handshake, less those without.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bundle } from "../../../boards/bundle.js";
import { buildSimulator } from "../../../boards/simulator/build.js";

const limits = { typescript: 24 * 1_024, c: 16 * 1_024 }; // bytes
const slotBytes = 16;
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
			await bundle({ entry: "test/host/tls/heap-program.ts", outfile: program, engine: "xs", kernel, minify: true });
			const least = (what: "nothing" | "handshake", kind: "chunks" | "slots"): number => {
				const settings = join(folder, what);
				writeFileSync(settings, what);
				let low = 0, high = ample[kind];
				while (high - low > fine[kind]) {
					const middle = (low + high) >> 1;
					const chunks = kind === "chunks" ? middle : ample.chunks, slots = kind === "slots" ? middle : ample.slots;
					const run = spawnSync(simulator, ["--chunks", `${chunks}`, "--slots", `${slots}`, "--settings", settings, program], { encoding: "utf8" });
					if (/^done$/m.test(run.stdout)) high = middle;
					else low = middle;
				}
				return high;
			};
			const chunks = least("handshake", "chunks") - least("nothing", "chunks");
			const slots = least("handshake", "slots") - least("nothing", "slots");
			const added = chunks + slots * slotBytes;
			console.log(`${kernel} kernel: ${chunks} bytes of chunks + ${slots} slots = ${added} bytes`);
			assert.ok(slots > 0 && chunks > 0, "both were searched");
			assert.ok(added <= limits[kernel], String(added));
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	});
}

test.run();
