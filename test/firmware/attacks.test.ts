// One test an attack on firmware/DESIGN.md §3, or an accident, named for it: what somebody does, and what the device
// makes of it. The
// device is the firmware as main.ts composes it; servers and time are in memory (fleet.ts).

import { test } from "uvu";
import * as assert from "uvu/assert";
import { AlertError } from "../../firmware/tls/alert.js";
import { TransportError } from "../../firmware/transport.js";
import { CertificateError, type CertificateReason } from "../../firmware/x509/certificate.js";
import { FlashEmulator } from "../flash-emulator.js";
import { authenticated, dlKey, info, MemoryDevice, MemoryFleet, spareKey, spareSeed } from "./fleet.js";

const A1 = info("A", 1),
	B2 = info("B", 2),
	C3 = info("C", 3);
const MINUTE = 60_000; // ms
const UNKNOWN = 'refused server=service reason="unknown issuer"',
	FAILED = 'failed server=service reason="unknown issuer"';

/** A in full operation, B provisional; the device holds both. */
async function inOverlap(): Promise<{ fleet: MemoryFleet; device: MemoryDevice }> {
	const fleet = new MemoryFleet();
	fleet.service("A");
	fleet.download(1, "A", B2);
	const device = new MemoryDevice(fleet);
	await device.device.once();
	assert.is(device.reboot(), "1 2");
	return { fleet, device };
}

/** As above, and B has taken over. */
async function underB(): Promise<{ fleet: MemoryFleet; device: MemoryDevice }> {
	const { fleet, device } = await inOverlap();
	fleet.service("B");
	await device.authenticate();
	assert.is(device.reboot(), "2 -");
	return { fleet, device };
}

// A thief's keys

test("a rubbish certificate and a blocked URL B prove nothing: the device asks URL C by B, and holds what comes", async () => {
	const { fleet, device } = await inOverlap();
	fleet.service("D"); // nobody's
	fleet.hosts.delete("download-2.fleet.example");
	fleet.download(2, "B", C3);
	assert.equal(await device.session(), [
		UNKNOWN,
		"poll generation=1",
		'failed server=download reason="connection refused"',
		"poll generation=2",
		"authenticated server=download generation=2",
		"held generation=3",
		UNKNOWN,
		FAILED,
	]);
	fleet.service("A");
	assert.equal(await device.session(), [authenticated(1, "current")]);
	assert.is(device.reboot(), "1 2");
});

test("a stolen provisional key at URL C serves anything: a candidate at most, and B is not promoted", async () => {
	const { fleet, device } = await inOverlap();
	fleet.service("C"); // nobody's
	fleet.download(1, "A", 404);
	fleet.download(2, "B", info("D", 4));
	assert.ok((await device.session()).includes("held generation=4"));
	fleet.service("A");
	assert.ok(await device.authenticate());
	assert.is(device.reboot(), "1 2");
});

test("a stolen key of a former CA is good for nothing once a successor has been used", async () => {
	const { fleet, device } = await underB();
	fleet.service("A");
	fleet.download(1, "A", A1);
	assert.equal((await device.session()).at(-1), FAILED);
	assert.equal(device.offer(A1), ['refused reason="older generation"']);
	assert.is(device.reboot(), "2 -");
});

test("a former CA's download server is never asked again", async () => {
	const { fleet, device } = await underB();
	fleet.download(1, "A", info("C", 9));
	fleet.download(2, "B", 404);
	fleet.connections.length = 0;
	await device.poll();
	assert.equal(fleet.connections, ["download-3"]);
});

test("a service by the stolen key of a provisional B causes a promotion (§9), and A's re-issue ends it", async () => {
	const { fleet, device } = await inOverlap();
	fleet.service("B");
	await device.authenticate();
	const A3 = info("A", 3, { follows: 1 });
	fleet.download(1, "A", A3);
	fleet.download(2, "B", A3);
	fleet.service("A");
	assert.ok(await device.authenticate());
	assert.is(device.reboot(), "3 -");
	assert.equal(device.offer(B2), ['refused reason="older generation"']);
});

