// One mutant against the tests that should kill it: bundled with that one change in memory, so that no file of the
// working tree is touched, and run in a process of its own that ends at the first test that fails.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";
import { bundle, root } from "../../boards/bundle.js";
import { HANG_GUARD } from "../eventually.js";
import { memoKernel } from "../mass-run.js";
import { runProcess } from "../process.js";
import type { Mutant } from "./catalogue.js";

/** By what it was killed, such as a test's name; undefined: it survived. */
export interface Trial {
	killedBy?: string;
	seconds: number; // of the processor, as far as the process could say
	output: string;
}

const FIRST_FAILURE = pathToFileURL(join(root, "test/mutants/first-failure.js")).href;
const LEAST_LIMIT = 10; // s of the processor
const TIMES_AS_LONG = 10; // as without a change: what takes more hangs
const MOST_MEMORY = 512; // MB

/** What the same tests take without a change. */
const usual = new Map<string, Promise<Trial>>();

export async function tryMutant(mutant: Mutant): Promise<Trial> {
	const key = mutant.tests.join();
	let unchanged = usual.get(key);
	if (!unchanged) usual.set(key, (unchanged = runTests(mutant.tests, [], HANG_GUARD / 1_000)));
	const { killedBy, output, seconds } = await unchanged;
	if (killedBy !== undefined) throw new Error(`without any mutant, ${killedBy}:\n${output}`);
	return runTests(mutant.tests, [overlay(mutant)], Math.max(LEAST_LIMIT, Math.ceil(TIMES_AS_LONG * seconds)));
}

/** `limit`: seconds of the processor, which do not depend on how busy the machine is. */
export async function runTests(tests: readonly string[], plugins: Plugin[], limit: number): Promise<Trial> {
	mkdirSync(join(root, "build"), { recursive: true });
	const folder = mkdtempSync(join(root, "build/mutant-"));
	try {
		const entry = join(folder, "tests.ts"),
			outfile = join(folder, "tests.mjs");
		writeFileSync(entry, tests.map(file => `import ${JSON.stringify(join(root, file))};\n`).join(""));
		await bundle({ entry, outfile, engine: "node", plugins: [...plugins, memoKernel] });
		const node = [process.execPath, `--max-old-space-size=${MOST_MEMORY}`, "--import", FIRST_FAILURE, outfile];
		const args = ["-c", `ulimit -t ${limit}; exec "$@"`, "sh", ...node];
		const { output, trouble } = await runProcess({ file: "/bin/sh", args, cwd: root, limit: HANG_GUARD }).ended;
		const seconds = Number(/^processor: (.*) s$/m.exec(output)?.[1] ?? limit);
		const killedBy = /^failed: (.*)$/m.exec(output)?.[1] ?? trouble;
		return { killedBy, seconds, output };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

export function overlay({ file, contents }: Pick<Mutant, "file" | "contents">): Plugin {
	return {
		name: "mutant",
		setup({ onLoad }) {
			onLoad({ filter: /\.ts$/ }, ({ path }) =>
				path === join(root, "firmware", file) ? { contents, loader: "ts" } : undefined,
			);
		},
	};
}
