// NSS (Firefox's library, as a server in Red Hat's directory and certificate systems): 3.87 knows
// certificate_authorities in a CertificateRequest alone, and refuses a ClientHello that has it. A device whose
// setting says not to name them gets on with it.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root as repository } from "../../boards/bundle.js";
import { certificatePem } from "../../host/certificate-authority.js";
import { flashFolder } from "../host/device-run.js";
import * as make from "../host/tls/certificate-maker.js";
import { absent, noNetworkNamespace, type Result } from "../host/tls/peers.js";

const HOST = "server.example";
const missing = absent("selfserv") ?? absent("certutil") ?? absent("openssl") ?? noNetworkNamespace();

/** It listens at every address, so it and the client get a network of their own. */
function exchangeWithNSS(type: make.KeyType, nameAuthorities: boolean): Result {
	const folder = flashFolder(),
		database = join(folder, "database");
	const root = make.party("root R", type),
		server = make.party(HOST, type);
	mkdirSync(database);
	const [certificate, key, both] = ["server.crt", "server.key", "server.p12"].map(name => join(folder, name));
	writeFileSync(certificate, certificatePem(make.leaf(root, server)));
	writeFileSync(key, server.privateKey.export({ type: "pkcs8", format: "pem" }));
	const run = (file: string, ...args: string[]) => execFileSync(file, args, { stdio: "pipe" });
	run("certutil", "-N", "-d", `sql:${database}`, "--empty-password");
	run(
		"openssl",
		"pkcs12",
		"-export",
		"-in",
		certificate,
		"-inkey",
		key,
		"-name",
		"server",
		"-out",
		both,
		"-passout",
		"pass:x",
	);
	run("pk12util", "-i", both, "-d", `sql:${database}`, "-W", "x", "-K", "");
	const command = {
		port: 4433,
		host: HOST,
		root: make.authority(root).toString("base64"),
		suite: 0x1303,
		fragmentLength: 512,
		offerKeyShare: true,
		nameAuthorities,
	};
	const script = `
		ip link set lo up
		selfserv -n server -p 4433 -d "sql:$1" -V tls1.3: -i "$2" >/dev/null 2>&1 &
		until [ -s "$2" ]; do sleep 0.1; done
		"$3" bin/run.js test/host/tls/exchange-command.ts "$4"`;
	const namespace = ["-rn", "--pid", "--fork", "--kill-child"];
	const parameters = [database, join(folder, "pid"), process.execPath, JSON.stringify([command])];
	const { stdout, stderr } = spawnSync("unshare", [...namespace, "sh", "-c", script, "sh", ...parameters], {
		cwd: repository,
		encoding: "utf8",
	});
	if (!stdout.startsWith("[")) throw new Error(stderr);
	return JSON.parse(stdout)[0];
}

for (const type of ["p256", "rsa2048"] as const) {
	const name = `NSS with ${type}: refuses the names of authorities, and is authenticated without them`;
	if (missing) {
		test.skip(`${name} [${missing}]`, () => {});
		continue;
	}
	test(name, () => {
		assert.is(exchangeWithNSS(type, true).error, "received illegal_parameter");
		const { anchor, error, text } = exchangeWithNSS(type, false);
		assert.equal([anchor, error], [0, undefined]);
		assert.match(text, /^HTTP\/1\.0 200 /);
	});
}

test.run();
