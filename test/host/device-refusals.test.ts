// Whatever a server or a CA information has wrong, a device keeps its slots, says why by a literal reason, and goes on:
// real sockets, the firmware on the node board and on XS.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer, type SecureVersion } from "node:tls";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BoardName } from "../../boards/platforms.js";
import type { RunSettings } from "../../boards/settings.js";
import { certificatePem, createServerCredentials, issueServerCertificate } from "../../host/certificate-authority.js";
import { newKeyPair } from "../../host/signing-key.js";
import { writeSlotImage } from "../../host/slot-image.js";
import type { ApplicationServerOptions } from "../../rehearsal/application-server.js";
import { closedPort } from "../closed-port.js";
import { createWorld, downloadName, SERVICE_NAME, World } from "../world.js";
import { flashFolder, runOnce, unavailable } from "./device-run.js";

const boards: BoardName[] = ["node", "simulator"];
const world = await createWorld();
const stranger = await createWorld(); // the same names, other keys
const otherFleet = new World(
	"other",
	[1, 2].map(generation => world.authority(generation)),
	world.validity,
);

/** Nobody answers, and no server has proved itself in this boot: it may be the network. */
const NOBODY = "failed download: connection refused";
const factoryStored = ["repaired 1: factory CA information stored", "boot 1,-"];

interface Case {
	name: string;
	/** Starts servers; gives the settings. */
	arrange(): Promise<{ settings: RunSettings; flash?: string }>;
	/** Everything that the device says. */
	told: string[];
}

/** The service as it should be, and a download server that serves `object`. */
async function serving(object: Uint8Array): Promise<{ settings: RunSettings }> {
	const service = await world.applicationServer(1);
	const download = await world.downloadServer(1, object);
	return { settings: world.settings({ [SERVICE_NAME]: service.port, [downloadName(1)]: download.port }) };
}

/** A service; nothing listens for URL B. */
async function serviceAt(port: number): Promise<{ settings: RunSettings }> {
	return { settings: world.settings({ [SERVICE_NAME]: port, [downloadName(1)]: await closedPort() }) };
}

/** What a device says when the service was fine and the poll brought what it refused. */
function refusedDownload(reason: string) {
	return [
		...factoryStored,
		"authenticated service 1 current",
		"poll 1",
		"authenticated download 1",
		`refused download: ${reason}`,
		`failed download: ${reason}`,
	];
}

/** … when the service was refused for a reason that is none for an update. */
function refusedService(reason: string) {
	return [...factoryStored, `refused service: ${reason}`, `failed service: ${reason}`, "poll 1", NOBODY];
}

/** … when no anchor held: an update at once, then the ordinary poll. */
function unknownService(reason: string) {
	return [
		...factoryStored,
		`refused service: ${reason}`,
		"poll 1",
		NOBODY,
		`failed service: ${reason}`,
		"poll 1",
		NOBODY,
	];
}

function altered(object: Uint8Array, at: number) {
	return object.map((byte, i) => (i === at ? byte ^ 1 : byte));
}
const good = world.information(2);