test("a download server by next's key is none for current's URL", async () => {
	const { fleet, device } = await inOverlap();
	fleet.download(1, "B", info("C", 3, { follows: 1 }));
	assert.equal(await device.poll(), [
		"poll generation=1",
		'refused server=download reason="unknown issuer"',
		'failed server=download reason="unknown issuer"',
		"failed",
	]);
	assert.is(device.reboot(), "1 2");
});

// Replays and forgeries

test("what is older, equal, another fleet's, another key's or cut short is refused, and nothing changes", async () => {
	const { device } = await underB();
	const strangers = info("C", 3, {}, new Uint8Array(32).fill(9));
	for (const [bytes, reason] of [
		[A1, "older generation"],
		[info("D", 2), "equal generation"],
		[strangers, "bad signature"],
		[C3.slice(0, -1), "truncated"],
		[Uint8Array.of(...C3, 0), "trailing bytes"],
		[new Uint8Array(4_033), "too large"],
		[new Uint8Array(0), "truncated"],
	] as const)
		assert.equal(device.offer(bytes), [`refused reason=${reason.includes(" ") ? `"${reason}"` : reason}`]);
	assert.is(device.reboot(), "2 -");
});

test("an older CA's re-issue, newer than its successor's first issue, comes back by no offer and no mirror", async () => {
	const { fleet, device } = await underB();
	const A3 = info("A", 3, { follows: 1 }); // signed when A was re-issued, with B4 after it; B2 is in use here
	assert.equal(device.offer(A3), ['refused reason="follows a former CA"']);
	fleet.service("A");
	assert.not.ok(await device.authenticate());
	assert.is(device.reboot(), "2 -");
});

test("nothing that is offered displaces what an update has brought, before it was tried", async () => {
	const { fleet, device } = await inOverlap();
	fleet.download(1, "A", 404);
	const C4 = info("C", 4, { follows: 1 }),
		D5 = info("D", 5, { follows: 2 });
	fleet.download(2, "B", C4);
	let offered: string[] = [];
	fleet.service("C", { meanwhile: () => assert.unreachable("C holds only after the update") });
	const session = device.session();
	fleet.hosts.get("download-3.fleet.example")!.meanwhile = () => {
		// From now on the update has its answer; the offer comes before the second connection has been judged.
		fleet.service("C", { meanwhile: () => void (offered = device.offer(D5)) });
	};
	const told = await session;
	assert.ok(told.length > 0);
	assert.equal(offered, ['refused reason="an update is under way"']);
	assert.is(device.reboot(), "4 -");
});

test("what is offered is a candidate, or next, and never current without a proof", async () => {
	const fleet = new MemoryFleet();
	fleet.service("A");
	const device = new MemoryDevice(fleet);
	assert.equal(device.offer(B2), ["stored generation=2"]);
	assert.equal(device.offer(B2), ["same generation=2"]);
	assert.equal(device.offer(info("D", 4)), ["held generation=4"]);
	assert.equal(await device.session(), [authenticated(1, "current")]);
	fleet.service("D");
	assert.equal(await device.session(), [authenticated(4, "candidate"), "promoted generation=4"]);
	assert.is(device.reboot(), "4 -");
});

test("key 5 is current at once, whichever way it comes", async () => {
	const { fleet, device } = await inOverlap();
	assert.equal(device.offer(info("B", 3, { revokes: true, follows: 1 })), [
		"stored generation=3",
		"promoted generation=3",
	]);
	fleet.service("A");
	assert.not.ok(await device.authenticate());
	assert.is(device.reboot(), "3 -");
});

// Who is on the path

