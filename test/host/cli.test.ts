// The operator's verbs as they are typed.

import { spawn, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { readSettings } from "../../firmware/settings.js";
import { readDlKey } from "../../firmware/trust/dl-key.js";
import { Fleet } from "../../host/fleet.js";
import { scenarios } from "../../rehearsal/scenarios/index.js";
import { scenarioNames } from "../../rehearsal/scenarios/names.js";
import { eventually } from "../eventually.js";
import { flashFolder } from "./device-run.js";
import { get } from "./https-client.js";
import { type Ran, runInProcess } from "./in-process.js";

const program = join(root, "bin/baton.js");
const URL = "https://download-{n}.fleet.example/ca-information";
const HOST = "service.fleet.example";

/** A folder for one fleet, and `baton` in it. */
function operator(environment: NodeJS.ProcessEnv = {}) {
	const folder = flashFolder();
	const baton = (...parameters: string[]): Promise<Ran> => runInProcess(parameters, folder, environment);
	const done = async (...parameters: string[]): Promise<string> => {
		const ran = await baton(...parameters);
		assert.is(ran.code, 0, ran.error);
		return ran.out;
	};
	const refused = async (message: RegExp, ...parameters: string[]): Promise<void> => {
		const ran = await baton(...parameters);
		assert.is(ran.code, 2, ran.out);
		assert.match(ran.error, message);
		assert.not.match(ran.error, /^\s+at /m);
	};
	const hybrid = (...more: string[]) =>
		done("init", "--fleet", "example", "--service", HOST, "--download-url", URL, ...more);
	/** Its DL key is made without a tree, at once. */
	const init = (...more: string[]) => hybrid("--classical", ...more);
	return { folder, at: (...parts: string[]) => join(folder, ...parts), baton, done, refused, init, hybrid };
}

test("help shows every verb, and each verb an example", async () => {
	const { done } = operator();
	const help = await done("--help");
	for (const verb of [
		"start",
		"device",
		"verify",
		"inspect",
		"init",
		"status",
		"ca",
		"import",
		"take-over",
		"reissue",
		"revoke",
		"server-cert",
		"export",
		"provision",
		"serve",
		"run",
		"sign",
		"dl",
		"check",
		"log",
		"restored",
		"backed-up",
		"erase",
		"front",
		"completion",
	]) {
		assert.match(help, new RegExp(`^  ${verb} `, "m"), verb);
		if (verb !== "ca" && verb !== "dl")
			assert.match(await done(verb, "--help"), /Example:\n {2}(baton|npm start)/, verb);
	}
});

test("the scenarios that help names are those that there are", async () => {
	assert.equal([...scenarios.keys()], [...scenarioNames]);
});

test("a fleet from its beginning to B in full operation, with the guard rail in between", async () => {
	const { init, done, baton, refused, at } = operator();
	assert.match(await init(), /CA 1: authority in full operation \(figure 5, 502\)\nCA information 1 is signed/);
	await refused(/is not empty/, "init", "--fleet", "x", "--service", HOST, "--download-url", URL);
	await refused(/no authority in provisional operation/, "take-over", "--yes");
	assert.match(await done("ca", "issue"), /505\).*\n.*506\)\nCA information 2 is signed/);
	assert.match(await done("ca", "issue"), /was the last that was given, and is carried out: it is not given twice/);

	// Nobody knows whether devices have B: without a person who types it, nothing happens.
	const unconfirmed = await baton("take-over");
	assert.is(unconfirmed.code, 1);
	assert.match(unconfirmed.out, /adoption of generation 2: unknown/);
	assert.match(unconfirmed.error, /not confirmed, nothing was changed/);
	assert.match(await done("status"), /CA A +generation 1 +full/);

	const line = (agent: string, address: string) =>
		`${address} - - [${logDate(new Date())}] "GET /ca-information HTTP/1.1" 200 430 "-" "${agent}"\n`;
	writeFileSync(
		at("access.log"),
		Array.from({ length: 100 }, (_, i) => line(i < 97 ? "baton/1 (1,2)" : "baton/1 (1,-)", `192.0.2.${i}`)).join("") +
			line("Mozilla/5.0", "192.0.2.200"),
	);
	assert.match(await done("status", "--access-log", "access.log"), /adoption of generation 2: 97 of 100 devices/);
	assert.match(await done("take-over", "--yes", "--access-log", "access.log"), /\(97 %\)\n[\s\S]*509\)\n.*510\)/);
	assert.equal(JSON.parse(await done("status", "--json")).operation.full, 2);
});

