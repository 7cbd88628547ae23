import { type CaInformation, decodeCaInformation, decodePayload } from "../ca-information.js";
import { readDlKey } from "../dl-key.js";
import { inspect } from "../inspect.js";
import { OperatorError } from "../operator-error.js";
import { readOptionFile } from "../option-file.js";
import type { Outcome } from "./verb.js";

/** What a file says; its signature is judged if fleet and key are given. */
export function inspectFile(file: string, { fleet, dlKey }: { fleet?: string; dlKey?: string[] }): Outcome {
	const trust = fleet !== undefined && dlKey ? { fleet, dlKeys: dlKey.map(readDlKey) } : undefined;
	const bytes = new Uint8Array(readOptionFile("inspect", file));
	try {
		const text = inspect(bytes, trust, fleet);
		return { lines: [text.trimEnd()], json: { text, ...readAny(bytes) } };
	} catch (error) {
		throw new OperatorError(`${file}: ${(error as Error).message}`);
	}
}

/** As JSON has it, if the file is one CA information or a request. */
function readAny(bytes: Uint8Array): object {
	for (const read of [(): CaInformation => decodeCaInformation(bytes).information, () => decodePayload(bytes)]) {
		try {
			const { certificate, ...information } = read();
			return { information: { ...information, certificate: Buffer.from(certificate).toString("base64") } };
		} catch (error) {
			if (!(error instanceof TypeError)) throw error;
		}
	}
	return {};
}