test("a wrong name, a wrong usage, a malformed certificate: no other CA is tried, and nobody is asked", async () => {
	const { fleet, device } = await inOverlap();
	const reasons: CertificateReason[] = [
		...(["truncated", "unexpected tag", "bad time", "certificate too large", "unsupported public key"] as const),
		...(["unknown critical extension", "empty chain", "no subject alternative name", "name does not match"] as const),
		...(["name not permitted", "wrong key usage", "wrong extended key usage", "not a CA", "path too long"] as const),
		...(["bad signature in chain", "issued too early"] as const),
	];
	for (const reason of reasons) {
		fleet.serviceRefuses(new CertificateError(reason));
		fleet.connections.length = 0;
		const told = reason.includes(" ") ? `"${reason}"` : reason;
		assert.equal(await device.session(), [
			`refused server=service reason=${told}`,
			`failed server=service reason=${told}`,
		]);
		assert.equal(fleet.connections, ["service"], reason);
	}
});

test("a time-out, a lost or a refused connection: nobody is asked", async () => {
	const { fleet, device } = await inOverlap();
	for (const reason of ["time-out", "connect time-out", "connection lost", "connection refused"] as const) {
		fleet.serviceRefuses(new TransportError(reason));
		fleet.connections.length = 0;
		assert.equal((await device.session()).length, 1, reason);
		assert.equal(fleet.connections, ["service"], reason);
	}
});

test("no anchor has the issuer's name, or none has made the signature: an update at once", async () => {
	for (const reason of ["unknown issuer", "bad signature by issuer"] as const) {
		const { fleet, device } = await inOverlap();
		fleet.serviceRefuses(new CertificateError(reason));
		fleet.connections.length = 0;
		await device.session();
		assert.equal(fleet.connections, ["service", "download-2", "download-3"]);
	}
});

test("a service that has nothing that the anchors can check is a reason to update, and then it is met", async () => {
	for (const alert of [40, 71]) {
		const { fleet, device } = await inOverlap();
		fleet.serviceRefuses(new AlertError(alert, true));
		fleet.download(1, "A", 404);
		fleet.download(2, "B", info("D", 4), { meanwhile: () => fleet.service("D") });
		const told = await device.session();
		assert.equal(told.slice(-2), [authenticated(4, "candidate"), "promoted generation=4"], told.join("\n"));
	}
});

test("handshake_failure later than the answer to ClientHello, or any other alert, is no reason to update", async () => {
	const { fleet, device } = await inOverlap();
	for (const [alert, answersHello] of [
		[40, false],
		[71, false],
		[70, true],
		[80, true],
		[112, true],
	] as const) {
		fleet.serviceRefuses(new AlertError(alert, answersHello));
		fleet.connections.length = 0;
		await device.session();
		assert.equal(fleet.connections, ["service"], String(alert));
	}
});

test("a download server that answers handshake_failure makes no candidate of anything", async () => {
	const { fleet, device } = await inOverlap();
	fleet.hosts.set("download-2.fleet.example", { handshake: new AlertError(40, true) });
	assert.equal((await device.poll()).at(-1), "failed");
	assert.is(device.reboot(), "1 2");
});

test("a stranger with rubbish certificates: one update a boot, then one every 15 minutes", async () => {
	const fleet = new MemoryFleet();
	fleet.service("D");
	const device = new MemoryDevice(fleet);
	const updates = () => fleet.connections.filter(name => name !== "service").length;
	for (let i = 0; i < 20; i++) await device.session();
	assert.is(updates(), 1);
	await device.live(15 * MINUTE);
	assert.is(updates(), 2); // the one that had to wait
	for (let i = 0; i < 20; i++) await device.session();
	assert.is(updates(), 2);
});

test("a stranger with a power switch: one update a boot", async () => {
	const fleet = new MemoryFleet();
	fleet.service("D");
	const device = new MemoryDevice(fleet);
	for (let boot = 0; boot < 5; boot++) {
		for (let i = 0; i < 5; i++) await device.session();
		device.boot();
	}
	assert.is(fleet.connections.filter(name => name !== "service").length, 5);
});

test("an update that had to wait for its token is made, and the service met, without another session", async () => {
	const fleet = new MemoryFleet();
	fleet.service("D");
	const device = new MemoryDevice(fleet);
	await device.session();
	fleet.service("B");
	fleet.download(1, "A", B2);
	assert.equal(await device.session(), [UNKNOWN, FAILED]);
	assert.equal(await device.live(15 * MINUTE), [
		"poll generation=1",
		"authenticated server=download generation=1",
		"stored generation=2",
		authenticated(2, "next"),
		"promoted generation=2",
	]);
});

