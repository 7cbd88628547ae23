// Yesterday's backup: of the fleet's folder, of the DL key's log, of both. The next order goes on above what was signed
// since, and no generation is signed twice.

import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeCaInformation } from "../../host/ca-information.js";
import { Fleet } from "../../host/fleet.js";
import { FleetServer } from "../../host/fleet-server.js";
import { flashFolder } from "./device-run.js";
import { runInProcess } from "./in-process.js";

const hybrid = ["init", "--fleet", "example", "--service", "s.example", "--download-url", "https://d{n}.example/ca"];
const init = [...hybrid, "--classical"];

function operator() {
	const folder = flashFolder();
	const at = (...parts: string[]) => join(folder, ...parts);
	const run = async (code: number, ...parameters: string[]) => {
		const ran = await runInProcess(parameters, folder);
		assert.is(ran.code, code, `${parameters.join(" ")}: ${ran.out}${ran.error}`);
		return ran.out + ran.error;
	};
	const done = (...parameters: string[]) => run(0, ...parameters);
	const refused = async (message: RegExp, ...parameters: string[]) =>
		assert.match(await run(2, ...parameters), message);
	/** Carries a request to the DL key, and the signed object back. */
	const sign = async (generation: number, dl = "offline", ...more: string[]) => {
		const request = `fleet/authority/${generation}/to-sign.cbor`;
		await done("sign", request, "--dl", dl, "--out", `${generation}.cbor`, "--yes", ...more);
		await done("ca", "accept", `${generation}.cbor`);
	};
	/** Puts the fleet's folder back, as it was when it was copied; its DL key, if it has one, stays as it is. */
	const back = (copy: string) => {
		renameSync(at("fleet"), at("lost"));
		cpSync(at(copy), at("fleet"), { recursive: true });
		rmSync(at("fleet/dl"), { recursive: true, force: true });
		if (existsSync(at("lost/dl"))) cpSync(at("lost/dl"), at("fleet/dl"), { recursive: true });
		rmSync(at("lost"), { recursive: true });
	};
	return { at, run, done, refused, sign, back };
}

function line(held: string): string {
	return `192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "GET /ca HTTP/1.1" 200 1 "-" "baton/1 (${held})"\n`;
}
function lying(at: (name: string) => string, held: string): string[] {
	writeFileSync(at("access.log"), line(held));
	return ["--access-log", at("access.log")];
}

test("of the fleet's folder, with the DL key at hand: the next order takes what is free", async () => {
	const { at, run, done, back } = operator();
	await done(...init);
	cpSync(at("fleet"), at("backup"), { recursive: true });
	await done("ca", "issue");
	back("backup");
	assert.match(
		await run(4, "check"),
		/has signed generation 2, and this fleet ends at 1: .*older backup.*the next order takes 3/,
	);
	assert.match(await done("ca", "issue"), /CA information 3 is signed/);
	const { information } = decodeCaInformation(readFileSync(at("fleet/authority/3/information.cbor")));
	assert.is(information.follows, 1, "devices that hold the lost one as next take this in its place");
	assert.match(await run(0, "status"), /CA B +generation 3 +provisional/);
});

test("of the fleet's folder, where something was left unsigned in it", async () => {
	const { at, done, back } = operator();
	await done(...init);
	cpSync(at("fleet"), at("before"), { recursive: true });
	renameSync(at("fleet/dl"), at("dl"));
	await done("ca", "issue"); // to be signed elsewhere
	cpSync(at("fleet"), at("backup"), { recursive: true });
	rmSync(at("fleet"), { recursive: true });
	cpSync(at("before"), at("fleet"), { recursive: true });
	await done("ca", "issue"); // another CA with the same generation, which was signed
	back("backup");
	assert.match(
		await done("take-over", "--yes"),
		/CA 3: CA information issued anew[\s\S]*CA 3: authority in full operation/,
	);
	assert.equal(Fleet.open(at("fleet")).unsignedGenerations(Fleet.open(at("fleet")).record!.operation), []);
});

test("of the fleet's folder, with the DL key elsewhere: its log says where to go on", async () => {
	const { at, done, refused, sign, back } = operator();
	await done("dl", "create", "offline", "--fleet", "example", "--classical");
	await done(...init, "--dl-key", "offline/dl.pub");
	await sign(1);
	cpSync(at("fleet"), at("backup"), { recursive: true });
	await done("ca", "issue");
	await sign(2);
	back("backup");
	await done("ca", "issue");
	const again = ["sign", "fleet/authority/2/to-sign.cbor", "--dl", "offline", "--out", "2.cbor", "--yes"];
	await refused(
		/generation 2 was signed before, with other contents: the next one is 3 .*baton restored --above 2/,
		...again,
	);
	assert.match(
		await done("restored", "--above", "2"),
		/CA 3: CA information issued anew[\s\S]*authority\/3\/to-sign\.cbor/,
	);
	await sign(3);
	assert.is(Fleet.open(at("fleet")).record!.operation.next, 3);
	await done("take-over", "--yes");
});

