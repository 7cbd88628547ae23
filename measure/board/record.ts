// `node bin/run.js measure/board/record.ts`: makes recording.json anew, from real servers on this machine. It has to be
// made whenever the device sends other bytes than before; `npm run bench -- --board qemu-rv32` says so. It goes on by the
// Node that serves ML-DSA keys (npm run setup:peers), if this one does not.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { root } from "../../boards/bundle.js";
import { nodeBoard } from "../../boards/node/board.js";
import type { RunSettings } from "../../boards/settings.js";
import { main } from "../../firmware/main.js";
import type { KeyExchange, TCPConstructor, TCPOptions } from "../../firmware/ports.js";
import { createServerCredentials } from "../../host/certificate-authority.js";
import { rawPublicKey } from "../../host/dl-key.js";
import { Fleet } from "../../host/fleet.js";
import { FleetDesk } from "../../host/fleet-desk.js";
import { FleetServer } from "../../host/fleet-server.js";
import { newerNode, WITHOUT_NEWER_NODE } from "../../host/newer-node.js";
import { Signer } from "../../host/signer.js";
import { type KeyType, nodeHasMlDsa } from "../../host/signing-key.js";
import { createWorld, downloadName, SERVICE_NAME } from "../../test/world.js";
import { type Connection, eventOf, fixedRandomness, type Recording, type Replay, settingsOf } from "./recording.js";

/** By their names in OpenSSL: a server has the one group whose share the device sends. */
const groups: Record<KeyExchange, string> = { x25519: "X25519", x25519mlkem768: "X25519MLKEM768" };

if (!nodeHasMlDsa) {
	if (!newerNode) throw new Error(WITHOUT_NEWER_NODE);
	process.exit(
		spawnSync(newerNode, ["bin/run.js", "measure/board/record.ts"], { cwd: root, stdio: "inherit" }).status!,
	);
}
const recordings: Record<Replay["life"], Recording> = {
	classical: await record("ed25519", [1, 1, 2]),
	"post-quantum": await recordPostQuantum("x25519"),
	"post-quantum-hybrid": await recordPostQuantum("x25519mlkem768"),
	p256: await record("p256", [1]),
	rsa: await record("rsa-2048", [1]),
};
writeFileSync(join(root, "measure/board/recording.json"), `${JSON.stringify(recordings, null, "\t")}\n`);
process.exit(0);

/** `authorities`: by which CA the service is authenticated, run by run. */
async function record(keyType: KeyType, authorities: number[]): Promise<Recording> {
	tls.DEFAULT_ECDH_CURVE = groups.x25519;
	const world = await createWorld({ fleet: "bench", authorities: 2, keyType });
	const flash = mkdtempSync(join(tmpdir(), "baton-record-"));
	const { fleet, factory, dlKeys, service } = world.settings({});
	const recording: Recording = { fleet, factory, dlKeys, service, keyExchange: "x25519", runs: [] };
	try {
		const credentials = (by: number, name: string) =>
			createServerCredentials(world.authority(by), { names: [name], validity: world.validity, keyType });
		const download = await world.downloadServer(1, world.information(2), {
			credentials: await credentials(1, downloadName(1)),
		});
		for (const by of authorities) {
			const server = await world.applicationServer(by, { credentials: await credentials(by, SERVICE_NAME) });
			const { map } = world.settings({ [SERVICE_NAME]: server.port, [downloadName(1)]: download.port });
			await recordRun(recording, flash, map);
			await server.close();
		}
	} finally {
		await world.close();
		rmSync(flash, { recursive: true, force: true });
	}
	return recording;
}

/** CA 2 is in provisional operation in runs 0 and 1, in full operation in 2 and 3: then the service shows its certificate. */
async function recordPostQuantum(keyExchange: KeyExchange): Promise<Recording> {
	tls.DEFAULT_ECDH_CURVE = groups[keyExchange];
	const folder = mkdtempSync(join(tmpdir(), "baton-record-"));
	const flash = join(folder, "flash");
	mkdirSync(flash);
	const name = "bench";
	const signer = await Signer.createHybrid(join(folder, "dl"), name);
	const dlKey = Buffer.from(rawPublicKey(signer.publicKey)).toString("hex");
	const fleet = Fleet.create(join(folder, "fleet"), {
		fleet: name,
		begins: "2030-01-01T00:00:00.000Z",
		plan: { validityYears: 20, overlapYears: 5, retention: "for ever" },
		services: [SERVICE_NAME],
		downloadUrl: "https://download-{n}.fleet.example/ca-information",
		dlKeys: [dlKey],
	});
	const desk = new FleetDesk({ fleet, year: () => 0, signer: () => signer });
	const server = new FleetServer({
		fleet,
		listen: { port: 0 },
		service: (_, response) => void response.end("firmware 1.0\n"),
	});
	try {
		await desk.begin();
		const recording: Recording = {
			fleet: name,
			factory: Buffer.from(fleet.information(1)!).toString("hex"),
			dlKeys: [dlKey],
			service: `https://${SERVICE_NAME}/`,
			keyExchange,
			runs: [],
		};
		await desk.give({ order: "provide", keyType: "ml-dsa-44" });
		for (let run = 0; run < 4; run++) {
			if (run === 2) await desk.give({ order: "take over" });
			await server.reconcile(desk.operation);
			const map = [SERVICE_NAME, downloadName(1), downloadName(2)].map(host => ({
				host,
				address: "127.0.0.1",
				toPort: server.port!,
			}));
			await recordRun(recording, flash, map);
		}
		return recording;
	} finally {
		await server.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** One power-on, on the same flash as those before it. */
async function recordRun(recording: Recording, flash: string, map: RunSettings["map"]): Promise<void> {
	const connections: Connection[] = [];
	const events: string[] = [];
	const board = nodeBoard({ flash, map, print: line => void events.push(eventOf(line)) });
	let host = "";
	const device = main(
		{
			...board,
			random: fixedRandomness(recording.runs.length),
			TCP: recorded(board.TCP, connection => void connections.push({ host, ...connection })),
			resolver: {
				resolve(request) {
					host = request.host;
					board.resolver.resolve(request);
				},
			},
		},
		settingsOf(recording),
	);
	await device.once();
	device.stop();
	recording.runs.push({ connections, events });
}

/** A TCP class that notes what its connections received, and after how many bytes that they had sent. */
function recorded(Base: TCPConstructor, onOpen: (connection: Pick<Connection, "said">) => void) {
	return class {
		constructor(options: TCPOptions) {
			const said: Connection["said"] = [];
			onOpen({ said });
			const tcp = new Base(options);
			const read = tcp.read.bind(tcp),
				write = tcp.write.bind(tcp);
			let written = 0;
			tcp.write = bytes => {
				written += bytes.length;
				return write(bytes);
			};
			tcp.read = byteLength => {
				const bytes = read(byteLength);
				if (!bytes) return bytes;
				if (said.at(-1)?.after !== written) said.push({ after: written, hex: [] });
				const last = said.at(-1)!;
				last.hex = (last.hex.join("") + Buffer.from(bytes).toString("hex")).match(/.{1,2048}/g)!;
				return bytes;
			};
			return tcp;
		}
	} as unknown as TCPConstructor;
}
