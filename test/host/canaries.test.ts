// A rehearsal before the switch, with real devices.

import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CanaryServer, rehearsedText } from "../../host/canaries.js";
import { rawPublicKey } from "../../host/dl-key.js";
import { Fleet } from "../../host/fleet.js";
import { FleetDesk } from "../../host/fleet-desk.js";
import { FleetServer } from "../../host/fleet-server.js";
import { eventually, HANG_GUARD } from "../eventually.js";
import { flashFolder, runOnce } from "./device-run.js";
import { runInProcess } from "./in-process.js";

const folder = flashFolder();
const HOST = "service.fleet.example";
const done = async (...words: string[]) => {
	const { code, out, error } = await runInProcess(words, folder);
	assert.is(code, 0, error);
	return out;
};
await done("init", "--fleet", "example", "--service", HOST, "--download-url", "https://download-{n}.fleet.example/ca");
const fleet = Fleet.open(join(folder, "fleet"));
const desk = new FleetDesk({ fleet, signer: () => undefined });
const operation = () => fleet.record!.operation;
const said: string[] = [];

async function open(canaries: ConstructorParameters<typeof CanaryServer>[0]["canaries"]): Promise<CanaryServer> {
	const server = new CanaryServer({ desk, port: 0, canaries, onWord: text => void said.push(text) });
	await server.reconcile(operation());
	return server;
}

const download = new FleetServer({ fleet, listen: { port: 0 } });
await download.reconcile(operation());

function settings(service: CanaryServer) {
	const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
	const lead = (host: string, toPort: number) => ({ host, address: "127.0.0.1", toPort });
	return {
		fleet: "example",
		factory: hex(fleet.information(1)!),
		dlKeys: fleet.dlKeys.map(key => hex(rawPublicKey(key))),
		service: `https://${HOST}/`,
		map: [lead(HOST, service.place!.port), ...[2, 3].map(n => lead(`download-${n}.fleet.example`, download.port!))],
		pollInterval: 3_600_000,
		serviceInterval: 3_600_000,
		deadline: HANG_GUARD,
		once: true,
	};
}

test("without a provisional authority all are shown the one in full operation", async () => {
	const server = await open({});
	assert.is(server.rehearses, undefined);
	const { told } = await runOnce("node", settings(server));
	assert.ok(told.includes("authenticated service 1 current"), told.join("; "));
	await server.close();
	assert.equal(said, []);
	assert.match(await rehearsedText(fleet, 2, 30), /^rehearsed: no device was shown generation 2/);
	assert.equal(
		fleet.audit.lines.map(({ what }) => what),
		["the fleet begins", "certificate issued"], // the services' by A
	);
});

test("canaries are shown the provisional authority, and promote it; all others are not", async () => {
	await done("ca", "issue");
	await download.reconcile(operation());
	const [flash, canary] = [flashFolder(), flashFolder()];
	const others = await open({ networks: ["192.0.2.0/24", "2001:db8::/32"] });
	for (const device of [flash, canary]) {
		const { told } = await runOnce("node", settings(others), device);
		assert.equal(told.slice(2), ["authenticated service 1 current", "poll 1", "authenticated download 1", "stored 2"]);
	}
	const all = await open({ networks: ["127.0.0.0/8"] });
	assert.is(all.rehearses, "B");
	const { told } = await runOnce("node", settings(all), canary);
	assert.equal(told.slice(0, 3), ["boot 1,2", "authenticated service 2 next", "promoted 2"]);
	const stayed = await runOnce("node", settings(others), flash);
	assert.equal(stayed.told.slice(0, 2), ["boot 1,2", "authenticated service 1 current"]);
	await all.close();
	await others.close();
	assert.match(said.join("\n"), /^rehearsal: 127\.0\.0\.1:\d+ has accepted CA B, baton\/1 \(2,-\)$/);
	await eventually("its log is there", async () => /1 devices/.test(await rehearsedText(fleet, 2, 30)));
});

test("a device that cannot check it refuses, and it is told why", async () => {
	said.length = 0;
	const server = await open({ share: 100 });
	const device = { ...settings(server), map: settings(server).map.slice(0, 1) }; // it reaches no download server
	const { told } = await runOnce("node", device);
	assert.match(told.join("; "), /failed service.*unknown issuer/);
	await server.close();
	assert.match(said.join("\n"), /^rehearsal: 127\.0\.0\.1:\d+ has refused CA B: /);
});

test("a share of devices is always the same one, and grows with the percentage", async () => {
	said.length = 0;
	const server = await open({ share: 0.000001 });
	const { told } = await runOnce("node", settings(server));
	assert.ok(told.includes("authenticated service 1 current"), told.join("; "));
	await server.close();
	assert.equal(said, []);
});

test("take-over says which part of the fleet was shown it", async () => {
	assert.match(
		await done("take-over", "--yes"),
		/rehearsed: 1 devices were shown generation 2, and accepted it, the last one on \d{4}-\d\d-\d\d\n/,
	);
});

test("networks that are none are refused", () => {
	for (const network of ["everybody", "192.0.2.0/33", "192.0.2/24", ""])
		assert.throws(
			() => new CanaryServer({ desk, port: 0, canaries: { networks: [network] }, onWord() {} }),
			/--canary .*: expected an address, or a network/,
			network,
		);
});

test.after(() => download.close());
test.run();