test("revoking never waits: B is made, signed and in full operation in one step", async () => {
	const { init, done } = operator();
	await init();
	const said = await done("revoke", "1");
	assert.match(said, /511\)[\s\S]*509\)[\s\S]*510\)\nCA information 2 is signed/);
	assert.match(
		await done("inspect", "fleet/authority/2/information.cbor", "--fleet", "example", "--dl-key", "fleet/dl/dl.pub"),
		/revokes +every lower generation[\s\S]*signature +holds[\s\S]*5: true/,
	);
});

test("a CA information is issued anew, with a date from which its servers' certificates count", async () => {
	const { init, done, refused } = operator();
	await init();
	await refused(/expected a date/, "reissue", "1", "--not-before", "yesterday");
	await refused(/would refuse every certificate/, "reissue", "1", "--not-before", "2999-01-01");
	assert.match(
		await done("reissue", "1", "--not-before", "2020-01-01"),
		/CA 2: CA information issued anew.*\n.*\n.*2 is signed/,
	);
	const anew = await done("inspect", "fleet/authority/2/information.cbor");
	assert.match(anew, /2020-01-01T00:00:00.000Z: earlier ones are refused/);
	await done("ca", "issue");
	await done("revoke", "3");
	const followed = await done("inspect", "fleet/authority/4/information.cbor");
	assert.match(followed, /follows +2: takes over[\s\S]*4: 1577836800,[\s\S]*6: 2,/);
	await refused(/generation 1 was issued anew: CA A is at 4 now/, "reissue", "1");
});

test("an ESP32 gets its settings as one partition", async () => {
	const { hybrid, done, refused, at } = operator();
	await hybrid();
	assert.not.match(await done("provision", "plain"), /settings/);
	assert.not(existsSync(at("plain/settings")));
	await refused(/devices refuse http:/, "provision", "device", "--service", "http://service.fleet.example/");
	const map = ["--map", `${HOST}=192.168.1.10:9443`];
	assert.match(
		await done("provision", "device", "--service", `https://${HOST}/`, ...map, "--poll-interval", "60000"),
		/device\/settings\n/,
	);
	const image = new Uint8Array(readFileSync(at("device/settings")));
	assert.is(image.length, 20_480);
	assert.equal(
		readSettings((byteLength, offset) => image.slice(offset, offset + byteLength)),
		{
			fleet: "example",
			factory: new Uint8Array(readFileSync(at("device/factory.cbor"))),
			dlKeys: [readDlKey(new Uint8Array(readFileSync(at("device/dl.pub.raw"))))],
			retiredDlKeys: [],
			service: `https://${HOST}/`,
			map: [{ host: HOST, address: "192.168.1.10", toPort: 9443 }],
			pollInterval: 60_000,
			serviceInterval: 3_600_000,
		},
	);
});

