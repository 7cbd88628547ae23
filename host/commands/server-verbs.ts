// server-cert, export, provision, serve, run, front: what servers and factories need, and the download servers themselves.

import type { Command } from "commander";
import {
	addressAndPort,
	collect,
	collectBackend,
	collectMap,
	fleetVerb,
	positiveInteger,
	serviceURL,
	timerInteger,
} from "./verb.js";

export function registerServerVerbs(program: Command): void {
	fleetVerb(
		program,
		"server-cert",
		"a server's certificate in PEM, from its signing request",
		"baton server-cert service.csr --out service.pem",
	)
		.argument("<csr>", "certificate signing request, PEM")
		.option("--name <host>", "instead of the names in the request", collect)
		.option("--generation <n>", "by this authority (default: the one in full operation)", positiveInteger)
		.option("--days <days>", "valid for so long (default: to the authority's end)", positiveInteger)
		.option("--out <file>", "instead of standard output")
		.action(async (csr, options) => (await import("./server-cert.js")).serverCert(csr, options));

	fleetVerb(
		program,
		"export",
		"what nginx or a CDN needs to be the download servers",
		"baton export /srv/baton && nginx -s reload",
	)
		.argument("<folder>")
		.option("--listen <address>", "what nginx listens on", "443")
		.action(async (target, options) => (await import("./export.js")).exportTo(target, options));

	fleetVerb(
		program,
		"provision",
		"what the factory writes into a device: slot images, factory CA information, DL public keys",
		"baton provision device",
	)
		.argument("<folder>")
		.option("--generation <n>", "begin with this CA information (default: the one in full operation)", positiveInteger)
		.option(
			"--service <url>",
			"for an ESP32: write the partition `settings` too, with this URL of the service",
			serviceURL,
		)
		.option("--map <name[:port]=address:port>", "in `settings`: where a name leads", collectMap)
		.option("--poll-interval <ms>", "in `settings`: between polls", positiveInteger, 30 * 24 * 3_600_000)
		.option("--service-interval <ms>", "in `settings`: between sessions with the service", timerInteger, 3_600_000)
		.action(async (target, options) => (await import("./export.js")).provisionTo(target, { map: [], ...options }));

	serving("serve", "be the fleet's download servers, on this machine", "baton serve --listen 127.0.0.1:8443").action(
		async options => (await import("./serve.js")).serve(options),
	);
	serving("run", "as serve, and carry out the plan's steps when they are due", "baton run --listen 0.0.0.0:443")
		.option("--unattended", "take over at the plan's date, whatever is known of adoption")
		.option("--dl <folder>", "where the DL signing key is")
		.action(async options => (await import("./serve.js")).serve({ ...options, schedule: true }));

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
		.option("--listen <address:port>", "the services' address", addressAndPort, { address: "127.0.0.1", port: 8443 })
		.action(async options => (await import("./front.js")).front(options));

	function serving(name: string, description: string, usage: string): Command {
		return fleetVerb(program, name, description, usage)
			.option("--listen <address:port>", "one socket for all names", addressAndPort, {
				address: "127.0.0.1",
				port: 8443,
			})
			.option("--days <days>", "how far back polls count", positiveInteger, 30)
			.option("--ui [port]", "show a page too, on 127.0.0.1", positiveInteger);
	}
}
