// A fleet on disk: what may begin, what a full disk leaves, what a passphrase opens.

import fs, { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { rawPublicKey } from "../../host/dl-key.js";
import { Fleet } from "../../host/fleet.js";
import { FleetDesk } from "../../host/fleet-desk.js";
import type { FleetPlan } from "../../host/fleet-plan.js";
import { OperatorError } from "../../host/operator-error.js";
import { passphrase } from "../../host/passphrases.js";
import { Signer } from "../../host/signer.js";
import { flashFolder } from "./device-run.js";

function plan(signer: Signer, more: Partial<FleetPlan> = {}): FleetPlan {
	return {
		fleet: "example",
		begins: "2030-01-01T00:00:00.000Z",
		plan: { validityYears: 20, overlapYears: 5, retention: "for ever" },
		services: ["service.fleet.example"],
		downloadUrl: "https://download-{n}.fleet.example/ca-information",
		dlKeys: [Buffer.from(rawPublicKey(signer.publicKey)).toString("hex")],
		...more,
	};
}

function refuses(run: () => unknown, message: RegExp) {
	assert.throws(run, (error: Error) => error instanceof OperatorError && message.test(error.message));
}

test("what devices would refuse of three generations' addresses does not begin", () => {
	const signer = Signer.create(flashFolder(), "example");
	const folder = flashFolder();
	for (const [more, message] of [
		[
			{ downloadUrl: "https://download-{n}.example./" },
			/devices refuse https:\/\/download-2\.example\.\/: bad host in URL/,
		],
		[{ downloadUrl: "https://download_{n}.example/" }, /bad host in URL/],
		[{ downloadUrl: "https://[2001:db8::{n}]/" }, /bad host in URL/],
		[{ downloadUrl: "https://download-{n}.example:0443/" }, /bad port in URL/],
		[{ downloadUrl: "https://download.example:655{n}3/" }, /bad port in URL/], // the third, 65543
		[{ downloadUrl: "https://download-{n}.example/a b" }, /bad path in URL/],
		[{ downloadUrl: "http://download-{n}.example/" }, /not an https URL/],
		[{ downloadUrl: `https://${"x".repeat(60)}{n}.${"y".repeat(60)}.example/${"z".repeat(255)}` }, /URL too long/],
		[{ downloadUrl: "https://download.example/{n}" }, /download\.example:443 is named by generation 1 already/],
		[{ downloadUrl: "https://download.example/" }, /needs \{n\}/],
		[{ downloadUrl: "https://d{n}.example/", services: ["d3.example"] }, /d3\.example:443 is a service's address/],
		[{ services: ["https://s.example/"] }, /devices refuse https:\/\/https:\/\/s\.example\//],
		[{ services: ["s.example/"] }, /expected a name/],
		[{ services: ["s_1.example"] }, /bad host in URL/],
		[{ services: [] }, /one service at least/],
		[{ fleet: "two words" }, /fleet's name/],
	] as const) {
		refuses(() => Fleet.create(join(folder, "fleet"), plan(signer, more as Partial<FleetPlan>)), message);
		assert.not(existsSync(join(folder, "fleet")), JSON.stringify(more));
	}
	Fleet.create(
		join(folder, "fleet"),
		plan(signer, { downloadUrl: "https://192.0.2.1:844{n}/x", services: ["192.0.2.1"] }),
	);
});

test("a fleet.json that is none is named, and what is missing in it", () => {
	const folder = flashFolder();
	for (const text of ["{}", "[]", "null", '{"fleet": 1}', "{"]) {
		writeFileSync(join(folder, "fleet.json"), text);
		refuses(() => Fleet.open(folder), /fleet\.json: /);
	}
});

test("a full disk refuses the order, and the state is as it was", async () => {
	const folder = flashFolder();
	const signer = Signer.create(join(folder, "dl"), "example");
	const fleet = Fleet.create(join(folder, "fleet"), plan(signer));
	const desk = new FleetDesk({ fleet, year: () => 15, signer: () => signer });
	await desk.begin();
	const before = readFileSync(join(folder, "fleet/operation.json"), "utf8");
	const own = fs.writeSync;
	fs.writeSync = (() => {
		throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
	}) as typeof fs.writeSync;
	syncBuiltinESMExports();
	try {
		await desk.give({ order: "provide" });
		assert.unreachable("written");
	} catch (error) {
		assert.match((error as Error).message, /ENOSPC/);
	} finally {
		fs.writeSync = own;
		syncBuiltinESMExports();
	}
	assert.is(readFileSync(join(folder, "fleet/operation.json"), "utf8"), before);
	assert.equal(readdirSync(join(folder, "fleet/authority")), ["1"]);
	assert.equal(readdirSync(join(folder, "fleet/lock")), []);
	assert.equal((await desk.give({ order: "provide" })).signed, [2]);
});

test("a passphrase that opens nothing is found before anything is made", async () => {
	const folder = flashFolder();
	const signer = Signer.create(join(folder, "dl"), "example");
	const fleet = Fleet.create(join(folder, "fleet"), plan(signer), passphrase("right"));
	await new FleetDesk({ fleet, year: () => 15, signer: () => signer }).begin();
	const order = (given: string) => {
		const opened = Fleet.open(join(folder, "fleet"), passphrase(given));
		return new FleetDesk({ fleet: opened, year: () => 15, signer: () => signer }).give({ order: "provide" });
	};
	const error = await order("wrong").catch(error => error);
	assert.instance(error, OperatorError);
	assert.match(error.message, /authority\/1\/ca\.key: another passphrase opens this key/);
	assert.equal(fleet.generations, [1]);
	await order("right");
	assert.equal(fleet.generations, [1, 2]);
});

test("a key that others may read, or that is another's, is not used", async () => {
	const folder = flashFolder();
	const signer = Signer.create(join(folder, "dl"), "example");
	const fleet = Fleet.create(join(folder, "fleet"), plan(signer));
	const desk = new FleetDesk({ fleet, year: () => 15, signer: () => signer });
	await desk.begin();
	await desk.give({ order: "provide" });
	const key = (generation: number) => join(folder, "fleet/authority", String(generation), "ca.key");
	chmodSync(key(1), 0o644);
	refuses(() => fleet.authority(1), /others may read this private key \(mode 644\): chmod 600/);
	writeFileSync(key(2), readFileSync(key(1)));
	refuses(() => fleet.authority(2), /the key beside it is another certificate's/);
});

test.run();