test("after an update that had to wait for its token a service that fails again is told", async () => {
	const fleet = new MemoryFleet();
	fleet.service("D");
	const device = new MemoryDevice(fleet);
	await device.session();
	fleet.download(1, "A", B2);
	assert.equal(await device.session(), [UNKNOWN, FAILED]);
	assert.equal((await device.live(15 * MINUTE)).slice(-3), ["stored generation=2", UNKNOWN, FAILED]);
});

test("a poll in the middle of a handshake: what was proved is promoted, not what is next by then", async () => {
	const { fleet, device } = await inOverlap();
	const C3a = info("C", 3, { follows: 1 });
	fleet.service("B", { meanwhile: () => assert.equal(device.offer(C3a), ["stored generation=3"]) });
	const told = await device.session();
	assert.ok(told.includes(authenticated(2, "next")), told.join("\n"));
	assert.ok(told.includes("promoted generation=2"), told.join("\n"));
	fleet.service("B");
	assert.equal(await device.session(), [authenticated(2, "current")]);
	assert.match(device.reboot(), /^2 /);
});

// Who withholds, and accidents of the network

test("one boot without DNS is no answer: the poll stays open, and is tried again soon", async () => {
	const fleet = new MemoryFleet();
	fleet.isDown = true;
	const device = new MemoryDevice(fleet);
	assert.equal(await device.poll(), ["poll generation=1", 'failed server=download reason="name not resolved"', "open"]);
});

test("a name, a refusal and a connect time-out are silence; a lost connection and a time-out are not", async () => {
	for (const [reason, is] of [
		["name not resolved", "answered"],
		["connection refused", "answered"],
		["connect time-out", "answered"],
		["time-out", "failed"],
		["connection lost", "failed"],
		["no randomness", "failed"],
	] as const) {
		const fleet = new MemoryFleet();
		fleet.service("A");
		const device = new MemoryDevice(fleet);
		await device.session();
		fleet.hosts.set("download-2.fleet.example", { handshake: new TransportError(reason) });
		assert.is((await device.poll()).at(-1), is, reason);
	}
});

test("silence is an answer once a server has proved itself in this boot, before or after", async () => {
	const fleet = new MemoryFleet();
	fleet.service("A");
	const before = new MemoryDevice(fleet);
	await before.session();
	const silence = ["poll generation=1", 'none reason="connection refused"'];
	assert.equal(await before.poll(), [...silence, "answered"]);

	const after = new MemoryDevice(fleet);
	assert.equal((await after.poll()).at(-1), "open");
	assert.equal(await after.session(), [authenticated(1, "current"), 'none reason="connection refused"']);
	assert.equal(await after.session(), [authenticated(1, "current")]); // once
});

test("a download server that has proved itself shows that the network is there, too", async () => {
	const fleet = new MemoryFleet();
	fleet.download(1, "A", 404);
	const device = new MemoryDevice(fleet);
	await device.poll();
	fleet.hosts.clear();
	assert.equal((await device.poll()).slice(-2), ['none reason="connection refused"', "answered"]);
});

test("a poll that failed after an open one is not answered by what opens the network later", async () => {
	const fleet = new MemoryFleet();
	const device = new MemoryDevice(fleet);
	assert.is((await device.poll()).at(-1), "open");
	fleet.hosts.set("download-2.fleet.example", { handshake: new TransportError("time-out") });
	assert.is((await device.poll()).at(-1), "failed");
	fleet.service("A");
	assert.equal(await device.session(), [authenticated(1, "current")]);
});

test("a stranger's handshake does not make silence an answer", async () => {
	const fleet = new MemoryFleet();
	fleet.service("D");
	const device = new MemoryDevice(fleet);
	await device.session();
	assert.equal((await device.poll()).at(-1), "open");
});

