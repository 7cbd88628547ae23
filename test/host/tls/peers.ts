// TLS servers of other makes, each as a program that serves a short page with given credentials and one cipher suite:
// Node's tls, OpenSSL's s_server, GnuTLS's gnutls-serv, Go's crypto/tls.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer as createHTTPSServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root as repository } from "../../../boards/bundle.js";
import { certificatePem } from "../../../host/certificate-authority.js";
import { type ExchangeCommand, run } from "./exchange-command.js";
import type { Credentials } from "./reference-server.js";

export type Result = Awaited<ReturnType<typeof run>>;
export type Command = Omit<ExchangeCommand, "port">;

export interface Peer {
	title: string;
	/** Whether it keeps to `max_fragment_length` or `record_size_limit`. If not, records may be as long as 1,024 bytes. */
	keepsLimit: boolean;
	/** Why it cannot be had here; undefined: it can. */
	missing(): string | undefined;
	/** Starts it with `credentials` and `suite`, does the exchanges, stops it. */
	exchange: Exchanges;
	/** The same with secp256r1 as its only group, where it can be told so. */
	onSecp256r1?: Exchanges;
}
type Exchanges = (credentials: Credentials, suite: Suite, commands: Command[]) => Promise<Result[]>;

export type Suite = 0x1301 | 0x1303;
const openSSLNames = { 0x1301: "TLS_AES_128_GCM_SHA256", 0x1303: "TLS_CHACHA20_POLY1305_SHA256" };
const gnuTLSNames = { 0x1301: "AES-128-GCM", 0x1303: "CHACHA20-POLY1305" };

