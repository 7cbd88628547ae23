import { test } from "uvu";
import * as assert from "uvu/assert";
import { concatenate } from "../../firmware/bytes.js";
import { main } from "../../firmware/main.js";
import type { TCPOptions } from "../../firmware/ports.js";
import { Sessions } from "../../firmware/sessions.js";
import { toHex } from "../hex.js";
import { VirtualClock } from "../virtual-clock.js";
import { authenticated, downloadOf, info, MemoryDevice, MemoryFleet } from "./fleet.js";
import { copyImage } from "./trust/copy-image.js";

const HOUR = 3_600_000,
	CREDIT = HOUR / 2; // ms

test("sessions run one at a time, in the order asked for, and each has a beginning", async () => {
	const seen: string[] = [];
	const sessions = new Sessions(() => void seen.push("session"));
	let finish = () => {};
	const first = sessions.run(() => {
		seen.push("first begins");
		return new Promise<void>(resolve => {
			finish = () => {
				seen.push("first ends");
				resolve();
			};
		});
	});
	const second = sessions.run(async () => {
		seen.push("second");
		return 2;
	});
	await Promise.resolve();
	await Promise.resolve();
	assert.equal(seen, ["session", "first begins"]);
	finish();
	assert.is(await second, 2);
	await first;
	assert.equal(seen, ["session", "first begins", "first ends", "session", "second"]);
});

test("a session that fails, or whose beginning does, does not hold up the next one", async () => {
	let begins = 0;
	const sessions = new Sessions(() => {
		if (++begins === 2) throw new Error("begin");
	});
	const failing = [sessions.run(() => Promise.reject(new Error("no"))), sessions.run(async () => "never")];
	const next = sessions.run(async () => "next");
	const messages = await Promise.all(failing.map(each => each.catch((error: Error) => error.message)));
	assert.equal(messages, ["no", "begin"]);
	assert.is(await next, "next");
});

/** A device whose service is fine, and the moments of its sessions with it, in ms. */
function living(seed: number): { device: MemoryDevice; fleet: MemoryFleet; moments: number[] } {
	const fleet = new MemoryFleet();
	const moments: number[] = [];
	let device: MemoryDevice | undefined;
	fleet.service("A", { meanwhile: () => void moments.push(device!.clock.now) });
	device = new MemoryDevice(fleet, { serviceInterval: HOUR }, undefined, seed);
	return { device, fleet, moments };
}

test("the service is asked at once, then every interval ± 10 %, and devices that start together come apart", async () => {
	const lives = [1, 2, 3, 4].map(living);
	for (const { device } of lives) {
		device.device.run();
		await device.live(20 * HOUR);
		device.device.stop();
	}
	for (const { moments } of lives) {
		assert.is(moments[0], 0);
		const gaps = moments.slice(1).map((moment, i) => moment - moments[i]);
		assert.ok(gaps.length >= 17 && gaps.every(gap => gap >= 0.9 * HOUR && gap <= 1.1 * HOUR), gaps.join());
		assert.ok(new Set(gaps).size > 5);
	}
	assert.is(new Set(lives.map(({ moments }) => moments[10])).size, 4);
});

test("an interval as long as a timer takes is no longer for its spread", async () => {
	const fleet = new MemoryFleet();
	fleet.service("A");
	const device = new MemoryDevice(fleet, { serviceInterval: 2 ** 31 - 1 });
	device.device.run();
	await device.live(0); // the clock throws for a longer one
	assert.ok(device.clock.waiting > 0);
});

test("after `stop` nothing is waiting: no session, no credit, no token", async () => {
	const { device, fleet, moments } = living(5);
	fleet.hosts.get("service.fleet.example")!.by = "D"; // a token is spent
	device.device.run();
	await device.live(1_000);
	device.device.stop();
	assert.is(device.clock.waiting, 0);
	await device.live(100 * HOUR);
	assert.is(moments.length, 0);
});

test("`run` said twice is one life", async () => {
	const { device, moments } = living(7);
	device.device.run();
	device.device.run();
	await device.live(1_000);
	device.device.stop();
	assert.is(moments.length, 1);
});

test("`stop` while a session is under way begins no other", async () => {
	const { device, moments } = living(6);
	device.device.run();
	device.device.stop();
	await device.live(100 * HOUR);
	assert.is(moments.length, 1);
	assert.is(device.clock.waiting, 0);
});

