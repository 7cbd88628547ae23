// The `baton` command: arguments in, exit code out. Each verb's work is a module of its own, loaded when it is called.

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { HERD_NAME, scenarioNames } from "../rehearsal/scenarios/names.js";
import { parseMap } from "./map-option.js";
import { OrderError } from "./operator.js";
import { OperatorError } from "./private-key-file.js";

const boards = ["simulator", "node", "qemu-rv32"];

/** Runs one command; gives its exit code. */
export async function baton(parameters: string[]): Promise<number> {
	let code = 0;
	try {
		await commands(given => void (code = given)).parseAsync(parameters, { from: "user" });
		return code;
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
		process.stderr.write(`baton: ${error instanceof Error ? error.message : error}\n`);
		const system = (error as NodeJS.ErrnoException).code;
		return error instanceof OperatorError || error instanceof OrderError || system === "ENOENT" || system === "EACCES"
			? 2
			: 1;
	}
}

/** Every verb. `finish` takes the exit code of those that have one of their own. */
function commands(finish: (code: number) => void): Command {
	const program = new Command("baton")
		.description(
			"Lets a device without a clock go on authenticating its servers for decades while certificate authorities come and go.",
		)
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

Passphrases: BATON_PASSPHRASE encrypts the fleet's private keys, BATON_DL_PASSPHRASE the DL signing key.
Exit codes: 0 done, 1 it did not succeed or was not confirmed, 2 bad arguments or files, 130 broken off.`,
		);

	// A bench

	verb(
		"start",
		"live through a scenario: a device on a board, real servers on this machine, years in seconds",
		"npm start -- --scenario revoked-before --board node --diagram",
	)
		.addOption(
			new Option("--scenario <name>", "what happens").choices([...scenarioNames, HERD_NAME, "all"]).default("normal"),
		)
		.addOption(new Option("--board <name>", "where the firmware runs").choices(boards).default("simulator"))
		.option("--json", "print one JSON object last")
		.option("--keep <folder>", "keep the fleet and the device's flash there")
		.option("--diagram [file]", "draw what happened as a sequence: here, or into an SVG file")
		.option("--ui", "show a page too, on 127.0.0.1, until Ctrl-C")
		.option("--year <milliseconds>", "length of a year on the bench", positiveInteger)
		.option("--devices <n>", "how many make the thundering herd (default 10,000; 500 in all)", positiveInteger)
		.action(async options => finish(await (await import("../rehearsal/start.js")).start(options)));

	verb(
		"device",
		"run one device against any servers, and see what it makes of them",
		`baton device --fleet example --factory factory.cbor --dl-key dl.pub --service https://service.example/ \\
    --map service.example=127.0.0.1:8443 --flash device --once --json`,
	)
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
		.addHelpText(
			"after",
			"\nExit codes: 0 the last service authentication succeeded, 1 it failed or none was made, 2 bad arguments or files.",
		)
		.action(async options => finish(await (await import("./device-command.js")).device({ map: [], ...options })));

	verb(
		"verify",
		"would a device with these slots accept this server now?",
		"baton verify https://service.example/ --fleet example --dl-key dl.pub --flash device --map service.example=127.0.0.1:8443",
	)
		.argument("<url>", "https URL of the server")
		.requiredOption("--fleet <name>", "the fleet's name")
		.requiredOption("--dl-key <file>", "DL public key", collect)
		.option("--flash <folder>", "a device's flash images")
		.option("--information <file>", "CA information in place of images: current, then next", collect)
		.option("--map <name[:port]=address:port>", "where a name leads", collectMap)
		.addHelpText("after", "\nExit codes: 0 it would, 1 it would not, 2 bad arguments or files.")
		.action(async (url, options) =>
			finish(await (await import("./commands/verify.js")).verify(url, { map: [], ...options })),
		);

	verb(
		"inspect",
		"CA information or a slot image, in plain words and in CBOR diagnostic notation",
		"baton inspect fleet/authority/1/information.cbor --fleet example --dl-key fleet/dl/dl.pub",
	)
		.argument("<file>", "CA information, or a slot image of 8,192 bytes")
		.option("--fleet <name>", "judge signatures for this fleet")
		.option("--dl-key <file>", "… by this DL public key", collect)
		.action(async (file, options) => (await import("./commands/certificates.js")).inspectCommand(file, options));

	// A fleet

	fleetVerb(
		"init",
		"make a fleet: authority A in full operation, and a DL signing key",
		"baton init --fleet example --service service.example --download-url 'https://download-{n}.example/ca-information'",
	)
		.requiredOption("--fleet <name>", "the fleet's name")
		.requiredOption("--service <host>", "name of an application server", collect)
		.requiredOption("--download-url <url>", "where CA information will be: {n} stands for the generation")
		.option("--validity <years>", "of a CA certificate", positiveNumber, 20)
		.option("--overlap <years>", "the next CA comes so long before the end", positiveNumber, 5)
		.option(
			"--until-previous-ends",
			"download servers end as in figure 6 (default: they stay, for devices that were away)",
		)
		.option("--dl-key <file>", "the DL signing key is elsewhere: its public key, and a spare's", collect)
		.addOption(
			new Option("--key-type <type>", "of the authorities and servers").choices(["ed25519", "p256"]).default("ed25519"),
		)
		.option("--ca-cert <file>", "authority A was made elsewhere: its certificate")
		.option("--ca-key <file>", "… and its key, PEM (BATON_IMPORT_PASSPHRASE)")
		.option("--step-ca <folder>", "… or both from step-ca's folder")
		.action(async options => (await import("./commands/operate.js")).init(options));

	fleetVerb(
		"status",
		"who is in operation, what comes next, which devices have it",
		"baton status --access-log /var/log/nginx/access.log",
	)
		.option("--access-log <file>", "a web server's log in the combined format", collect)
		.option("--days <days>", "how far back polls count", positiveInteger, 30)
		.option("--json", "print one JSON object")
		.action(async options => (await import("./commands/operate.js")).status(options));

	const ca = program.command("ca").description("certificate authorities").exitOverride();
	withFolder(
		example(
			ca.command("issue").description("bring the next authority into provisional operation, with its download server"),
			"baton ca issue",
		),
	)
		.option("--dl <folder>", "where the DL signing key is (default: dl in the fleet's folder, if it is there)")
		.action(async options => (await import("./commands/operate.js")).issue(options));
	withFolder(
		example(
			ca.command("accept").description("take back a CA information that was signed elsewhere"),
			"baton ca accept 2.cbor",
		),
	)
		.argument("<file>")
		.action(async (file, options) => (await import("./commands/sign.js")).accept(file, options));

	fleetVerb(
		"import",
		"as ca issue, with an authority that openssl or step-ca made",
		"baton import --ca-cert ca.pem --ca-key ca.key",
	)
		.option("--ca-cert <file>", "its certificate")
		.option("--ca-key <file>", "its key, PEM (BATON_IMPORT_PASSPHRASE)")
		.option("--step-ca <folder>", "both from step-ca's folder")
		.option("--dl <folder>", "where the DL signing key is")
		.action(async options => {
			if (!options.caCert && !options.caKey && !options.stepCa)
				throw new OperatorError("give --ca-cert and --ca-key, or --step-ca");
			await (await import("./commands/operate.js")).issue(options);
		});

	fleetVerb(
		"take-over",
		"end the current authority; the next one in full operation (cannot be undone)",
		"baton take-over --access-log /var/log/nginx/access.log",
	)
		.option("--access-log <file>", "a web server's log in the combined format", collect)
		.option("--days <days>", "how far back polls count", positiveInteger, 30)
		.option("--yes", "do not ask")
		.option("--dl <folder>", "where the DL signing key is")
		.action(async options => finish(await (await import("./commands/operate.js")).takeOver(options)));

	fleetVerb("revoke", "revoke an authority at once: its successor takes over, and is made if need be", "baton revoke 1")
		.argument("<generation>", "of the authority", positiveInteger)
		.option("--dl <folder>", "where the DL signing key is")
		.action(async (generation, options) => (await import("./commands/operate.js")).revoke(generation, options));

	fleetVerb(
		"server-cert",
		"a server's certificate in PEM, from its signing request",
		"baton server-cert service.csr --out service.pem",
	)
		.argument("<csr>", "certificate signing request, PEM")
		.option("--name <host>", "instead of the names in the request", collect)
		.option("--generation <n>", "by this authority (default: the one in full operation)", positiveInteger)
		.option("--days <days>", "valid for so long (default: to the authority's end)", positiveInteger)
		.option("--out <file>", "instead of standard output")
		.action(async (csr, options) => (await import("./commands/certificates.js")).serverCert(csr, options));

	fleetVerb(
		"export",
		"what nginx or a CDN needs to be the download servers",
		"baton export /srv/baton && nginx -s reload",
	)
		.argument("<folder>")
		.option("--listen <address>", "what nginx listens on", "443")
		.action(async (target, options) => (await import("./commands/certificates.js")).exportCommand(target, options));

	fleetVerb(
		"provision",
		"what the factory writes into a device: slot images, factory CA information, DL public keys",
		"baton provision device",
	)
		.argument("<folder>")
		.option("--generation <n>", "begin with this CA information (default: the one in full operation)", positiveInteger)
		.option("--service <url>", "for an ESP32: write the partition `settings` too, with this URL of the service")
		.option("--map <name[:port]=address:port>", "in `settings`: where a name leads", collectMap)
		.option("--poll-interval <ms>", "in `settings`: between polls", positiveInteger, 30 * 24 * 3_600_000)
		.option("--service-interval <ms>", "in `settings`: between sessions with the service", timerInteger, 3_600_000)
		.action(async (target, options) =>
			(await import("./commands/certificates.js")).provisionCommand(target, { map: [], ...options }),
		);

	for (const schedule of [false, true]) {
		const command = fleetVerb(
			schedule ? "run" : "serve",
			schedule
				? "as serve, and carry out the plan's steps when they are due"
				: "be the fleet's download servers, on this machine",
			schedule ? "baton run --listen 0.0.0.0:443" : "baton serve --listen 127.0.0.1:8443",
		)
			.option("--listen <address:port>", "one socket for all names", addressAndPort, {
				address: "127.0.0.1",
				port: 8443,
			})
			.option("--days <days>", "how far back polls count", positiveInteger, 30)
			.option("--ui [port]", "show a page too, on 127.0.0.1", positiveInteger)
			.action(async options => (await import("./commands/serve.js")).serve({ ...options, schedule }));
		if (schedule) {
			command
				.option("--unattended", "take over at the plan's date, whatever is known of adoption")
				.option("--dl <folder>", "where the DL signing key is");
		}
	}

	// The DL signing key, on a machine without a network

	verb(
		"sign",
		"sign a CA information that was carried here, and show what it says",
		"baton sign to-sign.cbor --dl dl --out 2.cbor",
	)
		.argument("<request>", "to-sign.cbor of the authority")
		.requiredOption("--dl <folder>", "the DL signing key and its log")
		.requiredOption("--out <file>", "where the signed object goes")
		.action(async (request, options) => (await import("./commands/sign.js")).sign(request, options));

	const dl = program
		.command("dl")
		.description("the DL signing key, best kept on a machine without a network")
		.exitOverride();
	example(dl.command("create").description("make a DL signing key"), "baton dl create dl --fleet example")
		.argument("<folder>")
		.requiredOption("--fleet <name>", "the fleet's name")
		.action(async (folder, options) => (await import("./commands/sign.js")).createDl(folder, options));
	example(
		dl.command("adopt").description("enter in a spare key's log what the first key signed, in order"),
		"baton dl adopt 1.cbor 2.cbor --dl spare --dl-key dl.pub",
	)
		.argument("<objects...>", "signed CA information")
		.requiredOption("--dl <folder>", "the spare key and its log")
		.requiredOption("--dl-key <file>", "public key of the first", collect)
		.action(async (objects, options) => (await import("./commands/sign.js")).adopt(objects, options));
	return program;

	function verb(name: string, description: string, usage: string): Command {
		return example(program.command(name).description(description), usage);
	}

	function fleetVerb(name: string, description: string, usage: string): Command {
		return withFolder(verb(name, description, usage));
	}
}

function example(command: Command, usage: string): Command {
	return command
		.exitOverride()
		.showHelpAfterError(`(baton ${command.name()} --help shows an example)`)
		.addHelpText("after", `\nExample:\n  ${usage}`);
}

function withFolder(command: Command): Command {
	return command.addOption(new Option("-f, --folder <folder>", "the fleet's").default("fleet").env("BATON_FLEET"));
}

function collect(value: string, before: string[] = []): string[] {
	return [...before, value];
}

function collectMap(value: string, before: ReturnType<typeof parseMap>[] = []) {
	return [...before, parseMap(value)];
}

function positiveInteger(text: string): number {
	if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("expected a whole number of 1 or more");
	return Number(text);
}

function positiveNumber(text: string): number {
	if (!/^\d{1,6}(\.\d{1,6})?$/.test(text) || Number(text) <= 0)
		throw new InvalidArgumentError("expected a number above 0");
	return Number(text);
}

/** XS's timers, and a device's, take no more. */
function timerInteger(text: string): number {
	const value = positiveInteger(text);
	if (value > 2 ** 31 - 1) throw new InvalidArgumentError("expected at most 2147483647");
	return value;
}

function addressAndPort(text: string): { address: string; port: number } {
	const found = /^([\w.:-]+):(\d{1,5})$/.exec(text);
	if (!found || Number(found[2]) > 65_535) throw new InvalidArgumentError("expected ADDRESS:PORT");
	return { address: found[1], port: Number(found[2]) };
}
