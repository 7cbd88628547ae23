import { randomFillSync } from "node:crypto";
import { type AddressInfo, connect, createServer as createPlainServer, type Socket } from "node:net";
import { createServer, type Server } from "node:tls";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../../firmware/tls/client.js";
import { readTrustAnchor } from "../../../firmware/x509/path.js";
import {
	certificatePem,
	createCertificateAuthority,
	createServerCredentials,
} from "../../../host/certificate-authority.js";
import { Front } from "../../../host/front/front.js";
import { type Backend, route, shownNow } from "../../../host/front/route.js";
import type { Operation, Phase } from "../../../host/operator.js";
import { closedPort } from "../../closed-port.js";
import { HANG_GUARD } from "../../eventually.js";
import { exchange } from "../tls/exchange.js";

const HOST = "service.example";
const validity = { notBefore: new Date("2020-01-01"), notAfter: new Date("2040-01-01") };
const authorities = new Map(
	await Promise.all(
		[1, 2, 3].map(async n => [n, await createCertificateAuthority({ name: `fleet CA ${n}`, validity })] as const),
	),
);
function certificate(generation: number): Uint8Array {
	return authorities.get(generation === 4 ? 1 : generation)!.certificate; // 4 is the re-issue of 1
}
function operation(...phases: Phase[]): Operation {
	const of = phases.map((phase, i) => ({
		generation: i + 1,
		ca: i + 1 === 4 ? 1 : i + 1,
		letter: "",
		phase,
		from: 0,
		until: 9,
		issued: 0,
		revokes: false,
		follows: i,
	}));
	return { year: 0, full: phases.indexOf("full") + 1, authorities: of, downloadServers: [] };
}
function anchors(...generations: number[]) {
	return generations.map(generation => readTrustAnchor(certificate(generation)));
}

/** A service that says which CA it shows. */
async function service(generation: number): Promise<Server & { backend: Backend }> {
	const { certificate, privateKey } = await createServerCredentials(authorities.get(generation)!, {
		names: [HOST],
		validity,
	});
	const key = privateKey.export({ type: "pkcs8", format: "pem" });
	const server = createServer({ key, cert: certificatePem(certificate), minVersion: "TLSv1.3" }, socket => {
		socket.on("error", () => {});
		socket.once("data", () => socket.end(`CA ${generation}`));
	});
	server.on("tlsClientError", () => {});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	return Object.assign(server, { backend: { host: "127.0.0.1", port: (server.address() as AddressInfo).port } });
}

const services = new Map(await Promise.all([1, 2, 3].map(async n => [n, await service(n)] as const)));
const by = new Map([...services].map(([generation, { backend }]) => [generation, backend]));

async function through(now: Operation, generations: number[], nameAuthorities = true): Promise<string> {
	const shown = shownNow(now, certificate, by);
	const front = await Front.open({ route: named => route(shown, named) });
	try {
		const { port } = front;
		const { text, error } = await exchange({ host: HOST, port, anchors: anchors(...generations), nameAuthorities });
		return error ? error.reason! : text;
	} finally {
		await front.close();
	}
}

test("each device meets the server that it can check, the highest generation first", async () => {
	const now = operation("terminated", "full", "provisional");
	assert.is(await through(now, [1]), "CA 1"); // a device from before
	assert.is(await through(now, [1, 2]), "CA 2");
	assert.is(await through(now, [2]), "CA 2");
	assert.is(await through(now, [2, 3]), "CA 2"); // never by the provisional one
});

test("a provisional or a revoked CA is never shown, and who names no other gets the one in full operation", async () => {
	assert.is(await through(operation("revoked", "full"), [1]), "unknown issuer"); // by CA 2: the device then updates
	assert.is(await through(operation("full", "provisional"), [2]), "unknown issuer");
});

test("a client that names nobody gets the highest in full operation", async () => {
	assert.is(await through(operation("terminated", "full"), [2], false), "CA 2");
});

test("re-issues of one CA are one", () => {
	const shown = shownNow(operation("replaced", "revoked", "terminated", "full"), certificate, by);
	assert.equal(
		shown.map(({ generation, backend }) => [generation, backend]),
		[
			[4, by.get(1)],
			[3, by.get(3)],
		],
	);
	assert.is(route([], []), undefined);
});

test("in a rehearsal a provisional CA is shown to those that have moved to it, and to nobody else", () => {
	const shown = shownNow(operation("full", "provisional"), certificate, by, true);
	const led = (...generations: number[]) =>
		route(
			shown,
			anchors(...generations).map(({ subject }) => subject),
		)?.generation;
	assert.is(led(2), 2);
	assert.is(led(1), 1);
	assert.is(led(1, 2), 1);
	assert.is(led(3), 1);
	assert.is(led(), 1);
	assert.is(
		route(
			shownNow(operation("full", "provisional"), certificate, by),
			anchors(2).map(({ subject }) => subject),
		)?.generation,
		1,
	);
});

test("a CA without a server is passed over", () => {
	const shown = shownNow(operation("terminated", "full"), certificate, new Map([[1, by.get(1)!]]));
	assert.is(route(shown, [anchors(2)[0].subject])!.generation, 1);
});

