// device, verify, inspect: what a device makes of servers and of what it is given.

import { type Command, Option } from "commander";
import {
	act,
	boards,
	collect,
	collectMap,
	type Finish,
	KEY_EXCHANGE,
	KEY_EXCHANGES,
	pollInterval,
	serviceURL,
	timerInteger,
	verb,
} from "./verb.js";

export function registerDeviceVerbs(program: Command, finish: Finish): void {
	verb(
		program,
		"device",
		"run one device against any servers, and see what it makes of them",
		`baton device --fleet example --factory factory.cbor --dl-key dl.pub --service https://service.example/ \\
    --map service.example=127.0.0.1:8443 --flash device --once --json`,
	)
		.addOption(new Option("--board <name>", "where the firmware runs").choices(boards).default("simulator"))
		.requiredOption("--fleet <name>", "the fleet's name, which every signature covers")
		.requiredOption("--factory <file>", "factory CA information, raw CBOR")
		.requiredOption("--dl-key <file>", "DL public key, raw or PEM; give a spare key by a second one", collect)
		.option("--retired-dl-key <file>", "a former DL public key: what it has signed stays valid in a slot", collect)
		.requiredOption("--service <url>", "https URL of the service", serviceURL)
		.option("--offer <file>", "CA information that the device is offered when it has booted, as by a USB stick")
		.option("--map <name[:port]=address:port>", "where a name leads; it is still the name that is checked", collectMap)
		.option("--flash <folder>", "flash images ca0, ca1, poll; absent ones are new and erased")
		.option("--poll-interval <ms>", "between polls", pollInterval, 30 * 24 * 3_600_000)
		.option("--service-interval <ms>", "between sessions with the service", timerInteger, 3_600_000)
		.addOption(new Option("--key-exchange <group>", KEY_EXCHANGE).choices(KEY_EXCHANGES))
		.addOption(new Option("--once", "authenticate the service once, poll once, stop").conflicts("for"))
		.option("--for <ms>", "stop after so long", timerInteger)
		.option("--json", "print one JSON object last")
		.addHelpText(
			"after",
			"\nExit codes: 0 the last service authentication succeeded, 1 it failed or none was made, 2 bad arguments or files.",
		)
		.action(async options => finish(await (await import("./device.js")).device({ map: [], ...options })));

	act(
		verb(
			program,
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
			.addHelpText("after", "\nExit codes: 0 it would, 1 it would not, 2 bad arguments or files."),
		finish,
		async (url, options) => (await import("./verify.js")).verify(url, { map: [], ...options }),
	);

	act(
		verb(
			program,
			"inspect",
			"CA information, a request to sign one, or a slot image, in plain words and in CBOR diagnostic notation",
			"baton inspect fleet/authority/1/information.cbor --fleet example --dl-key fleet/dl/dl.pub",
		)
			.argument("<file>", "CA information, to-sign.cbor, or a slot image of 8,192 bytes")
			.option("--fleet <name>", "judge signatures for this fleet")
			.option("--dl-key <file>", "… by this DL public key", collect),
		finish,
		async (file, options) => (await import("./inspect.js")).inspectFile(file, options),
	);
}