test("a download server that is there and says nonsense: the poll has failed, and access logs say why", async () => {
	for (const [answer, reason] of [
		[503, "unexpected status"],
		[302, "unexpected status"],
		[206, "unexpected status"],
		[new TransportError("connection lost"), "connection lost"],
		[new Uint8Array(3), "unexpected type"],
		[A1.slice(0, 40), "truncated"],
	] as const) {
		const fleet = new MemoryFleet();
		fleet.service("A");
		fleet.download(1, "A", answer);
		const device = new MemoryDevice(fleet);
		assert.equal((await device.poll()).at(-1), "failed", reason);
		await device.session();
		assert.equal(fleet.userAgents, ["baton/1 (1,-)", `baton/1 (1,-; failed=${reason})`]);
		fleet.download(1, "A", 404);
		await device.poll();
		await device.session();
		assert.equal(fleet.userAgents.slice(2), [`baton/1 (1,-; failed=${reason})`, "baton/1 (1,-)"]);
	}
});

test("a mistake of ours in an update is told by no more than a word: a User-Agent stays ASCII", async () => {
	const fleet = new MemoryFleet();
	fleet.service("A");
	fleet.download(1, "A", new TypeError('cannot read "ä"\r\nHost: elsewhere'));
	const device = new MemoryDevice(fleet);
	assert.equal((await device.poll()).at(-1), "failed");
	await device.session();
	assert.is(fleet.userAgents.at(-1), "baton/1 (1,-; failed=fault)");
});

test("an authenticated 404 is an answer, and so is what is held already", async () => {
	const { fleet, device } = await inOverlap();
	assert.equal((await device.poll()).slice(-2), ["same generation=2", "answered"]);
	fleet.download(1, "A", 404);
	assert.equal((await device.poll()).slice(-2), ['none reason="not found" status=404', "answered"]);
});

test("a service whose answer is lost after its proof has proved itself all the same", async () => {
	const fleet = new MemoryFleet();
	fleet.service("A", { answer: new TransportError("connection lost") });
	const device = new MemoryDevice(fleet);
	assert.ok(await device.authenticate());
	assert.equal(device.told().slice(-2), [
		authenticated(1, "current"),
		'failed server=service generation=1 reason="connection lost"',
	]);
});

test("next's address is not asked where current's has brought something newer, nor where nothing had failed", async () => {
	const { fleet, device } = await inOverlap();
	fleet.connections.length = 0;
	await device.poll();
	assert.equal(fleet.connections, ["download-2"]);
	fleet.service("C");
	fleet.download(1, "A", info("C", 3, { follows: 1 }));
	fleet.download(2, "B", info("D", 4));
	fleet.connections.length = 0;
	assert.ok(await device.authenticate());
	assert.equal(fleet.connections, ["service", "download-2", "service"]);
});

test("an update that brings nothing new is no reason to connect again", async () => {
	const { fleet, device } = await inOverlap();
	fleet.service("D");
	fleet.download(2, "B", 404);
	fleet.connections.length = 0;
	assert.equal((await device.session()).at(-1), FAILED);
	assert.equal(fleet.connections, ["service", "download-2", "download-3"]);
});

test("what an update has brought is tried once: a service that fails again waits for its next session", async () => {
	const { fleet, device } = await inOverlap();
	fleet.service("D");
	fleet.download(2, "B", C3);
	fleet.connections.length = 0;
	assert.equal((await device.session()).slice(-2), [UNKNOWN, FAILED]);
	assert.equal(fleet.connections, ["service", "download-2", "download-3", "service"]);
});

// Mirrors

const MIRROR = "https://mirror.example/2",
	PLAIN = "http://plain.example/2";
const mirrored = info("A", 1, { mirrors: [MIRROR, PLAIN] });

test("mirrors are asked in turn until one brings something newer", async () => {
	const fleet = new MemoryFleet();
	fleet.service("A");
	fleet.hosts.set("mirror.example", { by: "A", answer: B2 });
	fleet.hosts.set("plain.example", { answer: C3 });
	const device = new MemoryDevice(fleet, { factory: mirrored });
	assert.equal((await device.poll()).slice(-2), ["stored generation=2", "answered"]);
	assert.equal(fleet.connections, ["download-2", "mirror.example"]);
});

