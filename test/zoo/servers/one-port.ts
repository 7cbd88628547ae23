// Servers that show each client the certificate of the name that it asks for, behind one port: each with the shortest
// configuration that serves files, and otherwise as it comes.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noNginx, startNginx } from "../../host/nginx-process.js";
import { absent } from "../../host/tls/peers.js";
import { startCaddy } from "./caddy.js";
import { startRelay } from "./relay.js";
import { PIECE, type Running, type ServerKind, type Setup, type Shown } from "./server-kind.js";
import { freePort, type ServerProcess, startServer } from "./server-process.js";

const IN_PIECES = `its bytes in pieces of ${PIECE}`;
const isRoot = process.getuid?.() === 0;

export const nginx: ServerKind = {
	title: "nginx",
	small: "ssl_buffer_size 256",
	servesFiles: true,
	missing: () => noNginx,
	async start({ folder, shown, documents, small }) {
		const port = await freePort();
		const sites = shown.map(
			({ host, certificates, key }) =>
				`server { listen 127.0.0.1:${port} ssl; server_name ${host}; ssl_certificate ${certificates}; ssl_certificate_key ${key}; }`,
		);
		const { close } = await startNginx(
			folder,
			`${DEBIAN_PROTOCOLS} ${small ? "ssl_buffer_size 256;" : ""} root ${documents}; ${sites.join("\n")}`,
			port,
		);
		return { port: () => port, close };
	},
};
/** As Debian's nginx.conf has it: without, nginx 1.22 has no TLS 1.3. */
export const DEBIAN_PROTOCOLS = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;";

const APACHE = "/usr/sbin/apache2";
const APACHE_MODULES = ["mpm_event", "authz_core", "ssl"];

export const apache: ServerKind = {
	title: "Apache",
	small: IN_PIECES,
	servesFiles: true,
	missing: () => absent(APACHE),
	start: setup =>
		inPieces(setup, async ({ folder, shown, documents }) =>
			startServer(port => {
				const file = join(folder, "apache.conf");
				const sites = shown.map(
					({ host, certificates, key }) => `<VirtualHost 127.0.0.1:${port}>
						ServerName ${host}
						SSLEngine on
						SSLCertificateFile ${certificates}
						SSLCertificateKeyFile ${key}
					</VirtualHost>`,
				);
				writeFileSync(
					file,
					`ServerRoot ${folder}
					DefaultRuntimeDir ${folder}
					PidFile ${folder}/pid
					Mutex file:${folder} default
					ErrorLog ${folder}/error.log
					${APACHE_MODULES.map(name => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
					ServerName zoo.example
					Listen 127.0.0.1:${port}
					DocumentRoot ${documents}
					<Directory ${documents}>
						Require all granted
					</Directory>
					${sites.join("\n")}\n`,
				);
				const args = ["-D", "FOREGROUND", "-f", file];
				const env = { PATH: process.env.PATH };
				if (!isRoot) return { file: APACHE, args, env };
				// It serves nothing as root: so it is told that it is somebody else, who has what root has here.
				return { file: "unshare", args: ["--user", "--map-user=33", "--map-group=33", APACHE, ...args], env };
			}),
		),
};

export const haproxy: ServerKind = {
	title: "HAProxy",
	small: "tune.ssl.maxrecord 512",
	servesFiles: true,
	missing: () => absent("/usr/sbin/haproxy"),
	start: async ({ folder, shown, documents, small }) =>
		onOnePort(
			await startServer(port => {
				const file = join(folder, "haproxy.cfg"),
					list = join(folder, "certificates");
				writeFileSync(list, shown.map(({ host, combined }) => `${combined} ${host}\n`).join(""));
				const answer = (path: string, type: string) =>
					`http-request return status 200 content-type ${type} file ${documents}/${path} if { path /${path} }`;
				writeFileSync(
					file,
					`global
					${small ? "tune.ssl.maxrecord 512" : ""}
					defaults
						mode http
						timeout client 30s
						timeout server 30s
						timeout connect 30s
					frontend zoo
						bind 127.0.0.1:${port} ssl crt-list ${list}
						${answer("index.html", "text/html")}
						${answer("ca-information", "application/cbor")}
						http-request deny deny_status 404\n`.replace(/^\t+/gm, ""),
				);
				return { file: "/usr/sbin/haproxy", args: ["-db", "-f", file] };
			}),
		),
};

export const lighttpd = lighttpdWith("lighttpd", "mod_openssl");
export const lighttpdWithGnuTLS = lighttpdWith("lighttpd, GnuTLS", "mod_gnutls");

function lighttpdWith(title: string, module: string): ServerKind {
	const library = `/usr/lib/lighttpd/${module}.so`;
	return {
		title,
		small: IN_PIECES,
		servesFiles: true,
		missing: () => absent("/usr/sbin/lighttpd") ?? (existsSync(library) ? undefined : `no ${library} here`),
		start: setup =>
			inPieces(setup, async ({ folder, shown, documents }) =>
				startServer(port => {
					const file = join(folder, "lighttpd.conf");
					const credentials = ({ certificates, key }: Shown) =>
						`ssl.pemfile = "${certificates}" ssl.privkey = "${key}"`;
					const sites = shown.map(one => `$HTTP["host"] == "${one.host}" { ${credentials(one)} }`);
					writeFileSync(
						file,
						`server.modules = ("${module}")
						server.document-root = "${documents}"
						server.errorlog = "${folder}/error.log"
						server.bind = "127.0.0.1"
						server.port = ${port}
						ssl.engine = "enable"
						${credentials(shown[0]).replace(" ssl.privkey", "\nssl.privkey")}
						${sites.join("\n")}\n`,
					);
					return { file: "/usr/sbin/lighttpd", args: ["-D", "-f", file] };
				}),
			),
	};
}

export const caddy: ServerKind = {
	title: "Caddy",
	small: IN_PIECES,
	servesFiles: true,
	missing: () => absent("caddy"),
	start: setup =>
		inPieces(setup, ({ folder, shown, documents }) => {
			const sites = shown.map(
				({ host, certificates, key }) =>
					`https://${host} {\n\ttls ${certificates} ${key}\n\troot * ${documents}\n\tfile_server\n}\n`,
			);
			return startCaddy(folder, sites.join(""));
		}),
};

/** Small records by a relay behind which the server stands. */
async function inPieces(setup: Setup, start: (setup: Setup) => Promise<ServerProcess>): Promise<Running> {
	const server = await start(setup);
	if (!setup.small) return onOnePort(server);
	const relay = await startRelay({ host: "127.0.0.1", port: 0 }, { host: "127.0.0.1", port: server.port }, PIECE);
	return {
		port: () => relay.port,
		async close() {
			await relay.close();
			await server.close();
		},
	};
}

function onOnePort({ port, close }: ServerProcess): Running {
	return { port: () => port, close };
}
