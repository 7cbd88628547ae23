// What leaves the operator's machine as files: a static directory for nginx or another web server, and what a factory
// writes into a device.

import type { KeyObject } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { certificatePem } from "./certificate-authority.js";
import { rawPublicKey } from "./dl-key.js";
import { replaceFile } from "./durable-file.js";
import type { Fleet } from "./fleet.js";
import type { Operation } from "./operator.js";
import { OperatorError } from "./operator-error.js";
import { privateKeyPem } from "./private-key-file.js";
import { POLL_LENGTH, SLOT_LENGTH, writeSlotImage } from "./slot-image.js";

export interface Exported {
	host: string;
	namedBy: number;
	/** Generation. */
	serves: number;
}

/**
 * For each download server in operation: `HOST/` with what it serves, `HOST.pem` and `HOST.key` (0600), and one
 * `nginx.conf` for all. `listen`: where nginx does, as its configuration has it.
 */
export function exportStatic(fleet: Fleet, operation: Operation, folder: string, listen = "443"): Exported[] {
	folder = resolve(folder); // nginx takes other paths from its own prefix
	const exported: Exported[] = [];
	const servers: string[] = [];
	mkdirSync(folder, { recursive: true });
	for (const { namedBy } of operation.downloadServers) {
		const served = fleet.served(operation, namedBy);
		if (!served) continue;
		const { hostname: host, pathname, search } = new URL(fleet.nextAddress(namedBy));
		if (search) throw new OperatorError(`${fleet.nextAddress(namedBy)}: a URL with a query cannot be a file`);
		const { certificate, privateKey } = fleet.downloadCredentials(namedBy);
		const path = pathname.endsWith("/") ? `${pathname}index` : pathname;
		if (path.split("/").some(part => part === ".." || part.includes("%")))
			throw new OperatorError(`${pathname}: cannot be a file`);
		replaceFile(join(folder, host, path), served.object);
		replaceFile(join(folder, `${host}.pem`), certificatePem(certificate));
		replaceFile(join(folder, `${host}.key`), privateKeyPem(privateKey), 0o600);
		servers.push(serverBlock(folder, host, pathname, path, listen));
		exported.push({ host, namedBy, serves: served.generation });
	}
	replaceFile(join(folder, "nginx.conf"), `${NGINX_HEAD}${strangers(listen)}\n${servers.join("\n")}`);
	return exported;
}

const NGINX_HEAD = `# Download servers of a Baton fleet: include this in nginx's http block.
# TLS 1.3 alone, no compression, one answer. Access logs in the combined format: baton status reads adoption from them.

`;

/** A name without a server here is refused before any certificate is shown: another one's would only mislead. */
function strangers(listen: string) {
	return `server {
	listen ${listen} ssl default_server;
	ssl_protocols TLSv1.3;
	ssl_reject_handshake on;
}
`;
}

function serverBlock(folder: string, host: string, pathname: string, path: string, listen: string): string {
	return `server {
	listen ${listen} ssl;
	server_name ${host};
	ssl_certificate ${join(folder, `${host}.pem`)};
	ssl_certificate_key ${join(folder, `${host}.key`)};
	ssl_protocols TLSv1.3;
	ssl_session_tickets off;
	gzip off;
	keepalive_timeout 5s;
	client_header_timeout 10s;
	send_timeout 10s;
	location = ${pathname} {
		limit_except GET { deny all; }
		types { }
		default_type 'application/cose; cose-type="cose-sign1"';
		alias ${join(folder, host, path)};
	}
	location / { return 404; }
}
`;
}

/** What a factory writes: `ca0`, `ca1`, `poll` as images, the factory CA information, and the DL public keys (raw). */
export function provision(object: Uint8Array, dlKeys: KeyObject[], folder: string): string[] {
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
	];
	for (const [name, content] of files) replaceFile(join(folder, name), content);
	return files.map(([name]) => join(folder, name));
}
