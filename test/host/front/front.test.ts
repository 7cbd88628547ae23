import { type AddressInfo, connect } from "node:net";
import { createServer, type Server } from "node:tls";
import { test } from "uvu";
import * as assert from "uvu/assert";
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

test.after(() => {
	for (const server of services.values()) server.close();
});
test.run();
