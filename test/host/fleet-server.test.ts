// A fleet behind one socket: which certificate and which answer belong to a name.

import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { rawPublicKey } from "../../host/dl-key.js";
import { Fleet } from "../../host/fleet.js";
import { FleetDesk } from "../../host/fleet-desk.js";
import { FleetServer } from "../../host/fleet-server.js";
import type { Access } from "../../host/https-endpoint.js";
import { Signer } from "../../host/signer.js";
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

test.after(() => server.close());
test.run();
