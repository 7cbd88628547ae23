// How long each test file took the last time, so that the long ones begin first: what runs last runs alone.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export class Durations {
	readonly #file: string;
	#seconds: Record<string, number> = {};

	/** `file`: JSON; one that cannot be read is as good as none. */
	constructor(file: string) {
		this.#file = file;
		try {
			const found: unknown = JSON.parse(readFileSync(file, "utf8"));
			for (const [job, seconds] of Object.entries(found ?? {}))
				if (typeof seconds === "number") this.#seconds[job] = seconds;
		} catch {
			// Nothing has run here yet.
		}
	}

	/** Puts the longest first; `guess`: seconds of one that has not run here. Equals keep their order. */
	longestFirst<Job>(jobs: Job[], nameOf: (job: Job) => string, guess: (job: Job) => number): Job[] {
		const expected = (job: Job) => this.#seconds[nameOf(job)] ?? guess(job);
		return [...jobs].sort((a, b) => expected(b) - expected(a));
	}

	note(job: string, seconds: number) {
		this.#seconds[job] = Number(seconds.toFixed(1));
	}

	save() {
		mkdirSync(dirname(this.#file), { recursive: true });
		const scratch = `${this.#file}.${process.pid}`;
		writeFileSync(scratch, `${JSON.stringify(this.#seconds, null, "\t")}\n`);
		renameSync(scratch, this.#file);
	}
}
