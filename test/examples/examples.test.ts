// The examples, on the simulator board, against servers on this machine: each renews its CA as the firmware does, and
// carries on when a server ends.

import * as assert from "uvu/assert";
import { newFolder, test } from "../boards/simulator/simulate.js";
import { eventually } from "../eventually.js";
import { createWorld, downloadName, SERVICE_NAME } from "../world.js";
import { type Broker, openCutServer, openMqttBroker, openPageServer, openWebSocketServer } from "./brokers.js";
import { startExample } from "./example.js";

const world = await createWorld();
process.env.TMPDIR = newFolder();
test.after(() => world.close());

type OpenBroker = typeof openMqttBroker;

/** An example beside a broker whose certificate is `by`'s; its console as it comes. */
async function run(name: string, openBroker: OpenBroker, by = 1, more: Parameters<typeof world.settings>[1] = {}) {
	const broker: Broker = world.keep(await openBroker(await world.credentials(by, SERVICE_NAME)));
	const download = await world.downloadServer(1, world.information(2));
	const settings = world.settings({ [downloadName(1)]: download.port }, { serviceInterval: 1, once: false, ...more });
	settings.service = `https://${SERVICE_NAME}:8443/`;
	settings.map.push({ host: SERVICE_NAME, port: 8443, address: "127.0.0.1", toPort: broker.port }); // and no other
	const device = await startExample(`examples/${name}/main.ts`, settings);
	let ended = "";
	void device.ended.then(end => (ended = JSON.stringify(end)));
	const said = (pattern: RegExp) => {
		if (ended) throw new Error(`the example has ended: ${ended}`);
		return device.remarks.filter(line => pattern.test(line)).length;
	};
	const stop = async () => {
		device.signal("SIGKILL");
		return (await device.ended).lines;
	};
	return { broker, device, said, stop };
}

const renewal = [
	'repaired partition=ca0 generation=1 reason="factory CA information stored"',
	"boot current=1 next=-",
	'refused server=service reason="unknown issuer"',
	"poll generation=1",
	"authenticated server=download generation=1",
	"stored generation=2",
	"authenticated server=service generation=2 slot=next",
	"promoted generation=2",
];

test("http-client: a page whose end is the connection's, in records of 512 bytes, again and again", async () => {
	const page = new Uint8Array(3963).fill(0x2e);
	const { said, stop } = await run("http-client", credentials => openPageServer(credentials, page));
	await eventually("three answers", () => said(/^# the service answers 200, 3963 bytes$/) >= 3);
	assert.is((await stop()).includes("promoted generation=2"), false);
});

test("http-client: a service by the next CA: an update, a promotion, an answer", async () => {
	const { said, stop } = await run("http-client", credentials => openPageServer(credentials, new Uint8Array(1)), 2);
	await eventually("an answer", () => said(/^# the service answers 200, 1 bytes$/));
	assert.equal((await stop()).slice(0, renewal.length), renewal);
});

test("http-client: a body that is shorter than was said is no answer, though the server closes in order", async () => {
	const { said, stop } = await run("http-client", openCutServer);
	await eventually("a failure", () => said(/^# no answer: connection lost$/) >= 2);
	assert.is(said(/answers/), 0);
	await stop();
});

test("mqtt: publishes, hears itself, and connects again when the broker hangs up", async () => {
	const { broker, said, stop } = await run("mqtt", openMqttBroker, 2);
	await eventually("the echo", () => said(/^# the broker says 5 bytes$/));
	broker.hangUp();
	await eventually("another", () => said(/^# the broker says 5 bytes$/) >= 2);
	assert.ok(said(/^# no broker$/) >= 1);
	assert.equal([...new Set(broker.heard)], ["hello"]);
	assert.equal((await stop()).slice(0, renewal.length), renewal);
});

test("websocket: says something, hears the echo, and connects again when the server hangs up", async () => {
	const { broker, said, stop } = await run("websocket", openWebSocketServer, 2);
	await eventually("the echo", () => said(/^# the server says 5 bytes$/));
	broker.hangUp();
	await eventually("another", () => said(/^# the server says 5 bytes$/) >= 2);
	assert.ok(said(/^# no server$/) >= 1);
	assert.equal([...new Set(broker.heard)], ["hello"]);
	assert.equal((await stop()).slice(0, renewal.length), renewal);
});

test.run();
