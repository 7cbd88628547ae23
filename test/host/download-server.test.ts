import { connect } from "node:net";
import { connect as connectTLS } from "node:tls";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { MEDIA_TYPE } from "../../host/download-answer.js";
import type { Access, Limits } from "../../host/https-endpoint.js";
import { eventually } from "../eventually.js";
import { createWorld, DOWNLOAD_PATH, downloadName, patient, thisCentury } from "../world.js";
import { get } from "./https-client.js";

const world = await createWorld({ validity: thisCentury });
const accesses: Access[] = [];
const object = world.information(2);
const server = await world.downloadServer(1, object, {
	presented: "A",
	onAccess: access => accesses.push(access),
	limits: { ...patient, connections: 8 },
});
function impatient(limits: Partial<Limits>) {
	return world.downloadServer(1, object, { limits: { ...patient, ...limits } });
}
const authority = world.authority(1).certificate;
function fetchObject(path = DOWNLOAD_PATH, more = {}) {
	return get(server.port, downloadName(1), authority, { path, ...more });
}

test.before.each(() => void accesses.splice(0));

test("it serves the CA information with its length and media type, over TLS 1.3 and HTTP/1.1", async () => {
	const reply = await fetchObject();
	assert.is(reply.status, 200);
	assert.equal(new Uint8Array(reply.body), object);
	assert.is(reply.headers["content-length"], String(object.length));
	assert.is(reply.headers["content-type"], MEDIA_TYPE);
	assert.is(reply.protocol, "TLSv1.3");
	assert.is(reply.alpn, "http/1.1");
});

test("it notes who asked and what they hold", async () => {
	await fetchObject(DOWNLOAD_PATH, { headers: { "User-Agent": "baton/1 (1,-)" } });
	await eventually("the request is noted", () => accesses.some(({ what }) => what === "request"));
	const { peer, ...request } = accesses.find(({ what }) => what === "request")!;
	assert.equal(request, {
		what: "request",
		presented: "A",
		method: "GET",
		path: DOWNLOAD_PATH,
		status: 200,
		userAgent: "baton/1 (1,-)",
	});
	assert.equal(
		accesses.map(({ what }) => what),
		["connected", "authenticated", "request"],
	);
	assert.ok(accesses.every(access => access.peer === peer));
});

test("HEAD gives the length without the object", async () => {
	const reply = await fetchObject(DOWNLOAD_PATH, { method: "HEAD" });
	assert.is(reply.status, 200);
	assert.is(reply.body.length, 0);
	assert.is(reply.headers["content-length"], String(object.length));
});

test("every other path is 404, tricks included", async () => {
	for (const path of [
		"/",
		"/ca-information/",
		"/ca-information?x",
		"//ca-information",
		"/./ca-information",
		"/%63a-information",
		"/ca-information/../dl.key",
		"/..%2fdl.key",
		"/ca-information%00",
	]) {
		assert.is((await fetchObject(path)).status, 404, path);
	}
});

test("other methods are 405", async () => {
	const reply = await fetchObject(DOWNLOAD_PATH, { method: "POST" });
	assert.is(reply.status, 405);
	assert.is(reply.headers.allow, "GET, HEAD");
});

test("a client that trusts another authority refuses it, and that is noted", async () => {
	try {
		await get(server.port, downloadName(1), world.authority(2).certificate);
		assert.unreachable("trusted");
	} catch (error) {
		assert.is((error as NodeJS.ErrnoException).code, "UNABLE_TO_VERIFY_LEAF_SIGNATURE");
	}
});

test("TLS 1.2 is refused", async () => {
	const code = await new Promise(resolve => {
		const socket = connectTLS({
			port: server.port,
			host: "127.0.0.1",
			maxVersion: "TLSv1.2",
			rejectUnauthorized: false,
		});
		socket.on("secureConnect", () => resolve("connected"));
		socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
	});
	assert.is(code, "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
	await eventually("the refusal is noted", () => accesses.some(({ what }) => what === "refused"));
});

test("who connects and says nothing is cut off", async () => {
	await silence((await impatient({ handshake: 100 })).port);
});

test("who sends half a request is cut off", async () => {
	assert.match(await overTLS("GET /ca-inf", (await impatient({ request: 100 })).port), /^HTTP\/1\.1 408 /);
});

test("malformed and oversized requests get 400 or 431, and the server goes on", async () => {
	assert.match(await overTLS("\x16\x03\x01 rubbish\r\n\r\n"), /^HTTP\/1\.1 400 /);
	assert.match(await overTLS(`GET ${DOWNLOAD_PATH} HTTP/1.1\r\nHost: x\r\nHost2 : y\r\n\r\n`), /^HTTP\/1\.1 400 /);
	assert.match(await overTLS(`GET /${"x".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`), /^HTTP\/1\.1 431 /);
	assert.is((await fetchObject()).status, 200);
});

test("a connection too many is closed at once, and the others are served", async () => {
	const idle = Array.from({ length: 8 }, () => connect(server.port, "127.0.0.1"));
	await Promise.all(idle.map(socket => new Promise(resolve => socket.on("connect", resolve))));
	await silence(server.port); // the ninth
	await eventually("the ninth is noted", () => accesses.some(({ what }) => what === "dropped"));
	for (const socket of idle) socket.destroy();
	await eventually(
		"the server has seen them go",
		async () => (await fetchObject().catch(() => undefined))?.status === 200,
	);
});

test("serve changes the object", async () => {
	const other = world.information(3);
	server.serve(other);
	assert.equal(new Uint8Array((await fetchObject()).body), other);
	server.serve(object);
});

test("closed means that nothing listens", async () => {
	await server.close();
	const code = await new Promise(resolve =>
		connect(server.port, "127.0.0.1").on("error", (error: NodeJS.ErrnoException) => resolve(error.code)),
	);
	assert.is(code, "ECONNREFUSED");
	await server.close(); // again: nothing more to do
});

test.after(() => world.close());

/** Resolves when the server has closed a connection that says nothing. */
function silence(port: number): Promise<void> {
	return new Promise(resolve => {
		const socket = connect(port, "127.0.0.1");
		socket.on("error", () => {});
		socket.on("close", () => resolve());
		socket.resume();
	});
}

/** Sends raw text through TLS; gives what comes back until the end. */
function overTLS(text: string, port = server.port): Promise<string> {
	return new Promise(resolve => {
		let answer = "";
		const socket = connectTLS({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => socket.write(text));
		socket.on("data", piece => (answer += piece));
		socket.on("error", () => {});
		socket.on("close", () => resolve(answer));
	});
}

test.run();
