// exchange.ts as a program, for a network namespace: options as JSON on the command line, the result as JSON.

import { readFileSync } from "node:fs";
import { CIPHER_SUITES } from "../../../firmware/tls/record.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import { eventually } from "../../eventually.js";
import { exchange } from "./exchange.js";

export interface ExchangeCommand {
	port: number;
	host: string;
	root: string; // base64 of the DER
	suite: number;
	fragmentLength: 512 | 1024 | 2048 | 4096;
	offerKeyShare: boolean;
	nameAuthorities?: boolean;
	/** The client's random bytes are 0, 1, 2 … , so that the flight can be played again. */
	fixed?: boolean;
}

/** One exchange as the command says: the answer, the literal reason if it failed, the flight in hexadecimal. */
export async function run(
	command: ExchangeCommand,
): Promise<{ text: string; anchor?: number; error?: string; flight?: string }> {
	const { root, suite, fixed, ...options } = command;
	const { text, anchor, error, flight } = await exchange({
		...options,
		...(fixed ? { random: bytes => void bytes.forEach((_, i) => (bytes[i] = i)) } : {}),
		anchors: [readTrustAnchor(Buffer.from(root, "base64"))],
		suites: CIPHER_SUITES.filter(({ code }) => code === suite),
	});
	return { text, anchor, error: error?.message, flight: fixed ? flight.toString("hex") : undefined };
}

if (process.argv[2]?.startsWith("[")) {
	const commands: ExchangeCommand[] = JSON.parse(process.argv[2]);
	await eventually("the server listens", () => isListening(commands[0].port));
	const results = [];
	for (const command of commands) results.push(await run(command));
	console.log(JSON.stringify(results));
}

/** By the system's own table (Linux): a server would take a connection for a client. */
function isListening(port: number): boolean {
	const entry = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, "0")} 0+:0000 0A `);
	return ["/proc/net/tcp", "/proc/net/tcp6"].some(table => entry.test(readFileSync(table, "utf8")));
}
