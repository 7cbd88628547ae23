// Mass runs on Node (`npm run powercut`, `npm run soak`): jobs on all cores, in worker threads, with the verdicts of
// memo-kernel.ts.

import { rmSync } from "node:fs";
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
 * `most`). `onResult` hears of each result as it comes. Rejects if a worker fails.
 */
export async function onAllCores<Job, Result>(
	entry: string,
	jobs: readonly Job[],
	onResult: (result: Result, job: Job) => void,
	{ most = 8, plugins = [] as Plugin[] } = {},
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
	const queue = [...jobs];
	const count = Math.min(most, availableParallelism(), jobs.length);
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
							onResult(result, job!);
							next();
						});
						worker.on("error", reject);
						worker.on("exit", code => reject(new Error(`a worker ended with code ${code}`)));
						next();
					}),
			),
		);
	} finally {
		for (const worker of workers) {
			worker.removeAllListeners("exit");
			void worker.terminate();
		}
		rmSync(program, { force: true });
	}
}