const cases: Case[] = [
	// CA information
	{
		name: "an altered byte of the payload",
		arrange: () => serving(altered(good, 40)),
		told: refusedDownload("bad signature"),
	},
	{
		name: "an altered byte of the signature",
		arrange: () => serving(altered(good, good.length - 1)),
		told: refusedDownload("bad signature"),
	},
	{ name: "an altered tag", arrange: () => serving(altered(good, 0)), told: refusedDownload("wrong tag") },
	{ name: "an object cut short", arrange: () => serving(good.slice(0, -1)), told: refusedDownload("truncated") },
	{
		name: "an object with a byte after it",
		arrange: () => serving(Uint8Array.of(...good, 0)),
		told: refusedDownload("trailing bytes"),
	},
	{
		name: "another DL key's signature",
		arrange: () => serving(stranger.information(2)),
		told: refusedDownload("bad signature"),
	},
	{
		name: "another fleet's object by the same key",
		arrange: () => serving(otherFleet.information(2, { by: world.dlKey })),
		told: refusedDownload("bad signature"),
	},
	{
		name: "an equal generation with other content",
		arrange: () => serving(world.information(1, { nextAddress: "https://elsewhere.example/" })),
		told: refusedDownload("equal generation"),
	},
	{ name: "an unknown key", arrange: () => serving(world.seal(withKey7(2))), told: refusedDownload("unknown key") },
	{
		name: "a certificate that is none",
		arrange: () => serving(world.information(2, { certificate: new Uint8Array(64) })),
		told: refusedDownload("unexpected tag"),
	},
	{
		name: "a server's certificate as a CA's",
		arrange: async () =>
			serving(world.information(2, { certificate: (await world.credentials(2, "x.example")).certificate })),
		told: refusedDownload("not a CA"),
	},
	{
		name: "a lower generation than the slots'",
		async arrange() {
			const { settings } = await serving(world.information(2));
			const flash = flashFolder();
			provision(flash, world.information(3));
			const service = await world.applicationServer(3);
			const download = await world.downloadServer(3, world.information(2));
			return {
				settings: {
					...settings,
					...pick(world.settings({ [SERVICE_NAME]: service.port, [downloadName(3)]: download.port })),
				},
				flash,
			};
		},
		told: [
			"boot 3,-",
			"authenticated service 3 current",
			"poll 3",
			"authenticated download 3",
			"refused download: older generation",
			"failed download: older generation",
		],
	},

	// download servers
	{
		name: "a download server with a certificate from another CA",
		async arrange() {
			const service = await world.applicationServer(1);
			const download = await world.downloadServer(1, good, {
				credentials: await world.credentials(2, downloadName(1)),
			});
			return { settings: world.settings({ [SERVICE_NAME]: service.port, [downloadName(1)]: download.port }) };
		},
		told: [
			...factoryStored,
			"authenticated service 1 current",
			"poll 1",
			"refused download: unknown issuer",
			"failed download: unknown issuer",
		],
	},
	{
		name: "a download server under another name",
		async arrange() {
			const service = await world.applicationServer(1);
			const download = await world.downloadServer(1, good, {
				credentials: await world.credentials(1, "download-9.fleet.example"),
			});
			return { settings: world.settings({ [SERVICE_NAME]: service.port, [downloadName(1)]: download.port }) };
		},
		told: [
			...factoryStored,
			"authenticated service 1 current",
			"poll 1",
			"refused download: name does not match",
			"failed download: name does not match",
		],
	},
	{
		name: "a response over the limit",
		arrange: () => serving(new Uint8Array(4_033)),
		told: refusedDownload("response too large"),
	},
	{
		name: "a path that the download server does not have",
		async arrange() {
			const service = await world.applicationServer(1);
			const download = await world.downloadServer(1, good, { path: "/elsewhere" });
			return { settings: world.settings({ [SERVICE_NAME]: service.port, [downloadName(1)]: download.port }) };
		},
		told: [
			...factoryStored,
			"authenticated service 1 current",
			"poll 1",
			"authenticated download 1",
			"none 404: not found",
		],
	},
	{
		name: "another status",
		async arrange() {
			const service = await world.applicationServer(1);
			const download = await world.applicationServer(1, {
				credentials: await world.credentials(1, downloadName(1)),
				answer: (_request, response) => void response.writeHead(503, { "Content-Length": 0 }).end(),
			});
			return { settings: world.settings({ [SERVICE_NAME]: service.port, [downloadName(1)]: download.port }) };
		},
		told: [
			...factoryStored,
			"authenticated service 1 current",
			"poll 1",
			"authenticated download 1",
			"failed download 503: unexpected status",
		],
	},
	{
		name: "a redirect",
		async arrange() {
			const service = await world.applicationServer(1);
			const download = await world.applicationServer(1, {
				credentials: await world.credentials(1, downloadName(1)),
				answer: (_request, response) =>
					void response.writeHead(302, { Location: "https://elsewhere.example/", "Content-Length": 0 }).end(),
			});
			return { settings: world.settings({ [SERVICE_NAME]: service.port, [downloadName(1)]: download.port }) };
		},
		told: [
			...factoryStored,
			"authenticated service 1 current",
			"poll 1",
			"authenticated download 1",
			"failed download 302: unexpected status",
		],
	},
	{
		name: "a body that ends early",
		async arrange() {
			const service = await world.applicationServer(1);
			const download = await world.applicationServer(1, {
				credentials: await world.credentials(1, downloadName(1)),
				answer: (_request, response) => {
					response.writeHead(200, { "Content-Length": good.length });
					response.write(good.subarray(0, 100), () => response.socket!.destroySoon());
				},
			});
			return { settings: world.settings({ [SERVICE_NAME]: service.port, [downloadName(1)]: download.port }) };
		},
		told: [
			...factoryStored,
			"authenticated service 1 current",
			"poll 1",
			"authenticated download 1",
			"failed download: connection lost",
		],
	},

	// application servers
	{
		name: "a service from another CA of the same name",
		arrange: async () => serviceAt((await stranger.applicationServer(1)).port),
		told: unknownService("bad signature by issuer"),
	},
	{
		name: "a service from a CA that the device does not know",
		arrange: async () => serviceAt((await world.applicationServer(2)).port),
		told: unknownService("unknown issuer"),
	},
	{
		name: "a service under another name",
		arrange: async () =>
			serviceAt((await world.applicationServer(1, { credentials: await world.credentials(1, "other.example") })).port),
		told: refusedService("name does not match"),
	},
	{
		name: "a service whose name is only part of its certificate's",
		arrange: async () =>
			serviceAt(
				(await world.applicationServer(1, { credentials: await world.credentials(1, `x.${SERVICE_NAME}`) })).port,
			),
		told: refusedService("name does not match"),
	},
	{
		name: "a service that shows the CA's own certificate",
		arrange: async () => serviceAt((await world.applicationServer(1, { credentials: world.authority(1) })).port),
		told: refusedService("no subject alternative name"),
	},
	{
		name: "a service without TLS 1.3",
		arrange: async () => serviceAt(await tlsServer("TLSv1.2")),
		told: refusedService("received protocol_version"),
	},
	{
		name: "a closed port",
		arrange: async () => serviceAt(await closedPort()),
		told: [...factoryStored, "failed service: connection refused", "poll 1", NOBODY],
	},
	{
		name: "a name that leads nowhere",
		arrange: async () => ({ settings: world.settings({}, { service: "https://service.invalid/" }) }),
		told: [...factoryStored, "failed service: name not resolved", "poll 1", "failed download: name not resolved"],
	},
	{
		name: "a server that accepts and says nothing",
		async arrange() {
			const { settings } = await serviceAt(await tcpServer(() => {}));
			return { settings: { ...settings, deadline: 2_000 } };
		},
		told: [...factoryStored, "failed service: time-out", "poll 1", NOBODY],
	},
	{
		name: "a server that accepts and hangs up",
		arrange: async () => serviceAt(await tcpServer(socket => socket.destroy())),
		told: [...factoryStored, "failed service: connection lost", "poll 1", NOBODY],
	},
	{
		name: "a service that proves itself and hangs up",
		async arrange() {
			const answer: ApplicationServerOptions["answer"] = (_request, response) => void response.socket!.destroy();
			return serviceAt((await world.applicationServer(1, { answer })).port);
		},
		told: [
			...factoryStored,
			"authenticated service 1 current",
			"failed service 1: connection lost",
			"poll 1",
			"none: connection refused",
		],
	},
	{
		name: "a server that speaks something else",
		arrange: async () => serviceAt(await tcpServer(socket => void socket.end("220 mail.example ESMTP\r\n"))),
		told: refusedService("unknown record type"),
	},
	{
		name: "a certificate without the server's usage",
		async arrange() {
			const { privateKey, publicKey } = newKeyPair("ed25519");
			const certificate = await issueServerCertificate(world.authority(1), {
				names: [SERVICE_NAME],
				validity: world.validity,
				publicKey,
				usage: "client",
			});
			return serviceAt((await world.applicationServer(1, { credentials: { certificate, privateKey } })).port);
		},
		told: refusedService("wrong extended key usage"),
	},
	{
		name: "a certificate older than the CA information allows",
		async arrange() {
			const early = { ...world.validity, notBefore: new Date(world.validity.notBefore.getTime() - 1_000) };
			const credentials = await createServerCredentials(world.authority(1), {
				names: [SERVICE_NAME],
				validity: early,
			});
			const { settings } = await serviceAt((await world.applicationServer(1, { credentials })).port);
			const factory = world.information(1, {
				leafNotBefore: world.validity.notBefore.getTime() / 1_000,
			});
			return { settings: { ...settings, factory: Buffer.from(factory).toString("hex") } };
		},
		told: refusedService("issued too early"),
	},
];

