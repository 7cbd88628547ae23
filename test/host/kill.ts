// A kill before every change of the disk: the state is whole, the verb can be given again and comes to the same, no key is
// lost, nothing is signed twice.

import { createPrivateKey, X509Certificate } from "node:crypto";
import fs, { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeCaInformation } from "../../host/ca-information.js";
import {
	certificatePem,
	createCertificateAuthority,
	createCertificateRequest,
	issueServerCertificate,
	readCertificateRequest,
} from "../../host/certificate-authority.js";
import { CommandKey } from "../../host/command-key.js";
import { Fleet } from "../../host/fleet.js";
import { writePrivateKey } from "../../host/private-key-file.js";
import { newKeyPair } from "../../host/signing-key.js";
import { crashing } from "./crash.js";
import { flashFolder } from "./device-run.js";
import { runInProcess } from "./in-process.js";

export interface Verb {
	/** What leads there: verbs, and what somebody else does. */
	before: (string[] | ((folder: string) => Promise<void>))[];
	verb: string[];
	/** Generations in force afterwards, with their letters. */
	force?: string[];
	/** Files that must be there afterwards. */
	files?: string[];
}

/** Of a hybrid fleet: seconds for its DL key's tree. */
export const hybrid = [
	"init",
	"--fleet",
	"example",
	"--service",
	"service.example",
	"--download-url",
	"https://download-{n}.example/ca",
];
/** Its DL key is made without a tree, at once. */
export const init = [...hybrid, "--classical"];
export const offline = [
	["dl", "create", "offline", "--fleet", "example"],
	[...hybrid, "--dl-key", "offline/dl.pub"],
];
export const sign1 = ["sign", "fleet/authority/1/to-sign.cbor", "--dl", "offline", "--out", "1.cbor", "--yes"];
export const issue = ["ca", "issue"];
export const imported = ["import", "--ca-cert", "ca.pem", "--ca-key", "ca.key"];

const elsewhere = await createCertificateAuthority({
	name: "elsewhere",
	validity: { notBefore: new Date("2020-01-01"), notAfter: new Date("2060-01-01") },
});

/** The CA elsewhere certifies what the fleet asks it for. */
export async function certifyElsewhere(folder: string): Promise<void> {
	const csr = readFileSync(join(folder, "fleet/authority/1/download/server.csr"), "utf8");
	const { names, publicKey } = await readCertificateRequest(csr);
	const validity = { notBefore: new Date("2025-01-01"), notAfter: new Date("2059-01-01") };
	const certificate = await issueServerCertificate(elsewhere, { names, publicKey, validity });
	writeFileSync(join(folder, "server.pem"), certificatePem(certificate));
}

/** It signs with the key that is elsewhere. */
const script =
	'const { sign } = require("crypto"), { readFileSync, writeSync } = require("fs"); writeSync(1, sign(null, readFileSync(0), readFileSync("ca.key")))';
export const signer = ["--signer", `'${process.execPath}' -e '${script}'`];

const request = await createCertificateRequest(newKeyPair("ed25519"), ["service.example"]);

// What is flushed stays anyway: nobody cuts this machine's power.
fs.fsyncSync = () => {};
syncBuiltinESMExports();

/** A folder in which everything has happened up to the verb. */
async function prepare(before: Verb["before"]): Promise<string> {
	const folder = flashFolder();
	writeFileSync(join(folder, "ca.pem"), certificatePem(elsewhere.certificate));
	writePrivateKey(join(folder, "ca.key"), elsewhere.privateKey);
	writeFileSync(join(folder, "service.csr"), request);
	for (const parameters of before) {
		if (typeof parameters === "function") {
			await parameters(folder);
			continue;
		}
		const { code, error } = await runInProcess(parameters, folder);
		assert.is(code, 0, `${parameters.join(" ")}: ${error}`);
	}
	return folder;
}

/** BATON_KILL=NAME:N begins with that verb's kill at its N-th change; a failure ends with it. */
const [, only, first] = /^(.*):(\d+)$/.exec(process.env.BATON_KILL ?? "") ?? [];
const firstKill = Number(first ?? 1);

