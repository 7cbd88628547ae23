// Mass runs on Node (`npm run powercut`, `npm run soak`): jobs on all cores, in worker threads, with the verdicts of
// memo-kernel.ts.

import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { build, type Plugin } from "esbuild";
import { root } from "../boards/bundle.js";

/** Puts memo-kernel.ts in the kernel's place, everywhere but in itself and in the kernel. */
export const memoKernel: Plugin = {
	name: "memo-kernel",
	setup({ onResolve }) {
		onResolve({ filter: /\/kernel\.js$/ }, ({ importer }) => {
			const isInside = importer.endsWith("memo-kernel.ts") || importer.includes("/firmware/crypto/");
			return isInside ? undefined : { path: join(root, "test/memo-kernel.ts") };
		});
	},
};

/**
 * Has `entry`, which answers each message with one message, do all `jobs`, on as many cores as there are (at most
 * `most`). `onResult` hears of each result as it comes. Rejects if a worker fails. `journal`: a file in which results stay
 * until all are there, so that the same program, if it was stopped, goes on where it was.
 */
export async function onAllCores<Job, Result>(
	entry: string,
	jobs: readonly Job[],
	onResult: (result: Result, job: Job) => void,
	{ most = 8, plugins = [] as Plugin[], journal = undefined as string | undefined } = {},
): Promise<void> {
	const program = join(root, `build/mass-run/${process.pid}.mjs`);
	await build({
		absWorkingDir: root,
		entryPoints: [entry],
		outfile: program,
		bundle: true,
		format: "esm",
		platform: "node",
		target: "es2022",
		external: ["uvu", "uvu/assert", "@noble/*", "cbor-x", "@peculiar/x509", "esbuild"],
		plugins: [memoKernel, ...plugins],
		logLevel: "silent", // an error is thrown with its message
	});
	const known = journal === undefined ? new Map<string, Result>() : readJournal<Result>(journal, program);
	for (const job of jobs) {
		const result = known.get(JSON.stringify(job));
		if (result !== undefined) onResult(result, job);
	}
	const queue = jobs.filter(job => !known.has(JSON.stringify(job)));
	const count = Math.min(most, availableParallelism(), queue.length);
	const workers = Array.from({ length: count }, () => new Worker(pathToFileURL(program)));
	try {
		await Promise.all(
			workers.map(
				worker =>
					new Promise<void>((resolve, reject) => {
						let job: Job | undefined;
						const next = () => {
							job = queue.shift();
							if (job === undefined) resolve();
							else worker.postMessage(job);
						};
						worker.on("message", (result: Result) => {
							if (journal !== undefined) appendFileSync(journal, `${JSON.stringify([job, result])}\n`);
							onResult(result, job!);
							next();
						});
						worker.on("error", reject);
						worker.on("exit", code => reject(new Error(`a worker ended with code ${code}`)));
						next();
					}),
			),
		);
		if (journal !== undefined) rmSync(journal);
	} finally {
		for (const worker of workers) {
			worker.removeAllListeners("exit");
			void worker.terminate();
		}
		rmSync(program, { force: true });
	}
}

/** Results of the same program, by their jobs. The journal of another program is begun anew. */
function readJournal<Result>(file: string, program: string): Map<string, Result> {
	const digest = createHash("sha256").update(readFileSync(program)).digest("hex");
	const [first, ...lines] = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
	if (first !== digest) {
		writeFileSync(file, `${digest}\n`);
		return new Map();
	}
	const whole = lines.slice(0, -1); // what stands behind the last line end was not written to its end
	return new Map(
		whole.map(line => JSON.parse(line) as [unknown, Result]).map(([job, result]) => [JSON.stringify(job), result]),
	);
}
