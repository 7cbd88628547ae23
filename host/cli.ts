// The `baton` command: arguments in, exit code out. Its verbs register themselves, group by group (commands/).

import { Command, CommanderError } from "commander";
import { registerDeviceVerbs } from "./commands/device-verbs.js";
import { registerFleetVerbs } from "./commands/fleet-verbs.js";
import { registerServerVerbs } from "./commands/server-verbs.js";
import { registerSignerVerbs } from "./commands/signer-verbs.js";
import { registerStart } from "./commands/start.js";
import { act, type Finish, verb } from "./commands/verb.js";
import { OrderError } from "./operator.js";
import { OperatorError } from "./operator-error.js";
import { version } from "./version.js";

/** Runs one command; gives its exit code. */
export async function baton(parameters: string[]): Promise<number> {
	let code = 0;
	try {
		await commands(given => void (code = given)).parseAsync(parameters, { from: "user" });
		return code;
	} catch (error) {
		if (error instanceof CommanderError && error.exitCode === 0) return 0; // help
		const message = error instanceof Error ? error.message : String(error);
		if (parameters.includes("--json")) process.stdout.write(`${JSON.stringify({ ok: false, error: message })}\n`);
		if (error instanceof CommanderError) return 2; // it has said so
		process.stderr.write(`baton: ${message}\n`);
		const system = (error as NodeJS.ErrnoException).code ?? "";
		const isOperators = error instanceof OperatorError || error instanceof OrderError || error instanceof RangeError;
		return isOperators || ["ENOENT", "EACCES", "EISDIR", "ENOTDIR"].includes(system) ? 2 : 1;
	}
}

/** Every verb, in the order in which help shows them. */
function commands(finish: Finish): Command {
	const program = new Command("baton")
		.description(
			"Lets a device without a clock go on authenticating its servers for decades while certificate authorities come and go.",
		)
		.version(version(), "-V, --version", "show the version")
		.exitOverride()
		.showHelpAfterError("(baton --help shows every verb)")
		.addHelpText(
			"after",
			`
Examples:
  baton start --scenario normal                 a device's whole life, years in seconds
  baton init --fleet example --service service.example --download-url 'https://download-{n}.example/ca'
  baton status                                  who is in operation, what comes next, which devices have it
  baton ca issue                                the next authority, provisionally, with its download server
  baton take-over                               the next authority in full operation
  baton revoke 1                                at once
  baton server-cert service.csr --out service.pem
  baton verify https://service.example/ --flash device --fleet example --dl-key dl.pub

Passphrases: BATON_PASSPHRASE encrypts the fleet's private keys, BATON_DL_PASSPHRASE the DL signing key,
BATON_IMPORT_PASSPHRASE opens one that is imported; with _FILE behind the name, a file that holds it. What is encrypted
and was not given is asked for at the terminal.
Exit codes: 0 done, 1 it did not succeed or was not confirmed, 2 bad arguments or files, 130 broken off; status and
check: 3 something is due, 4 devices are or will be cut off.`,
		);
	registerStart(program, finish);
	registerDeviceVerbs(program, finish);
	registerFleetVerbs(program, finish);
	registerServerVerbs(program, finish);
	registerSignerVerbs(program, finish);
	act(
		verb(
			program,
			"completion",
			"what a shell needs to complete all this: for bash, zsh or fish",
			"baton completion bash > /etc/bash_completion.d/baton",
		).argument("<shell>"),
		finish,
		async shell => (await import("./commands/completion.js")).completion(program, shell),
	);
	return program;
}
