// What baton check finds, and what it says is to be done: each file in turn is lost, damaged or another's.

import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { check, type Weight } from "../../host/check.js";
import { rawPublicKey } from "../../host/dl-key.js";
import { Fleet } from "../../host/fleet.js";
import { FleetDesk } from "../../host/fleet-desk.js";
import { dlPassphrase } from "../../host/passphrases.js";
import { Signer } from "../../host/signer.js";
import { flashFolder } from "./device-run.js";

const whole = flashFolder();
{
	const signer = Signer.create(join(whole, "fleet/dl"), "example");
	const fleet = Fleet.create(join(whole, "fleet"), {
		fleet: "example",
		begins: "2020-01-01T00:00:00.000Z",
		plan: { validityYears: 50, overlapYears: 5, retention: "for ever" },
		services: ["service.example"],
		downloadUrl: "https://download-{n}.example/ca",
		dlKeys: [Buffer.from(rawPublicKey(signer.publicKey)).toString("hex")],
	});
	const desk = new FleetDesk({ fleet, year: () => 1, signer: () => signer });
	await desk.begin();
	await desk.give({ order: "provide" });
}

/** A copy of the fleet, and what is found in it after `harm`. */
function after(harm: (at: (...parts: string[]) => string) => void, now = new Date("2031-01-01")): string[] {
	const folder = flashFolder();
	cpSync(whole, folder, { recursive: true });
	const at = (...parts: string[]) => join(folder, "fleet", ...parts);
	harm(at);
	const signer = existsSync(at("dl/signed")) ? Signer.open(at("dl"), dlPassphrase) : undefined;
	return check(Fleet.open(at()), { signer, now }).map(
		({ weight, what, remedy }) => `${weight}: ${what.replaceAll(folder, "")}: ${remedy}`,
	);
}

function found(weight: Weight, what: RegExp, remedy: RegExp, harm: Parameters<typeof after>[0]): void {
	const findings = after(harm);
	assert.ok(
		findings.some(text => text.startsWith(`${weight}: `) && what.test(text) && remedy.test(text)),
		findings.join("\n") || "nothing was found",
	);
}

test("of a whole fleet there is nothing to say", () => {
	assert.equal(
		after(() => {}),
		[],
	);
});

test("a key that is lost, another's, readable by others, or no key", () => {
	found("danger", /CA A: .*authority\/1\/ca\.key: this private key is not there/, /backup.*baton revoke 1/, at =>
		rmSync(at("authority/1/ca.key")),
	);
	found("danger", /the key beside it is another certificate's/, /baton revoke 1/, at =>
		copyFileSync(at("authority/2/ca.key"), at("authority/1/ca.key")),
	);
	found("danger", /the download server that CA information 2 names: .*server\.key: not a private key/, /backup/, at =>
		writeFileSync(at("authority/2/download/server.key"), "torn"),
	);
	found("danger", /CA B: .*anchor\.der: this certificate is not there/, /backup/, at =>
		rmSync(at("authority/2/anchor.der")),
	);
	found("danger", /devices refuse this CA certificate/, /backup/, at =>
		writeFileSync(at("authority/2/anchor.der"), "x"),
	);
});

test("a certificate that devices would refuse", () => {
	found("danger", /devices refuse this certificate for download-3\.example: /, /server-cert/, at => {
		for (const file of ["server.key", "server.pem"])
			copyFileSync(at("authority/1/download", file), at("authority/2/download", file));
	});
});

test("CA information that is cut, another's, or not signed", () => {
	const file = (at: (...parts: string[]) => string, n: number) => at("authority", String(n), "information.cbor");
	found("danger", /2\/information\.cbor: devices refuse this CA information: /, /the same bytes/, at =>
		writeFileSync(file(at, 2), readFileSync(file(at, 2)).subarray(0, -1)),
	);
	found("danger", /2\/information\.cbor: it is of generation 1/, /backup/, at =>
		copyFileSync(file(at, 1), file(at, 2)),
	);
	found("due", /CA information 2 is not signed/, /baton sign, then baton ca accept/, at => rmSync(file(at, 2)));
	found("danger", /CA information 1 is not signed/, /baton sign/, at => rmSync(file(at, 1)));
	found("danger", /authority\/2 is not there/, /backup/, at => rmSync(at("authority/2"), { recursive: true }));
	found("danger", /says something else than this fleet has ordered/, /backup/, at => {
		const record = readFileSync(at("operation.json"), "utf8");
		writeFileSync(at("operation.json"), record.replace('"revokes": false', '"revokes": true'));
	});
});

test("a CA that is past its date", () => {
	const findings = after(() => {}, new Date("2071-01-01"));
	assert.ok(
		findings.some(text => /^danger: CA A was valid until .* 2069 .*: .*take-over/.test(text)),
		findings.join(),
	);
});

test("what an order that was broken off has left", () => {
	found("note", /authority\/3\.0123456789ab\.new is not on record/, /broken off: remove it/, at =>
		mkdirSync(at("authority/3.0123456789ab.new")),
	);
	found("due", /authority\/3, signed, is not on record/, /older backup/, at =>
		cpSync(at("authority/2"), at("authority/3"), { recursive: true }),
	);
	found("note", /operation\.json\.0123456789ab\.new was never finished/, /remove it/, at =>
		writeFileSync(at("operation.json.0123456789ab.new"), ""),
	);
});

test("the DL key's log, where it is at hand", () => {
	found("danger", /has signed generation 3, and this fleet ends at 2: .*older backup/, /the next order takes 4/, at =>
		writeFileSync(at("dl/signed/3"), "a0\n"),
	);
	found("due", /log does not have generation 2, which is signed/, /the next order enters it/, at =>
		rmSync(at("dl/signed/2")),
	);
	found("danger", /generation 2 was signed twice/, /who else signs/, at =>
		renameSync(at("dl/signed/1"), at("dl/signed/2")),
	);
});

test("two addresses that lead to one place", () => {
	found("danger", /download-2\.example:443 is named by generation 1 already/, /restore/, at => {
		const record = JSON.parse(readFileSync(at("operation.json"), "utf8"));
		record.operation.authorities[1].moved = { downloadUrl: "https://download-2.example/{n}" };
		writeFileSync(at("operation.json"), JSON.stringify(record));
	});
});

test.run();