test("a mirror that lags, or lies, stops nobody: the next one is asked", async () => {
	for (const answer of [404, 500, A1, new Uint8Array(5)]) {
		const fleet = new MemoryFleet();
		fleet.download(1, "A", answer);
		fleet.hosts.set("mirror.example", { by: "A", answer: B2 });
		const device = new MemoryDevice(fleet, { factory: mirrored });
		assert.equal((await device.poll()).slice(-2), ["stored generation=2", "answered"]);
	}
});

test("an http: mirror's 404 says nothing, and what it brings does not make an answer of the others' silence", async () => {
	const fleet = new MemoryFleet();
	fleet.hosts.set("plain.example", { answer: 404 });
	const device = new MemoryDevice(fleet, { factory: mirrored });
	assert.equal((await device.poll()).slice(-2), [
		'failed server=download reason="unexpected status" status=404',
		"open",
	]);
	fleet.hosts.set("plain.example", { answer: B2 });
	assert.equal((await device.poll()).slice(-2), ["stored generation=2", "open"]);
	assert.is(device.reboot(), "1 2");
});

test("an http: mirror brings back no CA that was replaced, though current itself names it", async () => {
	const fleet = new MemoryFleet();
	fleet.service("B");
	fleet.download(1, "A", info("B", 2, { mirrors: [PLAIN] }));
	const device = new MemoryDevice(fleet);
	await device.session();
	assert.is(device.reboot(), "2 -");
	fleet.hosts.set("plain.example", { answer: info("A", 3, { follows: 1 }) });
	assert.ok((await device.poll()).includes('refused server=download reason="follows a former CA"'));
	fleet.service("A");
	assert.not.ok(await device.authenticate());
});

test("a candidate that outlives a promotion is told again: otherwise it is gone", async () => {
	const { fleet, device } = await inOverlap();
	assert.equal(device.offer(C3), ["held generation=3"]);
	fleet.service("B");
	assert.equal(await device.session(), [authenticated(2, "next"), "promoted generation=2", "held generation=3"]);
	fleet.service("C");
	assert.equal(await device.session(), [authenticated(3, "candidate"), "promoted generation=3"]);
});

test("an http: mirror's candidate does not end the round, and a later address may do better", async () => {
	const fleet = new MemoryFleet();
	fleet.download(1, "A", B2);
	const device = new MemoryDevice(fleet, { factory: info("A", 1, { mirrors: [PLAIN, MIRROR] }) });
	await device.poll();
	fleet.hosts.set("plain.example", { answer: info("D", 4) });
	fleet.hosts.set("mirror.example", { by: "A", answer: info("C", 3, { follows: 1 }) });
	fleet.connections.length = 0;
	const told = await device.poll();
	assert.equal(fleet.connections, ["download-2", "plain.example", "mirror.example"]);
	assert.equal(
		told.filter(line => /^(same|held|stored|answered)/.test(line)),
		["same generation=2", "held generation=4", "stored generation=3", "answered"],
	);
});

test("an https mirror by another CA is refused, and the others are asked", async () => {
	const fleet = new MemoryFleet();
	fleet.download(1, "D", B2);
	fleet.hosts.set("mirror.example", { by: "B", answer: B2 });
	const device = new MemoryDevice(fleet, { factory: mirrored });
	const told = await device.poll();
	assert.is(told.filter(line => line === 'refused server=download reason="unknown issuer"').length, 2);
	assert.equal(fleet.connections, ["download-2", "mirror.example", "plain.example"]);
});

// Flash