test("a poll that failed is tried again after an hour; one that was answered, after thirty days", async () => {
	for (const [answer, least, most] of [
		[503, CREDIT, HOUR + CREDIT], // two credits, the first of which may have begun
		[404, 1296 * CREDIT, 1586 * CREDIT],
	] as const) {
		const { device, fleet } = living(7);
		const polls: number[] = [];
		fleet.download(1, "A", answer, { meanwhile: () => void polls.push(device.clock.now) });
		device.device.run();
		while (polls.length < 2) await device.live(24 * HOUR);
		device.device.stop();
		assert.ok(polls[1] - polls[0] >= least && polls[1] - polls[0] <= most, `${answer}: ${polls.join()}`);
	}
});

test("a poll that nobody answered is open until the service has proved itself, and then it counts", async () => {
	const { device, fleet } = living(8);
	fleet.isDown = true;
	device.device.run();
	const asked = () => fleet.connections.filter(name => name === "download-2").length;
	while (asked() < 1) await device.live(HOUR);
	await device.live(4 * HOUR);
	assert.ok(asked() >= 3, "tried again soon, as if it had failed");
	fleet.isDown = false; // the last poll is open; the next session closes it
	const told = await device.live(2 * HOUR);
	assert.ok(told.includes('none reason="name not resolved"'), told.join("\n"));
	const then = asked();
	await device.live(1290 * CREDIT);
	assert.is(asked(), then);
	device.device.stop();
});

test("`once`: a session with the service, a poll, and nothing is left", async () => {
	const fleet = new MemoryFleet();
	fleet.service("A");
	fleet.download(1, "A", info("B", 2));
	const device = new MemoryDevice(fleet);
	device.told();
	assert.ok(await device.device.once());
	assert.equal(device.told(), [
		authenticated(1, "current"),
		"poll generation=1",
		"authenticated server=download generation=1",
		"stored generation=2",
	]);
	assert.is(device.clock.waiting, 0);
	fleet.service("D");
	assert.not.ok(await device.device.once());
});

test("an update that had to wait for its token waits for the session that is under way, too", async () => {
	const fleet = new MemoryFleet();
	fleet.service("D");
	let opened: Promise<void> | undefined;
	const device = new MemoryDevice({
		async connect(url, anchors) {
			const connecting = fleet.connect(url, anchors);
			connecting.catch(() => {});
			await opened;
			return connecting;
		},
		connectPlain: url => fleet.connectPlain(url),
	});
	await device.authenticate();
	await device.authenticate(); // no token is left: it is made later
	const { length } = fleet.connections;
	let open = () => {};
	opened = new Promise(resolve => {
		open = resolve;
	});
	const polling = device.device.poll();
	await device.live(CREDIT);
	assert.is(fleet.connections.length, length + 1);
	open();
	await polling;
	await device.live(0);
	assert.is(fleet.connections.length, length + 2); // the poll, and the update that waited
});

test("at each credit, what flash has refused is tried again, though no session is due", async () => {
	const { device, fleet } = living(9);
	device.reboot({ serviceInterval: 2 ** 31 - 1 });
	device.device.run();
	await device.live(1_000);
	for (const block of ["ca0:0", "ca0:1", "ca1:0", "ca1:1"]) device.chip.blockFaults.set(block, "refuses");
	device.offer(info("B", 2, { revokes: true }));
	device.chip.blockFaults.clear();
	const { length } = fleet.connections;
	assert.equal(await device.live(CREDIT), ['repaired partition=ca1 generation=2 reason="promotion finished"']);
	assert.is(fleet.connections.length, length);
	device.device.stop();
});

// main.ts

test("unless told otherwise, the service is asked once an hour", async () => {
	const fleet = new MemoryFleet();
	fleet.service("A");
	const device = new MemoryDevice(fleet);
	device.device.run();
	await device.live(10.95 * HOUR);
	device.device.stop();
	const sessions = fleet.connections.filter(name => name === "service").length;
	assert.ok(sessions >= 10 && sessions <= 13, `${sessions}`);
});

