import { test } from "uvu";
import * as assert from "uvu/assert";
import { Credits } from "../../firmware/credits.js";
import { Poller, type PollResult, pace } from "../../firmware/poller.js";
import { Dice } from "../dice.js";
import { FlashEmulator } from "../flash-emulator.js";
import { VirtualClock } from "../virtual-clock.js";

const CREDIT_TICKS = 1_800_000; // half an hour
const CREDITS_PER_POLL = 1440;

/** A device's poller, its flash and its time; `poll` answers at once with `result`. */
class Bench {
	readonly chip = new FlashEmulator();
	readonly clock = new VirtualClock();
	readonly polls: number[] = []; // credits since the bench was made
	credits = 0;
	result: PollResult = "answered";
	failures = 0; // of the partition
	readonly dice: Dice;
	#poller?: Poller;

	constructor(seed: number) {
		this.dice = new Dice(seed);
	}

	boot(): void {
		this.clock.clearAll();
		this.chip.powerOn();
		this.credits++;
		this.#poller = new Poller({
			credits: new Credits(this.chip.open("poll"), () => this.failures++),
			timer: this.clock,
			random: this.dice.fill,
			creditTicks: CREDIT_TICKS,
			creditsPerPoll: CREDITS_PER_POLL,
			poll: () => {
				this.polls.push(this.credits);
				return answer(this.result);
			},
		});
		this.#poller.start();
	}

	/** Stays up for so many credits. */
	up(credits: number): void {
		for (let i = 0; i < credits; i++) {
			this.clock.advance(CREDIT_TICKS - 1);
			this.credits++;
			this.clock.advance(1);
		}
	}

	/** Boots until the next poll has been made, at most `limit` times. Gives the credits since the one before. */
	rebootUntilPoll(limit = 4000): number {
		const before = this.polls.length,
			from = this.credits;
		for (let i = 0; i < limit && this.polls.length === before; i++) {
			this.boot();
			this.clock.advance(CREDIT_TICKS - 1);
		}
		return this.polls.length > before ? this.credits - from : Infinity;
	}

	stop(): void {
		this.#poller!.stop();
	}

	/** The network is there after all. */
	answered(): void {
		this.#poller!.answered();
	}
}

/** A promise that is kept before its `then` returns: months pass in a loop. */
function answer(result: PollResult): Promise<PollResult> {
	const then = (onKept: (value: PollResult) => void) => onKept(result);
	return { then } as unknown as Promise<PollResult>;
}

function gaps(polls: number[]) {
	return polls.slice(1).map((poll, i) => poll - polls[i]);
}

test("a device that is always on polls every 1,440 credits ± 10 %, drawn anew each time", () => {
	const bench = new Bench(1);
	bench.boot();
	bench.up(1440 * 30);
	assert.ok(bench.polls[0] <= 1440, "the first phase is random");
	const found = gaps(bench.polls);
	assert.ok(found.length >= 27);
	assert.ok(
		found.every(gap => gap >= 1296 && gap <= 1584),
		found.join(),
	);
	assert.ok(new Set(found).size > 15, found.join());
});

test("credits survive reboots, and each boot is one", () => {
	const bench = new Bench(2);
	const found: number[] = [];
	bench.rebootUntilPoll();
	for (let i = 0; i < 4; i++) found.push(bench.rebootUntilPoll());
	assert.ok(
		found.every(gap => gap >= 1296 && gap <= 1584),
		found.join(),
	);
	assert.is(bench.chip.wear("poll").erases, bench.polls.length + 1);
});

test("devices that start together do not stay in step", () => {
	const first = [...Array(20).keys()].map(seed => {
		const bench = new Bench(100 + seed);
		bench.boot();
		bench.up(1440);
		return bench.polls[0];
	});
	assert.ok(new Set(first).size > 15, first.join());
	assert.ok(Math.max(...first) - Math.min(...first) > 1000);
});

test("a poll that a boot makes due comes within 20 seconds, one that time makes due within a credit", () => {
	const delays: number[] = [];
	for (let seed = 0; seed < 20; seed++) {
		const bench = new Bench(200 + seed);
		bench.boot();
		do {
			bench.clock.clearAll();
			bench.boot();
		} while (bench.clock.waiting < 2); // the tick, and the poll
		const due = bench.clock.now;
		for (let s = 0; bench.polls.length === 0 && s < 30; s++) bench.clock.advance(1000);
		delays.push(bench.clock.now - due);
	}
	assert.ok(
		delays.every(delay => delay <= 20_000),
		delays.join(),
	);
	assert.ok(new Set(delays).size > 5, delays.join());

	const bench = new Bench(3);
	bench.boot();
	while (bench.clock.waiting < 2) bench.clock.advance(CREDIT_TICKS);
	bench.clock.advance(CREDIT_TICKS - 1);
	assert.is(bench.polls.length, 1);
});