test("flash that takes nothing: the device lives from memory, boot by boot, and does not wear it out", async () => {
	const chip = new FlashEmulator();
	for (const block of ["ca0:0", "ca0:1", "ca1:0", "ca1:1", "poll:0"]) chip.blockFaults.set(block, "refuses");
	const fleet = new MemoryFleet();
	fleet.service("B");
	fleet.download(1, "A", B2);
	const device = new MemoryDevice(fleet, {}, chip);
	for (let boot = 0; boot < 2; boot++) {
		assert.ok(await device.authenticate());
		const told = device.told();
		assert.ok(
			told.includes('held generation=2 reason="flash cannot be erased"') ||
				told.includes('held generation=2 reason="flash cannot be programmed"'),
			told.join("\n"),
		);
		assert.ok(
			told.some(line => line.startsWith("promoted generation=2 reason=")),
			told.join("\n"),
		);
		fleet.service("A");
		assert.not.ok(await device.authenticate()); // it has seen B
		fleet.service("B");
		assert.ok(await device.authenticate());
		device.reboot();
	}
});

test("flash that refuses promotions for a while (a brown-out) ends no renewal", async () => {
	const { fleet, device } = await inOverlap();
	for (const block of ["ca0:0", "ca0:1", "ca1:0", "ca1:1"]) device.chip.blockFaults.set(block, "refuses");
	fleet.service("B");
	for (let i = 0; i < 6; i++) assert.ok(await device.authenticate());
	device.chip.blockFaults.clear();
	fleet.download(2, "B", C3);
	await device.session();
	assert.equal((await device.poll()).slice(-2), ["stored generation=3", "answered"]);
	assert.is(device.reboot(), "2 3");
});

test("a promotion that flash has refused is tried again at a later credit, and said", async () => {
	const { fleet, device } = await inOverlap();
	device.device.run();
	await device.live(MINUTE);
	for (const block of ["ca0:0", "ca0:1", "ca1:0", "ca1:1"]) device.chip.blockFaults.set(block, "refuses");
	fleet.service("B");
	assert.equal((await device.session()).slice(0, 2), [
		authenticated(2, "next"),
		'promoted generation=2 reason="flash cannot be programmed"',
	]);
	device.chip.blockFaults.clear();
	fleet.service(undefined);
	const told = await device.live(30 * MINUTE);
	assert.ok(told.includes('repaired partition=ca1 generation=2 reason="promotion finished"'), told.join("\n"));
	assert.is(device.reboot(), "2 -");
});

test("a revocation that flash has refused counts in memory at once, and the same bytes again finish nothing silently", async () => {
	const { fleet, device } = await inOverlap();
	const B3 = info("B", 3, { revokes: true, follows: 1 });
	for (const block of ["ca0:0", "ca0:1", "ca1:0", "ca1:1"]) device.chip.blockFaults.set(block, "refuses");
	assert.equal(device.offer(B3), ['promoted generation=3 reason="flash cannot be programmed"']);
	assert.not.ok(await device.authenticate()); // by A
	device.chip.blockFaults.clear();
	fleet.service("B");
	const told = await device.session();
	assert.equal(told, ['repaired partition=ca1 generation=3 reason="promotion finished"', authenticated(3, "current")]);
	assert.equal(device.offer(B3), ["same generation=3"]);
	assert.is(device.reboot(), "3 -");
});

test("the factory's own bytes are held already, though flash would not take them", async () => {
	const chip = new FlashEmulator();
	for (const block of ["ca0:0", "ca0:1", "ca1:0", "ca1:1"]) chip.blockFaults.set(block, "refuses");
	const device = new MemoryDevice(new MemoryFleet(), {}, chip);
	assert.equal(device.offer(A1), ["same generation=1"]);
});

test("two slots that cannot be read: the factory's CA authenticates nobody before its download server was asked", async () => {
	const { fleet, device } = await underB();
	device.chip.readFails = () => true;
	assert.is(device.reboot(), "unreadable unreadable");
	fleet.service("A"); // by a stolen key
	fleet.connections.length = 0;
	fleet.hosts.delete("download-2.fleet.example"); // blocked: what §9 bounds
	assert.equal(await device.session(), [
		"poll generation=1",
		'failed server=download reason="connection refused"',
		authenticated(1, "factory"),
	]);
	assert.equal(fleet.connections, ["download-2", "service"]);
	device.chip.readFails = undefined;
	fleet.service("B");
	assert.equal((await device.session()).at(-1), authenticated(2, "current")); // read again, without a reboot
});

