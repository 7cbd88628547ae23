import { test } from "uvu";
import * as assert from "uvu/assert";
import { Baton } from "../../firmware/baton.js";
import { FlashEmulator } from "../flash-emulator.js";
import { VirtualClock } from "../virtual-clock.js";
import { dlKey, info, MemoryDevice, MemoryFleet, SERVICE } from "./fleet.js";
import { FLEET_NAME } from "./trust/issue.js";

const MINUTE = 60_000; // ms
const DAY = 24 * 60;

/** Boots after so many restarts in a row; when the first session is, and when the device is taken for steady. */
async function pauseAfter(restarts: number): Promise<{ lines: string[]; session: number; steady: number }> {
	const fleet = new MemoryFleet();
	const seen = { lines: [] as string[], session: Infinity, steady: Infinity };
	const device = new MemoryDevice(fleet);
	fleet.service("A", { meanwhile: () => (seen.session = Math.min(seen.session, device.clock.now / MINUTE)) });
	device.reboot(
		{},
		{ restarts: () => restarts, steady: () => (seen.steady = Math.min(seen.steady, device.clock.now / MINUTE)) },
	);
	seen.lines = device.told().filter(line => line.startsWith("# "));
	device.device.run();
	await device.live(DAY * MINUTE);
	device.device.stop();
	return seen;
}

test("after restarts in a row the first session waits, longer each time, and ten minutes later they are forgotten", async () => {
	const found = [];
	for (const restarts of [1, 2, 3, 7, 40]) {
		const { session, steady } = await pauseAfter(restarts);
		found.push(session);
		assert.is(steady, session + 10);
	}
	assert.equal(found, [1, 2, 4, 60, 60]);
	assert.equal((await pauseAfter(2)).lines, ["# restarts in a row: 2: the first session waits 120 s"]);
	const first = await pauseAfter(0);
	assert.equal([first.lines, first.session, first.steady], [[], 0, Infinity]);
});

test("a session that runs out of memory makes no loop: thirty restarts a day at most", async () => {
	let minutes = 0,
		restarts = 0;
	while (minutes < DAY) {
		const { session } = await pauseAfter(restarts);
		minutes += session; // it dies there, and the chip restarts
		restarts++;
	}
	assert.ok(restarts <= 30, `${restarts} restarts`);
});

test("`stop` ends the pause too", async () => {
	const device = new MemoryDevice(new MemoryFleet());
	device.reboot({}, { restarts: () => 3 });
	device.device.run();
	device.device.stop();
	assert.is(device.clock.waiting, 0);
});

/** A library's Baton, without a service. */
function library() {
	const fleet = new MemoryFleet();
	const clock = new VirtualClock();
	const chip = new FlashEmulator();
	const lines: string[] = [];
	const baton = new Baton({
		ports: {
			openFlash: partition => chip.open(partition),
			TCP: undefined as never,
			resolver: { resolve: ({ onError }) => void clock.set(onError, 0) },
			timer: clock,
			ticks: () => clock.now,
			random: bytes => void bytes.fill(1),
			print: line => void lines.push(line),
		},
		settings: { fleet: FLEET_NAME, factory: info("A", 1), dlKeys: [dlKey] },
		network: fleet,
	});
	return { baton, fleet, clock, lines };
}

async function settle(): Promise<void> {
	for (let i = 0; i < 500; i++) await Promise.resolve();
}

test("without a service in the settings it repairs the slots, and prints what happens", () => {
	const { lines, baton } = library();
	assert.equal(lines, [
		'repaired partition=ca0 generation=1 reason="factory CA information stored"',
		"boot current=1 next=-",
	]);
	assert.is(baton.offer(info("B", 2)), "stored");
	baton.stop();
});

test("`start` may be said each time that the network comes", async () => {
	const { baton, clock } = library();
	const idle = clock.waiting;
	baton.start();
	const { waiting } = clock;
	baton.start();
	assert.is(clock.waiting, waiting);
	assert.ok(waiting > idle);
	baton.stop();
	assert.is(clock.waiting, 0);
	baton.start(); // again, after `stop`
	assert.ok(clock.waiting > 0);
	baton.stop();
});

test("a session that takes days does not make credits pile up behind it", async () => {
	const { baton, clock } = library();
	let begun = 0;
	const run = baton.sessions.run.bind(baton.sessions);
	baton.sessions.run = session =>
		run(() => {
			begun++;
			return session();
		});
	let end = () => {};
	const held = baton.sessions.run(() => new Promise<void>(resolve => (end = resolve)));
	baton.start();
	await clock.live(2 * DAY * MINUTE, settle, () => false);
	assert.is(begun, 1);
	end();
	await held;
	await settle();
	assert.is(begun, 2);
	baton.stop();
});

test("a name that leads nowhere is said on the console and to whoever asked, and holds up nobody", async () => {
	const { baton, clock, lines } = library();
	const settled = baton.connect(SERVICE, 443).then(
		() => "connected",
		(error: Error) => error.message,
	);
	const poll = baton.poll();
	await settle();
	await clock.live(1, settle, () => false);
	assert.is(await settled, "name not resolved");
	assert.ok(lines.includes('failed server=service reason="name not resolved"'));
	assert.is(await poll, "open");
	baton.stop();
});

test("a connection that nobody wants any more when its turn comes is not made", async () => {
	const { baton, lines } = library();
	const settled = baton.connect(SERVICE, 443, { isWanted: () => false }).catch((error: Error) => error.message);
	assert.is(await settled, "connection lost");
	assert.is(lines.filter(line => line.startsWith("failed")).length, 0);
	baton.stop();
});

test.run();
