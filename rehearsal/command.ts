// `baton start` as it is typed, handed over by host/commands/start.ts.

import { Command, Option } from "commander";
import { boards, example, positiveInteger, sdkBoards } from "../host/commands/verb.js";
import { OperatorError } from "../host/operator-error.js";
import { HERD_NAME, scenarioNames } from "./scenarios/names.js";

/** Gives the exit code. Rejects with CommanderError for bad arguments, and after help. */
export async function start(parameters: string[]): Promise<number> {
	let code = 0;
	const command = new Command("baton start")
		.description("live through a scenario: a device on a board, real servers on this machine, years in seconds")
		.addOption(
			new Option("--scenario <name>", "what happens").choices([...scenarioNames, HERD_NAME, "all"]).default("normal"),
		)
		.addOption(
			new Option("--board <name>", "where the firmware runs").choices([...boards, ...sdkBoards]).default("simulator"),
		)
		.option("--port <device>", "serial line of a real esp32 or esp32c3")
		.option("--power <command>", "switches its power: {on|off} in it stands for what to do")
		.option("--address <IPv4>", "of this machine, where a real board finds the servers")
		.option("--junit <file>", "write a report for CI servers, and keep what a failure leaves")
		.option("--json", "print one JSON object last")
		.option("--keep <folder>", "keep the fleet and the device's flash there")
		.option("--diagram [file]", "draw what happened as a sequence: here, or into an SVG file")
		.option("--ui", "show a page too, on 127.0.0.1, until Ctrl-C")
		.option("--year <milliseconds>", "length of a year", positiveInteger)
		.option("--devices <n>", "how many make the thundering herd (default 10,000; 500 in all)", positiveInteger)
		.action(async options => {
			const { start, needsNewerNode } = await import("./start.js");
			code = needsNewerNode(options.scenario) ? await byNewerNode(parameters) : await start(options);
		});
	await example(command, "npm start -- --scenario revoked-before --board node --diagram", "baton start").parseAsync(
		parameters,
		{ from: "user" },
	);
	return code;
}

/** A scenario whose servers show ML-DSA keys, where this Node has none. */
async function byNewerNode(parameters: string[]): Promise<number> {
	const { continueByNewerNode, newerNode, WITHOUT_NEWER_NODE } = await import("../host/newer-node.js");
	if (!newerNode) throw new OperatorError(WITHOUT_NEWER_NODE);
	return continueByNewerNode(["start", ...parameters]);
}