test("a poll that failed is tried again after 2, 4, 8 … credits, up to the interval", () => {
	const bench = new Bench(4);
	bench.result = "failed";
	bench.boot();
	bench.up(1440 * 6);
	const found = gaps(bench.polls);
	assert.equal(found.slice(0, 12), [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440]);
	bench.result = "answered";
	bench.up(1440);
	bench.up(1440 * 3);
	assert.ok(gaps(bench.polls).slice(-1)[0] >= 1296);
});

test("failures in a row are remembered across reboots, and forgotten after a success", () => {
	const bench = new Bench(5);
	bench.result = "failed";
	bench.rebootUntilPoll();
	const found = [1, 2, 3, 4].map(() => bench.rebootUntilPoll());
	assert.equal(found, [2, 4, 8, 16]);
	bench.result = "answered";
	assert.is(bench.rebootUntilPoll(), 32);
	assert.ok(bench.rebootUntilPoll() >= 1296);
	bench.result = "failed";
	bench.rebootUntilPoll();
	assert.is(bench.rebootUntilPoll(), 2);
});

test("failures without end keep the last pace, across reboots too", () => {
	const bench = new Bench(19);
	bench.result = "failed";
	bench.rebootUntilPoll();
	const found = Array.from({ length: 20 }, () => bench.rebootUntilPoll());
	assert.equal(
		found.slice(10),
		found.slice(10).map(() => 1440),
	);
});

test("a device that dies in its poll does not try at each boot", () => {
	const bench = new Bench(6);
	bench.result = "failed"; // its power fails while it polls: never an answer
	for (let i = 0; i < 3000; i++) {
		bench.boot();
		bench.clock.advance(60_000);
	}
	assert.ok(bench.polls.length <= 11, `${bench.polls.length} polls`);
});

test("no poll begins while another is under way", () => {
	const bench = new Bench(7);
	let begun = 0;
	const poller = new Poller({
		credits: new Credits(bench.chip.open("poll"), () => assert.unreachable()),
		timer: bench.clock,
		random: bench.dice.fill,
		creditTicks: CREDIT_TICKS,
		creditsPerPoll: CREDITS_PER_POLL,
		poll: () => {
			begun++;
			return new Promise(() => {});
		},
	});
	poller.start();
	bench.clock.advance(CREDIT_TICKS * 8000);
	assert.is(begun, 1);
});

test("after `stop` nothing is waiting", () => {
	const bench = new Bench(8);
	bench.boot();
	bench.up(100);
	bench.stop();
	assert.is(bench.clock.waiting, 0);
});

test("a cut between the erase and the header of `poll` costs one early or late poll", () => {
	for (let seed = 0; seed < 2; seed++) {
		const bench = new Bench(300 + seed);
		bench.rebootUntilPoll();
		bench.chip.onOperation = operation => {
			if (operation.kind !== "erase") return;
			bench.chip.onOperation = undefined;
			bench.chip.cutAt(bench.chip.operations, { model: "nothing", amount: 0, unstable: false });
		};
		const late = bench.rebootUntilPoll();
		assert.ok(late <= 1584 + 1440, `${late}`);
		bench.chip.onOperation = undefined;
		const next = bench.rebootUntilPoll();
		assert.ok(next <= 1584, `${next}`);
	}
});

test("whatever is found in `poll`, the device polls within an interval, then keeps its pace", () => {
	const dice = new Dice(9);
	const checked = (value: number) => [value & 0xff, value >> 8, ~value & 0xff, (~value >> 8) & 0xff];
	for (let round = 0; round < 8; round++) {
		const bench = new Bench(400 + round);
		const image = new Uint8Array(4096);
		const density = round % 3;
		for (let i = 0; i < 4096; i++)
			image[i] = density === 0 ? dice.word() >>> 9 : density === 1 ? dice.word() | (dice.word() >>> 5) : 0xff;
		if (round % 4 !== 3) image.set(checked(dice.below(round % 4 === 2 ? 0x10000 : 13)), 0);
		if (round % 4 < 2) image.set(checked(dice.below(0x10000)), 4);
		bench.chip.setImage("poll", image);
		const first = bench.rebootUntilPoll();
		assert.ok(first <= 1584, `round ${round}: first after ${first}`);
		const second = bench.rebootUntilPoll();
		assert.ok(second >= 1296 && second <= 1584, `round ${round}: second after ${second}`);
	}
});