test("the DL signing key can stay on another machine", async () => {
	const { hybrid, done, baton, refused, at, folder } = operator();
	await done("dl", "create", "offline", "--fleet", "example");
	await done("dl", "create", "spare", "--fleet", "example");
	const begun = await hybrid("--dl-key", "offline/dl.pub", "--dl-key", "spare/dl.pub");
	assert.match(begun, /to be signed where the DL key is: baton sign fleet\/authority\/1\/to-sign\.cbor/);
	assert.not(existsSync(at("fleet/dl")));
	await refused(/not signed yet/, "provision", "device");
	// What it says is shown before it is signed, and its fingerprint at both ends.
	const asked = /fingerprint, to be compared there: (\S+)/.exec(begun)![1];
	const request = ["sign", "fleet/authority/1/to-sign.cbor", "--dl", "offline", "--out", "1.cbor"];
	const unconfirmed = await baton(...request);
	assert.is(unconfirmed.code, 1);
	assert.match(unconfirmed.error, /not confirmed, nothing was signed/);
	assert.match(
		unconfirmed.out,
		/generation +1\n[\s\S]*next address +https:\/\/download-2\.fleet\.example\/ca-information[\s\S]*this is the first/,
	);
	assert.is(/fingerprint +(\S+)/.exec(unconfirmed.out)![1], asked);
	assert.not(existsSync(at("1.cbor")));
	assert.equal(readdirSync(at("offline/signed")), []);
	assert.match(await done("inspect", "fleet/authority/1/to-sign.cbor", "--fleet", "example"), new RegExp(asked));
	assert.match(await done(...request, "--yes"), /signed: 1\.cbor/);
	assert.match(await done("ca", "accept", "1.cbor"), /CA information 1 is signed/);
	assert.match(await done("provision", "device"), /device\/dl-spare-1\.pub\.raw/);

	await done("ca", "issue");
	await refused(/CA information 2 is not signed yet: no device can have it/, "take-over", "--yes");
	// The spare takes over the log, then signs the next.
	await refused(
		/generation 2 follows 1, which this log does not have: it ends at 0[\s\S]*baton dl adopt/,
		"sign",
		"fleet/authority/2/to-sign.cbor",
		"--dl",
		"spare",
		"--out",
		"2.cbor",
	);
	await done("dl", "adopt", "1.cbor", "--dl", "spare", "--dl-key", "offline/dl.pub");
	await done("sign", "fleet/authority/2/to-sign.cbor", "--dl", "spare", "--out", "2.cbor", "--yes");
	await done("ca", "accept", "2.cbor");

	// What another fleet's key signed, and what says something else, is not taken.
	const other = Fleet.open(join(folder, "fleet"));
	assert.is(other.information(2)!.length, readFileSync(at("2.cbor")).length);
	writeFileSync(
		at("bad.cbor"),
		readFileSync(at("2.cbor")).map((byte, i) => (i === 60 ? byte ^ 1 : byte)),
	);
	await refused(/devices refuse this CA information: bad signature/, "ca", "accept", "bad.cbor");
});

test("a server's certificate from its request, and what is refused", async () => {
	const { init, done, refused, at } = operator();
	await init();
	const request = (name: string, ...more: string[]) =>
		openssl(
			"req",
			"-new",
			"-nodes",
			"-newkey",
			"ed25519",
			"-keyout",
			at(`${name}.key`),
			"-subj",
			`/CN=${name}`,
			"-out",
			at(`${name}.csr`),
			...more,
		);
	request("service", "-addext", `subjectAltName=DNS:${HOST},IP:127.0.0.1`);
	const issued = new X509Certificate(await done("server-cert", "service.csr"));
	assert.is(issued.subjectAltName, `DNS:${HOST}, IP Address:127.0.0.1`);
	assert.ok(
		issued.verify(
			Fleet.open(at("fleet")).authority(1).privateKey &&
				new X509Certificate(readFileSync(at("fleet/authority/1/ca.pem"))).publicKey,
		),
	);
	openssl(
		"verify",
		"-x509_strict",
		"-CAfile",
		at("fleet/authority/1/ca.pem"),
		write(at("leaf.pem"), issued.toString()),
	);

	request("common");
	assert.match(new X509Certificate(await done("server-cert", "common.csr")).subjectAltName!, /^DNS:common$/);
	openssl(
		"req",
		"-new",
		"-nodes",
		"-newkey",
		"ec",
		"-pkeyopt",
		"ec_paramgen_curve:secp521r1",
		"-keyout",
		at("p521.key"),
		"-subj",
		"/CN=p521",
		"-out",
		at("p521.csr"),
	);
	await refused(/devices verify keys on P-256 and P-384, not on secp521r1/, "server-cert", "p521.csr");
	await refused(/devices refuse https:\/\/a_b\/: bad host in URL/, "server-cert", "common.csr", "--name", "a_b");
	await refused(/not a certificate signing request/, "server-cert", "service.key");
	await done("ca", "issue");
	await refused(
		/download-2\.fleet\.example is named by CA information 1: its certificate must come from that CA/,
		"server-cert",
		"common.csr",
		"--name",
		"download-2.fleet.example",
		"--generation",
		"2",
	);
	await done("revoke", "1");
	await refused(/CA A is revoked/, "server-cert", "common.csr", "--generation", "1");
});

