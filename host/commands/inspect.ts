import { readFileSync } from "node:fs";
import { readDlKey } from "../dl-key.js";
import { inspect } from "../inspect.js";
import { OperatorError } from "../operator-error.js";

/** Prints what a file says; its signature is judged if fleet and key are given. */
export function inspectFile(file: string, { fleet, dlKey }: { fleet?: string; dlKey?: string[] }): void {
	const trust = fleet !== undefined && dlKey ? { fleet, dlKeys: dlKey.map(readDlKey) } : undefined;
	try {
		process.stdout.write(inspect(new Uint8Array(readFileSync(file)), trust));
	} catch (error) {
		throw new OperatorError(`${file}: ${(error as Error).message}`);
	}
}
