// Run by a Node that serves ML-DSA keys, for two-certificates.test.ts: which certificate a fleet's service shows to clients
// that ask for Ed25519, for both and for ML-DSA alone, before B's full operation, in it, and after A was revoked. One
// socket serves download servers too. The last line is JSON.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { rawPublicKey } from "../../host/dl-key.js";
import { Fleet } from "../../host/fleet.js";
import { FleetDesk } from "../../host/fleet-desk.js";
import { FleetServer } from "../../host/fleet-server.js";
import { Signer } from "../../host/signer.js";

const SERVICE = "service.fleet.example";
const folder = mkdtempSync(join(tmpdir(), "baton-two-"));
const signer = Signer.create(join(folder, "dl"), "fleet");
const fleet = Fleet.create(join(folder, "fleet"), {
	fleet: "fleet",
	begins: "2030-01-01T00:00:00.000Z",
	plan: { validityYears: 20, overlapYears: 5, retention: "for ever" },
	services: [SERVICE],
	downloadUrl: "https://download-{n}.fleet.example/ca-information",
	dlKeys: [Buffer.from(rawPublicKey(signer.publicKey)).toString("hex")],
});
const desk = new FleetDesk({ fleet, year: () => 0, signer: () => signer });
const logged: string[] = [];
const server = new FleetServer({
	fleet,
	listen: { port: 0 },
	service: (_, response) => void response.end(),
	onAccess: ({ what, presented = "?" }) => void (what === "authenticated" && logged.push(presented)),
});

/** The issuer that is shown; or why none. */
function shown(servername: string, sigalgs: string): Promise<string> {
	return new Promise(resolve => {
		const options = { port: server.port, host: "127.0.0.1", rejectUnauthorized: false, servername, sigalgs };
		const socket = connect(options, () => {
			resolve(socket.getPeerX509Certificate()!.issuer.replace("CN=fleet ", ""));
			socket.end();
		});
		socket.on("error", error => resolve(/alert ([a-z ]+)/.exec(error.message)?.[1].trim() ?? error.message));
	});
}
async function look(): Promise<string[]> {
	await server.reconcile(desk.operation);
	const service = ["ed25519", "ed25519:mldsa44", "mldsa44"].map(sigalgs => shown(SERVICE, sigalgs));
	return Promise.all([...service, shown("download-2.fleet.example", "ed25519:mldsa44")]);
}

try {
	await desk.begin();
	await desk.give({ order: "provide", keyType: "ml-dsa-44" });
	const before = await look();
	await desk.give({ order: "take over" });
	const both = await look();
	await desk.give({ order: "revoke", generation: 1 });
	const after = await look();
	await server.close();
	console.log(JSON.stringify({ before, both, after, logged: logged.sort().join("") }));
} finally {
	rmSync(folder, { recursive: true, force: true });
}
