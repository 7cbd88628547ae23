// End to end with a real nginx: it serves what `baton export` wrote, under certificates of the fleet's authorities, and
// the service too, with a certificate from `baton server-cert`; a device updates and follows; adoption is read from
// nginx's own log.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { rawPublicKey } from "../../host/dl-key.js";
import { Fleet } from "../../host/fleet.js";
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
			/adoption of generation 2: LOW: 50 % of 4 requests in 30 days; \(current,next\): \(1,-\) 2, \(1,2\) 2\./,
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

test.run();
