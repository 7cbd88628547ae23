// An authority whose key stays where it is, in a company's PKI say: what it is to sign is carried there, and what comes
// back is judged as devices would.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Fleet } from "../../host/fleet.js";
import { FleetServer } from "../../host/fleet-server.js";
import { flashFolder } from "./device-run.js";
import { get } from "./https-client.js";
import { init, runInProcess } from "./in-process.js";

function openssl(...parameters: string[]): void {
	const run = spawnSync("openssl", parameters, { encoding: "utf8" });
	assert.is(run.status, 0, run.stderr);
}

function company() {
	const folder = flashFolder();
	const at = (...parts: string[]) => join(folder, ...parts);
	const done = async (...parameters: string[]) => {
		const { code, out, error } = await runInProcess(parameters, folder);
		assert.is(code, 0, error);
		return out;
	};
	const refused = async (message: RegExp, ...parameters: string[]) => {
		const { code, error } = await runInProcess(parameters, folder);
		assert.is(code, 2);
		assert.match(error, message);
	};
	openssl(
		"req",
		"-x509",
		"-nodes",
		"-newkey",
		"ed25519",
		"-keyout",
		at("ca.key"),
		"-out",
		at("ca.pem"),
		"-subj",
		"/O=Company/CN=Devices",
		"-days",
		"7300",
	);
	/** What the company's CA makes of a request. */
	const certify = (csr: string, out: string, ...more: string[]) =>
		openssl(
			"x509",
			"-req",
			"-in",
			at(csr),
			"-CA",
			at("ca.pem"),
			"-CAkey",
			at("ca.key"),
			"-days",
			"3650",
			"-out",
			at(out),
			...more,
		);
	return { at, done, refused, certify };
}

test("requests are carried to the CA, and what comes back is judged", async () => {
	const { at, done, refused, certify } = company();
	const csr = "fleet/authority/1/download/server.csr";
	assert.match(
		await done(...init, "--ca-cert", "ca.pem"),
		/to be certified where its CA is: fleet\/authority\/1\/download\/server\.csr; then here: baton ca certificate 1/,
	);
	assert.not(existsSync(at("fleet/authority/1/ca.key")));
	assert.match((await runInProcess(["check"], at())).out, /CA information 1 names has no certificate yet: carry/);

	certify(csr, "nameless.pem");
	await refused(/devices refuse this certificate for d2\.example: /, "ca", "certificate", "1", "nameless.pem");
	openssl(
		"req",
		"-new",
		"-nodes",
		"-newkey",
		"ed25519",
		"-keyout",
		at("other.key"),
		"-out",
		at("other.csr"),
		"-subj",
		"/CN=x",
		"-addext",
		"subjectAltName=DNS:d2.example",
	);
	certify("other.csr", "other.pem", "-copy_extensions", "copy");
	await refused(/of another key than the request/, "ca", "certificate", "1", "other.pem");
	await refused(/not a certificate in PEM/, "ca", "certificate", "1", csr);
	await refused(/there is no authority of generation 2/, "ca", "certificate", "2", "other.pem");

	certify(csr, "server.pem", "-copy_extensions", "copy");
	await done("ca", "certificate", "1", "server.pem");
	await done("check");
	await refused(/this CA's key is elsewhere: what it is to sign has to be carried there/, "server-cert", "other.csr");

	// Issued anew it is the same CA, with a download server of its own.
	await done("reissue", "1");
	certify("fleet/authority/2/download/server.csr", "server-2.pem", "-copy_extensions", "copy");
	await done("ca", "certificate", "2", "server-2.pem");
	const fleet = Fleet.open(at("fleet"));
	const { operation } = fleet.record!;
	const server = new FleetServer({ fleet, listen: { port: 0 } });
	assert.equal(await server.reconcile(operation), []);
	try {
		const reply = await get(server.port!, "d2.example", fleet.certificate(1), { path: "/ca" });
		assert.equal(new Uint8Array(reply.body), fleet.information(2));
	} finally {
		await server.close();
	}
});

test("a CA below the company's own: the chain is presented as it came", async () => {
	const { at, done, certify } = company();
	// The company's CA issues one for devices, which is what they hold; it issues one more, which signs for servers.
	const request = (name: string) =>
		openssl(
			"req",
			"-new",
			"-nodes",
			"-newkey",
			"ed25519",
			"-keyout",
			at(`${name}.key`),
			"-out",
			at(`${name}.csr`),
			"-subj",
			`/CN=${name}`,
		);
	writeFileSync(at("ca.ext"), "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n");
	request("between");
	certify("between.csr", "between.pem", "-extfile", at("ca.ext"));
	await done(...init, "--ca-cert", "ca.pem");
	openssl(
		"x509",
		"-req",
		"-in",
		at("fleet/authority/1/download/server.csr"),
		"-CA",
		at("between.pem"),
		"-CAkey",
		at("between.key"),
		"-days",
		"365",
		"-copy_extensions",
		"copy",
		"-out",
		at("leaf.pem"),
	);
	writeFileSync(at("chain.pem"), readFileSync(at("leaf.pem"), "utf8") + readFileSync(at("between.pem"), "utf8"));
	await done("ca", "certificate", "1", "chain.pem");
	const { intermediates } = Fleet.open(at("fleet")).downloadCredentials(1);
	assert.is(intermediates?.length, 1);
	await done("ca", "issue");
	await done("export", "static");
	assert.is(readFileSync(at("static/d2.example.pem"), "utf8").match(/BEGIN CERTIFICATE/g)?.length, 2);
	await done("check");
});

test("an order that was broken off is given again, with the key elsewhere too", async () => {
	const { at, done } = company();
	await done(...init);
	const imported = ["import", "--ca-cert", "ca.pem"];
	await done(...imported);
	assert.match(await done(...imported), /it is not given twice/);
	const { authorities } = Fleet.open(at("fleet")).record!.operation;
	assert.equal(
		authorities.map(({ letter }) => letter),
		["A", "B"],
	);
});

test.run();
