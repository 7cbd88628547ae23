// End to end with a real nginx: it serves what `baton export` wrote, under certificates of the fleet's authorities, and
// the service too, with a certificate from `baton server-cert`; a device updates and follows; adoption is read from
// nginx's own log.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { certificatePem } from "../../host/certificate-authority.js";
import { rawPublicKey } from "../../host/dl-key.js";
import { Fleet } from "../../host/fleet.js";
import { privateKeyPem } from "../../host/private-key-file.js";
import { reservePorts } from "../../rehearsal/ports.js";
import { HANG_GUARD } from "../eventually.js";
import { flashFolder, runOnce, unavailable } from "./device-run.js";
import { runInProcess } from "./in-process.js";
import { noNginx, startNginx } from "./nginx-process.js";

const noOpenssl = spawnSync("openssl", ["version"]).status === 0 ? undefined : "openssl is not installed";
const HOST = "service.fleet.example";

for (const board of ["node", "simulator"] as const) {
	const why = noNginx ?? noOpenssl ?? (await unavailable(board));
	const name = `${board}: a device updates from nginx, follows to B, and adoption is in nginx's log`;
	if (why !== undefined) {
		test.skip(`${name} (${why})`);
		continue;
	}
	test(name, async () => {
		const folder = flashFolder(),
			fleetFolder = join(folder, "fleet"),
			exported = join(folder, "export");
		const {
			ports: [port],
			release,
		} = await reservePorts();
		const baton = async (...parameters: string[]) => {
			const { code, out, error } = await runInProcess(parameters, folder, { BATON_FLEET: fleetFolder });
			assert.is(code, 0, error);
			return out;
		};
		await baton(
			"init",
			"--fleet",
			"example",
			"--service",
			HOST,
			"--download-url",
			"https://download-{n}.fleet.example/ca-information",
		);
		const serviceBy = async (generation: number) => {
			const [key, csr, pem] = ["key", "csr", "pem"].map(suffix => join(folder, `service-${generation}.${suffix}`));
			const made = spawnSync("openssl", [
				"req",
				"-new",
				"-newkey",
				"ed25519",
				"-nodes",
				"-keyout",
				key,
				"-subj",
				"/CN=x",
				"-addext",
				`subjectAltName=DNS:${HOST}`,
				"-out",
				csr,
			]);
			assert.is(made.status, 0, String(made.stderr));
			await baton("server-cert", csr, "--out", pem);
			return `server { listen 127.0.0.1:${port} ssl; server_name ${HOST}; ssl_certificate ${pem}; ssl_certificate_key ${key}; ssl_protocols TLSv1.3; location / { return 200 "ok\\n"; } }`;
		};
		const configuration = async (service: string) => {
			await baton("export", exported, "--listen", `127.0.0.1:${port}`);
			return `include ${exported}/nginx.conf; include ${exported}/nginx-default.conf; ${service}`;
		};
		const fleet = Fleet.open(fleetFolder);
		const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
		const settings = {
			fleet: "example",
			factory: hex(fleet.information(1)!),
			dlKeys: fleet.dlKeys.map(key => hex(rawPublicKey(key))),
			service: `https://${HOST}/`,
			map: [HOST, ...[2, 3].map(n => `download-${n}.fleet.example`)].map(name => ({
				host: name,
				address: "127.0.0.1",
				toPort: port,
			})),
			pollInterval: 3_600_000,
			serviceInterval: 3_600_000,
			deadline: HANG_GUARD,
			once: true,
		};
		const flash = flashFolder();

		// A in full operation, B provisional.
		const byA = await serviceBy(1);
		await baton("ca", "issue");
		let nginx = await startNginx(join(folder, "nginx"), await configuration(byA), port);
		const first = await runOnce(board, settings, flash);
		await nginx.close();
		assert.equal(first.told, [
			"repaired 1: factory CA information stored",
			"boot 1,-",
			"authenticated service 1 current",
			"poll 1",
			"authenticated download 1",
			"stored 2",
		]);

		// The next poll says (1,2): the host can know, and takes over; the device follows.
		nginx = await startNginx(join(folder, "nginx"), await configuration(byA), port);
		await runOnce(board, settings, flash);
		await nginx.close();
		assert.match(
			readFileSync(nginx.accessLog, "utf8"),
			/"GET \/ca-information HTTP\/1\.1" 200 \d+ "-" "baton\/1 \(1,2\)"/,
		);
		const known = await baton("take-over", "--yes", "--access-log", nginx.accessLog);
		assert.match(
			known,
			/adoption of generation 2: LOW: 1 of 2 devices that were heard within 33 days hold it \(50 %\)\n {2}\(current,next\): \(1,-\) 1, \(1,2\) 1\n {2}counted from 4 requests/,
		);

		nginx = await startNginx(join(folder, "nginx"), await configuration(await serviceBy(2)), port);
		const followed = await runOnce(board, settings, flash);
		await nginx.close();
		release();
		// Nobody is there for URL C yet: nginx refuses the name.
		assert.equal(followed.told, [
			"boot 1,2",
			"authenticated service 2 next",
			"promoted 2",
			"poll 2",
			"refused download: received unrecognized_name",
			"failed download: received unrecognized_name",
		]);
	});
}