test("what does not speak TLS, or says nothing, is passed on or hung up on, and nothing is left", async () => {
	const said: unknown[] = [];
	const shown = shownNow(operation("full"), certificate, by);
	const open = (patience: number) =>
		Front.open({
			route: named => route(shown, named),
			patience,
			onConnection: connection => said.push(connection.error ?? connection.generation),
		});
	const [patient, impatient] = [await open(HANG_GUARD), await open(50)];
	const talk = ({ port }: Front, bytes: string | undefined) =>
		new Promise<string>(resolve => {
			let text = "";
			const socket = connect({ host: "127.0.0.1", port }, () => bytes !== undefined && socket.write(bytes));
			socket.on("data", data => (text += data.toString("latin1")));
			socket.on("error", () => {});
			socket.on("close", () => resolve(text));
		});
	await talk(patient, "GET / HTTP/1.1\r\n\r\n"); // the service hangs up
	assert.is(await talk(impatient, undefined), "");
	assert.is(await talk(impatient, "\x16\x03\x01\x02"), "");
	assert.equal(said, [1, "no ClientHello in time", "no ClientHello in time"]);
	await patient.close();
	await impatient.close();
});

test("a server that is down is said, and the client is hung up on", async () => {
	const said: (string | undefined)[] = [];
	const backends = new Map([[1, { host: "127.0.0.1", port: await closedPort() }]]);
	const front = await Front.open({
		route: named => route(shownNow(operation("full"), certificate, backends), named),
		onConnection: ({ error }) => said.push(error),
	});
	const { error } = await exchange({ host: HOST, port: front.port, anchors: anchors(1) });
	assert.is(error!.reason, "connection lost");
	assert.match(said[0]!, /ECONNREFUSED/);
	await front.close();
});

/** A client that says `bytes` and then what the test wants; counted by the front until it is gone. */
function client(port: number, bytes?: Uint8Array): Socket {
	const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true }, () => bytes && socket.write(bytes));
	return socket.on("error", () => {});
}
const closed = (socket: Socket) => new Promise<void>(resolve => socket.on("close", () => resolve()));

test("whoever says nothing makes room when there is none, and an honest device gets through", async () => {
	const said: (string | undefined)[] = [];
	const shown = shownNow(operation("full"), certificate, by);
	const front = await Front.open({
		route: named => route(shown, named),
		patience: HANG_GUARD,
		most: 20,
		waiting: { perAddress: 5, silence: 0 },
		onConnection: ({ error }) => said.push(error),
	});
	const silent = Array.from({ length: 20 }, () => client(front.port, Buffer.of(22)));
	const first = Promise.race(silent.map(closed));
	await Promise.all(silent.map(socket => new Promise(resolve => socket.on("connect", resolve))));
	const { text } = await exchange({ host: HOST, port: front.port, anchors: anchors(1) });
	assert.is(text, "CA 1");
	await first;
	assert.equal(said, ["made room for another", undefined]);
	for (const socket of silent) socket.destroy();
	await front.close();
});

test("where all who are there are at work, one more is hung up on", async () => {
	const said: (string | undefined)[] = [];
	const shown = shownNow(operation("full"), certificate, by);
	const front = await Front.open({
		route: named => route(shown, named),
		most: 1,
		patience: HANG_GUARD,
		onConnection: ({ error }) => said.push(error),
	});
	const one = client(front.port, Buffer.of(22));
	await new Promise(resolve => one.on("connect", resolve));
	const { error } = await exchange({ host: HOST, port: front.port, anchors: anchors(1) });
	assert.is(error!.reason, "connection lost");
	assert.equal(said, ["too many connections"]);
	one.destroy();
	await front.close();
	assert.equal(said, ["too many connections", "closed before a ClientHello"]);
});

test("who never closes, and who never reads, is let go when the server is gone", async () => {
	const hello = new Client({ host: HOST, anchors: anchors(1), random: bytes => void randomFillSync(bytes) }).take();
	for (const says of [Buffer.from("over"), Buffer.alloc(20_000_000)]) {
		const server = createPlainServer(socket => {
			socket.on("error", () => {});
			socket.once("data", () => socket.end(says));
		});
		await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
		const backend = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
		const front = await Front.open({ route: () => ({ generation: 1, subject: hello, backend }), stall: 50 });
		const socket = client(front.port, hello).pause();
		await new Promise(resolve => server.on("connection", ({ on }) => resolve(on)));
		const behindIsOver = new Promise<void>(resolve => server.close(() => resolve()));
		await behindIsOver; // the front has let it go
		socket.resume();
		await closed(socket.end());
		await front.close();
	}
});

test("two hundred who say a byte now and then keep no device waiting", async () => {
	const shown = shownNow(operation("full"), certificate, by);
	const front = await Front.open({ route: named => route(shown, named), patience: HANG_GUARD });
	const hello = new Client({ host: HOST, anchors: anchors(1), random: bytes => void randomFillSync(bytes) }).take();
	const dripping = Array.from({ length: 200 }, () => client(front.port));
	for (let i = 0; i < 40; i++) {
		for (const socket of dripping) socket.write(hello.subarray(i, i + 1));
		if (i % 10 === 0) assert.is((await exchange({ host: HOST, port: front.port, anchors: anchors(1) })).text, "CA 1");
	}
	for (const socket of dripping) socket.destroy();
	await front.close();
});

test.after(() => {
	for (const server of services.values()) server.close();
});
test.run();
