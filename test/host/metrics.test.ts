import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Adoption, accessLine } from "../../host/adoption.js";
import { Findings } from "../../host/check.js";
import { Fleet } from "../../host/fleet.js";
import { FleetDesk } from "../../host/fleet-desk.js";
import { Metrics, MetricsServer } from "../../host/metrics.js";
import { flashFolder } from "./device-run.js";
import { runInProcess } from "./in-process.js";

const folder = flashFolder();
const done = async (...words: string[]) => {
	const { code, out, error } = await runInProcess(words, folder);
	assert.is(code, 0, error);
	return out;
};
await done("init", "--fleet", "e", "--service", "s.example", "--download-url", "https://download-{n}.example/ca");
const fleet = Fleet.open(join(folder, "fleet"));
const adoption = new Adoption(fleet, { days: 30 });
const findings = new Findings(fleet);
const metrics = new Metrics({
	desk: new FleetDesk({ fleet, signer: () => undefined }),
	adoption,
	connections: () => 7,
	findings: () => findings.all,
	version: "1.2.3",
});
const server = await MetricsServer.open(metrics, { port: 0 });
const origin = `http://127.0.0.1:${server.place.port}`;

/** Every line by its name and labels; what is not of the format is refused. */
async function read(): Promise<Map<string, number>> {
	const response = await fetch(`${origin}/metrics`);
	assert.is(response.status, 200);
	assert.is(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
	const samples = new Map<string, number>();
	let family = "";
	for (const line of (await response.text()).trimEnd().split("\n")) {
		const head = /^# (?:HELP (\w+) .+|TYPE (\w+) (?:gauge|counter))$/.exec(line);
		if (head) {
			if (head[1]) family = head[1];
			else assert.is(head[2], family);
			continue;
		}
		const sample = /^((\w+)(?:\{\w+="[^"\\]*"(?:,\w+="[^"\\]*")*\})?) (-?[\d.]+)$/.exec(line);
		assert.ok(sample, line);
		assert.is(sample![2], family);
		assert.not(samples.has(sample![1]), line);
		samples.set(sample![1], Number(sample![3]));
	}
	return samples;
}

test("adoption, requests, days to the next step, what is unsigned, findings, in Prometheus's format", async () => {
	await done("ca", "issue");
	const line = (address: string, userAgent: string) =>
		accessLine({ address, method: "GET", path: "/", status: 404, bytes: 0, userAgent }, new Date());
	writeFileSync(
		fleet.accessLog,
		`${line("192.0.2.1", "baton/1 (1,2)")}\n${line("192.0.2.2", "baton/1 (1,-)")}\n${line("192.0.2.3", "baton/1 (1,-)")}\n`,
	);
	const peer = "192.0.2.1:1";
	metrics.hear({ peer, what: "connected" });
	metrics.hear({ peer, what: "refused", reason: "unknown ca" });
	metrics.hear({ peer, what: "request", status: 200, userAgent: "baton/1 (1,2)" });
	metrics.hear({ peer, what: "request", status: 200, userAgent: 'x"}\nbaton_evil 1' });
	const samples = await read();
	const expected: Record<string, number> = {
		'baton_info{version="1.2.3"}': 1,
		baton_connections: 7,
		'baton_connections_total{outcome="connected"}': 1,
		'baton_connections_total{outcome="refused"}': 1,
		'baton_connections_total{outcome="authenticated"}': 0,
		'baton_responses_total{status="200"}': 2,
		'baton_responses_total{status="404"}': 0,
		baton_device_requests_total: 1,
		'baton_generation{phase="full"}': 1,
		'baton_generation{phase="provisional"}': 2,
		'baton_devices{current="1",next="-"}': 2,
		'baton_devices{current="1",next="2"}': 1,
		'baton_adoption_devices{generation="2",heard_days="33",adopted="yes"}': 1,
		'baton_adoption_devices{generation="2",heard_days="33",adopted="no"}': 2,
		'baton_adoption_devices{generation="2",heard_days="+Inf",adopted="no"}': 0,
		baton_unsigned: 0,
		'baton_findings{weight="danger"}': 0,
	};
	for (const [name, value] of Object.entries(expected)) assert.is(samples.get(name), value, name);
	const days = samples.get("baton_next_step_days")!;
	assert.ok(days > 7_300 && days < 7_306, String(days));
	assert.not(samples.has("baton_last_backup_timestamp_seconds"));
});

test("a backup that was told of is reminded of after the next order", async () => {
	assert.match(await done("backed-up"), /^fleet was backed up at /);
	const samples = await read();
	const backup = samples.get("baton_last_backup_timestamp_seconds")!;
	assert.ok(backup >= samples.get("baton_last_order_timestamp_seconds")!);
	assert.ok(Math.abs(backup * 1_000 - Date.now()) < 3_600_000);
	await done("status");
	await done("reissue", "2");
	const { code, out } = await runInProcess(["status"], folder);
	assert.is(code, 3);
	assert.match(out, /the last order is of \S+, the last backup of \S+: back up .*, then say baton backed-up/);
	await done("backed-up");
	await done("status");
});

test("health is 200 while no device is cut off, and says what it is otherwise", async () => {
	findings.forget();
	const health = await fetch(`${origin}/health`);
	assert.equal([health.status, await health.text()], [200, "ok\n"]);
	rmSync(join(fleet.folder, "authority/1/download/server.key"));
	findings.forget();
	const ill = await fetch(`${origin}/health`);
	assert.is(ill.status, 503);
	assert.match(await ill.text(), /the download server that CA information 1 names/);
	assert.is((await fetch(`${origin}/live`)).status, 200); // to start it anew would mend nothing
	rmSync(join(fleet.folder, "operation.json"));
	assert.is((await fetch(`${origin}/metrics`)).status, 503);
});

test("nothing else is there, and nothing can be changed", async () => {
	for (const path of ["/", "/state", "/metrics/", "/../package.json"])
		assert.is((await fetch(`${origin}${path}`)).status, 404, path);
	assert.is((await fetch(`${origin}/metrics`, { method: "POST" })).status, 405);
});

test.after(async () => {
	await server.close();
	await adoption.close();
});
test.run();
