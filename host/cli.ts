// The `baton` command: arguments in, exit code out. Each verb's work is a module of its own.

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { BoardName } from "../boards/start.js";
import { OperatorError } from "./private-key-file.js";
import { scenarios } from "./scenarios/index.js";
import { start } from "./start.js";

const boards: BoardName[] = ["simulator", "node", "qemu-rv32"];

const program = new Command("baton")
	.description("Lets a device without a clock go on authenticating its servers for decades while certificate authorities come and go.")
	.exitOverride()
	.showHelpAfterError("(baton --help shows every verb)")
	.addHelpText("after", "\nExit codes: 0 done, 1 it did not succeed, 2 bad arguments, 130 broken off.");

program
	.command("start")
	.description("live through a scenario: a device on a board, real servers on this machine, years in seconds")
	.addOption(new Option("--scenario <name>", "what happens").choices([...scenarios.keys(), "all"]).default("normal"))
	.addOption(new Option("--board <name>", "where the firmware runs").choices(boards).default("simulator"))
	.option("--json", "print one JSON object last")
	.option("--keep <folder>", "keep the fleet and the device's flash there")
	.option("--year <milliseconds>", "length of a year on the bench", positiveInteger)
	.addHelpText("after", "\nExample:\n  npm start -- --scenario normal --board node --json")
	.action(async options => finish(await start(options)));

function positiveInteger(text: string): number {
	if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("expected a whole number of 1 or more");
	return Number(text);
}

function finish(code: number): void {
	process.exitCode = code;
}

try {
	await program.parseAsync();
} catch (error) {
	if (error instanceof CommanderError) {
		finish(error.exitCode === 0 ? 0 : 2);
	} else if (error instanceof OperatorError) {
		process.stderr.write(`baton: ${error.message}\n`);
		finish(2);
	} else {
		process.stderr.write(`baton: ${error instanceof Error ? error.message : error}\n`);
		finish(1);
	}
}