test("of the DL key's log too: it skips what it may have signed since", async () => {
	const { at, done, refused, sign } = operator();
	await done("dl", "create", "offline", "--fleet", "example", "--classical");
	await done(...init, "--dl-key", "offline/dl.pub");
	await sign(1);
	cpSync(at("offline"), at("backup"), { recursive: true });
	await done("ca", "issue");
	await sign(2);
	await done("ca", "issue").catch(() => {});
	rmSync(at("offline"), { recursive: true });
	cpSync(at("backup"), at("offline"), { recursive: true });
	assert.match(await done("dl", "restored", "offline", "--above", "2"), /up to 18 count as signed[\s\S]*--above 18/);
	await done("reissue", "2");
	const request = ["sign", "fleet/authority/3/to-sign.cbor", "--dl", "offline", "--out", "3.cbor", "--yes"];
	await refused(/generation 3 was signed before/, ...request);
	await done("restored", "--above", "18");
	await sign(19);
	assert.is(Fleet.open(at("fleet")).record!.operation.next, 19);
});

test("a log that was lost: the key does not sign until it is said how far it may have come", async () => {
	const { at, done, refused } = operator();
	await done(...init);
	rmSync(at("fleet/dl/signed"), { recursive: true });
	await refused(
		/has lost its log: signed is missing\. Restore it, or make the folder and say baton dl restored/,
		"ca",
		"issue",
	);
	await done("dl", "restored", "fleet/dl", "--above", "1");
	assert.match(await done("ca", "issue"), /CA information 18 is signed/);
});

test("restored by itself goes on above all that is known, and believes no log line that says more", async () => {
	const { at, done, refused } = operator();
	await done(...init);
	writeFileSync(at("access.log"), line("1,5"));
	assert.match(await done("restored", "--access-log", "access.log"), /hold up to 5[\s\S]*above 21/);
	await done("ca", "issue");
	assert.is(Fleet.open(at("fleet")).record!.operation.next, 22);
	writeFileSync(at("access.log"), line("65535,-"));
	await refused(
		/devices that hold generation 65535; 22 is the last .* Anybody can write such a line/,
		"restored",
		"--access-log",
		"access.log",
	);
	await refused(/generation 22 is known already/, "restored", "--above", "21");
});

test("of the DL key's folder alone: it has signed what its log does not have, and signs nothing until that is skipped", async () => {
	const { at, run, done, refused } = operator();
	await done(...hybrid);
	cpSync(at("fleet/dl"), at("old-dl"), { recursive: true });
	await done("ca", "issue");
	rmSync(at("fleet/dl"), { recursive: true });
	renameSync(at("old-dl"), at("fleet/dl"));
	assert.match(await run(4, "check"), /has signed generation 2, and its log does not have it: .*baton dl restored/);
	await refused(/has signed generation 2, and its log does not have it: it comes from a backup/, "revoke", "1");
	await refused(/--above the highest generation that .* show, or --fleet-folder/, "dl", "restored", "fleet/dl");
	assert.match(
		await done("dl", "restored", "fleet/dl", "--fleet-folder", "fleet"),
		/The fleet ends at generation 2; .*\ngenerations up to 18 count as signed/,
	);
	assert.match(await done("revoke", "1"), /CA information 19 is signed/);
	assert.match(await run(0, "check"), /all is whole/);
	const { information } = decodeCaInformation(readFileSync(at("fleet/authority/19/information.cbor")));
	assert.is(information.follows, 1);
});

test("of both: addresses and access logs show what neither knows", async () => {
	const { at, run, done, refused } = operator();
	await done(...hybrid);
	cpSync(at("fleet"), at("backup"), { recursive: true });
	await done("ca", "issue");
	const fleet = Fleet.open(at("fleet"));
	const server = new FleetServer({ fleet, listen: { port: 0 } });
	try {
		await server.reconcile(fleet.record!.operation);
		const map = ["--map", `d2.example=127.0.0.1:${server.port}`, "--map", `d3.example=127.0.0.1:${server.port}`];
		assert.match(await run(0, "check", "--addresses", ...map), /all is whole/);
		rmSync(at("fleet"), { recursive: true });
		cpSync(at("backup"), at("fleet"), { recursive: true });
		assert.match(await run(0, "check"), /all is whole/, "the folder by itself");
		assert.match(
			await run(4, "check", "--addresses", ...map),
			/https:\/\/d2\.example\/ca serves generation 2, and this fleet ends at 1: .*baton dl restored/,
		);
		assert.match(
			await done("dl", "restored", "fleet/dl", "--fleet-folder", "fleet", "--addresses", ...map),
			/ends at generation 1; its addresses serve up to 2; .*\ngenerations up to 18 count/,
		);
		assert.match(await done("ca", "issue"), /CA information 19 is signed/);
	} finally {
		await server.close();
	}
	await refused(/--above 40\b/, "dl", "restored", "fleet/dl", "--fleet-folder", "fleet", ...lying(at, "40,-"));
});

test("a line of the access log that nobody can believe stops orders, until somebody says that it is a lie", async () => {
	const { at, done, refused } = operator();
	await done(...hybrid);
	writeFileSync(at("fleet/access.log"), line("900,-"));
	await refused(
		/a device holds generation 900; .*know none above 1: .* baton dl restored .*baton dl whole fleet\/dl --although 900/,
		"ca",
		"issue",
	);
	assert.match(await done("dl", "whole", "fleet/dl", "--although", "900"), /is whole, and ends at 1/);
	assert.match(await done("ca", "issue"), /CA information 2 is signed/);
});

test.run();