const folder = mkdtempSync(join(tmpdir(), "peers-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const openSSL = version("openssl", ["version"], /OpenSSL [\d.]+\w*/, "OpenSSL");

export const peers: Peer[] = [
	{
		title: `Node ${process.versions.node} tls`,
		keepsLimit: true,
		missing: () => undefined,
		exchange: (...parameters) => exchangeWithNode({}, ...parameters),
		onSecp256r1: (...parameters) => exchangeWithNode({ ecdhCurve: "prime256v1" }, ...parameters),
	},
	{
		title: openSSL,
		keepsLimit: true,
		missing: () => absent("openssl"),
		exchange: (...parameters) => exchangeWithOpenSSL([], ...parameters),
		onSecp256r1: (...parameters) => exchangeWithOpenSSL(["-groups", "P-256"], ...parameters),
	},
	{
		title: `${openSSL} stateless`, // always a HelloRetryRequest, with a cookie
		keepsLimit: true,
		missing: () => absent("openssl"),
		exchange: (...parameters) => exchangeWithOpenSSL(["-stateless"], ...parameters),
	},
	{
		title: version("gnutls-serv", ["--version"], /[\d.]+/, "GnuTLS", "GnuTLS "),
		keepsLimit: true,
		missing: () => absent("gnutls-serv") ?? noNetworkNamespace(),
		exchange: (...parameters) => exchangeWithGnuTLS("", ...parameters),
		onSecp256r1: (...parameters) => exchangeWithGnuTLS(":-GROUP-ALL:+GROUP-SECP256R1", ...parameters),
	},
	{
		title: version("go", ["version"], /go[\d.]+/, "Go", "Go crypto/tls, "),
		keepsLimit: false,
		missing: () => absent("go"),
		async exchange(credentials, _suite, commands) {
			// the client's preference decides
			const { certificates, key } = files(credentials);
			const server = spawn(goServer(), [certificates, key], { stdio: ["ignore", "pipe", "ignore"] });
			const port = await new Promise<number>(resolve => server.stdout!.once("data", data => resolve(Number(data))));
			const results = await runAll(commands, port);
			server.kill();
			return results;
		},
	},
];

async function exchangeWithNode(
	options: ServerOptions,
	{ chain, privateKey }: Credentials,
	suite: Suite,
	commands: Command[],
): Promise<Result[]> {
	const cert = chain.map(certificatePem).join("");
	const key = privateKey.export({ type: "pkcs8", format: "pem" });
	const server = createHTTPSServer(
		{ cert, key, ciphers: openSSLNames[suite], minVersion: "TLSv1.3", ...options },
		(_, response) => {
			response.end("node".repeat(500));
		},
	);
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	const results = await runAll(commands, (server.address() as AddressInfo).port);
	server.close();
	return results;
}

/** In a network of its own, since it cannot be told where to listen. */
async function exchangeWithGnuTLS(
	groups: string,
	credentials: Credentials,
	suite: Suite,
	commands: Command[],
): Promise<Result[]> {
	const { certificates, key } = files(credentials);
	const port = 4433;
	const priority = `NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+${gnuTLSNames[suite]}${groups}`;
	const script = `
		ip link set lo up
		gnutls-serv --quiet --http --port ${port} --priority "$1" --x509certfile "$2" --x509keyfile "$3" >/dev/null 2>&1 &
		server=$!
		"$4" bin/run.js test/host/tls/exchange-command.ts "$5"
		kill $server`;
	const all = JSON.stringify(commands.map(command => ({ ...command, port })));
	const child = spawn(
		"unshare",
		["-rn", "sh", "-c", script, "sh", priority, certificates, key, process.execPath, all],
		{
			cwd: repository,
			stdio: ["ignore", "pipe", "inherit"],
		},
	);
	return JSON.parse(await output(child));
}

async function exchangeWithOpenSSL(
	options: string[],
	credentials: Credentials,
	suite: Suite,
	commands: Command[],
): Promise<Result[]> {
	const { certificates, intermediates, key } = files(credentials);
	const { server, port } = await openSSLServer([
		"-ciphersuites",
		openSSLNames[suite],
		"-cert",
		certificates,
		...(intermediates ? ["-cert_chain", intermediates] : []),
		"-key",
		key,
		"-www",
		...options,
	]);
	const results = await runAll(commands, port);
	server.kill();
	return results;
}

/** OpenSSL's s_server on a port that the system gave it. */
export async function openSSLServer(options: string[]) {
	const server = spawn("openssl", ["s_server", "-accept", "127.0.0.1:0", "-tls1_3", ...options]);
	server.stderr.resume();
	const port = await new Promise<number>((resolve, reject) => {
		let said = "";
		server.stdout.setEncoding("utf8").on("data", data => {
			said += data;
			const accepting = /^ACCEPT .*:(\d+)$/m.exec(said);
			if (accepting) resolve(Number(accepting[1]));
		});
		server.on("close", () => reject(new Error(`s_server ended: ${said}`)));
	});
	return { server, port };
}

async function runAll(commands: Command[], port: number): Promise<Result[]> {
	const results: Result[] = [];
	for (const command of commands) results.push(await run({ ...command, port }));
	return results;
}

export function absent(program: string): string | undefined {
	return spawnSync("which", [program]).status === 0 ? undefined : `no ${program} here`;
}

/** For a server that cannot be told where to listen. */
export function noNetworkNamespace(): string | undefined {
	return absent("ip") ?? (spawnSync("unshare", ["-rn", "true"]).status === 0 ? undefined : "no network namespaces");
}

function version(program: string, args: string[], pattern: RegExp, otherwise: string, prefix = ""): string {
	const found = pattern.exec(spawnSync(program, args, { encoding: "utf8" }).stdout ?? "");
	return found ? prefix + found[0] : otherwise;
}

/** The credentials as PEM files. */
export function files({ chain, privateKey }: Credentials): {
	certificates: string;
	intermediates: string | undefined;
	key: string;
} {
	const stem = join(folder, `${count++}`);
	const certificates = `${stem}.crt`,
		key = `${stem}.key`;
	const intermediates = chain.length > 1 ? `${stem}.intermediates.crt` : undefined;
	writeFileSync(certificates, chain.map(certificatePem).join(""));
	if (intermediates) writeFileSync(intermediates, chain.slice(1).map(certificatePem).join(""));
	writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
	return { certificates, intermediates, key };
}
let count = 0;

/** Builds go-server.go, once. */
function goServer(): string {
	const source = join(repository, "test/host/tls/go-server.go"),
		program = join(repository, "build/go-server");
	mkdirSync(join(repository, "build"), { recursive: true });
	if (!existsSync(program) || statSync(program).mtimeMs < statSync(source).mtimeMs) {
		execFileSync("go", ["build", "-o", program, source], {
			env: { ...process.env, GO111MODULE: "off", CGO_ENABLED: "0" },
		});
	}
	return program;
}

async function output(child: ChildProcess): Promise<string> {
	let text = "";
	child.stdout!.setEncoding("utf8").on("data", data => (text += data));
	await new Promise(resolve => child.on("close", resolve));
	return text;
}
