// A fleet behind one socket: which certificate and which answer belong to a name.

import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { rawPublicKey } from "../../host/dl-key.js";
import { exportStatic } from "../../host/export.js";
import { Fleet } from "../../host/fleet.js";
import { FleetDesk } from "../../host/fleet-desk.js";
import { FleetServer } from "../../host/fleet-server.js";
import type { Access } from "../../host/https-endpoint.js";
import { Signer } from "../../host/signer.js";
import { reservePorts } from "../../rehearsal/ports.js";
import { eventually } from "../eventually.js";
import { flashFolder } from "./device-run.js";
import { get } from "./https-client.js";

const folder = flashFolder();
const PATH = "/ca-information";
const signer = Signer.create(join(folder, "dl"), "example");
const fleet = Fleet.create(join(folder, "fleet"), {
	fleet: "example",
	begins: "2020-01-01T00:00:00.000Z",
	plan: { validityYears: 50, overlapYears: 5, retention: "for ever" },
	services: ["service.fleet.example"],
	downloadUrl: `https://download-{n}.fleet.example${PATH}`,
	dlKeys: [Buffer.from(rawPublicKey(signer.publicKey)).toString("hex")],
});
let signerIsHere = true;
const desk = new FleetDesk({ fleet, year: () => 1, signer: () => (signerIsHere ? signer : undefined) });
await desk.begin();
const seen: Access[] = [];
const server = new FleetServer({ fleet, listen: { port: 0 }, onAccess: access => void seen.push(access) });

const ask = (namedBy: number, path = PATH, headers = {}) =>
	get(server.port!, `download-${namedBy + 1}.fleet.example`, fleet.certificate(namedBy), { path, headers });

test("nothing listens before the first operation", () => {
	assert.is(server.port, undefined);
});

test("a download server that is not in operation answers 404 under its own certificate", async () => {
	await server.reconcile(desk.operation);
	assert.is((await ask(1)).status, 404);
});

test("in operation it serves what is signed, at its path and under its name alone", async () => {
	await desk.give({ order: "provide" });
	await server.reconcile(desk.operation);
	const reply = await ask(1);
	assert.is(reply.status, 200);
	assert.equal(new Uint8Array(reply.body), fleet.information(2));
	assert.is((await ask(1, "/")).status, 404);
	assert.is((await ask(1, PATH, { Host: "download-9.fleet.example" })).status, 421);
	assert.is((await ask(2)).status, 404); // by CA 2's certificate: CA information 3 is years away
	const requests = () => seen.filter(({ what }) => what === "request");
	await eventually("all five are in the log", () => requests().length === 5);
	assert.equal(
		requests().map(({ host, presented, status }) => [host, presented, status]),
		[
			["download-2.fleet.example", "A", 404],
			["download-2.fleet.example", "A", 200],
			["download-2.fleet.example", "A", 404],
			["download-2.fleet.example", "A", 421],
			["download-3.fleet.example", "B", 404],
		],
	);
});

test("what is not signed yet is not served, and what it replaces is", async () => {
	signerIsHere = false;
	await desk.give({ order: "take over" });
	await desk.give({ order: "provide" });
	await server.reconcile(desk.operation);
	assert.equal(new Uint8Array((await ask(1)).body), fleet.information(2));
	assert.is((await ask(2)).status, 404);
	signerIsHere = true;
	await desk.giveDue(); // nothing is due: what was left unsigned is signed
	await server.reconcile(desk.operation);
	assert.equal(new Uint8Array((await ask(2)).body), fleet.information(3));
});

test("what is revoked is not served from the moment of the order, whatever is signed", async () => {
	signerIsHere = false;
	await desk.give({ order: "revoke", generation: 3 });
	await server.reconcile(desk.operation);
	assert.is((await ask(2)).status, 404);
	assert.is((await ask(3)).status, 404); // a device that was lured to it
	signerIsHere = true;
	await desk.giveDue();
	await server.reconcile(desk.operation);
	const anew = fleet.information(4)!;
	assert.equal(new Uint8Array((await ask(1)).body), anew);
	assert.equal(new Uint8Array((await ask(2)).body), anew);
	assert.equal(new Uint8Array((await ask(3)).body), anew);
	assert.equal(new Uint8Array((await ask(4)).body), fleet.information(5));
	assert.is((await ask(5)).status, 404);
});

