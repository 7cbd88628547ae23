// sign, dl: the DL signing key, on a machine without a network.

import type { Command } from "commander";
import { act, collect, collectMap, example, type Finish, positiveInteger, verb, withFolder } from "./verb.js";

export function registerSignerVerbs(program: Command, finish: Finish): void {
	act(
		verb(
			program,
			"sign",
			"show what was carried here to be signed, ask, and sign it",
			"baton sign to-sign.cbor --dl dl --out 2.cbor",
		)
			.argument("<request>", "to-sign.cbor of the authority; or what another DL key has signed, to be signed again")
			.requiredOption("--dl <folder>", "the DL signing key and its log")
			.requiredOption("--out <file>", "where the signed object goes")
			.option("--skip", "the generations before it that are not in the log will never be signed")
			.option("--yes", "do not ask"),
		finish,
		async (request, options) => (await import("./sign.js")).sign(request, options),
	);

	const dl = program
		.command("dl")
		.description("the DL signing key, best kept on a machine without a network")
		.exitOverride();
	act(
		example(
			dl.command("create").description("make a DL signing key"),
			"baton dl create dl --fleet example",
			"baton dl create",
		)
			.argument("<folder>")
			.requiredOption("--fleet <name>", "the fleet's name")
			.option("--classical", "of Ed25519 alone: for a fleet without HSS-LMS")
			.option("--signer <command>", "its Ed25519 half is elsewhere: what signs standard input with it")
			.option("--public-key <file>", "… and its public half, PEM, DER or raw")
			.option("--ask-passphrase", "ask for the passphrase that the key is encrypted with"),
		finish,
		async (folder, options) => (await import("./dl.js")).createDl(folder, options),
	);
	act(
		example(
			dl.command("adopt").description("enter in a spare key's log what the first key signed"),
			"baton dl adopt 1.cbor 2.cbor --dl spare --dl-key dl.pub",
			"baton dl adopt",
		)
			.argument("<objects...>", "signed CA information")
			.requiredOption("--dl <folder>", "the spare key and its log")
			.requiredOption("--dl-key <file>", "public key of the first", collect),
		finish,
		async (objects, options) => (await import("./dl.js")).adopt(objects, options),
	);
	act(
		example(
			dl.command("restored").description("the key came from a backup: go on above what it may have signed since"),
			"baton dl restored dl --above 5",
			"baton dl restored",
		)
			.argument("<folder>")
			.option(
				"--above <generation>",
				"the highest that the fleet, its addresses and its access logs show",
				positiveInteger,
			)
			.option(
				"--full <generation>",
				"the one in full operation: what is signed next follows at least that",
				positiveInteger,
			)
			.option("--fleet-folder <folder>", "the fleet's, if it is at hand: what it shows counts")
			.option("--access-log <file>", "… and what devices say in a web server's log", collect)
			.option("--addresses", "… and what its addresses serve now: they are asked")
			.option("--map <name[:port]=address:port>", "where a name leads", collectMap),
		finish,
		async (folder, options) => (await import("./dl.js")).restoredDl(folder, { map: [], ...options }),
	);
	act(
		withFolder(
			example(
				dl
					.command("change")
					.description("the firmware of every device has other DL keys: what is served is signed by these from now on"),
				"baton dl change --dl-key next/dl.pub --dl next",
				"baton dl change",
			),
		)
			.requiredOption("--dl-key <file>", "public key that devices have now; a spare's by a second one", collect)
			.option("--dl <folder>", "the signing key, if it is at hand")
			.option("--yes", "do not ask"),
		finish,
		async options => (await import("./dl.js")).changeDl(options),
	);
	act(
		example(
			dl
				.command("whole")
				.description("access logs show a generation that nobody has signed: the log is whole all the same"),
			"baton dl whole dl --although 900",
			"baton dl whole",
		)
			.argument("<folder>")
			.requiredOption("--although <generation>", "what the access logs show", positiveInteger),
		finish,
		async (folder, options) => (await import("./dl.js")).wholeDl(folder, options),
	);
}
