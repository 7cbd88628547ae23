// Servers that have the right key and mean ill, or that everybody on the way could be, at devices on every board: each
// session ends with its reason, and the device goes on to its poll. That it ends is the point; the refusals themselves
// are in test/host/tls/misbehaving-server.test.ts.

import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BoardName } from "../../boards/platforms.js";
import { missingTools } from "../../boards/qemu-rv32/build.js";
import { closedPort } from "../closed-port.js";
import { flashFolder, runOnce, unavailable } from "../host/device-run.js";
import * as make from "../host/tls/certificate-maker.js";
import { APPLICATION_DATA, HANDSHAKE, message, type ReferenceServer } from "../host/tls/reference-server.js";
import { type Script, startScripted } from "../host/tls/scripted-server.js";
import { createWorld, downloadName, SERVICE_NAME } from "../world.js";

const world = await createWorld();
const root = make.party("root"),
	server = make.party(SERVICE_NAME);
const honest = { chain: [make.leaf(root, server)], privateKey: server.privateKey };
const factory = Buffer.from(world.information(1, { certificate: make.authority(root) })).toString("hex");
/** On a machine that is busy enough, of the connection. */
const TIME_OUT = /^failed service: (connect )?time-out$/;
const AUTHENTICATED = "authenticated service 1 current";

/** Sends what `next` queues, again and again, until the device has hung up. */
async function forever(server: ReferenceServer, socket: Socket, next: () => unknown): Promise<void> {
	while (!socket.destroyed) {
		next();
		const isTaken = socket.write(server.take());
		await new Promise<void>(resolve => {
			if (isTaken) setImmediate(resolve);
			else {
				socket.once("drain", resolve);
				socket.once("close", resolve);
			}
		});
	}
}

/** An authenticated server that says what `next` queues for ever. */
function endless(next: (server: ReferenceServer) => void): Script {
	return async (server, socket, said) => {
		server.sendFlight();
		socket.write(server.take());
		await said();
		await forever(server, socket, () => next(server));
	};
}
function says(text: string): (server: ReferenceServer) => void {
	return server => void server.seal(APPLICATION_DATA, Buffer.from(text));
}

/** `text` first, then `more` for ever. */
function thenForever(text: string, more: string): Script {
	return (server, ...rest) => {
		let isFirst = true;
		const script = endless(server => {
			says(isFirst ? text : more)(server);
			isFirst = false;
		});
		return script(server, ...rest);
	};
}

const keyUpdate = message(24, Buffer.of(1));
const ticket = message(4, Buffer.concat([Buffer.alloc(8), Buffer.of(1, 0), Buffer.from([0, 1, 0]), Buffer.of(0, 0)]));

const cases: { name: string; script: Script; told: (string | RegExp)[]; deadline?: number }[] = [
	{
		name: "key updates for ever",
		script: endless(server => void server.seal(HANDSHAKE, keyUpdate).updateKey()),
		told: [AUTHENTICATED, "failed service 1: too many key updates"],
	},
	{
		name: "tickets for ever",
		script: endless(server => void server.seal(HANDSHAKE, ticket)),
		told: [AUTHENTICATED, "failed service 1: too many tickets"],
	},
	{
		name: "records of nothing for ever",
		script: endless(says("")),
		told: [AUTHENTICATED, "failed service 1: too many empty records"],
	},
	{
		name: "a key update after each byte of the answer",
		script: async (server, socket, said) => {
			server.sendFlight();
			socket.write(server.take());
			await said();
			for (const byte of Buffer.from("HTTP/1.1 204 No Content\r\nX-Long: for a while\r\n\r\n"))
				server.seal(APPLICATION_DATA, Buffer.of(byte)).seal(HANDSHAKE, keyUpdate).updateKey();
		},
		told: [AUTHENTICATED],
	},
	{
		name: "header fields for ever",
		script: thenForever("HTTP/1.1 200 OK\r\n", `X-More: ${"x".repeat(490)}\r\n`),
		told: [AUTHENTICATED, "failed service 1: header too large"],
	},
	{
		name: "a header field without an end",
		script: thenForever("HTTP/1.1 200 OK\r\nX-More: ", "x".repeat(500)),
		told: [AUTHENTICATED, "failed service 1: header too large"],
	},
	{
		name: "informational responses for ever",
		script: endless(says("HTTP/1.1 103 Early Hints\r\n\r\n")),
		told: [AUTHENTICATED, "failed service 1: too many informational responses"],
	},
	{
		name: "a handshake in records of one byte",
		script: async (server, socket, said) => {
			server.sendServerHello().sendChangeCipherSpec();
			for (const make of ["encryptedExtensions", "certificate", "certificateVerify", "finished"] as const)
				server.send([server[make]()], 1);
			server.startApplicationKeys();
			socket.write(server.take());
			await said();
			says("HTTP/1.1 200 OK\r\n\r\n")(server);
		},
		told: [AUTHENTICATED],
	},
	{
		name: "a request for a certificate without an end",
		script: async (server, socket) => {
			server.sendServerHello().sendChangeCipherSpec().send([server.encryptedExtensions()]);
			server.seal(HANDSHAKE, Buffer.of(13, 0xff, 0xff, 0xff));
			// Half of what was announced at most, however quick the machine is.
			let left = 500;
			await forever(server, socket, () => left-- > 0 && server.seal(HANDSHAKE, Buffer.alloc(16_000)));
		},
		deadline: 1_000,
		told: [TIME_OUT],
	},
	{
		name: "a byte now and then",
		script: async (server, socket) => {
			const bytes = server.sendFlight().take();
			for (let i = 0; !socket.destroyed; i++) {
				socket.write(bytes.subarray(i, i + 1));
				await new Promise(resolve => setTimeout(resolve, 20));
			}
		},
		deadline: 1_000,
		told: [TIME_OUT],
	},
	{
		name: "ten kilobytes of anything as certificates",
		script: server => {
			server.sendServerHello().sendChangeCipherSpec().sendEncryptedExtensions();
			const chain = Array.from({ length: 3_400 }, () => Buffer.of(0x30));
			server.sendCertificate({ chain: chain.slice(0, 1_700) });
		},
		told: ["failed service: chain too long"],
	},
	{
		name: "noise",
		script: (_server, socket) => void socket.write(randomBytes(70_000).fill(0x80, 0, 1)),
		told: ["failed service: unknown record type"],
	},
];

for (const { name, script, told, deadline } of cases)
	for (const board of ["node", "simulator", "qemu-rv32"] satisfies BoardName[]) {
		const missing = board === "qemu-rv32" ? await missingTools() : await unavailable(board);
		if (missing) {
			test.skip(`${board}: ${name} [${missing}]`, () => {});
			continue;
		}
		test(`${board}: ${name}`, async () => {
			const service = await startScripted(honest, script);
			const ports = { [SERVICE_NAME]: service.port, [downloadName(1)]: await closedPort() };
			const settings = world.settings(ports, { factory, ...(deadline === undefined ? {} : { deadline }) });
			const run = await runOnce(board, settings, flashFolder(), board === "simulator" ? "c" : undefined);
			await service.close();
			for (const wanted of [...told, "poll 1"])
				assert.ok(
					run.told.some(line => (typeof wanted === "string" ? line === wanted : wanted.test(line))),
					`${run.code}: ${run.told.join("; ")}`,
				);
		});
	}

test.after(() => world.close());
test.run();