test("the name of a request is that of its target, without regard to case", async () => {
	assert.is((await ask(1, PATH, { Host: "DOWNLOAD-2.Fleet.Example" })).status, 200);
	assert.is((await ask(1, PATH, { Host: "download-2.fleet.example:443" })).status, 200);
	assert.is((await ask(1, PATH, { Host: "download-2.fleet.example:444" })).status, 421);
	const absolute = `https://download-2.fleet.example${PATH}`;
	assert.is((await ask(1, absolute, { Host: "elsewhere.example" })).status, 200); // RFC 9112 §3.2.2
	assert.is((await ask(1, "https://elsewhere.example/ca-information")).status, 421);
	const reply = await get(server.port!, "Download-2.FLEET.example", fleet.certificate(1), { path: PATH });
	assert.is(reply.status, 200);
});

test("what is wrong with one costs its own name, and is told", async () => {
	const key = join(fleet.folder, "authority/2/download/server.key");
	chmodSync(key, 0o644);
	const troubles = await server.reconcile(desk.operation);
	assert.equal(troubles.length, 1);
	assert.match(troubles[0], /2\/download\/server\.key: others may read this private key/);
	assert.is((await ask(1)).status, 200);
	assert.is(
		await ask(2).then(
			({ status }) => status,
			() => "refused",
		),
		"refused",
	);
	chmodSync(key, 0o600);
	assert.equal(await server.reconcile(desk.operation), []);
	assert.is((await ask(2)).status, 200);
});

test("a CA information that is damaged is served to nobody", async () => {
	const file = fleet.at(5).informationFile;
	const whole = readFileSync(file);
	writeFileSync(file, whole.subarray(0, -1));
	await server.reconcile(desk.operation);
	assert.is((await ask(4)).status, 404);
	writeFileSync(file, whole);
	await server.reconcile(desk.operation);
	assert.is((await ask(4)).status, 200);
});

test("ports tell servers apart as hosts do, with one socket for each", async () => {
	const { ports: reserved, release } = await reservePorts();
	const ports = reserved
		.filter(port => port % 10 === 2)
		.flatMap(port => [port, port + 1])
		.slice(0, 2);
	const at = flashFolder();
	const own = Signer.create(join(at, "dl"), "ports");
	const byPort = Fleet.create(join(at, "fleet"), {
		fleet: "ports",
		begins: "2020-01-01T00:00:00.000Z",
		plan: { validityYears: 50, overlapYears: 5, retention: "for ever" },
		services: ["d.example"],
		downloadUrl: `https://d.example:${String(ports[0]).slice(0, -1)}{n}/ca`,
		dlKeys: [Buffer.from(rawPublicKey(own.publicKey)).toString("hex")],
	});
	const orders = new FleetDesk({ fleet: byPort, year: () => 1, signer: () => own });
	await orders.begin();
	await orders.give({ order: "provide" });
	const both = new FleetServer({ fleet: byPort, listen: ports.map(port => ({ port })) });
	assert.equal(await both.reconcile(orders.operation), []);
	assert.equal(
		both.places.map(({ port }) => port),
		ports,
	);
	try {
		const asked = (index: number, by: number, host = `d.example:${ports[index]}`) =>
			get(ports[index], "d.example", byPort.certificate(by), { path: "/ca", headers: { Host: host } });
		assert.equal(new Uint8Array((await asked(0, 1)).body), byPort.information(2));
		assert.is((await asked(1, 2)).status, 404); // by CA 2's certificate: CA information 3 is years away
		assert.is((await asked(1, 2, "d.example")).status, 421);
	} finally {
		await both.close();
		release();
	}
	const exported = exportStatic(byPort, orders.operation, join(at, "static"));
	assert.equal(exported, { exported: [{ place: `d.example:${ports[0]}`, namedBy: 1, serves: 2 }], troubles: [] });
	assert.match(
		readFileSync(join(at, "static/nginx.conf"), "utf8"),
		new RegExp(`listen ${ports[0]} ssl;\\n\\tserver_name d.example;`),
	);
});

test.after(() => server.close());
test.run();
