// What attacks.test.ts does not show of an update: whom it asks, what it makes of silence, and what it says.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { concatenate } from "../../firmware/bytes.js";
import type { GetRequest } from "../../firmware/session.js";
import { authenticated, downloadOf, info, MemoryDevice, MemoryFleet } from "./fleet.js";
import { copyImage } from "./trust/copy-image.js";

function newDevice(): { device: MemoryDevice; fleet: MemoryFleet } {
	const fleet = new MemoryFleet();
	fleet.service("A");
	return { fleet, device: new MemoryDevice(fleet) };
}

test("a download server that has proved itself shows that the network is there, whatever it answers", async () => {
	const { device, fleet } = newDevice();
	fleet.download(1, "A", 503);
	assert.is((await device.poll()).at(-1), "failed");
	fleet.hosts.delete(downloadOf(1));
	assert.equal(await device.poll(), ["poll generation=1", 'none reason="connection refused"', "answered"]);
});

test("an open poll is forgotten when the next one begins", async () => {
	const { device, fleet } = newDevice();
	assert.is((await device.poll()).at(-1), "open");
	fleet.download(1, "A", 404);
	assert.equal(await device.poll(), [
		"poll generation=1",
		"authenticated server=download generation=1",
		'none reason="not found" status=404',
		"answered",
	]);
});

test("silence is no failure to tell once the network is known to be there", async () => {
	const { device, fleet } = newDevice();
	await device.poll();
	await device.authenticate();
	assert.is(fleet.userAgents.at(-1), "baton/1 (1,-)");
	await device.poll();
	await device.authenticate();
	assert.is(fleet.userAgents.at(-1), "baton/1 (1,-)");
});

test("without a current, the factory's address is not asked once next's has brought something", async () => {
	const { device, fleet } = newDevice();
	const image = copyImage(info("C", 4), { proved: false });
	device.chip.setImage("ca0", concatenate(image, image));
	assert.is(device.reboot(), "- 4");
	fleet.download(1, "A", 404);
	fleet.download(4, "C", info("D", 5));
	assert.equal(await device.poll(), [
		"poll generation=4",
		"authenticated server=download generation=4",
		"held generation=5",
		"answered",
	]);
	assert.equal(fleet.connections, ["download-5"]);
});

test("a candidate that outlives a promotion is told again", async () => {
	const { device, fleet } = newDevice();
	fleet.download(1, "A", info("B", 2));
	await device.poll();
	fleet.download(1, "A", info("C", 3));
	assert.ok((await device.poll()).includes("held generation=3"));
	fleet.service("B");
	assert.equal(await device.session(), [authenticated(2, "next"), "promoted generation=2", "held generation=3"]);
});

test("what is offered and is no bytes is our mistake, and no refusal", () => {
	const { device } = newDevice();
	assert.throws(
		() => device.device.offer(undefined as never),
		(error: unknown) => error instanceof TypeError,
	);
});

test("of a download no more is taken than one CA information can have", async () => {
	const fleet = new MemoryFleet();
	fleet.service("A");
	fleet.download(1, "A", 404);
	const limits: (number | undefined)[] = [];
	const device = new MemoryDevice({
		async connect(url, anchors) {
			const server = await fleet.connect(url, anchors);
			const get = (request: GetRequest) => {
				limits.push(request.bodyLimit);
				return server.get(request);
			};
			return { anchor: server.anchor, get, close() {} };
		},
		connectPlain: url => fleet.connectPlain(url),
	});
	await device.poll();
	await device.authenticate();
	assert.equal(limits, [4032, undefined]);
});

test.run();
