// `npm run bench -- --servers`: the download server under load. In one run, on this machine: `baton serve` and nginx
// with what `baton export` wrote, the same clients, one TLS 1.3 handshake and one GET for each connection, as devices
// make them (no resumption). A second figure without the GET: handshakes alone. No figure is a pass or a failure.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { root } from "../boards/bundle.js";
import { certificatePem } from "../host/certificate-authority.js";
import { baton } from "../host/cli.js";
import { Fleet } from "../host/fleet.js";
import { noNginx, startNginx } from "../test/host/nginx-process.js";

export interface ServerFigures {
	handshakesPerSecond: number;
	requestsPerSecond: number;
	/** Of the server's processes together, for one handshake and request: what one core could do at most is 1000 / this. */
	cpuMilliseconds: number;
	megabytes: number; // resident, all processes, after the load
	/** Connections that brought no answer. */
	failed: number;
}

export interface ServersReport {
	seconds: number; // of each measurement
	clients: number;
	concurrent: number; // connections of each client
	baton: ServerFigures;
	nginx: ServerFigures | string; // why not
}

const HOST = "download-2.fleet.example";
const CLIENTS = 2,
	CONCURRENT = 16;

export async function measureServers(seconds = 5): Promise<ServersReport> {
	const folder = mkdtempSync(join(tmpdir(), "baton-bench-servers-"));
	const fleetFolder = join(folder, "fleet");
	try {
		const quiet = process.stdout.write;
		process.stdout.write = (() => true) as typeof process.stdout.write;
		try {
			await baton([
				"init",
				"--fleet",
				"example",
				"--service",
				"service.fleet.example",
				"--download-url",
				"https://download-{n}.fleet.example/ca-information",
				"--folder",
				fleetFolder,
			]);
			await baton(["ca", "issue", "--folder", fleetFolder]);
		} finally {
			process.stdout.write = quiet;
		}
		const authority = certificatePem(Fleet.open(fleetFolder).certificate(1));
		const own = await withOwn(fleetFolder, (port, pids) => load(port, authority, seconds, pids));
		const nginx =
			noNginx ?? (await withNginx(folder, fleetFolder, (port, pids) => load(port, authority, seconds, pids)));
		return { seconds, clients: CLIENTS, concurrent: CONCURRENT, baton: own, nginx };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** For people. */
export function serversTable({ seconds, clients, concurrent, baton, nginx }: ServersReport): string {
	const row = (name: string, figures: ServerFigures | string) =>
		typeof figures === "string"
			? `${name.padEnd(12)} ${figures}`
			: [
					name.padEnd(12),
					...[
						figures.handshakesPerSecond,
						figures.requestsPerSecond,
						figures.cpuMilliseconds,
						figures.megabytes,
						figures.failed,
					].map(value => String(value).padStart(16)),
				].join("");
	return [
		`Download servers, ${clients} clients of ${concurrent} connections, ${seconds} s each; clients and servers share this machine's cores`,
		[
			"".padEnd(12),
			...["handshakes/s", "requests/s", "CPU ms/request", "MB", "failed"].map(name => name.padStart(16)),
		].join(""),
		row("baton serve", baton),
		row("nginx", nginx),
	].join("\n");
}

async function withOwn<Result>(
	fleetFolder: string,
	use: (port: number, pids: () => number[]) => Promise<Result>,
): Promise<Result> {
	const child = spawn(
		process.execPath,
		[join(root, "bin/baton.js"), "serve", "--listen", "127.0.0.1:0", "--folder", fleetFolder],
		{ stdio: ["ignore", "pipe", "inherit"] },
	);
	try {
		const port = await new Promise<number>((resolve, reject) => {
			let said = "";
			child.stdout.on("data", text => {
				said += text;
				const found = /127\.0\.0\.1:(\d+)/.exec(said);
				if (found) resolve(Number(found[1]));
			});
			child.on("exit", () => reject(new Error(`baton serve ended: ${said}`)));
		});
		return await use(port, () => [child.pid!]);
	} finally {
		await ended(child);
	}
}

async function withNginx<Result>(
	folder: string,
	fleetFolder: string,
	use: (port: number, pids: () => number[]) => Promise<Result>,
): Promise<Result> {
	const port = await freePort();
	const exported = join(folder, "export");
	const quiet = process.stdout.write;
	process.stdout.write = (() => true) as typeof process.stdout.write;
	try {
		await baton(["export", exported, "--listen", `127.0.0.1:${port}`, "--folder", fleetFolder]);
	} finally {
		process.stdout.write = quiet;
	}
	const nginx = await startNginx(join(folder, "nginx"), `include ${exported}/nginx.conf;`, port);
	try {
		const master = Number(readFileSync(join(folder, "nginx/pid"), "utf8"));
		return await use(port, () => [master, ...childrenOf(master)]);
	} finally {
		await nginx.close();
	}
}

async function load(port: number, authority: string, seconds: number, pids: () => number[]): Promise<ServerFigures> {
	await round(port, authority, 1, true); // warms up
	const handshakes = await round(port, authority, seconds, false);
	const before = cpuMilliseconds(pids());
	const requests = await round(port, authority, seconds, true);
	const cpu = cpuMilliseconds(pids()) - before;
	return {
		handshakesPerSecond: Math.round(handshakes.done / seconds),
		requestsPerSecond: Math.round(requests.done / seconds),
		cpuMilliseconds: Math.round((cpu / Math.max(1, requests.done)) * 1_000) / 1_000,
		megabytes: Math.round(residentBytes(pids()) / 2 ** 20),
		failed: handshakes.failed + requests.failed,
	};
}

async function round(
	port: number,
	authority: string,
	seconds: number,
	request: boolean,
): Promise<{ done: number; failed: number }> {
	const counts = await Promise.all(
		Array.from(
			{ length: CLIENTS },
			() =>
				new Promise<{ done: number; failed: number }>((resolve, reject) => {
					const worker = new Worker(CLIENT, {
						eval: true,
						workerData: { port, authority, seconds, request, concurrent: CONCURRENT, host: HOST },
					});
					worker.once("message", resolve);
					worker.once("error", reject);
				}),
		),
	);
	return counts.reduce((sum, { done, failed }) => ({ done: sum.done + done, failed: sum.failed + failed }), {
		done: 0,
		failed: 0,
	});
}

/** One client: `concurrent` connections at a time, each new from the first byte. */
const CLIENT = `
const { parentPort, workerData } = require("node:worker_threads");
const tls = require("node:tls");
const { port, authority, seconds, request, concurrent, host } = workerData;
const secureContext = tls.createSecureContext({ ca: authority, minVersion: "TLSv1.3" });
const end = performance.now() + 1000 * seconds;
let done = 0, failed = 0, open = 0;
function one() {
	if (performance.now() >= end) return open === 0 ? parentPort.postMessage({ done, failed }) : undefined;
	open++;
	let good = false, text = "";
	const socket = tls.connect({ host: "127.0.0.1", port, servername: host, secureContext, ALPNProtocols: ["http/1.1"] }, () => {
		if (request) socket.write("GET /ca-information HTTP/1.1\\r\\nHost: " + host + "\\r\\nUser-Agent: baton/1 (1,-)\\r\\nConnection: close\\r\\n\\r\\n");
		else { good = true; socket.end(); }
	});
	socket.on("data", piece => { text += piece.toString("latin1"); good = text.startsWith("HTTP/1.1 200"); });
	socket.on("error", () => {});
	socket.on("close", () => { open--; if (performance.now() < end) good ? done++ : failed++; one(); });
}
for (let i = 0; i < concurrent; i++) one();
`;

const TICKS_PER_SECOND = 100; // USER_HZ, on every Linux

/** CPU time, user and system; where there is no /proc: NaN. */
function cpuMilliseconds(pids: number[]): number {
	let ticks = 0;
	for (const pid of pids) {
		try {
			const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
				.replace(/^.*\) /, "")
				.split(" ");
			ticks += Number(fields[11]) + Number(fields[12]);
		} catch {
			return NaN;
		}
	}
	return (ticks * 1_000) / TICKS_PER_SECOND;
}

function residentBytes(pids: number[]): number {
	let pages = 0;
	for (const pid of pids) {
		try {
			pages += Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
		} catch {
			return NaN;
		}
	}
	return pages * 4_096;
}

function childrenOf(pid: number): number[] {
	try {
		return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
			.trim()
			.split(" ")
			.filter(text => text !== "")
			.map(Number);
	} catch {
		return [];
	}
}

function ended(child: ChildProcess): Promise<void> {
	return new Promise(resolve => {
		child.removeAllListeners("exit");
		if (child.exitCode !== null) return resolve();
		child.once("close", () => resolve());
		child.kill("SIGTERM");
	});
}

function freePort(): Promise<number> {
	return new Promise(resolve => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const { port } = server.address() as AddressInfo;
			server.close(() => resolve(port));
		});
	});
}
