// The test servers of OpenSSL and GnuTLS, which show one certificate: a process for each.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../boards/bundle.js";
import { eventually } from "../../eventually.js";
import { absent, noNetworkNamespace } from "../../host/tls/peers.js";
import { startRelay } from "./relay.js";
import type { Running, ServerKind, Shown } from "./server-kind.js";
import { endOf, startServer } from "./server-process.js";

/** `-WWW`: HTTP/1.0, whose body the end of the connection ends. */
export const openSSL: ServerKind = {
	title: "OpenSSL",
	small: "-max_send_frag 512",
	servesFiles: true,
	missing: () => absent("openssl"),
	start: ({ shown, documents, small }) =>
		each(shown, ({ certificates, others, key }) =>
			startServer(port => ({
				file: "openssl",
				cwd: documents,
				args: [
					"s_server",
					...["-accept", `127.0.0.1:${port}`, "-cert", certificates, "-key", key, "-WWW", "-quiet"],
					...(others ? ["-cert_chain", others] : []),
					...(small ? ["-max_send_frag", "512"] : []),
				],
			})),
		),
};

/**
 * `gnutls-serv --http`, which has a page of its own and no other. It cannot be told where to listen, so all of them get a
 * network of their own; a UNIX socket each leads there, and a port of 127.0.0.1 to that.
 */
export const gnuTLS: ServerKind = {
	title: "GnuTLS",
	small: "%ALLOW_SMALL_RECORDS, --recordsize 64",
	servesFiles: false,
	missing: () => absent("gnutls-serv") ?? noNetworkNamespace(),
	async start({ folder, shown, small }) {
		const options = small ? ["--priority", "NORMAL:%ALLOW_SMALL_RECORDS", "--recordsize", "64"] : [];
		const script = `
			ip link set lo up
			port=${FIRST_PORT}
			while [ "$1" != -- ]; do
				gnutls-serv --quiet --http --port $port ${options.join(" ")} --x509certfile "$1" --x509keyfile "$2" >/dev/null 2>&1 &
				port=$((port + 1))
				shift 2
			done
			shift
			"$@"`;
		const servers = shown.flatMap(({ certificates, key }) => [certificates, key]);
		const relays = [process.execPath, "bin/run.js", "test/zoo/servers/relay-command.ts", folder];
		const ports = shown.map((_, i) => `${FIRST_PORT + i}`);
		// a namespace of processes too, so that all of them end with the first
		const namespace = ["-rn", "--pid", "--fork", "--kill-child"];
		const args = [...namespace, "sh", "-c", script, "sh", ...servers, "--", ...relays, ...ports];
		const child = spawn("unshare", args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
		const end = endOf(child, "SIGKILL"); // unshare heeds no other
		const running = await each(shown, async ({ host }) => {
			const path = join(folder, ports[shown.findIndex(one => one.host === host)]);
			await eventually("gnutls-serv listens", () => end.isOver || existsSync(path));
			return startRelay({ host: "127.0.0.1", port: 0 }, { path });
		});
		return {
			port: running.port,
			async close() {
				await running.close();
				await end.close();
			},
		};
	},
};
const FIRST_PORT = 4433; // in a network of its own

/** One after the other: the names' ports, and one end. */
async function each(
	shown: Shown[],
	start: (one: Shown) => Promise<{ port: number; close(): Promise<void> }>,
): Promise<Running> {
	const running = new Map<string, { port: number; close(): Promise<void> }>();
	for (const one of shown) running.set(one.host, await start(one));
	return {
		port: host => running.get(host)!.port,
		async close() {
			for (const { close } of running.values()) await close();
		},
	};
}