test("a credit that rots away, or back, does not hold the count", () => {
	const bench = new Bench(10);
	bench.rebootUntilPoll();
	for (let i = 0; i < 500; i++) bench.boot();
	bench.chip.flip("poll", 8 * (8 + 4 * 3) + 5); // a credit that was given: the bit is set again
	bench.chip.flip("poll", 8 * (8 + 4 * 40) + 5);
	bench.chip.flip("poll", 8 * (8 + 4 * 41) + 6);
	const gap = bench.rebootUntilPoll();
	assert.ok(gap + 500 >= 1290 && gap + 500 <= 1590, `${gap + 500}`);
});

test("a partition that fails is reported, and the device polls by chance, as often on the average", () => {
	for (const fault of ["ignores", "ignores erase", "ignores program", "refuses erase", "unreadable"] as const) {
		const bench = new Bench(11);
		bench.rebootUntilPoll();
		bench.chip.blockFaults.set("poll:0", fault);
		bench.polls.length = 0;
		for (let i = 0; i < 1440 * 5; i++) {
			bench.boot();
			bench.clock.advance(60_000);
		}
		assert.ok(
			bench.polls.length >= 1 && bench.polls.length <= 18,
			`${fault}: ${bench.polls.length} polls instead of 5`,
		);
		assert.ok(bench.failures > 100, fault);
		bench.chip.blockFaults.clear();
		assert.ok(bench.rebootUntilPoll() <= 1584, fault);
	}
});

test("programming that fails once costs a credit, and a device that is never off keeps its pace", () => {
	const bench = new Bench(12);
	bench.boot();
	bench.up(1500);
	bench.polls.length = 0;
	for (let n = 0; n < 20; n++) {
		bench.chip.operationFaults.set(bench.chip.operations, n % 2 ? "ignores" : "refuses");
		bench.up(300);
	}
	assert.ok(
		gaps(bench.polls).every(gap => gap >= 1296 && gap <= 1590),
		gaps(bench.polls).join(),
	);
	assert.ok(bench.polls.length >= 3);
	assert.is(bench.failures, 1);
});

test("a partition that is read now and then only keeps its credits", () => {
	for (let seed = 0; seed < 2; seed++) {
		const bench = new Bench(500 + seed);
		bench.rebootUntilPoll();
		bench.polls.length = 0;
		bench.chip.readFails = () => bench.dice.chance(0.01); // one boot in thirty or so
		for (let i = 0; i < 4; i++) assert.ok(bench.rebootUntilPoll() <= 2000);
	}
});

test("a header that cannot be programmed does not keep a device that reboots often from polling", () => {
	const bench = new Bench(13);
	bench.boot();
	bench.chip.onOperation = (operation, index) => {
		if (operation.kind === "program" && operation.offset === 0) bench.chip.operationFaults.set(index, "half");
	};
	bench.polls.length = 0;
	for (let i = 0; i < 1440 * 6; i++) {
		bench.boot();
		bench.clock.advance(60_000);
	}
	assert.ok(bench.polls.length >= 1 && bench.polls.length <= 20, `${bench.polls.length} polls instead of 6`);
});

test("without randomness a device counts on", () => {
	const clock = new VirtualClock();
	let polls = 0;
	const poller = new Poller({
		credits: new Credits(new FlashEmulator().open("poll"), () => assert.unreachable()),
		timer: clock,
		creditTicks: CREDIT_TICKS,
		creditsPerPoll: CREDITS_PER_POLL,
		random: () => {
			throw new Error("no randomness");
		},
		poll: () => {
			polls++;
			return answer("answered");
		},
	});
	poller.start();
	clock.advance(CREDIT_TICKS * 1440 * 4);
	assert.ok(polls === 3 || polls === 4, `${polls}`);
});

test("an interval is 1,440 credits, or fewer where they would be shorter than 20 ms", () => {
	assert.equal(pace(30 * 24 * 3_600_000), { creditTicks: 1_800_000, creditsPerPoll: 1440 });
	assert.equal(pace(2000), { creditTicks: 20, creditsPerPoll: 100 });
	assert.equal(pace(1), { creditTicks: 1, creditsPerPoll: 1 });
});

test("a poll without an answer is tried again like one that failed, as long as the network is not there", () => {
	const bench = new Bench(14);
	bench.result = "open";
	bench.rebootUntilPoll(); // a minute a day, without DNS
	assert.equal(
		[1, 2, 3, 4].map(() => bench.rebootUntilPoll()),
		[2, 4, 8, 16],
	);
});

test("a poll without an answer counts once the network proves to be there, in the same boot", () => {
	const bench = new Bench(15);
	bench.result = "open";
	bench.rebootUntilPoll();
	bench.answered();
	const next = bench.rebootUntilPoll();
	assert.ok(next >= 1296 && next <= 1584, `${next}`);
});

