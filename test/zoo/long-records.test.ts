// Records as long as there are any (RFC 9846 §5.2: 16,640 bytes), which a server may send that does not do as it is
// asked, at every board: with the longest certificates, the longest CA information in both slots (a hybrid fleet's, of
// ML-DSA-44 authorities), and what a board's memory does not hold, which it refuses by name.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BoardName } from "../../boards/platforms.js";
import { missingTools } from "../../boards/qemu-rv32/build.js";
import { withoutSignature } from "../../host/unsigned-certificate.js";
import { FLEET_NAME } from "../firmware/trust/issue.js";
import { hybridEnvelope, hybridKey, hybridSpare, signatures } from "../firmware/trust/issue-hybrid.js";
import { flashFolder, runOnce, unavailable } from "../host/device-run.js";
import * as make from "../host/tls/certificate-maker.js";
import {
	APPLICATION_DATA,
	type Credentials,
	extension,
	HANDSHAKE,
	type ReferenceServer,
	uint16,
	X25519_ML_KEM_768,
} from "../host/tls/reference-server.js";
import { readHello, type Script, startScripted } from "../host/tls/scripted-server.js";
import { publicKeyOf } from "../reference/ed25519.js";
import { createWorld, downloadName, SERVICE_NAME } from "../world.js";

const LONGEST_CONTENT = 2 ** 14; // bytes
const world = await createWorld();

function filled(byteLength: number): Buffer {
	return make.extension("1.2.3", Buffer.alloc(byteLength));
}
/** CA information of a hybrid fleet, with an ML-DSA-44 CA, as long as one may be: 4,032 bytes. */
function longInformation(generation: number, authority: make.Party): Uint8Array {
	const extensions = [...make.authorityExtensions(), filled(2_304 - BARE_AUTHORITY)];
	const certificate = withoutSignature(make.authority(authority, authority, { extensions }));
	const payload = world.payload(generation, { certificate });
	return hybridEnvelope(payload, signatures(payload, { index: generation }));
}
const BARE_AUTHORITY = 1_500; // bytes of such a certificate without what fills it
const root = make.party("root", "ml-dsa-44");
const factory = Buffer.from(longInformation(1, root)).toString("hex");
const information = longInformation(2, make.party("next", "ml-dsa-44"));
assert.ok(information.length > 3_900 && information.length <= 4_032);
const dlKeys = [hybridKey, hybridSpare].map(({ seed, lms }) =>
	Buffer.concat([publicKeyOf(seed), lms.publicKey]).toString("hex"),
);

/** Whose Certificate message has `length` bytes: two that are needed, and a stranger's. */
function credentials(host: string, length: number): Credentials {
	const between = make.party("issuing"),
		server = make.party(host);
	const [ofLeaf, ofIssuing] = length > 8_000 ? [4_000, 1_500] : [0, 0];
	const names = [...make.leafExtensions(make.dns(host)), filled(ofLeaf)];
	const leaf = make.leaf(between, server, { extensions: names });
	const issuing = make.authority(between, root, { extensions: [...make.authorityExtensions(), filled(ofIssuing)] });
	const stranger = Buffer.alloc(length - 4 - 4 - 3 * 5 - leaf.length - issuing.length);
	return { chain: [leaf, issuing, stranger], privateKey: server.privateKey };
}

interface Case {
	name: string;
	/** Bytes of the Certificate message. */
	length: number;
	/** Bytes of the flight in a record of their own. */
	first: number;
	/** By HelloRetryRequest the server asks for X25519MLKEM768. */
	retry?: boolean;
	/** What boards of 94,208 bytes say. */
	refused?: string;
}

/** `content` in records of the longest kind, the last one padded. */
function sealLong(server: ReferenceServer, type: number, content: Buffer): void {
	for (let i = 0; i < content.length; i += LONGEST_CONTENT) {
		const part = content.subarray(i, i + LONGEST_CONTENT);
		server.seal(type, part, LONGEST_CONTENT - part.length);
	}
}

/** The server's flight behind ServerHello, `first` bytes of it in a record of their own; and `body` when it is asked. */
function script({ first, retry }: Case, body: Uint8Array): Script {
	return async (server, socket, said) => {
		if (retry) {
			server.sendRetry(server.helloRetryRequest([extension(51, uint16(X25519_ML_KEM_768))]));
			socket.write(server.take());
			const hello = await readHello(said);
			if (!hello) return;
			server.receiveHello(hello);
			const extensions = [server.versionExtension(), server.hybridKeyShareExtension()];
			server.sendServerHello(server.serverHello({ extensions }));
		} else {
			server.sendServerHello();
		}
		server.sendChangeCipherSpec();
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
const cases: Case[] = [
	{ name: "the longest chain in one", length: 10_240, first: Infinity },
	{ name: "the longest chain in one, with ML-KEM", length: 10_240, first: Infinity, retry: true },
	{ name: "a chain of 3,800 bytes over two", length: 3_800, first: 2_000 },
	{ name: "the longest chain over two", length: 10_240, first: 5_000, refused: "failed service: message too long" },
];
for (const one of cases)
	for (const board of ["node", "simulator", "qemu-rv32"] satisfies BoardName[]) {
		const { name, length, refused } = one;
		const missing = board === "qemu-rv32" ? await missingTools() : await unavailable(board);
		if (missing) {
			test.skip(`${board}: the longest records, ${name} [${missing}]`, () => {});
			continue;
		}
		test(`${board}: the longest records, ${name}`, async () => {
			const service = await startScripted(credentials(SERVICE_NAME, length), script(one, Buffer.alloc(40_000, 32)));
			const download = await startScripted(credentials(downloadName(1), length), script(one, information));
			const ports = { [SERVICE_NAME]: service.port, [downloadName(1)]: download.port };
			const flash = flashFolder();
			for (const outcome of ["stored 2", "same 2"]) {
				const run = await runOnce(
					board,
					world.settings(ports, { fleet: FLEET_NAME, factory, dlKeys }),
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
