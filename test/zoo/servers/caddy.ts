// Caddy with sites of our own, on 127.0.0.1 alone, with all that it keeps in a folder; what it makes goes into nobody's
// store, and it asks nobody for a certificate.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ServerProcess, startServer } from "./server-process.js";

const GLOBAL = `{
	admin off
	skip_install_trust
	auto_https disable_redirects
	default_bind 127.0.0.1
`;

/** `sites`: the rest of the Caddyfile; their addresses have no port. */
export function startCaddy(folder: string, sites: string): Promise<ServerProcess> {
	return startServer(port => {
		const file = join(folder, "Caddyfile");
		writeFileSync(file, `${GLOBAL}\thttps_port ${port}\n\tstorage file_system ${folder}/storage\n}\n${sites}`);
		return {
			file: "caddy",
			args: ["run", "--config", file, "--adapter", "caddyfile"],
			env: { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
		};
	});
}
