// How much heap a handshake adds on XS with 16-byte slots, as an ESP32 has them: the least chunks and slots in which
// heap-program.ts runs with a handshake, less those without.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle, type Kernel } from "../../../boards/bundle.js";
import { buildSimulator } from "../../../boards/simulator/build.js";
import type { What } from "./heap-program.js";

const SLOT_BYTES = 16;
const AMPLE: Heap = { chunks: 1 << 20, slots: 1 << 16 };
const FINE: Heap = { chunks: 128, slots: 16 }; // how finely the least is searched
const MOST_CHUNKS = 1 << 16,
	MOST_SLOTS = 1 << 14; // without a handshake

export interface Heap {
	chunks: number; // bytes
	slots: number;
}

export class LeastHeap {
	readonly #simulator: string;
	readonly #folder = mkdtempSync(join(tmpdir(), "heap-"));
	readonly #program = join(this.#folder, "program.js");

	private constructor(simulator: string) {
		this.#simulator = simulator;
	}

	/** Rejects with the reason if there is no 32-bit XS here. */
	static async with(kernel: Kernel): Promise<LeastHeap> {
		const heap = new LeastHeap(await buildSimulator({ bits: 32 }));
		const entry = "test/host/tls/heap-program.ts";
		await bundle({ entry, outfile: heap.#program, engine: "xs", kernel, minify: true });
		return heap;
	}

	/** Whether the program runs to its end in no more than this. */
	runs(what: What, { chunks, slots }: Heap = AMPLE): boolean {
		const settings = join(this.#folder, "settings");
		writeFileSync(settings, JSON.stringify(what));
		const heap = ["--chunks", `${chunks}`, "--slots", `${slots}`];
		const { stdout } = spawnSync(this.#simulator, [...heap, "--settings", settings, this.#program], {
			encoding: "utf8",
		});
		return /^done$/m.test(stdout);
	}

	/** `limit`: bytes; more is not looked for. `enough`: what the program with a handshake needs in all. */
	ofHandshake(flight: What["flight"], limit: number): { added: Heap & { bytes: number }; enough: Heap } {
		const without: Heap = {
			chunks: this.#least({ does: "nothing", flight }, "chunks", 0, MOST_CHUNKS),
			slots: this.#least({ does: "nothing", flight }, "slots", 0, MOST_SLOTS),
		};
		const does = "handshake";
		const enough: Heap = {
			chunks: this.#least({ does, flight }, "chunks", without.chunks, without.chunks + limit),
			slots: this.#least({ does, flight }, "slots", without.slots, without.slots + limit / SLOT_BYTES),
		};
		const chunks = enough.chunks - without.chunks,
			slots = enough.slots - without.slots;
		return { added: { chunks, slots, bytes: chunks + slots * SLOT_BYTES }, enough };
	}

	close(): void {
		rmSync(this.#folder, { recursive: true, force: true });
	}

	/** The least of `kind` between `low`, which is too little, and `high`, with ample of the other. */
	#least(what: What, kind: keyof Heap, low: number, high: number): number {
		while (high - low > FINE[kind]) {
			const middle = (low + high) >> 1;
			if (this.runs(what, { ...AMPLE, [kind]: middle })) high = middle;
			else low = middle;
		}
		return high;
	}
}