test("what proves that the network is there does not make a failed poll an answered one", () => {
	const bench = new Bench(16);
	bench.result = "failed";
	bench.rebootUntilPoll();
	bench.answered();
	assert.is(bench.rebootUntilPoll(), 2);
	bench.boot(); // and nothing is open in the next boot
	bench.answered();
	assert.is(bench.rebootUntilPoll(), 3);
});

test("without a partition a device polls by chance, as often on the average, and says so", () => {
	const dice = new Dice(17);
	let polls = 0,
		failures = 0;
	for (let boot = 0; boot < 1440 * 2; boot++) {
		const clock = new VirtualClock();
		new Poller({
			credits: new Credits(undefined, () => failures++),
			timer: clock,
			random: dice.fill,
			creditTicks: CREDIT_TICKS,
			creditsPerPoll: CREDITS_PER_POLL,
			poll: () => {
				polls++;
				return answer("answered");
			},
		}).start();
		clock.advance(60_000);
	}
	assert.ok(polls >= 1 && polls <= 10, `${polls} polls instead of 2`);
	assert.is(failures, 1440 * 2);
});

test("each credit is told, a boot's too", () => {
	const clock = new VirtualClock();
	let told = 0;
	const poller = new Poller({
		credits: new Credits(new FlashEmulator().open("poll"), () => assert.unreachable()),
		timer: clock,
		random: new Dice(18).fill,
		creditTicks: CREDIT_TICKS,
		creditsPerPoll: CREDITS_PER_POLL,
		poll: () => answer("answered"),
		onCredit: () => told++,
	});
	poller.start();
	assert.is(told, 1);
	clock.advance(CREDIT_TICKS * 10);
	assert.is(told, 11);
});

test("a poll that is due does not begin after `stop`", () => {
	const bench = new Bench(19);
	bench.boot();
	while (bench.clock.waiting < 2) bench.clock.advance(CREDIT_TICKS); // the tick, and the poll
	bench.stop();
	assert.is(bench.clock.waiting, 0);
});

test("in one boot, a success ends the row of failures", () => {
	const bench = new Bench(20);
	bench.result = "failed";
	bench.boot();
	while (bench.polls.length < 5) bench.up(1);
	bench.result = "answered";
	while (bench.polls.length < 6) bench.up(1);
	bench.result = "failed";
	while (bench.polls.length < 8) bench.up(1);
	assert.is(gaps(bench.polls)[6], 2);
});

test("a poll that is given up since its partition fails is not the last one of that boot", () => {
	const bench = new Bench(21);
	bench.boot();
	while (bench.clock.waiting < 2) bench.clock.advance(CREDIT_TICKS);
	bench.chip.blockFaults.set("poll:0", "refuses erase");
	bench.up(1440 * 10);
	assert.ok(bench.polls.length > 2, `${bench.polls.length} polls instead of 10`);
});

test("an open poll is closed once: by the first answer, or by the next poll", async () => {
	const bench = new Bench(22);
	let settle = (_result: PollResult): void => {};
	let polls = 0;
	const poller = new Poller({
		credits: new Credits(bench.chip.open("poll"), () => assert.unreachable("the target is written once")),
		timer: bench.clock,
		random: bench.dice.fill,
		creditTicks: CREDIT_TICKS,
		creditsPerPoll: CREDITS_PER_POLL,
		poll: () => {
			polls++;
			return new Promise(resolve => {
				settle = resolve;
			});
		},
	});
	const pollAgain = () => {
		for (const before = polls; polls === before; ) bench.clock.advance(CREDIT_TICKS);
	};
	const say = async (result: PollResult) => {
		settle(result);
		for (let i = 0; i < 3; i++) await Promise.resolve();
	};
	poller.start();
	pollAgain();
	await say("open");
	poller.answered();
	poller.answered();
	pollAgain();
	await say("open");
	pollAgain();
	poller.answered(); // the one that is under way is another
	await say("failed");
	const from = bench.clock.now;
	pollAgain();
	assert.ok(bench.clock.now - from <= 5 * CREDIT_TICKS, `${(bench.clock.now - from) / CREDIT_TICKS} credits`);
});

test("more failures than are ever counted mean nothing", () => {
	for (const [failures, expected] of [
		[11, 11],
		[12, 0],
		[0xffff, 0],
	]) {
		const bench = new Bench(23);
		new Credits(bench.chip.open("poll"), () => assert.unreachable()).begin(failures);
		bench.boot();
		const period = new Credits(bench.chip.open("poll"), () => assert.unreachable()).read()!;
		assert.is(period.failures, expected);
		assert.is(period.target === undefined, failures === 11);
	}
});

test.run();
