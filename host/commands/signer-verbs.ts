// sign, dl: the DL signing key, on a machine without a network.

import type { Command } from "commander";
import { collect, example, verb } from "./verb.js";

export function registerSignerVerbs(program: Command): void {
	verb(
		program,
		"sign",
		"sign a CA information that was carried here, and show what it says",
		"baton sign to-sign.cbor --dl dl --out 2.cbor",
	)
		.argument("<request>", "to-sign.cbor of the authority")
		.requiredOption("--dl <folder>", "the DL signing key and its log")
		.requiredOption("--out <file>", "where the signed object goes")
		.action(async (request, options) => (await import("./sign.js")).sign(request, options));

	const dl = program
		.command("dl")
		.description("the DL signing key, best kept on a machine without a network")
		.exitOverride();
	example(dl.command("create").description("make a DL signing key"), "baton dl create dl --fleet example")
		.argument("<folder>")
		.requiredOption("--fleet <name>", "the fleet's name")
		.action(async (folder, options) => (await import("./sign.js")).createDl(folder, options));
	example(
		dl.command("adopt").description("enter in a spare key's log what the first key signed, in order"),
		"baton dl adopt 1.cbor 2.cbor --dl spare --dl-key dl.pub",
	)
		.argument("<objects...>", "signed CA information")
		.requiredOption("--dl <folder>", "the spare key and its log")
		.requiredOption("--dl-key <file>", "public key of the first", collect)
		.action(async (objects, options) => (await import("./sign.js")).adopt(objects, options));
}
