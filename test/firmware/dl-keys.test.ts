// A fleet's DL keys, of either kind, changed by a firmware update (firmware/DESIGN.md §2, §3): what devices keep, take and
// leave alone. The device is the firmware as main.ts composes it; servers and time are in memory (fleet.ts).

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex } from "../hex.js";
import { authenticated, dlKey, info, MemoryDevice, MemoryFleet, SERVICE } from "./fleet.js";
import { CERTIFICATE_A, CERTIFICATE_B, CERTIFICATE_C } from "./trust/certificates.js";
import { hybridKey, hybridSpare, issueHybrid } from "./trust/issue-hybrid.js";

const certificates = { A: CERTIFICATE_A, B: CERTIFICATE_B, C: CERTIFICATE_C };
const MIRROR = "https://mirror.example/2";

/** As `info`, by a pair. */
function pair(ca: "A" | "B" | "C", generation: number, more = {}, key = hybridKey): Uint8Array {
	return issueHybrid({ generation, certificate: fromHex(certificates[ca]), ...more }, { key });
}
const A1 = info("A", 1),
	B2 = info("B", 2);
const hybridA1 = pair("A", 1),
	hybridB2 = pair("B", 2),
	hybridC3 = pair("C", 3);
const hybrid = { dlKeys: [hybridKey.publicKey], factory: hybridA1 };
const classical = { dlKeys: [dlKey], factory: A1 };

function serving(answer: Uint8Array): MemoryFleet {
	const fleet = new MemoryFleet();
	fleet.service("A");
	fleet.download(1, "A", answer);
	return fleet;
}

/** A in full operation, B provisional; the device holds both. */
async function inOverlap(settings: ConstructorParameters<typeof MemoryDevice>[1], answer: Uint8Array) {
	const fleet = serving(answer);
	const device = new MemoryDevice(fleet, settings);
	await device.device.once();
	assert.is(device.reboot(), "1 2");
	return { fleet, device };
}

test("a hybrid device lives from A to B", async () => {
	const { fleet, device } = await inOverlap(hybrid, hybridB2);
	fleet.service("B");
	assert.equal(await device.session(), [authenticated(2, "next"), "promoted generation=2"]);
	assert.is(device.reboot(), "2 -");
});

test("neither kind takes the other's, from a server or by offer, and keeps what it has", async () => {
	for (const [settings, other] of [
		[hybrid, B2],
		[classical, hybridB2],
	] as const) {
		const device = new MemoryDevice(serving(other), settings);
		assert.ok((await device.poll()).includes('refused server=download reason="another kind of signature"'));
		assert.equal(device.offer(other), ['refused reason="another kind of signature"']);
		assert.is(device.reboot(), "1 -");
	}
});

test("to a device that is set back to the other kind what was proved is foreign: nobody older is trusted beside it", async () => {
	for (const [before, answer, after] of [
		[hybrid, hybridB2, classical],
		[classical, B2, hybrid],
	] as const) {
		const { fleet, device } = await inOverlap(before, answer);
		fleet.service("B");
		await device.authenticate();
		assert.is(device.reboot(after), "foreign -");
		fleet.service("A"); // by a stolen key
		assert.not.ok(await device.authenticate());
		assert.is(device.reboot(before), "2 -");
	}
});

test("from either kind to the other, and from pair to pair: what a retired key has signed stays, and nothing new of it is taken", async () => {
	const third = { dlKeys: [hybridSpare.publicKey], factory: pair("A", 1, {}, hybridSpare) };
	for (const [before, answer, later, after, successor] of [
		[classical, B2, info("C", 3), hybrid, hybridC3],
		[hybrid, hybridB2, hybridC3, classical, info("C", 3)],
		[hybrid, hybridB2, hybridC3, third, pair("C", 3, {}, hybridSpare)],
	] as const) {
		const { fleet, device } = await inOverlap(before, answer);
		assert.is(device.reboot({ ...after, retiredDlKeys: before.dlKeys }), "1 2");
		assert.equal(device.offer(later), ['refused reason="signed by a retired key"']);
		fleet.service("B");
		assert.equal(await device.session(), [authenticated(2, "next"), "promoted generation=2"]);
		assert.equal(device.offer(successor), ["stored generation=3"]);
		assert.is(device.reboot(), "2 3");
	}
});

test("what comes signed anew takes the place of the retired key's, and needs that key no more", async () => {
	const { fleet, device } = await inOverlap(classical, B2);
	fleet.service("B");
	await device.authenticate();
	const changed = { ...hybrid, retiredDlKeys: classical.dlKeys };
	assert.is(device.reboot(changed), "2 -");
	assert.is(device.reboot({ ...hybrid, retiredDlKeys: [] }), "foreign -"); // too early
	device.reboot(changed);
	assert.equal(device.offer(hybridB2), ["same generation=2"]);
	assert.is(device.reboot({ ...hybrid, retiredDlKeys: [] }), "2 -");
	assert.equal(await device.session(), [authenticated(2, "current")]);
});

test("one address carries both kinds, on two mirrors: each device finds its own", async () => {
	const mirrors = { mirrors: [MIRROR] };
	for (const settings of [
		{ dlKeys: classical.dlKeys, factory: info("A", 1, mirrors) },
		{ dlKeys: hybrid.dlKeys, factory: pair("A", 1, mirrors) },
	]) {
		const fleet = serving(B2);
		fleet.hosts.set("mirror.example", { by: "A", answer: hybridB2 });
		const device = new MemoryDevice(fleet, settings);
		assert.ok((await device.poll()).includes("stored generation=2"));
		assert.is(device.reboot(), "1 2");
	}
});

test("signed by a pair with another index than its generation, nothing is taken", async () => {
	const other = issueHybrid({ generation: 2, certificate: fromHex(CERTIFICATE_B) }, { index: 3 });
	const device = new MemoryDevice(serving(other), hybrid);
	assert.ok((await device.poll()).includes('refused server=download reason="signed with another index"'));
	assert.is(device.reboot(), "1 -");
});

test("a device whose factory CA information is of the other kind does not start", () => {
	const service = `https://${SERVICE}/`;
	assert.throws(() => new MemoryDevice(new MemoryFleet(), { ...hybrid, factory: A1, service }), "another kind");
});

test.run();
