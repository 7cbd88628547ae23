// Records as long as there are any (RFC 9846 §5.2: 16,640 bytes), which a server may send that does not do as it is
// asked, at every board: with the longest certificates, the longest CA information in both slots, and what a board's
// memory does not hold, which it refuses by name.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BoardName } from "../../boards/platforms.js";
import { missingTools } from "../../boards/qemu-rv32/build.js";
import { flashFolder, runOnce, unavailable } from "../host/device-run.js";
import * as make from "../host/tls/certificate-maker.js";
import { APPLICATION_DATA, type Credentials, HANDSHAKE, type ReferenceServer } from "../host/tls/reference-server.js";
import { type Script, startScripted } from "../host/tls/scripted-server.js";
import { createWorld, downloadName, SERVICE_NAME } from "../world.js";

const LONGEST_CONTENT = 2 ** 14; // bytes
const world = await createWorld();

function filled(byteLength: number): Buffer {
	return make.extension("1.2.3", Buffer.alloc(byteLength));
}
function longAuthority(name: string): { party: make.Party; certificate: Buffer } {
	const party = make.party(name);
	const extensions = [...make.authorityExtensions(), filled(2_000)]; // 2,304 bytes are the most
	return { party, certificate: make.authority(party, party, { extensions }) };
}
const root = longAuthority("root");
const factory = Buffer.from(world.information(1, { certificate: root.certificate })).toString("hex");
const information = world.information(2, { certificate: longAuthority("next").certificate });

/** Whose Certificate message has `length` bytes: two that are needed, and a stranger's. */
function credentials(host: string, length: number): Credentials {
	const between = make.party("issuing"),
		server = make.party(host);
	const each = Math.min(4_000, length / 2 - 600);
	const names = [...make.leafExtensions(make.dns(host)), filled(each)];
	const leaf = make.leaf(between, server, { extensions: names });
	const issuing = make.authority(between, root.party, { extensions: [...make.authorityExtensions(), filled(each)] });
	const stranger = Buffer.alloc(length - 4 - 4 - 3 * 5 - leaf.length - issuing.length);
	return { chain: [leaf, issuing, stranger], privateKey: server.privateKey };
}

/** `content` in records of the longest kind, the last one padded. */
function sealLong(server: ReferenceServer, type: number, content: Buffer): void {
	for (let i = 0; i < content.length; i += LONGEST_CONTENT) {
		const part = content.subarray(i, i + LONGEST_CONTENT);
		server.seal(type, part, LONGEST_CONTENT - part.length);
	}
}

/** The server's flight behind ServerHello, `first` bytes of it in a record of their own; and `body` when it is asked. */
function script(first: number, body: Uint8Array): Script {
	return async (server, socket, said) => {
		server.sendServerHello().sendChangeCipherSpec();
		const messages: Buffer[] = [];
		for (const make of ["encryptedExtensions", "certificate", "certificateVerify", "finished"] as const) {
			const message = server[make]();
			server.transcript = Buffer.concat([server.transcript, message]);
			messages.push(message);
		}
		const flight = Buffer.concat(messages);
		sealLong(server, HANDSHAKE, flight.subarray(0, first));
		sealLong(server, HANDSHAKE, flight.subarray(first));
		server.startApplicationKeys();
		socket.write(server.take());
		await said();
		const head = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`);
		sealLong(server, APPLICATION_DATA, Buffer.concat([head, body]));
	};
}

const GOOD = ["authenticated service 1 current", "authenticated download 1"];
const cases: { name: string; length: number; first: number; refused?: string }[] = [
	{ name: "the longest chain in one", length: 10_240, first: Infinity },
	{ name: "a chain of 3,800 bytes over two", length: 3_800, first: 2_000 },
	{ name: "the longest chain over two", length: 10_240, first: 5_000, refused: "failed service: message too long" },
];
for (const { name, length, first, refused } of cases)
	for (const board of ["node", "simulator", "qemu-rv32"] satisfies BoardName[]) {
		const missing = board === "qemu-rv32" ? await missingTools() : await unavailable(board);
		if (missing) {
			test.skip(`${board}: the longest records, ${name} [${missing}]`, () => {});
			continue;
		}
		test(`${board}: the longest records, ${name}`, async () => {
			const service = await startScripted(credentials(SERVICE_NAME, length), script(first, Buffer.alloc(40_000, 32)));
			const download = await startScripted(credentials(downloadName(1), length), script(first, information));
			const ports = { [SERVICE_NAME]: service.port, [downloadName(1)]: download.port };
			const flash = flashFolder();
			for (const outcome of ["stored 2", "same 2"]) {
				const run = await runOnce(
					board,
					world.settings(ports, { factory }),
					flash,
					board === "simulator" ? "c" : undefined,
				);
				const expected = refused && board !== "node" ? [refused] : [...GOOD, outcome];
				for (const line of expected) assert.ok(run.told.includes(line), `${run.code}: ${run.told.join("; ")}`);
			}
			await service.close();
			await download.close();
		});
	}

test.after(() => world.close());
test.run();