/** A test for each verb. */
export function killAtEveryChange(verbs: { [name: string]: Verb }): void {
	for (const [name, verb] of Object.entries(verbs))
		if (only === undefined || only === name)
			test(`a kill at every change of the disk: ${name}`, () => kill(name, verb));
	test.run();
}

async function kill(name: string, verb: Verb): Promise<void> {
	const start = await prepare(verb.before);
	let fatal = firstKill;
	for (let crashed = true; crashed; fatal++) {
		const folder = flashFolder();
		cpSync(start, folder, { recursive: true });
		try {
			crashed = await killAt(fatal, verb, start, folder);
		} catch (error) {
			const file = /test\/.*$/.exec(process.argv[1])![0];
			(error as Error).message += `\n    again: BATON_KILL='${name}:${fatal}' node bin/run.js ${file}`;
			throw error;
		}
		rmSync(folder, { recursive: true });
	}
	assert.ok(fatal > 5, `only ${fatal - 1} changes of the disk were seen`);
}

/** Gives whether there was a change of the disk of that number to be killed at. */
async function killAt(
	fatal: number,
	{ verb, force, files = [] }: Verb,
	start: string,
	folder: string,
): Promise<boolean> {
	const keysBefore = keysOf(start);
	const crashed = await crashing(fatal, () => runInProcess(verb, folder));
	checkWhole(folder);
	if (crashed) {
		// What was recorded before is there, and so is what was signed.
		const again = await runInProcess(verb, folder);
		assert.is(again.code, 0, `given again after a kill at ${fatal}: ${again.error}`);
	}
	for (const [file, key] of keysBefore) assert.is(readFileSync(join(folder, file), "utf8"), key, file);
	for (const file of files) assert.ok(existsSync(join(folder, file)), `${file} after a kill at ${fatal}`);
	if (force) checkForce(join(folder, "fleet"), force, fatal);
	return crashed;
}

/** Private keys by their files. */
function keysOf(folder: string): Map<string, string> {
	const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(name => name.endsWith(".key"));
	return new Map(names.map(name => [name, readFileSync(join(folder, name), "utf8")]));
}

/** No file is torn: keys and certificates parse, JSON is JSON. */
function checkWhole(folder: string): void {
	for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
		if (name.includes(".new")) continue; // beside its place: never taken for the real one
		const content = () => readFileSync(join(folder, name));
		if (name.endsWith(".key")) void (CommandKey.read(content().toString()) ?? createPrivateKey(content()));
		if (name.endsWith(".pem")) new X509Certificate(content());
		if (name.endsWith(".json")) JSON.parse(content().toString());
	}
}

/** What is in force is whole and signed, and the log has signed each generation once, with these bytes. */
function checkForce(folder: string, letters: string[], fatal: number): void {
	const fleet = Fleet.open(folder);
	const { operation } = fleet.record!;
	const inForce = operation.authorities.filter(({ phase }) => phase === "full" || phase === "provisional");
	assert.equal(
		inForce.map(({ letter }) => letter),
		letters,
		`after a kill at ${fatal}`,
	);
	assert.equal(fleet.unsignedGenerations(operation), []);
	const { lines } = fleet.audit;
	const orders = lines.filter(({ order }) => order !== undefined);
	assert.equal(orders.at(-1)?.order, fleet.record!.entered?.order, `the audit log after a kill at ${fatal}`);
	assert.is(new Set(lines.map(({ at, what }) => `${at} ${what}`)).size, lines.length, "an order is told once");
	for (const { generation } of operation.authorities) {
		const object = fleet.at(generation).information;
		if (!object) continue;
		assert.is(fleet.informationTrouble(generation, object), undefined);
		const entry = join(folder, "dl/signed", String(generation));
		if (!existsSync(entry)) continue;
		const { payload } = decodeCaInformation(object);
		assert.is(/^payload (.*)$/m.exec(readFileSync(entry, "utf8"))?.[1], Buffer.from(payload).toString("hex"));
		void fleet.downloadCredentials(generation);
		void fleet.authority(generation);
	}
}
