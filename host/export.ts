// What leaves the operator's machine as files: a static directory for nginx or another web server, and what a factory
// writes into a device.

import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { certificatePem } from "./certificate-authority.js";
import { hostAndPort, judgeMirrorURL } from "./device-judge.js";
import { rawPublicKey } from "./dl-key.js";
import { MEDIA_TYPE } from "./download-answer.js";
import { replaceFile } from "./durable-file.js";
import type { Fleet } from "./fleet.js";
import type { Operation } from "./operator.js";
import { OperatorError } from "./operator-error.js";
import { privateKeyPem } from "./private-key-file.js";
import { POLL_LENGTH, SLOT_LENGTH, writeSlotImage } from "./slot-image.js";
import { staticFile } from "./static-file.js";

export interface Exported {
	/** Host, with a port if it is not 443; of a mirror its URL. */
	place: string;
	namedBy: number;
	/** Generation; absent: it answers 404. */
	serves?: number;
}

/**
 * For each download server in operation: a folder with what it serves, its certificate and its key (0600), and
 * `nginx.conf` for all; `nginx-default.conf`, for an nginx that serves nobody else. Of `http:` mirrors each a folder as a
 * CDN or an object store has it, `http/HOST/…`, and `nginx-mirrors.conf`. What is served no more is removed. `listen`:
 * where nginx does for those at port 443, as its configuration has it. What cannot be exported is told in `troubles`, and
 * costs its own name alone.
 */
export function exportStatic(
	fleet: Fleet,
	operation: Operation,
	folder: string,
	listen = "443",
): { exported: Exported[]; troubles: string[] } {
	folder = resolve(folder); // nginx takes other paths from its own prefix
	const exported: Exported[] = [];
	const troubles: string[] = [];
	const servers: string[] = [];
	const mirrors = new Map<string, string[]>(); // locations by place
	const sockets = new Set([listen]);
	mkdirSync(folder, { recursive: true });
	for (const { namedBy, up } of operation.downloadServers) {
		try {
			const served = up ? fleet.served(operation, namedBy) : undefined;
			for (const url of fleet.nextAddresses(namedBy).map(judgeMirrorURL)) {
				const place = hostAndPort(url).replace(url.scheme === "https" ? /:443$/ : /:80$/, "");
				const file = join(folder, url.scheme === "https" ? "" : "http", place, staticFile(url));
				if (served) replaceFile(file, served.object);
				else rmSync(file, { force: true });
				if (!up) continue;
				const serves = served ? { serves: served.generation } : {};
				if (url.scheme === "http") {
					mirrors.set(place, [...(mirrors.get(place) ?? []), location(url.path, file, "max-age=60")]);
					exported.push({ place: `http://${place}${url.path}`, namedBy, ...serves });
					continue;
				}
				const { certificate, intermediates = [], privateKey } = fleet.downloadCredentials(namedBy);
				replaceFile(join(folder, `${place}.pem`), [certificate, ...intermediates].map(certificatePem).join(""));
				replaceFile(join(folder, `${place}.key`), privateKeyPem(privateKey), 0o600);
				const socket = url.port === 443 ? listen : String(url.port);
				sockets.add(socket);
				servers.push(serverBlock({ folder, place, host: url.host, path: url.path, file, socket }));
				exported.push({ place, namedBy, ...serves });
			}
		} catch (error) {
			if (!(error instanceof OperatorError)) throw error;
			troubles.push(`${fleet.nextAddress(namedBy)} is not exported: ${error.message}`);
		}
	}
	replaceFile(join(folder, "nginx.conf"), `${NGINX_HEAD}${servers.join("\n")}`);
	replaceFile(join(folder, "nginx-default.conf"), `${DEFAULT_HEAD}${[...sockets].map(strangers).join("\n")}`);
	if (mirrors.size > 0)
		replaceFile(join(folder, "nginx-mirrors.conf"), `${MIRRORS_HEAD}${[...mirrors].map(mirrorBlock).join("\n")}`);
	return { exported, troubles };
}

const NGINX_HEAD = `# Download servers of a Baton fleet: include this in nginx's http block.
# TLS 1.3 alone, no compression, one answer. Access logs in the combined format: baton status reads adoption from them.

`;

const DEFAULT_HEAD = `# For an nginx that has no default_server of its own here: a name without a server is refused before any certificate is
# shown. Another one's would only mislead.

`;

const MIRRORS_HEAD = `# Mirrors of a Baton fleet over plain http: what they serve carries its own signature. A CDN or an object store takes the
# folder http as it is, with these headers: nobody may keep an object for longer than a minute, a revocation waits for it.

`;

function strangers(listen: string) {
	return `server {
	listen ${listen} ssl default_server;
	ssl_protocols TLSv1.3;
	ssl_reject_handshake on;
}
`;
}

function serverBlock(server: {
	folder: string;
	place: string;
	host: string;
	path: string;
	file: string;
	socket: string;
}): string {
	const { folder, place, host, path, file, socket } = server;
	return `server {
	listen ${socket} ssl;
	server_name ${host};
	ssl_certificate "${join(folder, `${place}.pem`)}";
	ssl_certificate_key "${join(folder, `${place}.key`)}";
	ssl_protocols TLSv1.3;
	ssl_session_tickets off;
	gzip off;
	keepalive_timeout 5s;
	client_header_timeout 10s;
	send_timeout 10s;
${location(path, file, "no-cache")}	location / { return 404; }
}
`;
}

/** `place`: host, with a port if it is not 80. */
function mirrorBlock([place, locations]: [string, string[]]): string {
	const [host, port = "80"] = place.split(":");
	return `server {
	listen ${port};
	server_name ${host};
${locations.join("")}	location / { return 404; }
}
`;
}

function location(path: string, file: string, cacheControl: string): string {
	return `	location = ${path} {
		limit_except GET { deny all; }
		types { }
		default_type '${MEDIA_TYPE}';
		add_header Cache-Control "${cacheControl}";
		alias "${file}";
	}
`;
}

/** What a factory writes: `ca0`, `ca1`, `poll` as images, the factory CA information, and the DL public keys (raw). */
export function provision(
	object: Uint8Array,
	{ dlKeys, retiredDlKeys }: Pick<Fleet, "dlKeys" | "retiredDlKeys">,
	folder: string,
): string[] {
	const blank = (bytes: number) => new Uint8Array(bytes).fill(0xff);
	const files: [string, Uint8Array][] = [
		["ca0", writeSlotImage(object)],
		["ca1", blank(SLOT_LENGTH)],
		["poll", blank(POLL_LENGTH)],
		["factory.cbor", object],
		...dlKeys.map((key, index): [string, Uint8Array] => [
			index === 0 ? "dl.pub.raw" : `dl-spare-${index}.pub.raw`,
			rawPublicKey(key),
		]),
		...retiredDlKeys.map((key, index): [string, Uint8Array] => [`dl-retired-${index + 1}.pub.raw`, rawPublicKey(key)]),
	];
	for (const [name, content] of files) replaceFile(join(folder, name), content);
	return files.map(([name]) => join(folder, name));
}