test("private keys: readable by their owner alone, encrypted where a passphrase is set", async () => {
	const { init, refused, at } = operator({ BATON_PASSPHRASE: "secret" });
	await init();
	for (const key of ["fleet/authority/1/ca.key", "fleet/authority/1/download/server.key", "fleet/dl/dl.key"]) {
		assert.is(statSync(at(key)).mode & 0o777, 0o600, key);
		assert.match(readFileSync(at(key), "utf8"), /ENCRYPTED/, key);
	}
	chmodSync(at("fleet/dl/dl.key"), 0o640);
	await refused(/others may read this private key \(mode 640\): chmod 600/, "ca", "issue");
});

test("an address that another generation, or a service, uses is refused", async () => {
	const { refused } = operator();
	await refused(/needs \{n\}/, "init", "--fleet", "x", "--service", HOST, "--download-url", "https://one.example/");
	const { refused: again } = operator();
	await again(
		/is a service's address/,
		"init",
		"--fleet",
		"x",
		"--service",
		"d2.example",
		"--download-url",
		"https://d{n}.example/",
	);
	const { refused: third } = operator();
	await third(
		/one\.example:443 is named by generation 1 already/,
		"init",
		"--fleet",
		"x",
		"--service",
		HOST,
		"--download-url",
		"https://one.example/{n}",
	);
});

