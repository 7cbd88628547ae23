// `node bin/run.js measure/board/record.ts`: makes recording.json anew, from real servers on this machine. It has to be
// made whenever the device sends other bytes than before; `npm run bench -- --board qemu-rv32` says so.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../boards/bundle.js";
import { nodeBoard } from "../../boards/node/board.js";
import { main } from "../../firmware/main.js";
import type { TCPConstructor, TCPOptions } from "../../firmware/ports.js";
import { createWorld, downloadName, SERVICE_NAME } from "../../test/world.js";
import { type Connection, fixedRandomness, type Recording, settingsOf } from "./recording.js";

const world = await createWorld({ fleet: "bench", authorities: 2 });
const flash = mkdtempSync(join(tmpdir(), "baton-record-"));
const random = fixedRandomness();
const { fleet, factory, dlKeys, service } = world.settings({});
const recording: Recording = { fleet, factory, dlKeys, service, runs: [], events: [] };
try {
	const download = await world.downloadServer(1, world.information(2));
	for (const by of [1, 1, 2]) {
		const server = await world.applicationServer(by);
		const { map } = world.settings({ [SERVICE_NAME]: server.port, [downloadName(1)]: download.port });
		const board = nodeBoard({ flash, map, print: line => void recording.events.push(line) });
		const connections: Connection[] = [];
		let host = "";
		const device = main(
			{
				...board,
				random,
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
		recording.runs.push(connections);
		await server.close();
	}
} finally {
	await world.close();
	rmSync(flash, { recursive: true, force: true });
}
writeFileSync(join(root, "measure/board/recording.json"), `${JSON.stringify(recording, null, "\t")}\n`);
process.exit(0);

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