for (const board of boards) {
	const why = await unavailable(board);
	for (const { name, arrange, told } of cases) {
		if (why !== undefined) {
			test.skip(`${board}: ${name} (${why})`);
			continue;
		}
		test(`${board}: ${name}`, async () => {
			const { settings, flash = flashFolder() } = await arrange();
			const run = await runOnce(board, settings, flash);
			assert.equal(run.told, told);
			assert.is(run.code, run.told.some(line => line.startsWith("authenticated service")) ? 0 : 1);
			const before = slots(flash);
			// The device goes on, with the slots that it had.
			const again = await runOnce(
				board,
				world.settings({ [SERVICE_NAME]: await closedPort(), [downloadName(1)]: await closedPort() }),
				flash,
			);
			assert.is(
				again.told[0],
				told.find(line => line.startsWith("boot")),
			);
			assert.equal(slots(flash), before);
		});
	}
}

test.after(async () => {
	await world.close();
	await stranger.close();
	for (const server of plainServers) server.close();
});

const plainServers: { close(): unknown }[] = [];

function tcpServer(onConnection: (socket: import("node:net").Socket) => void): Promise<number> {
	return listening(
		createTcpServer(socket => {
			socket.on("error", () => {});
			onConnection(socket);
		}).unref(),
	);
}

/** A TLS server of this version alone, with the service's certificate. */
async function tlsServer(version: SecureVersion): Promise<number> {
	const { certificate, privateKey } = await world.credentials(1, SERVICE_NAME);
	const key = privateKey.export({ type: "pkcs8", format: "pem" });
	const server = createTlsServer({
		key,
		cert: certificatePem(certificate),
		minVersion: version,
		maxVersion: version,
	});
	server.on("tlsClientError", () => {});
	return listening(server);
}

function listening(server: import("node:net").Server): Promise<number> {
	plainServers.push(server);
	return new Promise(resolve =>
		server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
	);
}

function provision(flash: string, object: Uint8Array): void {
	mkdirSync(flash, { recursive: true });
	writeFileSync(join(flash, "ca0"), writeSlotImage(object));
}

function slots(flash: string) {
	return ["ca0", "ca1"].map(name => readFileSync(join(flash, name)).toString("base64"));
}

function pick({ map }: RunSettings) {
	return { map };
}

/** The payload of `information(generation)` with one more key. */
function withKey7(generation: number): Uint8Array {
	const payload = world.payload(generation);
	return Uint8Array.of(payload[0] + 1, ...payload.subarray(1), 7, 0xf5);
}

test.run();
