// exchange.ts as a program, for a network namespace: options as JSON on the command line, the result as JSON.

import { CIPHER_SUITES } from "../../../firmware/tls/record.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { exchange } from "./exchange.js";

export interface ExchangeCommand {
	port: number;
	host: string;
	root: string; // base64 of the DER
	suite: number;
	fragmentLength: 512 | 1024 | 2048 | 4096;
	offerKeyShare: boolean;
}

/** One exchange as the command says; `text` of the answer, and the literal reason if it failed. */
export async function run(command: ExchangeCommand): Promise<{ text: string; anchor?: number; error?: string }> {
	const { root, suite, ...options } = command;
	const { text, anchor, error } = await exchange({
		...options,
		anchors: [readTrustAnchor(Buffer.from(root, "base64"))],
		suites: CIPHER_SUITES.filter(({ code }) => code === suite),
	});
	return { text, anchor, error: error?.message };
}

if (process.argv[2]?.startsWith("[")) {
	const commands: ExchangeCommand[] = JSON.parse(process.argv[2]);
	const results = [];
	for (const command of commands) results.push(await run(command));
	console.log(JSON.stringify(results));
}