test("an authority that openssl made is imported; what no device could use is not", async () => {
	const { init, done, refused, at } = operator();
	const make = (name: string, algorithm: string[], ...more: string[]) =>
		openssl(
			"req",
			"-x509",
			"-nodes",
			"-newkey",
			...algorithm,
			"-keyout",
			at(`${name}.key`),
			"-out",
			at(`${name}.pem`),
			"-days",
			"7300",
			"-subj",
			`/CN=${name}`,
			...more,
		);
	const usage = ["-addext", "keyUsage=critical,keyCertSign"];
	make("ours", ["ed25519"], ...usage);
	await init("--ca-cert", "ours.pem", "--ca-key", "ours.key");
	assert.match(await done("inspect", "fleet/authority/1/information.cbor"), /CN=ours, ed25519/);
	openssl(
		"req",
		"-new",
		"-nodes",
		"-newkey",
		"ed25519",
		"-keyout",
		at("s.key"),
		"-subj",
		`/CN=${HOST}`,
		"-out",
		at("s.csr"),
	);
	writeFileSync(at("s.pem"), await done("server-cert", "s.csr"));
	openssl("verify", "-x509_strict", "-CAfile", at("ours.pem"), at("s.pem"));

	make("p521", ["ec", "-pkeyopt", "ec_paramgen_curve:secp521r1"], ...usage);
	await refused(/devices refuse this CA certificate/, "import", "--ca-cert", "p521.pem", "--ca-key", "p521.key");
	make("leaf", ["ed25519"], "-addext", "basicConstraints=critical,CA:FALSE");
	await refused(
		/devices refuse this CA certificate: not a CA/,
		"import",
		"--ca-cert",
		"leaf.pem",
		"--ca-key",
		"leaf.key",
	);
	make("other", ["ed25519"], ...usage);
	await refused(/the private key is another certificate's/, "import", "--ca-cert", "other.pem", "--ca-key", "ours.key");
	await refused(/has the same subject/, "import", "--ca-cert", "ours.pem", "--ca-key", "ours.key");
	make("signs", ["ed25519"], "-addext", "keyUsage=critical,cRLSign");
	await refused(/devices refuse this CA certificate: /, "import", "--ca-cert", "signs.pem", "--ca-key", "signs.key");
	chmodSync(at("other.key"), 0o644);
	await refused(/chmod 600/, "import", "--ca-cert", "other.pem", "--ca-key", "other.key");
	chmodSync(at("other.key"), 0o600);
	assert.match(
		await done("import", "--ca-cert", "other.pem", "--ca-key", "other.key"),
		/CA 2: authority in provisional operation/,
	);
});

test("step-ca's folder is imported: a P-256 root whose key is encrypted", async () => {
	const { init, refused, at } = operator({ BATON_IMPORT_PASSPHRASE: "step" });
	spawnSync("mkdir", ["-p", at("step/certs"), at("step/secrets")]);
	openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", at("plain.key"));
	openssl("ec", "-in", at("plain.key"), "-aes256", "-passout", "pass:step", "-out", at("step/secrets/root_ca_key"));
	openssl(
		"req",
		"-x509",
		"-key",
		at("plain.key"),
		"-out",
		at("step/certs/root_ca.crt"),
		"-days",
		"3650",
		"-subj",
		"/O=Smallstep/CN=Smallstep Root CA",
		"-addext",
		"basicConstraints=critical,CA:TRUE,pathlen:1",
		"-addext",
		"keyUsage=critical,keyCertSign,cRLSign",
	);
	chmodSync(at("step/secrets/root_ca_key"), 0o600);
	await init("--step-ca", "step");
	assert.is(Fleet.open(at("fleet")).authority(1).privateKey.asymmetricKeyType, "ec");
	const { refused: without } = operator();
	await without(
		/BATON_IMPORT_PASSPHRASE/,
		"init",
		"--fleet",
		"x",
		"--service",
		HOST,
		"--download-url",
		URL,
		"--step-ca",
		at("step"),
	);
	await refused(/no such file/, "import", "--step-ca", "nowhere");
});

test("serve answers for every name, follows the folder, logs, and stops at SIGTERM", async () => {
	const { init, done, folder, at } = operator();
	await init();
	const child = spawn(process.execPath, [program, "serve", "--listen", "127.0.0.1:0"], {
		cwd: folder,
		stdio: ["ignore", "pipe", "inherit"],
	});
	let said = "";
	child.stdout.on("data", text => (said += text));
	const ended = new Promise(resolve => child.on("close", resolve));
	try {
		await eventually("it listens", () => /listening on 127\.0\.0\.1:\d+/.test(said));
		const port = Number(/127\.0\.0\.1:(\d+)/.exec(said)![1]);
		const authority = Fleet.open(at("fleet")).certificate(1);
		const ask = () =>
			get(port, "download-2.fleet.example", authority, {
				path: "/ca-information",
				headers: { "User-Agent": "baton/1 (1,-)" },
			});
		assert.is((await ask()).status, 404); // not in operation, under its own certificate
		await done("ca", "issue");
		await eventually("it follows the folder", async () => (await ask()).status === 200);
		assert.equal(new Uint8Array((await ask()).body), Fleet.open(at("fleet")).information(2)!);
		await eventually("the log is read", async () =>
			/adoption of generation 2: LOW: 0 of 1 devices/.test(await done("status")),
		);
		assert.is(
			(
				await get(port, "download-2.fleet.example", authority, {
					path: "/ca-information",
					headers: { Host: "elsewhere.example" },
				})
			).status,
			421,
		);
	} finally {
		child.kill("SIGTERM");
	}
	assert.is(await ended, 0);
	assert.match(said, /stopped\n$/);
});

test("a fleet whose plan was torn, or that is none, is named, not guessed", async () => {
	const { init, refused, at } = operator();
	await refused(/fleet holds no fleet: make one with baton init/, "status");
	await init();
	writeFileSync(at("fleet/operation.json"), '{"operation": {');
	await refused(/operation\.json: /, "status");
});

function openssl(...parameters: string[]): void {
	const run = spawnSync("openssl", parameters, { encoding: "utf8" });
	assert.is(run.status, 0, run.stderr);
}

function write(file: string, content: string): string {
	writeFileSync(file, content);
	return file;
}

function logDate(at: Date) {
	const [, day, month, year] = /, (\d\d) (\w{3}) (\d{4})/.exec(at.toUTCString())!;
	return `${day}/${month}/${year}:${at.toISOString().slice(11, 19)} +0000`;
}

test.run();
