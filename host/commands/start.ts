// start: a rehearsal, which is another program (rehearsal/). All of the verb's options are that program's own.

import type { Command } from "commander";
import type { Finish } from "./verb.js";

export function registerStart(program: Command, finish: Finish): void {
	program
		.command("start")
		.description("live through a scenario: a device on a board, real servers on this machine, years in seconds")
		.argument("[options...]", "baton start --help shows them")
		.helpOption(false)
		.allowUnknownOption()
		.exitOverride()
		.action(async (parameters: string[]) =>
			finish(await (await import("../../rehearsal/command.js")).start(parameters)),
		);
}