test("what is provisioned of TLS is what servers are asked for", async () => {
	const hellos = new Set<string>();
	for (const choice of [{}, { fragmentLength: 4096 as const }, { nameAuthorities: false }]) {
		const clock = new VirtualClock();
		let written = "";
		class Line {
			constructor({ onWritable }: TCPOptions) {
				Promise.resolve().then(() => onWritable!.call(this, 10_000));
			}
			read(): undefined {}
			write(bytes: Uint8Array): number {
				written += toHex(bytes);
				return 10_000;
			}
			close(): void {}
		}
		const device = main(
			{
				openFlash: () => undefined,
				TCP: Line,
				resolver: { resolve: ({ onResolved }) => onResolved([{ address: "192.0.2.1", port: 443 }]) },
				timer: clock,
				ticks: () => clock.now,
				random: bytes => void bytes.fill(1),
				print: () => {},
			},
			{ ...settings, dlKeys: new MemoryDevice(new MemoryFleet()).dlKeys, ...choice },
		);
		const polled = device.poll();
		await new MemoryDevice(new MemoryFleet()).live(0);
		clock.advance(60_000);
		assert.is(await polled, "failed");
		assert.ok(written.length > 0);
		hellos.add(written);
	}
	assert.is(hellos.size, 3);
});

const settings = { fleet: "fleet.example", factory: info("A", 1), service: "https://service.fleet.example/" };

test("delays that no timer takes are refused", () => {
	const fleet = new MemoryFleet();
	for (const wrong of [
		{ deadline: 2 ** 31 },
		{ deadline: -1 },
		{ serviceInterval: 2 ** 31 },
		{ serviceInterval: NaN },
		{ pollInterval: 1440 * 2 ** 31 },
	])
		assert.throws(
			() => new MemoryDevice(fleet, wrong),
			(error: unknown) => error instanceof RangeError && /expected 0 to 2147483647 ms, got/.test(error.message),
		);
	new MemoryDevice(fleet, { deadline: 0, serviceInterval: 0 });
	new MemoryDevice(fleet, { deadline: 2 ** 31 - 1, serviceInterval: 2 ** 31 - 1, pollInterval: 1440 * (2 ** 31 - 1) });
});

test("a connection has a minute, unless told otherwise; a look-up, too", async () => {
	for (const [deadline, expected] of [
		[undefined, 60_000],
		[1_234, 1_234],
	] as const) {
		const clock = new VirtualClock();
		const lines: string[] = [];
		const device = main(
			{
				openFlash: () => undefined,
				TCP: undefined as never,
				resolver: { resolve: () => {} }, // never answers
				timer: clock,
				ticks: () => clock.now,
				random: bytes => void bytes.fill(1),
				print: line => void lines.push(line),
			},
			{ ...settings, dlKeys: new MemoryDevice(new MemoryFleet()).dlKeys, deadline },
		);
		const polled = device.poll();
		await new MemoryDevice(new MemoryFleet()).live(0);
		clock.advance(expected - 1);
		assert.not.ok(lines.some(line => line.startsWith("failed server")));
		clock.advance(1);
		await polled;
		assert.is(lines.at(-1), 'failed server=download reason="name not resolved"');
	}
});

test("a factory CA information that is not signed for this fleet stops a device before it has said anything", () => {
	const fleet = new MemoryFleet();
	for (const wrong of [{ factory: info("A", 1, {}, new Uint8Array(32)) }, { service: "http://service.fleet.example/" }])
		assert.throws(
			() => new MemoryDevice(fleet, wrong),
			(error: unknown) => error instanceof Error,
		);
});

test("a boot says what each slot is, and the candidate that it has found", async () => {
	const fleet = new MemoryFleet();
	fleet.service("A");
	fleet.download(1, "A", info("B", 2));
	const device = new MemoryDevice(fleet);
	assert.equal(device.told(), [
		'repaired partition=ca0 generation=1 reason="factory CA information stored"',
		"boot current=1 next=-",
	]);
	await device.device.once();
	assert.is(device.reboot(), "1 2");
	device.chip.blockFaults.set("ca1:0", "unreadable");
	device.chip.blockFaults.set("ca1:1", "unreadable");
	assert.is(device.reboot(), "1 unreadable");
	assert.is(downloadOf(1), "download-2.fleet.example");
});

test("a boot says the candidate that it has found: what next follows, where its proved marks are lost", () => {
	const device = new MemoryDevice(new MemoryFleet());
	for (const [partition, bytes] of [
		["ca0", info("B", 2)],
		["ca1", info("C", 3)],
	] as const)
		device.chip.setImage(partition, twice(copyImage(bytes, { proved: false })));
	device.reboot();
	assert.equal(device.told(), ["boot current=- next=3", "held generation=2"]);
});

function twice(block: Uint8Array): Uint8Array {
	return concatenate(block, block);
}

test.run();
