// `node bin/run.js measure/board/record.ts`: makes recording.json anew, from real servers on this machine. It has to be
// made whenever the device sends other bytes than before; `npm run bench -- --board qemu-rv32` says so.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../boards/bundle.js";
import { nodeBoard } from "../../boards/node/board.js";
import { main } from "../../firmware/main.js";
import type { TCPConstructor, TCPOptions } from "../../firmware/ports.js";
import { createServerCredentials } from "../../host/certificate-authority.js";
import type { KeyType } from "../../host/signing-key.js";
import { createWorld, downloadName, SERVICE_NAME } from "../../test/world.js";
import { type Connection, eventOf, fixedRandomness, type Recording, type Replay, settingsOf } from "./recording.js";

const recordings: Record<Replay["life"], Recording> = {
	classical: await record("ed25519", [1, 1, 2]),
	p256: await record("p256", [1]),
	rsa: await record("rsa-2048", [1]),
};
writeFileSync(join(root, "measure/board/recording.json"), `${JSON.stringify(recordings, null, "\t")}\n`);
process.exit(0);

/** `authorities`: by which CA the service is authenticated, run by run. */
async function record(keyType: KeyType, authorities: number[]): Promise<Recording> {
	const world = await createWorld({ fleet: "bench", authorities: 2, keyType });
	const flash = mkdtempSync(join(tmpdir(), "baton-record-"));
	const { fleet, factory, dlKeys, service } = world.settings({});
	const recording: Recording = { fleet, factory, dlKeys, service, runs: [] };
	try {
		const credentials = (by: number, name: string) =>
			createServerCredentials(world.authority(by), { names: [name], validity: world.validity, keyType });
		const download = await world.downloadServer(1, world.information(2), {
			credentials: await credentials(1, downloadName(1)),
		});
		for (const [run, by] of authorities.entries()) {
			const server = await world.applicationServer(by, { credentials: await credentials(by, SERVICE_NAME) });
			const { map } = world.settings({ [SERVICE_NAME]: server.port, [downloadName(1)]: download.port });
			const connections: Connection[] = [];
			const events: string[] = [];
			const board = nodeBoard({ flash, map, print: line => void events.push(eventOf(line)) });
			let host = "";
			const device = main(
				{
					...board,
					random: fixedRandomness(run),
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
			await server.close();
		}
	} finally {
		await world.close();
		rmSync(flash, { recursive: true, force: true });
	}
	return recording;
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
				last.hex = (last.hex.join("") + Buffer.from(bytes).toString("hex")).match(/.{1,64}/g)!;
				return bytes;
			};
			return tcp;
		}
	} as unknown as TCPConstructor;
}
