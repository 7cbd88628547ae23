// Jobs on all cores: that each is done once, and that a run that was stopped goes on.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { onAllCores } from "./mass-run.js";

const jobs = [1, 2, 3, 4].map(number => ({ number }));
const another: Plugin = {
	name: "another program",
	setup: build => void (build.initialOptions.banner = { js: "// another" }),
};

/** By number: what came. */
async function run(options: { journal?: string; plugins?: Plugin[]; failsAt?: number }) {
	const { failsAt, ...others } = options;
	const results = new Map<number, { twice: number; stamp: string }>();
	const onResult = (result: { twice: number; stamp: string }, job: { number: number }) =>
		void results.set(job.number, result);
	if (failsAt !== undefined) process.env.MASS_RUN_FAILS_AT = String(failsAt);
	try {
		await onAllCores("test/mass-run-worker.ts", jobs, onResult, { most: 1, ...others });
		assert.is(failsAt, undefined);
	} catch (error) {
		if ((error as Error).message !== "stopped") throw error;
	} finally {
		delete process.env.MASS_RUN_FAILS_AT;
	}
	return results;
}

test("each job is done once", async () => {
	const results = await run({});
	assert.equal(
		[...results].map(([number, { twice }]) => [number, twice]),
		[
			[1, 2],
			[2, 4],
			[3, 6],
			[4, 8],
		],
	);
});

test("with a journal, the same program goes on where it was stopped; another one begins anew", async () => {
	const folder = mkdtempSync(join(tmpdir(), "baton-mass-run-"));
	try {
		const journal = join(folder, "journal");
		const before = await run({ journal, failsAt: 3 });
		assert.equal([...before.keys()], [1, 2]);
		const after = await run({ journal });
		assert.is(after.size, 4);
		for (const [number, result] of before) assert.equal(after.get(number), result);
		assert.not.ok(existsSync(journal)); // all are there

		const others = await run({ journal, failsAt: 3, plugins: [another] });
		const anew = await run({ journal });
		assert.is(anew.size, 4);
		for (const [number, { stamp }] of others) assert.is.not(anew.get(number)!.stamp, stamp);
	} finally {
		rmSync(folder, { recursive: true });
	}
});

test.run();
