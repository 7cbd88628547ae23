// The least that mass-run.ts can run: twice the number, and a stamp that nothing else gives; or none at all.

import { randomUUID } from "node:crypto";
import { parentPort } from "node:worker_threads";

parentPort!.on("message", ({ number }: { number: number }) => {
	if (String(number) === process.env.MASS_RUN_FAILS_AT) throw new Error("stopped");
	parentPort!.postMessage({ twice: 2 * number, stamp: randomUUID() });
});
