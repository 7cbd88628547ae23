// Which blocks of the firmware, or of the front, an input reaches, as V8 counts them: coverage guides the fuzzer without any code being
// instrumented, and without a package.

import { type Profiler, Session } from "node:inspector";
import { root } from "../boards/bundle.js";

/** Where hostile bytes are read. */
const READERS = ["firmware", "host/front"];

export class Coverage {
	readonly #session = new Session();
	readonly #known = new Set<string>();

	constructor() {
		this.#session.connect();
		this.#session.post("Profiler.enable");
		this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
	}

	/** How many blocks were reached so far. */
	get blocks(): number {
		return this.#known.size;
	}

	/** The blocks that were reached since the last call for the first time. */
	takeNew(): Set<string> {
		const fresh = new Set<string>();
		for (const block of this.take()) if (!this.#known.has(block)) fresh.add(block);
		for (const block of fresh) this.#known.add(block);
		return fresh;
	}

	/** The blocks that were reached since the last call. */
	take(): Set<string> {
		const reached = new Set<string>();
		// A local session answers at once.
		this.#session.post("Profiler.takePreciseCoverage", (error, answer) => {
			if (error) throw error;
			for (const script of answer.result) add(reached, script);
		});
		return reached;
	}
}

function add(reached: Set<string>, { url, functions }: Profiler.ScriptCoverage): void {
	const isParser = READERS.some(folder => url.includes(`${root}/${folder}/`)) && !url.includes("/firmware/crypto/");
	if (!isParser) return;
	for (const { ranges } of functions) {
		for (const { startOffset, endOffset, count } of ranges) {
			if (count > 0) reached.add(`${url}:${startOffset}-${endOffset}:${bucket(count)}`);
		}
	}
}

/** How often, roughly: once, a few times, often. Going round a loop once more is new, the hundredth time is not. */
function bucket(count: number): number {
	return count === 1 ? 0 : count < 4 ? 1 : count < 16 ? 2 : 3;
}
