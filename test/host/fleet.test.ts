// A fleet's state on disk after a crash at any point.

import { createPrivateKey, X509Certificate } from "node:crypto";
import fs, { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openCaInformation } from "../../host/ca-information.js";
import { Fleet, type FleetPlan } from "../../host/fleet.js";
import { begin, give, type Operation } from "../../host/operator.js";
import { Signer } from "../../host/signer.js";
import { flashFolder } from "./device-run.js";

const settings: FleetPlan = {
	fleet: "example",
	begins: "2030-01-01T00:00:00.000Z",
	plan: { validityYears: 20, overlapYears: 5, retention: "for ever" },
	services: ["service.fleet.example"],
	downloadUrl: "https://download-{n}.fleet.example/ca-information",
};

/** What an operator does, from wherever it was broken off, until B is in full operation and signed. */
async function goOn(folder: string): Promise<Operation> {
	const dl = join(folder, "dl"),
		at = join(folder, "fleet");
	const signer = existsSync(join(dl, "dl.key")) ? Signer.open(dl) : Signer.create(dl, "example");
	const fleet = existsSync(join(at, "fleet.json")) ? Fleet.open(at) : Fleet.create(at, settings);
	let { operation } = fleet.record ?? (await fleet.carryOut(begin(settings.plan)));
	fleet.sign(operation, signer);
	if (operation.full === 1 && operation.next === undefined)
		({ operation } = await fleet.carryOut(give(settings.plan, operation, { order: "provide" }, 15)));
	fleet.sign(operation, signer);
	if (operation.full === 1)
		({ operation } = await fleet.carryOut(give(settings.plan, operation, { order: "take over" }, 20)));
	await fleet.serviceCredentials(operation.full);
	return operation;
}

const mutators = ["writeSync", "renameSync", "linkSync", "mkdirSync", "rmSync"] as const;

/** Runs `work` in which the process dies at the `fatal`-th change of the disk: no clean-up of its own comes after it. */
async function crashing(fatal: number, work: () => Promise<unknown>): Promise<boolean> {
	const real = new Map(mutators.map(name => [name, fs[name]]));
	let count = 0;
	const table = fs as unknown as Record<string, unknown>;
	for (const name of mutators) {
		table[name] = (...parameters: unknown[]) => {
			if (++count >= fatal) throw new Crash();
			return (real.get(name) as (...parameters: unknown[]) => unknown)(...parameters);
		};
	}
	syncBuiltinESMExports();
	try {
		await work();
		return false;
	} catch (error) {
		if (!(error instanceof Crash)) throw error;
		return true;
	} finally {
		for (const [name, own] of real) table[name] = own;
		syncBuiltinESMExports();
	}
}

class Crash extends Error {}

/** No file is torn: keys and certificates parse, JSON is JSON, what is signed verifies. */
function checkWhole(folder: string): void {
	for (const name of readdirSync(folder, { recursive: true }) as string[]) {
		if (name.includes(".new")) continue; // beside its place: never taken for the real one
		const file = join(folder, name);
		if (name.endsWith(".key")) createPrivateKey(readFileSync(file));
		if (name.endsWith(".pem")) new X509Certificate(readFileSync(file));
		if (name.endsWith(".json")) JSON.parse(readFileSync(file, "utf8"));
	}
}

test("a crash at any change of the disk loses no key and no step, and the orders given again go on from there", async () => {
	let fatal = 1;
	for (; ; fatal++) {
		const folder = flashFolder();
		const crashed = await crashing(fatal, () => goOn(folder));
		if (!crashed) break;
		checkWhole(folder);
		const generations = existsSync(join(folder, "fleet/authority"))
			? readdirSync(join(folder, "fleet/authority")).filter(name => /^\d+$/.test(name))
			: [];
		const keys = generations.map(of => readFileSync(join(folder, "fleet/authority", of, "ca.key"), "utf8"));

		const operation = await goOn(folder);
		assert.is(operation.full, 2, `crash at ${fatal}`);
		assert.equal(
			operation.authorities.map(({ phase }) => phase),
			["terminated", "full"],
		);
		const fleet = Fleet.open(join(folder, "fleet"));
		const signer = Signer.open(join(folder, "dl"));
		assert.equal(fleet.generations, [1, 2]);
		assert.is(signer.last, 2);
		for (const generation of [1, 2]) {
			assert.is(
				openCaInformation(fleet.information(generation)!, "example", [signer.publicKey])?.generation,
				generation,
			);
			new X509Certificate(fleet.downloadCredentials(generation).certificate).verify(
				new X509Certificate(fleet.certificate(generation)).publicKey,
			);
		}
		// A key that was there is there.
		assert.equal(
			generations.map(of => readFileSync(join(folder, "fleet/authority", of, "ca.key"), "utf8")),
			keys,
		);
		rmSync(folder, { recursive: true });
	}
	assert.ok(fatal > 40, `only ${fatal} changes of the disk were seen`);
});

test("a full disk refuses the order, and the state is as it was", async () => {
	const folder = flashFolder();
	const fleet = Fleet.create(join(folder, "fleet"), settings);
	const { operation } = fleet.record ?? (await fleet.carryOut(begin(settings.plan)));
	const before = readFileSync(join(folder, "fleet/operation.json"), "utf8");
	const own = fs.writeSync;
	fs.writeSync = (() => {
		throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
	}) as typeof fs.writeSync;
	syncBuiltinESMExports();
	try {
		await fleet.carryOut(give(settings.plan, operation, { order: "provide" }, 15));
		assert.unreachable("written");
	} catch (error) {
		assert.match((error as Error).message, /ENOSPC/);
	} finally {
		fs.writeSync = own;
		syncBuiltinESMExports();
	}
	assert.is(readFileSync(join(folder, "fleet/operation.json"), "utf8"), before);
	assert.equal(readdirSync(join(folder, "fleet/authority")), ["1"]);
});

test.run();
