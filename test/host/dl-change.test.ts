// The DL keys are changed by a firmware update: what the operator does, with the new key elsewhere, and at hand.

import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readSettings } from "../../firmware/settings.js";
import { VerifiedCaInformation } from "../../firmware/trust/ca-information.js";
import { isPair, readDlKey } from "../../firmware/trust/dl-key.js";
import { decodeCaInformation } from "../../host/ca-information.js";
import { Fleet } from "../../host/fleet.js";
import { flashFolder } from "./device-run.js";
import { runInProcess } from "./in-process.js";

const init = ["init", "--fleet", "example", "--service", "s.example", "--download-url", "https://d{n}.example/ca"];

function operator() {
	const folder = flashFolder();
	const run = async (code: number, ...parameters: string[]) => {
		const ran = await runInProcess(parameters, folder);
		assert.is(ran.code, code, `${parameters.join(" ")}: ${ran.out}${ran.error}`);
		return ran.out + ran.error;
	};
	return {
		at: (...parts: string[]) => join(folder, ...parts),
		run,
		done: (...parameters: string[]) => run(0, ...parameters),
		refused: async (message: RegExp, ...parameters: string[]) => assert.match(await run(2, ...parameters), message),
	};
}

const { at, run, done, refused } = operator();
const raw = (file: string) => readDlKey(new Uint8Array(readFileSync(at(file))))!;
const object = (generation: number) =>
	new Uint8Array(readFileSync(at(`fleet/authority/${generation}/information.cbor`)));

test("the next key takes over the log, and signs the factory CA information of the firmware that comes first", async () => {
	await done(...init, "--classical");
	await done("ca", "issue");
	await done("dl", "create", "next", "--fleet", "example");
	const informations = [1, 2].map(generation => `fleet/authority/${generation}/information.cbor`);
	await refused(/follows 1, which this log does not have/, "sign", informations[1], "--dl", "next", "--out", "2.cbor");
	await done("dl", "adopt", ...informations, "--dl", "next", "--dl-key", "fleet/dl/dl.pub");
	assert.match(
		await done("sign", informations[0], "--dl", "next", "--out", "factory.cbor", "--yes"),
		/once more: these very bytes were signed before/,
	);
	const changed = ["--dl-key", "next/dl.pub", "--service", "https://s.example/"];
	await refused(/is to be signed by one of these: --factory/, "provision", "device", ...changed);
	await refused(/another kind of signature/, "provision", "device", ...changed, "--factory", informations[0]);
	await done("provision", "device", ...changed, "--factory", "factory.cbor");
	const image = new Uint8Array(readFileSync(at("device/settings")));
	const { dlKeys, retiredDlKeys, factory } = readSettings((length, offset) => image.slice(offset, offset + length));
	assert.equal([dlKeys, retiredDlKeys], [[raw("device/dl.pub.raw")], [raw("device/dl-retired-1.pub.raw")]]);
	assert.ok(isPair(dlKeys[0]) && !isPair(retiredDlKeys![0]));
	const firmware = { name: "example", dlKeys, retiredDlKeys };
	assert.not(VerifiedCaInformation.verify(factory, firmware).isRetired);
	assert.ok(VerifiedCaInformation.verify(object(2), firmware).isRetired, "what is served until the change");
	assert.match(await run(0, "check"), /all is whole/);
});

test("then what is served or in force is signed again: with the key elsewhere it is written to be signed", async () => {
	const change = ["dl", "change", "--dl-key", "next/dl.pub"];
	assert.match(await run(1, ...change), /not confirmed, nothing was changed/);
	const told = await done(...change, "--yes");
	assert.match(told, /and 1 retired[\s\S]*authority\/1\/to-sign\.cbor[\s\S]*authority\/2\/to-sign\.cbor/);
	assert.match(await run(4, "check"), /CA information 1 is signed by a retired DL key: no device takes it/);
	await refused(/no device of the fleet example has this DL key burnt in/, "take-over", "--yes");
	renameSync(at("fleet/dl"), at("former-dl"));
	for (const generation of [1, 2]) {
		const request = `fleet/authority/${generation}/to-sign.cbor`;
		await done("sign", request, "--dl", "next", "--out", `${generation}.cbor`, "--yes");
		await done("ca", "accept", `${generation}.cbor`);
		assert.ok(decodeCaInformation(object(generation)).signatures.lms);
	}
	assert.match(await run(0, "check"), /all is whole/);
	assert.match(await done("status"), /DL keys: 1, Ed25519 and HSS-LMS; generation 2 of 1,023; 1 retired/);
	assert.equal(Fleet.open(at("fleet")).signedByRetired(Fleet.open(at("fleet")).record!.operation), []);
	await done("provision", "device");
	assert.ok(existsSync(at("device/dl-retired-1.pub.raw")));
	await done("ca", "accept", "2.cbor");
	await done("take-over", "--yes", "--dl", "next");
});

test("from one pair to another, with the new key at hand, in one step; given again it does no more", async () => {
	await done("dl", "create", "third", "--fleet", "example");
	const change = ["dl", "change", "--dl-key", "third/dl.pub", "--dl", "third", "--yes"];
	const before = decodeCaInformation(object(2));
	assert.match(await done(...change), /and 2 retired[\s\S]*CA information 2 is signed/);
	const after = decodeCaInformation(object(2));
	assert.equal(after.payload, before.payload);
	assert.not.equal(after.signatures, before.signatures);
	assert.not.match(await done(...change), /is signed/);
	assert.match(await run(0, "check", "--dl", "third"), /all is whole/);
	await done("ca", "issue", "--dl", "third");
	await refused(/all pairs with HSS-LMS/, ...change, "--dl-key", "former-dl/dl.pub");
	await refused(/no device of the fleet example has this DL key/, ...change.slice(0, 4), "--dl", "next", "--yes");
});

test.run();
