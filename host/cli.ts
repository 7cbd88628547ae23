// The `baton` command: arguments in, exit code out. Each verb's work is a module of its own.

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { BoardName } from "../boards/start.js";
import { device, parseMap } from "./device-command.js";
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
	.option("--diagram [file]", "draw what happened as a sequence: here, or into an SVG file")
	.option("--year <milliseconds>", "length of a year on the bench", positiveInteger)
	.addHelpText("after", "\nExample:\n  npm start -- --scenario normal --board node --json")
	.action(async options => finish(await start(options)));

program
	.command("device")
	.description("run one device against any servers, and see what it makes of them")
	.addOption(new Option("--board <name>", "where the firmware runs").choices(boards).default("simulator"))
	.requiredOption("--fleet <name>", "the fleet's name, which every signature covers")
	.requiredOption("--factory <file>", "factory CA information, raw CBOR")
	.requiredOption("--dl-key <file>", "DL public key, 32 raw bytes or PEM; give a spare key by a second one", collect)
	.requiredOption("--service <url>", "https URL of the service")
	.option("--map <name[:port]=address:port>", "where a name leads; it is still the name that is checked", collectMap)
	.option("--flash <folder>", "flash images ca0, ca1, poll; absent ones are new and erased")
	.option("--poll-interval <ms>", "between polls", positiveInteger, 30 * 24 * 3_600_000)
	.option("--service-interval <ms>", "between sessions with the service", timerInteger, 3_600_000)
	.addOption(new Option("--once", "authenticate the service once, poll once, stop").conflicts("for"))
	.option("--for <ms>", "stop after so long", timerInteger)
	.option("--json", "print one JSON object last")
	.addHelpText("after", `
Example:
  baton device --fleet example --factory a.cbor --dl-key dl.pub --service https://service.example/ \\
    --map service.example=127.0.0.1:8443 --flash device --once --json

Exit codes: 0 the last service authentication succeeded, 1 it failed or none was made, 2 bad arguments or files.`)
	.action(async options => finish(await device({ map: [], ...options })));

function collect(value: string, before: string[] = []): string[] {
	return [...before, value];
}

function collectMap(value: string, before: ReturnType<typeof parseMap>[] = []) {
	return [...before, parseMap(value)];
}

/** XS's timers, and a device's, take no more. */
function timerInteger(text: string): number {
	const value = positiveInteger(text);
	if (value > 2 ** 31 - 1) throw new InvalidArgumentError("expected at most 2147483647");
	return value;
}

function positiveInteger(text: string): number {
	if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("expected a whole number of 1 or more");
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
