// Orders at a fleet's desk, whoever gives them.

import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { VerifiedCaInformation } from "../../firmware/trust/ca-information.js";
import { verifyPath } from "../../firmware/x509/path.js";
import { decodePayload } from "../../host/ca-information.js";
import { createCertificateAuthority } from "../../host/certificate-authority.js";
import { rawPublicKey } from "../../host/dl-key.js";
import { Fleet } from "../../host/fleet.js";
import { FleetDesk } from "../../host/fleet-desk.js";
import type { FleetPlan } from "../../host/fleet-plan.js";
import { OrderError } from "../../host/operator.js";
import { OperatorError } from "../../host/operator-error.js";
import { dlPassphrase } from "../../host/passphrases.js";
import { Signer } from "../../host/signer.js";
import { flashFolder } from "./device-run.js";

const settings: Omit<FleetPlan, "dlKeys"> = {
	fleet: "example",
	begins: "2030-01-01T00:00:00.000Z",
	plan: { validityYears: 20, overlapYears: 5, retention: "for ever" },
	services: ["service.fleet.example"],
	downloadUrl: "https://download-{n}.fleet.example/ca-information",
};

/** A desk whose year is moved by hand. */
function desk({ signed = true } = {}) {
	const folder = flashFolder();
	const signer = Signer.create(join(folder, "dl"), "example");
	const dlKeys = [Buffer.from(rawPublicKey(signer.publicKey)).toString("hex")];
	const fleet = Fleet.create(join(folder, "fleet"), { ...settings, dlKeys });
	const clock = { year: 0, signed };
	const at = new FleetDesk({ fleet, year: () => clock.year, signer: () => (clock.signed ? signer : undefined) });
	return { clock, desk: at, signer };
}

async function rejects(promise: Promise<unknown>, kind: new (message: string) => Error, message: RegExp) {
	const error = await promise.then(
		() => undefined,
		error => error,
	);
	assert.instance(error, kind);
	assert.match((error as Error).message, message);
}

test("an order is judged, carried out, recorded and signed", async () => {
	const { desk: at } = desk();
	assert.throws(() => at.operation, /nothing is in operation yet/);
	const begun = await at.begin();
	assert.equal(
		begun.steps.map(({ step }) => step),
		["502"],
	);
	assert.equal(begun.signed, [1]);
	const given = await at.give({ order: "provide" });
	assert.equal(
		given.steps.map(({ step }) => step),
		["505", "506"],
	);
	assert.equal(given.signed, [2]);
	assert.is(at.operation.next, 2);
	assert.equal(
		at.steps.map(({ step }) => step),
		["502", "505", "506"],
	);
});

test("an order that makes no sense changes nothing, and the next one is heard", async () => {
	const { desk: at } = desk();
	await at.begin();
	const before = at.operation;
	await rejects(at.give({ order: "take over" }), OrderError, /no authority in provisional operation/);
	assert.equal(at.operation, before);
	await at.give({ order: "provide" });
	assert.is(at.operation.next, 2);
});

test("of orders that are given at once none is lost", async () => {
	const { desk: at } = desk();
	await at.begin();
	await Promise.all([at.give({ order: "provide" }), at.give({ order: "revoke", generation: 1 })]);
	const { full, authorities } = at.operation;
	assert.is(full, 3);
	assert.equal(
		authorities.map(({ letter, phase }) => `${letter} ${phase}`),
		["A revoked", "B replaced", "B full"],
	);
});

test("what is due by plan is given once, when its year has come", async () => {
	const { desk: at, clock } = desk();
	await at.begin();
	clock.year = 14.9;
	assert.is(await at.giveDue(), undefined);
	clock.year = 15;
	const [given, again] = await Promise.all([at.giveDue(), at.giveDue()]);
	assert.equal(given?.signed, [2]);
	assert.is(again, undefined);
	assert.equal(at.due, { year: 20, order: { order: "take over" } });
});

test("without the DL key what is to be signed is written down, and taken back", async () => {
	const { desk: at } = desk({ signed: false });
	const { signed, toSign } = await at.begin();
	assert.equal(signed, []);
	assert.equal(
		toSign.map(({ generation }) => generation),
		[1],
	);
	assert.is(decodePayload(new Uint8Array(readFileSync(toSign[0].file))).generation, 1);
	await rejects(at.accept(new Uint8Array(3)), OperatorError, /devices refuse this CA information: /);
});

