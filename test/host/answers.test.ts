// What `baton` answers: exit codes for a clock that asks, one JSON object for programs, and what it refuses to carry away.

import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { Fleet } from "../../host/fleet.js";
import { eventually } from "../eventually.js";
import { flashFolder } from "./device-run.js";
import { init, type Ran, runInProcess } from "./in-process.js";

const program = join(root, "bin/baton.js");
function operator(environment: NodeJS.ProcessEnv = {}) {
	const folder = flashFolder();
	const baton = (...parameters: string[]): Promise<Ran> => runInProcess(parameters, folder, environment);
	const done = async (...parameters: string[]) => {
		const ran = await baton(...parameters);
		assert.is(ran.code, 0, `${parameters.join(" ")}: ${ran.error}`);
		return ran.out;
	};
	const refused = async (message: RegExp, ...parameters: string[]) => {
		const ran = await baton(...parameters);
		assert.is(ran.code, 2, ran.out);
		assert.match(ran.error, message);
	};
	return { folder, at: (...parts: string[]) => join(folder, ...parts), baton, done, refused };
}

test("status and check: 0 all is well, 3 something is due, 4 devices are or will be cut off", async () => {
	const { baton, done, at } = operator();
	await done(...init);
	await done("status");
	await done("check");
	renameSync(at("fleet/dl"), at("dl"));
	await done("ca", "issue");
	assert.is((await baton("status")).code, 3); // to be signed
	assert.match((await baton("check")).out, /CA information 2 is not signed: carry .*to-sign\.cbor/);
	renameSync(at("dl"), at("fleet/dl"));
	await done("ca", "issue"); // given again: it is signed
	await done("status");
	rmSync(at("fleet/authority/1/ca.key"));
	const danger = await baton("status");
	assert.is(danger.code, 4);
	assert.match(danger.out, /DANGER: CA A: .*ca\.key: this private key is not there/);
	assert.is((await baton("check", "--json")).code, 4);
});

test("a plan's step that is due", async () => {
	const { baton, done, at, folder } = operator();
	await done(...init);
	const settings = JSON.parse(readFileSync(at("fleet/fleet.json"), "utf8"));
	const before = new Date(Date.now() - 16 * 365 * 86_400_000).toISOString();
	writeFileSync(at("fleet/fleet.json"), JSON.stringify({ ...settings, begins: before }));
	const status = await baton("status");
	assert.is(status.code, 3);
	assert.match(status.out, /next by plan: the next authority comes .*\(due now\)/);

	// Who serves says so too.
	const child = spawn(process.execPath, [program, "serve", "--listen", "127.0.0.1:0"], { cwd: folder });
	let said = "";
	const ended = new Promise(resolve => child.once("close", resolve));
	child.stdout.on("data", text => (said += text));
	await eventually("it reminds", () => child.exitCode !== null || /36\d days ago: baton run, or by hand\n/.test(said));
	child.kill("SIGTERM");
	await ended;
	assert.match(said, /the next authority comes into provisional operation.* 36\d days ago/);
});

test("an init that was refused can be given again", async () => {
	const { done, refused, at } = operator();
	writeFileSync(at("torn.pem"), "torn");
	await refused(/not a certificate in PEM or DER/, ...init, "--ca-cert", "torn.pem");
	await refused(
		/one\.example:443 is named by generation 1 already/,
		...init,
		"--download-url",
		"https://one.example/{n}",
	);
	await done(...init);
	await refused(/is not empty: it holds a fleet already, example/, ...init, "--overlap", "4");
	await refused(/it holds a fleet already/, ...init.filter(word => word !== "--classical"));
	assert.match(await done(...init), /it is not given twice/);
	await done("ca", "issue");
	await refused(/is not empty: it holds a fleet already/, ...init);
	mkdirSync(at("other"));
	writeFileSync(at("other/letter.txt"), "");
	await refused(/other is not empty: it holds letter\.txt/, ...init, "--folder", "other");
});