test("two slots that cannot be read, and the factory's download server knows better: its word is tried first", async () => {
	const { fleet, device } = await underB();
	device.chip.readFails = () => true;
	device.reboot();
	fleet.service("B");
	assert.equal((await device.session()).slice(-2), [
		authenticated(2, "candidate"),
		'promoted generation=2 reason="flash cannot be read"',
	]);
});

test("current's slot is lost in the overlap: next is not current for that, and the one that it follows is found", async () => {
	const { fleet, device } = await underB();
	fleet.download(2, "B", C3);
	await device.poll();
	assert.is(device.reboot(), "2 3");
	device.chip.setImage("ca1", new Uint8Array(8192).fill(0xff)); // B's
	assert.is(device.reboot(), "- 3");
	fleet.download(1, "A", B2); // in full operation
	fleet.download(3, "C", 404);
	fleet.service("B");
	assert.equal((await device.session()).slice(-2), [authenticated(2, "candidate"), "promoted generation=2"]);
	assert.is(device.reboot(), "2 3");
});

test("a device whose current is the factory's again finds back to it by what next follows", async () => {
	const { fleet, device } = await inOverlap();
	device.chip.setImage("ca0", new Uint8Array(8192).fill(0xff));
	assert.is(device.reboot(), "1 2");
	assert.equal(await device.session(), [authenticated(1, "current")]);
	fleet.service("B");
	assert.equal(await device.session(), [authenticated(2, "next"), "promoted generation=2"]);
});

test("firmware with another DL key in one boot erases nothing, trusts nobody older, and says so", async () => {
	const { fleet, device } = await underB();
	const foreign = { dlKeys: [spareKey], factory: info("A", 1, {}, spareSeed) };
	assert.is(device.reboot(foreign), "foreign -");
	fleet.service("A"); // by a stolen key
	assert.not.ok(await device.authenticate());
	device.told();
	assert.is(device.reboot({ dlKeys: [dlKey], factory: A1 }), "2 -");
});

test("a DL key that was retired by new firmware: its records stay valid, and nothing by it is accepted", async () => {
	const { fleet, device } = await inOverlap();
	const changed = { dlKeys: [spareKey], retiredDlKeys: [dlKey], factory: info("A", 1, {}, spareSeed) };
	assert.is(device.reboot(changed), "1 2");
	assert.equal(device.offer(C3), ['refused reason="signed by a retired key"']);
	fleet.service("B");
	assert.equal(await device.session(), [authenticated(2, "next"), "promoted generation=2"]);
	assert.equal(device.offer(info("C", 3, {}, spareSeed)), ["stored generation=3"]);
	assert.is(device.reboot(), "2 3");
});

test("a device that lay on a shelf through a whole overlap takes what current's address serves", async () => {
	const fleet = new MemoryFleet();
	fleet.service("C");
	fleet.download(1, "A", C3);
	const device = new MemoryDevice(fleet);
	assert.ok(await device.authenticate());
	assert.is(device.reboot(), "3 -");
});

test("a device that holds next and missed a generation is not locked out: next's address has the newest", async () => {
	const { fleet, device } = await inOverlap();
	fleet.service("D");
	fleet.download(1, "A", B2); // its server's retention is over: what it served last
	fleet.download(2, "B", info("D", 4));
	assert.ok(await device.authenticate());
	assert.is(device.reboot(), "4 -");
});

test("a missing poll partition, or missing slots, do not stop a device", async () => {
	const fleet = new MemoryFleet();
	fleet.service("A");
	const device = new MemoryDevice(fleet);
	device.reboot({}, { openFlash: partition => (partition === "poll" ? undefined : device.chip.open(partition)) });
	device.device.run();
	const told = device.told();
	assert.ok(told.includes('failed partition=poll reason="poll partition failed"'), told.join("\n"));
	device.device.stop();
	device.reboot({}, { openFlash: () => undefined });
	assert.ok(await device.authenticate());
});

test.run();
