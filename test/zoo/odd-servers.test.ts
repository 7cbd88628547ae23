// A real nginx, set up as people do: what a device makes of it, as its service or as its download server.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { certificatePem } from "../../host/certificate-authority.js";
import { flashFolder, runOnce, unavailable } from "../host/device-run.js";
import { noNginx, startNginx } from "../host/nginx-process.js";
import * as make from "../host/tls/certificate-maker.js";
import { createWorld, downloadName, SERVICE_NAME } from "../world.js";
import { has, REFUSALS } from "./builds.js";
import { DEBIAN_PROTOCOLS } from "./servers/one-port.js";
import { freePort } from "./servers/server-process.js";

const DOWNLOAD_NAME = downloadName(1);
const world = await createWorld();
const folder = flashFolder();
const information = join(folder, "ca-information");
writeFileSync(information, world.information(2));

const AUTHENTICATED = "authenticated service 1 current";
const UPDATED = ["authenticated download 1", "stored 2"];

interface Case {
	name: string;
	/** In both server blocks. */
	tls?: string;
	/** In the download server's location. */
	download?: string;
	/** Among what the device tells. */
	told: string[];
}

const cases: Case[] = [
	{ name: "nothing odd", told: [AUTHENTICATED, ...UPDATED] },
	{
		name: "a client's certificate is optional, from any of a system's authorities",
		tls: `ssl_verify_client optional; ssl_client_certificate ${join(folder, "system.crt")};`,
		told: [AUTHENTICATED, ...UPDATED],
	},
	{
		name: "header lines of four kilobytes",
		download: `add_header Content-Security-Policy "${"default-src 'self'; ".repeat(200)}";`,
		told: [AUTHENTICATED, ...UPDATED],
	},
	{
		name: "403 for what is not there: no 404, so it is a failure",
		download: "return 403;",
		told: [AUTHENTICATED, "authenticated download 1", "failed download 403: unexpected status"],
	},
	{
		name: "404 for what is not there",
		download: "return 404;",
		told: [AUTHENTICATED, "authenticated download 1", "none 404: not found"],
	},
	{
		name: "a redirect is not followed",
		download: "return 301 https://elsewhere.example/;",
		told: [AUTHENTICATED, "authenticated download 1", "failed download 301: unexpected status"],
	},
	{
		name: "key exchange with P-256 alone",
		tls: "ssl_ecdh_curve prime256v1;",
		told: has("secp256r1") ? [AUTHENTICATED, ...UPDATED] : [`failed service: ${REFUSALS.keyExchange}`],
	},
	{
		name: "AES-256 alone is none of the profile's cipher suites",
		tls: "ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384;",
		told: ["failed service: received handshake_failure"],
	},
	{
		name: "of two certificates it shows the one whose kind the device has named first: that of its own CA",
		tls: `ssl_certificate ${join(folder, "other.crt")}; ssl_certificate_key ${join(folder, "other.key")};`,
		told: [AUTHENTICATED, ...UPDATED],
	},
	{
		name: "TLS 1.2 alone",
		tls: "ssl_protocols TLSv1.2;",
		told: ["failed service: received protocol_version"],
	},
];

/** As many authorities as a system's bundle has, with names as long. */
function bundle(): string {
	const one = make.party("authority");
	return Array.from({ length: 140 }, (_, i) => {
		const names = {
			C: "US",
			O: "Example Certificate Authorities, Incorporated",
			OU: "Roots",
			CN: `Root of Trust ${i}`,
		};
		return certificatePem(make.authority({ ...one, subject: make.distinguishedName(names) }));
	}).join("");
}
writeFileSync(join(folder, "system.crt"), bundle());

const stranger = make.party("stranger", "p256"),
	other = make.party(SERVICE_NAME, "p256");
const names = make.leafExtensions(make.dns(SERVICE_NAME), make.dns(DOWNLOAD_NAME));
writeFileSync(join(folder, "other.crt"), certificatePem(make.leaf(stranger, other, { extensions: names })));
writeFileSync(join(folder, "other.key"), other.privateKey.export({ type: "pkcs8", format: "pem" }));

for (const name of [SERVICE_NAME, DOWNLOAD_NAME]) {
	const { certificate, privateKey } = await world.credentials(1, name);
	writeFileSync(join(folder, `${name}.crt`), certificatePem(certificate));
	writeFileSync(join(folder, `${name}.key`), privateKey.export({ type: "pkcs8", format: "pem" }));
}

for (const [i, { name, tls = "", download = "", told }] of cases.entries()) {
	for (const board of ["node", "simulator"] as const) {
		const missing = noNginx ?? (await unavailable(board));
		if (missing) {
			test.skip(`${board}: ${name} [${missing}]`, () => {});
			continue;
		}
		test(`${board}: ${name}`, async () => {
			const port = await freePort();
			const block = (host: string, location: string) =>
				`server {
					listen 127.0.0.1:${port} ssl; server_name ${host};
					ssl_certificate ${folder}/${host}.crt; ssl_certificate_key ${folder}/${host}.key;
					${tls}
					location / { ${location} }
				}`;
			const sites = [
				block(SERVICE_NAME, 'return 200 "service\\n";'),
				block(DOWNLOAD_NAME, `root ${folder}; ${download}`),
			];
			const own = join(folder, `${board}-${i}`);
			mkdirSync(own);
			const protocols = tls.includes("ssl_protocols") ? "" : DEBIAN_PROTOCOLS;
			const { close } = await startNginx(own, `${protocols} ${sites.join("\n")}`, port);
			const settings = world.settings({ [SERVICE_NAME]: port, [DOWNLOAD_NAME]: port });
			const run = await runOnce(board, settings, flashFolder(), board === "simulator" ? "c" : undefined);
			await close();
			assert.equal(
				told.filter(line => !run.told.includes(line)),
				[],
				run.told.join("; "),
			);
		});
	}
}

test.after(() => world.close());
test.run();
