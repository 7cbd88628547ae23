// init, status, check, log, ca, import, take-over, reissue, revoke, restored: a fleet's authorities through the years.

import { type Command, Option } from "commander";
import { OperatorError } from "../operator-error.js";
import { KEY_TYPES } from "../signing-key.js";
import {
	act,
	collect,
	collectMap,
	example,
	type Finish,
	fleetVerb,
	positiveInteger,
	positiveNumber,
	time,
	withFolder,
} from "./verb.js";

const DL = "where the DL signing key is (default: dl in the fleet's folder, if it is there)";
const ACCESS_LOG = "a web server's log in the combined format; it may be compressed (gz)";
const SIGNER = "… or the key is in a token or a service: what signs standard input with it";
const MIRROR = "where it will be too, https, or http for a CDN or an object store; two at most";

export function registerFleetVerbs(program: Command, finish: Finish): void {
	act(
		fleetVerb(
			program,
			"init",
			"make a fleet: authority A in full operation, and a DL signing key",
			"baton init --fleet example --service service.example --download-url 'https://download-{n}.example/ca-information'",
		)
			.requiredOption("--fleet <name>", "the fleet's name")
			.requiredOption("--service <host>", "name of an application server, with a port if it is not 443", collect)
			.requiredOption("--download-url <url>", "where CA information will be: {n} stands for the generation")
			.option("--mirror <url>", MIRROR, collect)
			.option("--validity <years>", "of a CA certificate", positiveNumber, 20)
			.option("--overlap <years>", "the next CA comes so long before the end", positiveNumber, 5)
			.option(
				"--until-previous-ends",
				"download servers end as in figure 6 (default: they stay, for devices that were away)",
			)
			.option("--dl-key <file>", "the DL signing key is elsewhere: its public key, and a spare's", collect)
			.addOption(
				new Option("--key-type <type>", "of the authorities and servers").choices(KEY_TYPES).default("ed25519"),
			)
			.option(
				"--classical",
				"its DL keys are of Ed25519 alone (default: with HSS-LMS, which no quantum computer breaks)",
			)
			.option("--classical-for-ever", "it never gets a hybrid DL key, whose generations end at 1,023")
			.option("--ca-cert <file>", "authority A was made elsewhere: its certificate")
			.option("--ca-key <file>", "… and its key, PEM (BATON_IMPORT_PASSPHRASE), unless that stays where it is")
			.option("--step-ca <folder>", "… or both from step-ca's folder")
			.option("--signer <command>", SIGNER)
			.option("--ask-passphrase", "ask for the passphrase that private keys are encrypted with"),
		finish,
		async options => (await import("./init.js")).init(options),
	);

	act(
		fleetVerb(
			program,
			"status",
			"who is in operation, what comes next, which devices have it",
			"baton status --access-log /var/log/nginx/access.log",
		)
			.option("--access-log <file>", ACCESS_LOG, collect)
			.option("--days <days>", "the devices' poll interval", positiveInteger, 30)
			.addHelpText(
				"after",
				"\nExit codes: 0 all is well, 3 something is due, 4 devices are or will be cut off, 2 bad arguments or files.",
			),
		finish,
		async options => (await import("./status.js")).status(options),
	);

	act(
		fleetVerb(
			program,
			"check",
			"is all that the fleet has whole: files, keys, certificates, signatures, dates, the DL key's log",
			"baton check",
		)
			.option("--dl <folder>", DL)
			.option("--addresses", "ask what the fleet's addresses serve now")
			.option("--map <name[:port]=address:port>", "where a name leads", collectMap)
			.addHelpText("after", "\nExit codes: as those of baton status."),
		finish,
		async options => (await import("./status.js")).checkAll({ map: [], ...options }),
	);

	act(
		fleetVerb(
			program,
			"log",
			"what was ordered, signed and issued: who, when, what; exit code 1 if it was changed",
			"baton log",
		),
		finish,
		async options => (await import("./log.js")).log(options),
	);

	act(
		fleetVerb(
			program,
			"backed-up",
			"say that the fleet's folder was backed up just now: status reminds of it after the next order",
			"baton backed-up   # after rsync -a fleet/ backup/",
		),
		finish,
		async options => (await import("./status.js")).backedUp(options),
	);

	const ca = program.command("ca").description("certificate authorities").exitOverride();
	act(
		withFolder(
			example(
				ca
					.command("issue")
					.description("bring the next authority into provisional operation, with its download server"),
				"baton ca issue",
				"baton ca issue",
			),
		)
			.addOption(
				new Option("--key-type <type>", "of its keys, and of later ones' (default: as the one before it)").choices(
					KEY_TYPES,
				),
			)
			.option("--dl <folder>", DL),
		finish,
		async options => (await import("./orders.js")).issue(options),
	);
	act(
		example(
			ca
				.command("self-sign")
				.description("a CA certificate for a key in a token or a service, to be imported with baton import --signer"),
			"baton ca self-sign --signer 'openssl dgst -sha256 -binary | pkcs11-tool …' --public-key ca.pub --name 'example CA 2' --out ca.pem",
			"baton ca self-sign",
		)
			.requiredOption("--signer <command>", "what signs standard input, to standard output")
			.requiredOption("--public-key <file>", "the key's public half, PEM, DER or raw")
			.requiredOption("--name <name>", "the CA's subject: its common name")
			.option("--validity <years>", "of the certificate", positiveNumber, 20)
			.requiredOption("--out <file>", "where the certificate goes, PEM"),
		finish,
		async options => (await import("./self-sign.js")).selfSign(options),
	);
	act(
		withFolder(
			example(
				ca.command("accept").description("take back a CA information that was signed elsewhere"),
				"baton ca accept 2.cbor",
				"baton ca accept",
			),
		).argument("<file>"),
		finish,
		async (file, options) => (await import("./orders.js")).accept(file, options),
	);

	act(
		withFolder(
			example(
				ca
					.command("certificate")
					.description("take back a download server's certificate from a CA whose key is elsewhere"),
				"baton ca certificate 2 server.pem",
				"baton ca certificate",
			),
		)
			.argument("<generation>", "whose CA information names the server", positiveInteger)
			.argument("<file>", "the certificate, PEM, and those between it and the CA's"),
		finish,
		async (generation, file, options) => (await import("./orders.js")).certificate(generation, file, options),
	);

	act(
		fleetVerb(
			program,
			"import",
			"as ca issue, with an authority that openssl or step-ca made",
			"baton import --ca-cert ca.pem --ca-key ca.key",
		)
			.option("--ca-cert <file>", "its certificate")
			.option("--ca-key <file>", "its key, PEM (BATON_IMPORT_PASSPHRASE), unless that stays where it is")
			.option("--step-ca <folder>", "both from step-ca's folder")
			.option("--signer <command>", SIGNER)
			.option("--dl <folder>", DL),
		finish,
		async options => {
			if (!options.caCert && !options.caKey && !options.stepCa)
				throw new OperatorError("give --ca-cert, with --ca-key or without, or --step-ca");
			return (await import("./orders.js")).issue(options);
		},
	);

	act(
		fleetVerb(
			program,
			"take-over",
			"end the current authority; the next one in full operation (cannot be undone)",
			"baton take-over --access-log /var/log/nginx/access.log",
		)
			.option("--access-log <file>", ACCESS_LOG, collect)
			.option("--days <days>", "the devices' poll interval", positiveInteger, 30)
			.option("--yes", "do not ask")
			.option("--dl <folder>", DL),
		finish,
		async options => (await import("./orders.js")).takeOver(options),
	);

	act(
		fleetVerb(
			program,
			"reissue",
			"issue a CA information anew, and all later ones: the same CA, a greater generation",
			"baton reissue 1 --not-before 2031-05-01",
		)
			.argument("<generation>", "in full or provisional operation", positiveInteger)
			.option("--not-before <time>", "devices refuse certificates of its servers from before (ISO 8601)", time)
			.option("--download-url <url>", "where CA information will be from now on: {n} stands for the generation")
			.option("--mirror <url>", MIRROR, collect)
			.option("--yes", "do not ask")
			.option("--dl <folder>", DL),
		finish,
		async (generation, options) => (await import("./orders.js")).reissue(generation, options),
	);

	act(
		fleetVerb(
			program,
			"revoke",
			"revoke an authority at once: its successor takes over, and is made if need be (asks on a terminal)",
			"baton revoke 1",
		)
			.argument("<generation>", "of the authority", positiveInteger)
			.option("--yes", "do not ask")
			.option("--dl <folder>", DL),
		finish,
		async (generation, options) => (await import("./orders.js")).revoke(generation, options),
	);

	act(
		fleetVerb(
			program,
			"restored",
			"the fleet's folder came from a backup: go on above what may have been signed since",
			"baton restored --access-log /var/log/nginx/access.log",
		)
			.option("--above <generation>", "the last that was signed, if it is known", positiveInteger)
			.option("--access-log <file>", ACCESS_LOG, collect)
			.option("--dl <folder>", DL),
		finish,
		async options => (await import("./orders.js")).restored(options),
	);
}