test("each verb has --json: one object, and nothing else", async () => {
	const { done, baton, at } = operator();
	spawnSync("openssl", [
		"req",
		"-new",
		"-nodes",
		"-newkey",
		"ed25519",
		"-subj",
		"/CN=s.example",
		"-keyout",
		at("s.key"),
		"-out",
		at("s.csr"),
	]);
	for (const [verb, key] of [
		["dl create spare --fleet example --classical", "fingerprint"],
		["init --fleet example --service s.example --download-url https://d{n}.example/ca --classical", "signed"],
		["ca issue", "steps"],
		["status", "operation"],
		["log", "entries"],
		["backed-up", "backedUp"],
		["completion bash", "script"],
		["check", "findings"],
		["inspect fleet/authority/1/information.cbor", "information"],
		["server-cert s.csr", "certificate"],
		["export static", "exported"],
		["provision device", "files"],
		["erase device --yes", "erased"],
		["dl adopt fleet/authority/1/information.cbor --dl spare --dl-key fleet/dl/dl.pub", "last"],
		["reissue 1", "signed"],
		["take-over --yes", "steps"],
		["restored", "steps"],
		["revoke 4", "steps"],
		["dl restored spare", "last"],
		["dl whole spare --although 9", "although"],
	]) {
		const out = await done(...verb.split(" "), "--json");
		const said = JSON.parse(out);
		assert.is(said.ok, true, verb);
		assert.ok(key in said, `${verb}: ${out}`);
	}
	const refused = await baton("revoke", "99", "--json");
	assert.is(refused.code, 2);
	assert.equal(JSON.parse(refused.out), { ok: false, error: "there is no authority of generation 99" });
	const unconfirmed = await baton("erase", "device", "--json");
	assert.is(unconfirmed.code, 1);
	assert.equal(JSON.parse(unconfirmed.out), { ok: false, confirmed: false });
});

test("--version is the package's", async () => {
	const { done } = operator();
	assert.is((await done("--version")).trim(), JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version);
});

test("who reads no more has had enough", () => {
	const { folder } = operator();
	const run = spawnSync("sh", ["-c", `"${process.execPath}" "${program}" --help | head -1`], {
		cwd: folder,
		encoding: "utf8",
	});
	assert.is(run.stderr, "");
	assert.match(run.stdout, /^Usage/);
});

test("a log that was rotated and compressed counts too, and one that is cut is named", async () => {
	const { done, refused, at } = operator();
	await done(...init);
	await done("ca", "issue");
	const [, day, month, year] = /, (\d\d) (\w{3}) (\d{4})/.exec(new Date().toUTCString())!;
	const line = `192.0.2.1 - - [${day}/${month}/${year}:00:00:00 +0000] "GET /ca HTTP/1.1" 200 1 "-" "baton/1 (1,2)"\n`;
	const log = gzipSync(line.repeat(40));
	writeFileSync(at("access.log.1.gz"), log);
	const logs = ["--access-log", "access.log.1.gz", "--days", "2"];
	assert.match(
		await done("status", ...logs),
		/adoption of generation 2: 1 of 1 devices that were heard within 2 days hold it \(100 %\)/,
	);
	writeFileSync(at("access.log.1.gz"), log.subarray(0, -20));
	await refused(/access\.log\.1\.gz: unexpected end of file/, "status", ...logs);
});

test("the factory begins with the CA in full operation, never with one that is provisional, revoked or unsigned", async () => {
	const { done, refused, at, baton } = operator();
	await done(...init);
	await done("ca", "issue");
	assert.match(await done("provision", "device"), /beginning with CA A \(generation 1\)/);
	assert.is((await baton("provision", "device", "--generation", "2")).code, 2); // no such option
	await done("revoke", "1");
	assert.match(await done("provision", "device"), /beginning with CA B \(generation 3\)/);
	rmSync(at("fleet/authority/3/information.cbor"));
	await refused(/CA information 3 is not signed yet/, "provision", "device");
	writeFileSync(at("fleet/authority/3/information.cbor"), readFileSync(at("device/factory.cbor")).subarray(1));
	await refused(/CA information 3 is not signed yet/, "provision", "device");
});

test("a DL key that no device of the fleet has is found before it signs", async () => {
	const { done, refused, at } = operator();
	await done(...init);
	await done("dl", "create", "strange", "--fleet", "example", "--classical");
	await refused(/no device of the fleet example has this DL key burnt in/, "ca", "issue", "--dl", "strange");
	await done("dl", "create", "other", "--fleet", "another", "--classical");
	await refused(/signs for the fleet another, not for example/, "ca", "issue", "--dl", "other");
	await refused(/holds no DL signing key: fleet is missing/, "ca", "issue", "--dl", "nowhere");
	assert.equal(Fleet.open(at("fleet")).generations, [1]);
});

test("passphrases come from files too, and the one that is missing is named", async () => {
	const first = operator({ BATON_PASSPHRASE: "one", BATON_DL_PASSPHRASE: "two" });
	await first.done(...init);
	writeFileSync(first.at("one"), "one\n");
	writeFileSync(first.at("two"), "two\n");
	const run = (environment: NodeJS.ProcessEnv) => runInProcess(["ca", "issue"], first.folder, environment);
	const without = await run({});
	assert.is(without.code, 2);
	assert.match(
		without.error,
		/dl\/dl\.key: this key is encrypted: set BATON_DL_PASSPHRASE, or BATON_DL_PASSPHRASE_FILE/,
	);
	const half = await run({ BATON_DL_PASSPHRASE: "two" });
	assert.match(half.error, /ca\.key: this key is encrypted: set BATON_PASSPHRASE, or BATON_PASSPHRASE_FILE/);
	assert.equal(Fleet.open(first.at("fleet")).generations, [1]);
	const files = { BATON_PASSPHRASE_FILE: first.at("one"), BATON_DL_PASSPHRASE_FILE: first.at("two") };
	const both = await run(files);
	assert.is(both.code, 0, both.error);
	const opened = spawnSync("openssl", [
		"pkey",
		"-in",
		first.at("fleet/authority/2/ca.key"),
		"-passin",
		"pass:one",
		"-noout",
	]);
	assert.is(opened.status, 0, String(opened.stderr));
});

