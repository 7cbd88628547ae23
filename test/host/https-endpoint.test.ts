// What the servers share: certificates that change, an end that loses no answer, a disk that is full.

import { existsSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { connect as connectTLS } from "node:tls";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { AccessLog } from "../../host/access-log.js";
import { certificatePem } from "../../host/certificate-authority.js";
import { type Access, HttpsEndpoint } from "../../host/https-endpoint.js";
import { eventually } from "../eventually.js";
import { createWorld, patient, SERVICE_NAME, thisCentury } from "../world.js";
import { get } from "./https-client.js";

const world = await createWorld({ validity: thisCentury });
const [byA, byB] = [await world.credentials(1, SERVICE_NAME), await world.credentials(2, SERVICE_NAME)];
function authority(generation: number) {
	return world.authority(generation).certificate;
}
async function refusedBy(port: number, generation: number) {
	return get(port, SERVICE_NAME, authority(generation)).then(
		() => "accepted",
		() => "refused",
	);
}

test("a certificate that changes is shown to the next connection, and the log says which one was", async () => {
	const log: Access[] = [];
	const server = world.keep(
		await world.applicationServer(1, { credentials: byA, presented: "A", onAccess: access => log.push(access) }),
	);
	assert.is((await get(server.port, SERVICE_NAME, authority(1))).status, 200);
	server.present({ credentials: byB, presented: "B" });
	assert.is(await refusedBy(server.port, 1), "refused");
	assert.is((await get(server.port, SERVICE_NAME, authority(2))).status, 200);
	await server.close(); // then all that happened is in the log
	assert.equal(
		log.filter(({ what }) => what === "request").map(({ presented }) => presented),
		["A", "B"],
	);
});

test("a response under way is finished when the server closes; nobody new is let in", async () => {
	let go = () => {};
	let begun = () => {};
	const answering = new Promise<void>(resolve => (begun = resolve));
	const endpoint = await HttpsEndpoint.open({
		credentials: byA,
		answer(_request, response) {
			response.writeHead(200, { "Content-Length": 10 });
			response.write("half-");
			go = () => response.end("whole");
			begun();
		},
		limits: patient,
	});
	const reply = get(endpoint.port, SERVICE_NAME, authority(1));
	await answering;
	const closed = endpoint.close();
	assert.is(await refusedBy(endpoint.port, 1), "refused");
	go();
	assert.is(String((await reply).body), "half-whole");
	await closed;
});

test("a response that does not end is cut when the grace is over", async () => {
	let begun = () => {};
	const answering = new Promise<void>(resolve => (begun = resolve));
	const endpoint = await HttpsEndpoint.open({
		credentials: byA,
		answer: (_request, response) => void response.writeHead(200).write("and so on", () => begun()),
		limits: { ...patient, grace: 200 },
	});
	const reply = get(endpoint.port, SERVICE_NAME, authority(1)).then(
		() => "whole",
		() => "cut",
	);
	await answering;
	await endpoint.close(); // otherwise it would never end: the client waits
	assert.is(await reply, "cut");
});

test("behind one socket each name shows its own certificate", async () => {
	const shown: Record<string, { credentials: typeof byA; presented: string }> = {
		"a.example": { credentials: await world.credentials(1, "a.example"), presented: "A" },
	};
	const log: Access[] = [];
	const endpoint = await HttpsEndpoint.open({
		credentials: byB,
		presented: "B",
		present: host => shown[host],
		answer: (_request, response) => void response.end(),
		onAccess: access => log.push(access),
	});
	assert.is((await get(endpoint.port, "a.example", authority(1))).status, 200);
	assert.is((await get(endpoint.port, SERVICE_NAME, authority(2))).status, 200); // any other name: the default
	shown["a.example"] = { credentials: await world.credentials(3, "a.example"), presented: "A" };
	assert.is((await get(endpoint.port, "a.example", authority(1))).status, 200); // not asked again …
	endpoint.forget(); // … until now
	assert.is((await get(endpoint.port, "a.example", authority(3))).status, 200);
	await endpoint.close();
	assert.equal(
		log.filter(({ what }) => what === "request").map(({ host, presented }) => `${host} ${presented}`),
		["a.example A", `${SERVICE_NAME} B`, "a.example A", "a.example A"],
	);
});

test("each connection has one outcome in the log, under what it was shown, before the endpoint is closed", async () => {
	const present = (host: string) => (host === "a.example" ? { credentials: byA, presented: "A" } : undefined);
	for (const more of [{}, { present }]) {
		const log: Access[] = [];
		const endpoint = await HttpsEndpoint.open({
			...more,
			credentials: byB,
			presented: "B",
			answer: (_request, response) => void response.end(),
			onAccess: access => log.push(access),
			limits: patient,
		});
		const { port } = endpoint;
		await vanish(port);
		await vanish(port, await clientHello("a.example"));
		assert.is((await get(port, SERVICE_NAME, authority(2))).status, 200);
		await vanish(port); // its end is still to come when the endpoint closes
		await endpoint.close();

		const peers = log.filter(({ what }) => what === "connected").map(({ peer }) => peer);
		const outcomes = log.filter(({ what }) => what === "authenticated" || what === "refused");
		assert.equal(outcomes.map(({ peer }) => peer).sort(), peers.sort());
		const told = outcomes.map(({ what, reason = "", presented }) => `${what} ${reason} ${presented}`).sort();
		assert.equal(told, [
			"authenticated  B",
			`refused connection lost ${"present" in more ? "A" : "B"}`,
			"refused connection lost B",
			"refused connection lost B",
		]);
	}
});

test("no session is resumed: every connection checks a certificate", async () => {
	const server = await world.applicationServer(1, { credentials: byA });
	const session = await new Promise<Buffer | undefined>(resolve => {
		const socket = connectTLS(
			{ host: "127.0.0.1", port: server.port, servername: SERVICE_NAME, ca: certificatePem(authority(1)) },
			() => socket.write(`GET / HTTP/1.1\r\nHost: ${SERVICE_NAME}\r\n\r\n`),
		);
		socket.once("session", resolve);
		socket.resume();
		socket.on("close", () => resolve(undefined));
	});
	// A client that insists may resume; a server's certificate that has changed ends that.
	server.present({ credentials: byB });
	const resumed = await new Promise<boolean | string>(resolve => {
		const socket = connectTLS(
			{
				host: "127.0.0.1",
				port: server.port,
				servername: SERVICE_NAME,
				ca: certificatePem(authority(2)),
				session,
			},
			() => {
				resolve(socket.isSessionReused());
				socket.destroy();
			},
		);
		socket.on("error", error => resolve(error.message));
	});
	assert.is(resumed, false);
});

const devFull = existsSync("/dev/full")
	? test
	: (name: string, _run: () => Promise<void>) => test.skip(`${name} (this system has no /dev/full)`);
devFull("a full disk costs log lines, never an answer", async () => {
	const complaints: string[] = [];
	const log = new AccessLog("/dev/full", text => complaints.push(text));
	const server = await world.applicationServer(1, {
		credentials: byA,
		onAccess: access => log.write(access),
	});
	for (let i = 0; i < 5; i++) assert.is((await get(server.port, SERVICE_NAME, authority(1))).status, 200);
	await eventually("the loss is said", () => complaints.length > 0);
	assert.is(complaints.length, 1);
	assert.match(complaints[0], /ENOSPC.*answers go on/);
	await log.close();
});

test("who opens many connections and says nothing keeps nobody out; who is answered is never counted", async () => {
	const log: Access[] = [];
	const waiting: ServerResponse[] = [];
	const endpoint = await HttpsEndpoint.open({
		credentials: byA,
		answer: (_request, response) => void waiting.push(response),
		onAccess: access => log.push(access),
		limits: { ...patient, connections: 8, waitingPerAddress: 3, silence: 0 },
	});
	const late = get(endpoint.port, SERVICE_NAME, authority(1));
	await eventually("its request is there", () => waiting.length === 1);
	const idle = Array.from({ length: 30 }, () => connect(endpoint.port, "127.0.0.1").on("error", () => {}));
	const isClosed = (socket: (typeof idle)[number]) => socket.destroyed || socket.readyState === "closed";
	await eventually("of the idle ones as many are left as there is room", () => idle.filter(isClosed).length >= 22);
	assert.ok(endpoint.connections <= 8 + 1);
	// A device comes in, in the place of the one that has been silent the longest.
	const device = get(endpoint.port, SERVICE_NAME, authority(1));
	await eventually("the device is let in", () => waiting.length === 2);
	for (const response of waiting) response.end("late");
	assert.is(String((await device).body), "late");
	assert.is(String((await late).body), "late");
	assert.is(log.filter(({ what }) => what === "dropped").length, 0);
	for (const socket of idle) socket.destroy();
	await endpoint.close();
});

test("an address with few waiting connections gives none up: then the next one is closed", async () => {
	const log: Access[] = [];
	const endpoint = await HttpsEndpoint.open({
		credentials: byA,
		answer: (_request, response) => void response.end(),
		onAccess: access => log.push(access),
		limits: { ...patient, connections: 4, waitingPerAddress: 4, silence: 0 },
	});
	const idle = Array.from({ length: 4 }, () => connect(endpoint.port, "127.0.0.1").on("error", () => {}));
	await eventually("all are there", () => log.filter(({ what }) => what === "connected").length === 4);
	assert.is(await refusedBy(endpoint.port, 1), "refused");
	await eventually("it is said", () => log.some(({ what }) => what === "dropped"));
	for (const socket of idle) socket.destroy();
	await endpoint.close();
});

test.after(() => world.close());

/** A client that says this much, waits for an answer to it, and is gone. */
function vanish(port: number, words?: Buffer): Promise<void> {
	return new Promise(resolve => {
		const socket = connect(port, "127.0.0.1", () => (words ? socket.write(words) : socket.destroy()));
		socket.once("data", () => socket.destroy());
		socket.once("close", () => resolve());
	});
}

/** The first words of a TLS client that asks for `servername`. */
function clientHello(servername: string): Promise<Buffer> {
	return new Promise(resolve => {
		const server = createServer(socket =>
			socket.once("data", data => {
				resolve(data);
				socket.destroy();
				server.close();
			}),
		);
		server.listen(0, "127.0.0.1", () => {
			const { port } = server.address() as AddressInfo;
			connectTLS({ host: "127.0.0.1", port, servername }).on("error", () => {});
		});
	});
}

test.run();