test("key 4 shuts out what is older, and never the fleet's own download server", async () => {
	const { desk: at, clock, signer } = desk();
	const { fleet } = at;
	await at.begin();
	const before = (await fleet.serviceCredentials(1)).certificate;
	clock.year = 3;
	const seconds = (year: number) => Math.floor(fleet.dateOf(year).getTime() / 1_000);
	await rejects(
		at.give({ order: "reissue", generation: 1, leafNotBefore: seconds(3.1) }),
		OperatorError,
		/would refuse every certificate there is/,
	);
	const { signed } = await at.give({ order: "reissue", generation: 1, leafNotBefore: seconds(3) });
	assert.equal(signed, [2]);
	const dlKeys = [rawPublicKey(signer.publicKey)];
	const { anchor, follows, nextAddresses } = VerifiedCaInformation.verify(fleet.information(2)!, {
		name: "example",
		dlKeys,
	});
	assert.equal([follows, nextAddresses[0].host], [1, "download-3.fleet.example"]);
	verifyPath([fleet.downloadCredentials(2).certificate], "download-3.fleet.example", [anchor]);
	verifyPath([(await fleet.serviceCredentials(2)).certificate], "service.fleet.example", [anchor]);
	assert.throws(() => verifyPath([before], "service.fleet.example", [anchor]), /issued too early/);
	assert.equal(fleet.authority(2), fleet.authority(1));
});

test("generations stay below what a hybrid DL key can sign, unless the fleet never gets one", async () => {
	const { desk: at } = desk();
	await at.begin();
	await at.restored(1_023);
	await rejects(at.give({ order: "provide" }), OperatorError, /generation 1024: a hybrid DL key signs 1023 at most/);
	assert.equal(at.fleet.generations, [1]);
	const folder = join(at.fleet.folder, "fleet.json");
	writeFileSync(folder, JSON.stringify({ ...at.fleet.settings, classicalForEver: true }));
	const signer = Signer.open(join(at.fleet.folder, "../dl"), dlPassphrase);
	const again = new FleetDesk({ fleet: Fleet.open(at.fleet.folder), year: () => 1, signer: () => signer });
	assert.equal((await again.give({ order: "provide" })).signed, [1_024]);
	await again.restored(65_535);
	await rejects(
		again.give({ order: "take over" }).then(() => again.give({ order: "provide" })),
		RangeError,
		/65535/,
	);
});

test("of an order that was broken off another one may follow: nothing is signed twice, no key is lost", async () => {
	const { desk: at, signer } = desk();
	const { fleet } = at;
	await at.begin();
	// Broken off between the log and the record.
	const keep = fleet.keepRecord;
	fleet.keepRecord = () => {
		throw new Error("killed");
	};
	await rejects(at.give({ order: "provide" }), Error, /killed/);
	fleet.keepRecord = keep;
	assert.equal(signer.signed, [1, 2]);
	const key = readFileSync(join(fleet.at(2).path, "ca.key"), "utf8");
	const { signed } = await at.give({ order: "revoke", generation: 1 });
	assert.equal(signed, [3], "2 is taken: it says that it revokes nothing");
	assert.is(readFileSync(join(fleet.at(2).path, "ca.key"), "utf8"), key);
	assert.equal(signer.signed, [1, 2, 3]);
});

test("the addresses can be moved: what is issued from then on names the new ones", async () => {
	const { desk: at } = desk();
	const { fleet } = at;
	await at.begin();
	await at.give({ order: "reissue", generation: 1, moved: { downloadUrl: "https://next-{n}.elsewhere.example/" } });
	assert.is(fleet.nextAddress(1), "https://download-2.fleet.example/ca-information");
	assert.is(fleet.nextAddress(2), "https://next-3.elsewhere.example/");
	await at.give({ order: "provide" });
	assert.is(fleet.nextAddress(3), "https://next-4.elsewhere.example/");
	assert.is(new X509Certificate(fleet.downloadCredentials(3).certificate).subject, "CN=next-4.elsewhere.example");
});

test("an authority that was made elsewhere begins and ends with its own certificate", async () => {
	const { desk: at } = desk();
	const validity = { notBefore: new Date("2030-01-01T00:00:00Z"), notAfter: new Date("2040-01-01T00:00:00Z") };
	await at.begin(await createCertificateAuthority({ name: "elsewhere", validity }));
	assert.ok(Math.abs(at.operation.authorities[0].until - 10) < 0.01);
});

test("a folder without a fleet, or without its beginning, is said so", () => {
	const folder = flashFolder();
	assert.throws(() => FleetDesk.open({ folder }), /holds no fleet: make one with baton init/);
	Fleet.create(folder, { ...settings, dlKeys: [] });
	const at = FleetDesk.open({ folder });
	assert.throws(
		() => at.operation,
		(error: Error) => error instanceof OperatorError && /baton init was broken off/.test(error.message),
	);
	assert.not(existsSync(join(folder, "operation.json")));
});

test.run();