test("revoke says what devices will do: it differs", async () => {
	const { done } = operator();
	await done(...init);
	await done("ca", "issue");
	assert.match(
		await done("revoke", "2"),
		/CA B was in no full operation: the services keep their certificates by CA A/,
	);
	await done("take-over", "--yes");
	const past = await done("revoke", "1");
	assert.match(past, /out of operation already[\s\S]*Nothing announces it/);
	assert.not.match(past, /give every service/);
	assert.match(await done("revoke", "4"), /devices promote it as soon as they have it[\s\S]*give every service/);
	assert.match(await done("revoke", "4"), /it is not given twice/);
});

test("a new date refuses certificates: those that are known are listed, and it is asked", async () => {
	const { done, baton, at } = operator();
	await done(...init);
	spawnSync("openssl", [
		"req",
		"-new",
		"-nodes",
		"-newkey",
		"ed25519",
		"-subj",
		"/CN=s.example",
		"-keyout",
		at("s.key"),
		"-out",
		at("s.csr"),
	]);
	await done("server-cert", "s.csr", "--out", "s.pem");
	const now = new Date(Date.now() - 1_000).toISOString().replace(/\.\d+/, "");
	await new Promise(resolve => setTimeout(resolve, 2_100)); // dates have whole seconds
	const later = new Date(Date.now() - 500).toISOString().replace(/\.\d+/, "");
	assert.match(await done("reissue", "1", "--not-before", "2020-01-01"), /issued anew/); // refuses none
	const asked = await baton("reissue", "2", "--not-before", later);
	assert.is(asked.code, 1, now);
	assert.match(asked.error, /Devices will refuse these certificates[\s\S]*s\.example, issued [\s\S]*not confirmed/);
	assert.match(await done("reissue", "2", "--not-before", later, "--yes"), /Devices will refuse:\n {2}s\.example/);
});

test("serve refuses what goes together with nothing", async () => {
	const { done, refused } = operator();
	await done(...init);
	await refused(/--canary and --share say who is shown --rehearse/, "serve", "--share", "1");
	await refused(/expected at most 100/, "serve", "--rehearse", "127.0.0.1:0", "--share", "101");
	await refused(
		/--canary x: expected an address, or a network/,
		...["serve", "--listen", "127.0.0.1:0", "--rehearse", "127.0.0.1:0", "--canary", "x"],
	);
});

test("serve says that it listens when it does, and ends with 2 where it cannot", async () => {
	const { done, at, folder } = operator();
	await done(...init);
	const taken = createServer();
	await new Promise<void>(resolve => taken.listen(0, "127.0.0.1", resolve));
	const { port } = taken.address() as { port: number };
	const serve = (listen: string) =>
		new Promise<{ code: number | null; out: string; error: string }>(resolve => {
			const child = spawn(process.execPath, [program, "serve", "--listen", listen], { cwd: folder });
			let [out, error] = ["", ""];
			child.stdout.on("data", text => {
				const before = /listening on/.test(out);
				out += text;
				if (!before && /listening on/.test(out)) child.kill("SIGTERM");
			});
			child.stderr.on("data", text => (error += text));
			child.on("close", code => resolve({ code, out, error }));
		});
	const refused = await serve(`127.0.0.1:${port}`);
	assert.is(refused.code, 2);
	assert.match(refused.error, /cannot listen: .*EADDRINUSE/);
	assert.not.match(refused.out, /listening/);
	taken.close();
	const six = await serve("[::1]:0");
	if (six.code === 0) assert.match(six.out, /listening on \[::1\]:\d+/); // a machine without IPv6 refuses it
	// A key that cannot be used costs its own name alone; if it is the only one, there is nothing to serve.
	mkdirSync(at("kept"));
	renameSync(at("fleet/authority/1/download/server.key"), at("kept/server.key"));
	const nothing = await serve("127.0.0.1:0");
	assert.is(nothing.code, 2);
	assert.match(nothing.error, /nothing can be served: .*server\.key: this private key is not there/);
	copyFileSync(at("kept/server.key"), at("fleet/authority/1/download/server.key"));
	assert.is((await serve("127.0.0.1:0")).code, 0);
});

test.run();
