// The thundering herd: a power cut takes every device of a fleet, A is revoked meanwhile, and all come back in the same
// second. Each must find the download server, fetch CA information B, and authenticate the service by it. One process
// has the servers, as many as there are cores have the devices.

import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { type BundleOptions, bundleOnce, root } from "../../boards/bundle.js";
import { rawPublicKey } from "../../host/dl-key.js";
import { Fleet } from "../../host/fleet.js";
import { FleetDesk } from "../../host/fleet-desk.js";
import type { Plan } from "../../host/operator.js";
import { Signer } from "../../host/signer.js";
import { Deployment } from "../deployment.js";
import type { Finding } from "../judgement.js";
import type { Arrival, HerdOrder } from "./devices.js";

export interface HerdResult {
	devices: number;
	arrived: number;
	seconds: number;
	/** Sessions with the download server until a device had the CA information. */
	tries: { median: number; p99: number; most: number };
	handshakes: number;
	failures: Record<string, number>;
	serverMegabytes: number; // resident, at the peak
	findings: Finding[];
}

const plan: Plan = { validityYears: 20, overlapYears: 5, retention: "for ever" };
/** Only ends what hangs: all devices share the servers' processor, and wait in line for it. */
const HANG_GUARD = 3_600_000; // ms
const MOST_TRIES = 3;
const MOST_SERVER_MEGABYTES = 2_048;
const HOST = "service.fleet.example";

export async function herd(devices: number, tell: (text: string) => void, signal?: AbortSignal): Promise<HerdResult> {
	const folder = mkdtempSync(join(tmpdir(), "baton-herd-"));
	const children: ChildProcess[] = [];
	let handshakes = 0;
	const signer = Signer.create(join(folder, "dl"), "example");
	const fleet = Fleet.create(join(folder, "fleet"), {
		fleet: "example",
		begins: "2030-01-01T00:00:00.000Z",
		plan,
		services: [HOST],
		downloadUrl: "https://download-{n}.fleet.example/ca-information",
		dlKeys: [Buffer.from(rawPublicKey(signer.publicKey)).toString("hex")],
	});
	const ports = new Map<string, number>();
	const servers = new Deployment({
		fleet,
		listen: name => ({ port: ports.get(name) ?? 0 }),
		onAccess: ({ what }) => void (what === "authenticated" && handshakes++),
		// Every device may wait in line; what a server of this size does otherwise is the servers' own test.
		limits: { connections: 2 * devices + 100, handshake: HANG_GUARD, idle: HANG_GUARD, request: HANG_GUARD },
	});
	try {
		const program = await bundleOnce(devicesProgram);
		const desk = new FleetDesk({ fleet, year: () => 8, signer: () => signer });
		await desk.begin();
		await desk.give({ order: "revoke", generation: 1 });
		const { operation } = desk;
		await servers.reconcile(operation);

		const arrivals: Arrival[] = [];
		const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
		const order: Omit<HerdOrder, "devices"> = {
			generation: operation.full,
			settings: {
				fleet: "example",
				factory: hex(fleet.information(1)!),
				dlKeys: [hex(rawPublicKey(signer.publicKey))],
				service: `https://${HOST}/`,
				map: [...servers.ports].map(([name, toPort]) => ({ host: name, address: "127.0.0.1", toPort })),
				// An hour is ten seconds here: what fails is tried again within the run.
				serviceInterval: 10_000,
				pollInterval: 720 * 10_000,
				deadline: HANG_GUARD,
				once: false,
			},
		};
		const processes = Math.max(1, Math.min(availableParallelism(), 8));
		tell(`${devices} devices in ${processes} processes come back at once; CA A was revoked while they were off`);
		const begun = performance.now();
		let peak = 0;
		for (let i = 0; i < processes; i++) {
			const child = fork(program, { stdio: "inherit", execArgv: [] });
			children.push(child);
			child.on("message", arrival => arrivals.push(arrival as Arrival));
			child.send({
				...order,
				devices: Math.floor(devices / processes) + (i < devices % processes ? 1 : 0),
			} satisfies HerdOrder);
		}
		let told = 0;
		while (arrivals.length < devices && performance.now() - begun < HANG_GUARD) {
			signal?.throwIfAborted();
			if (children.some(({ exitCode }) => exitCode !== null && exitCode !== 0)) break;
			await new Promise(resolve => setTimeout(resolve, 100));
			peak = Math.max(peak, process.memoryUsage.rss());
			if (performance.now() - told > 5_000) {
				told = performance.now();
				tell(
					`${((told - begun) / 1_000).toFixed(0)} s: ${arrivals.length} of ${devices} devices authenticate the service by B, ${handshakes} handshakes`,
				);
			}
		}
		return judge(devices, arrivals, (performance.now() - begun) / 1_000, handshakes, Math.round(peak / 2 ** 20));
	} finally {
		for (const child of children) child.kill();
		await servers.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

function judge(
	devices: number,
	arrivals: Arrival[],
	seconds: number,
	handshakes: number,
	serverMegabytes: number,
): HerdResult {
	const sorted = arrivals.map(({ tries }) => tries).sort((a, b) => a - b);
	const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
	const tries = { median: at(0.5), p99: at(0.99), most: at(1) };
	const failures: Record<string, number> = {};
	for (const reason of arrivals.flatMap(arrival => arrival.failures)) failures[reason] = (failures[reason] ?? 0) + 1;
	return {
		devices,
		arrived: arrivals.length,
		seconds: Math.round(seconds * 10) / 10,
		tries,
		handshakes,
		failures,
		serverMegabytes,
		findings: [
			{
				ok: arrivals.length === devices,
				what: `${arrivals.length} of ${devices} devices have CA information B and authenticate the service by it, after ${seconds.toFixed(0)} s and ${handshakes} full handshakes`,
			},
			{
				ok: tries.p99 <= MOST_TRIES && sorted.length > 0,
				what: `tries to fetch it: median ${tries.median}, 99th percentile ${tries.p99} (at most ${MOST_TRIES}), most ${tries.most}`,
			},
			{
				ok: serverMegabytes < MOST_SERVER_MEGABYTES,
				what: `both servers in ${serverMegabytes} MB of memory at the peak (at most ${MOST_SERVER_MEGABYTES})`,
			},
		],
	};
}

/** The devices' kernel is Node's own crypto. */
const nodeKernel = {
	name: "node-kernel",
	setup({ onResolve }: import("esbuild").PluginBuild) {
		onResolve({ filter: /\/kernel\.js$/ }, ({ path, resolveDir }) =>
			join(resolveDir, path) === join(root, "firmware/crypto/kernel.js")
				? { path: join(root, "rehearsal/herd/kernel.ts") }
				: undefined,
		);
	},
};

/** The program of one process's devices. */
export const devicesProgram: Omit<BundleOptions, "outfile"> = {
	entry: "rehearsal/herd/devices.ts",
	engine: "node",
	plugins: [nodeKernel],
};
