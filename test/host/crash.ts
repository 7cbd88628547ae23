// A process that dies at its n-th change of the disk: nothing of its own comes after it, no clean-up either.

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const mutators = ["writeSync", "renameSync", "linkSync", "mkdirSync", "rmSync"] as const;

class Crash extends Error {}

/** Runs `work`, which dies at its `fatal`-th change of the disk. Gives whether it did: else it is through. */
export async function crashing(fatal: number, work: () => Promise<unknown>): Promise<boolean> {
	const table = fs as unknown as Record<string, (...parameters: unknown[]) => unknown>;
	const real = new Map<string, (typeof table)[string]>([...mutators, "openSync"].map(name => [name, table[name]]));
	let count = 0;
	const change = () => {
		if (++count >= fatal) throw new Crash();
	};
	for (const name of mutators) {
		table[name] = (...parameters) => {
			if (isOfDisk(name, parameters)) change();
			return real.get(name)!(...parameters);
		};
	}
	table.openSync = (...parameters) => {
		if (typeof parameters[1] === "string" && parameters[1].includes("w")) change();
		return real.get("openSync")!(...parameters);
	};
	syncBuiltinESMExports();
	try {
		await work();
		return count >= fatal;
	} catch (error) {
		if (error instanceof Crash) return true;
		throw error;
	} finally {
		for (const [name, own] of real) table[name] = own;
		syncBuiltinESMExports();
	}
}

/** Standard output is no disk. */
function isOfDisk(name: string, [target]: unknown[]): boolean {
	return !(name === "writeSync" && typeof target === "number" && target <= 2);
}