const why = noNginx ?? undefined;
(why === undefined ? test : (name: string, _: () => Promise<void>) => test.skip(`${name} (${why})`))(
	"http: mirrors are a folder and its headers: a device whose download server is down finds B there; what is revoked is gone",
	async () => {
		const folder = flashFolder();
		const {
			ports: [port, mirrorPort],
			release,
		} = await reservePorts();
		const baton = async (...parameters: string[]) => {
			const { code, out, error } = await runInProcess(parameters, folder);
			assert.is(code, 0, error);
			return out;
		};
		const mirror = `http://mirror.example:${mirrorPort}/baton/{n}.cbor`;
		const urls = ["--download-url", "https://download-{n}.fleet.example/ca-information", "--mirror", mirror];
		await baton("init", "--fleet", "example", "--service", HOST, ...urls);
		await baton("revoke", "1");
		const fleet = Fleet.open(join(folder, "fleet"));
		const exported = await baton("export", "export", "--listen", `127.0.0.1:${port}`);
		assert.match(exported, new RegExp(`http://mirror.example:${mirrorPort}/baton/2.cbor: CA information 2`));
		const file = join(folder, "export/http", `mirror.example:${mirrorPort}`, "baton/2.cbor");
		assert.equal(new Uint8Array(readFileSync(file)), fleet.information(2));

		const { certificate, privateKey } = await fleet.serviceCredentials(2);
		const [pem, key] = ["pem", "key"].map(suffix => join(folder, `service.${suffix}`));
		writeFileSync(pem, certificatePem(certificate));
		writeFileSync(key, privateKeyPem(privateKey));
		const service = `server { listen 127.0.0.1:${port} ssl; server_name ${HOST}; ssl_certificate ${pem}; ssl_certificate_key ${key}; ssl_protocols TLSv1.3; location / { return 200 "ok\\n"; } }`;
		const mirrors = readFileSync(join(folder, "export/nginx-mirrors.conf"), "utf8");
		const onLoopback = mirrors.replaceAll(`listen ${mirrorPort}`, `listen 127.0.0.1:${mirrorPort}`);
		const nginx = await startNginx(join(folder, "nginx"), `${onLoopback} ${service}`, port);
		try {
			const answer = await fetch(`http://127.0.0.1:${mirrorPort}/baton/2.cbor`, {
				headers: { Host: "mirror.example" },
			});
			assert.is(answer.status, 200);
			assert.is(answer.headers.get("cache-control"), "max-age=60");
			assert.match(answer.headers.get("content-type")!, /^application\/cose/);
			const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
			const lead = (host: string, toPort: number) => ({ host, address: "127.0.0.1", toPort });
			const { told } = await runOnce(
				"node",
				{
					fleet: "example",
					factory: hex(fleet.information(1)!),
					dlKeys: fleet.dlKeys.map(one => hex(rawPublicKey(one))),
					service: `https://${HOST}/`,
					map: [lead(HOST, port), lead("mirror.example", mirrorPort), lead("download-2.fleet.example", 1)],
					pollInterval: 3_600_000,
					serviceInterval: 3_600_000,
					deadline: HANG_GUARD,
					once: true,
				},
				flashFolder(),
			);
			// Key 5: whichever way it came, it is taken at once.
			assert.equal(told.slice(0, 9), [
				"repaired 1: factory CA information stored",
				"boot 1,-",
				"refused service: unknown issuer",
				"poll 1",
				"failed download: connection refused",
				"poll 1",
				"stored 2",
				"promoted 2",
				"authenticated service 2 current",
			]);
		} finally {
			await nginx.close();
			release();
		}

		// What is served no more is removed, whoever copies the folder.
		renameSync(join(folder, "fleet/dl"), join(folder, "dl"));
		await baton("revoke", "2"); // not signed yet
		assert.match(await baton("export", "export", "--listen", `127.0.0.1:${port}`), /baton\/2\.cbor: 404/);
		assert.not(existsSync(file));
	},
);

test.run();
