// server-cert, export, provision, erase, serve, run, front: what servers and factories need, and the download servers
// themselves.

import { type Command, Option } from "commander";
import {
	act,
	addressAndPort,
	collect,
	collectAddressAndPort,
	collectBackend,
	collectMap,
	type Finish,
	fleetVerb,
	KEY_EXCHANGE,
	KEY_EXCHANGES,
	percent,
	pollInterval,
	positiveInteger,
	serviceURL,
	timerInteger,
	verb,
} from "./verb.js";

export function registerServerVerbs(program: Command, finish: Finish): void {
	act(
		fleetVerb(
			program,
			"server-cert",
			"a server's certificate in PEM, from its signing request",
			"baton server-cert service.csr --out service.pem",
		)
			.argument("<csr>", "certificate signing request, PEM")
			.option("--name <host>", "instead of the names in the request", collect)
			.option("--generation <n>", "by this authority (default: the one in full operation)", positiveInteger)
			.option("--access-log <file>", "another web server's, for adoption", collect)
			.option("--days <days>", "valid for so long (default: to the authority's end)", positiveInteger)
			.option("--out <file>", "instead of standard output"),
		finish,
		async (csr, options) => (await import("./server-cert.js")).serverCert(csr, options),
	);

	act(
		fleetVerb(
			program,
			"export",
			"what nginx or a CDN needs to be the download servers",
			"baton export /srv/baton && nginx -s reload",
		)
			.argument("<folder>")
			.option("--listen <address>", "what nginx listens on, for addresses at port 443", "443"),
		finish,
		async (target, options) => (await import("./export.js")).exportTo(target, options),
	);

	act(
		fleetVerb(
			program,
			"provision",
			"what the factory writes into a device: slot images, factory CA information, DL public keys",
			"baton provision device",
		)
			.argument("<folder>")
			.option(
				"--service <url>",
				"for an ESP32: write the partition `settings` too, with this URL of the service",
				serviceURL,
			)
			.option("--dl-key <file>", "for firmware whose DL keys are changed: the fleet's own are retired in it", collect)
			.option("--factory <file>", "… and what the factory begins with, signed by one of these")
			.option("--map <name[:port]=address:port>", "in `settings`: where a name leads", collectMap)
			.option("--poll-interval <ms>", "in `settings`: between polls", pollInterval, 30 * 24 * 3_600_000)
			.option("--service-interval <ms>", "in `settings`: between sessions with the service", timerInteger, 3_600_000)
			.addOption(new Option("--key-exchange <group>", `in \`settings\`: ${KEY_EXCHANGE}`).choices(KEY_EXCHANGES)),
		finish,
		async (target, options) => (await import("./export.js")).provisionTo(target, { map: [], ...options }),
	);

	act(
		verb(
			program,
			"erase",
			"erase the slots of a device's flash folder, whatever they hold: it begins with the factory's CA again",
			"baton erase device",
		)
			.argument("<folder>", "with the images ca0 and ca1")
			.option("--yes", "do not ask"),
		finish,
		async (flash, options) => (await import("./export.js")).erase(flash, options),
	);

	act(
		serving("serve", "be the fleet's download servers, on this machine", "baton serve --listen 127.0.0.1:8443"),
		finish,
		async options => (await import("./serve.js")).serve(options),
	);
	act(
		serving("run", "as serve, and carry out the plan's steps when they are due", "baton run --listen 0.0.0.0:443")
			.option("--unattended", "take over at the plan's date, whatever is known of adoption")
			.option("--dl <folder>", "where the DL signing key is"),
		finish,
		async options => (await import("./serve.js")).serve({ ...options, schedule: true }),
	);

	act(
		fleetVerb(
			program,
			"front",
			"pass each device to the server that shows a certificate of a CA that it knows; ends no TLS",
			"baton front --listen 0.0.0.0:443 --by 1=10.0.0.11:443 --by 2=10.0.0.12:443",
		)
			.requiredOption(
				"--by <n=host:port>",
				"the server that shows a certificate by authority n; as often as there are servers",
				collectBackend,
			)
			.option("--rehearse", "lead canaries, which have moved to the provisional CA, to the server that shows it")
			.option("--listen <address:port>", "the services' address", addressAndPort, { address: "127.0.0.1", port: 8443 }),
		finish,
		async options => (await import("./front.js")).front(options),
	);

	function serving(name: string, description: string, usage: string): Command {
		return fleetVerb(program, name, description, usage)
			.option(
				"--listen <address:port>",
				"a socket for all names; several, where addresses differ by their ports (default: 127.0.0.1:8443)",
				collectAddressAndPort,
			)
			.option("--access-log <file>", "another web server's, for adoption", collect)
			.option("--days <days>", "the devices' poll interval", positiveInteger, 30)
			.option("--ui [port]", "show a page too, on 127.0.0.1", positiveInteger)
			.option("--metrics <address:port>", "answer Prometheus at /metrics there, and /health", addressAndPort)
			.option(
				"--rehearse <address:port>",
				"show devices there the services' certificate by the provisional authority, which they promote",
				addressAndPort,
			)
			.option("--canary <network>", "… to those of this network alone, such as 192.0.2.0/24", collect)
			.option("--share <percent>", "… to so many in a hundred alone, by their addresses", percent);
	}
}
