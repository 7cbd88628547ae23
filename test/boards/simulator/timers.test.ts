import * as assert from "uvu/assert";
import { simulated, test } from "./simulate.js";

test("timers fire in the order of their dues, equal ones in the order in which they were set", async () => {
	const { code, lines } = await simulated(({ natives: { timerSet, print, exit } }) => {
		timerSet(() => print("30"), 30);
		timerSet(() => print("10 first"), 10);
		timerSet(() => print("0"), 0);
		timerSet(() => print("10 second"), 10);
		timerSet(() => exit(0), 60);
		print("now");
	}, null);
	assert.equal(lines, ["now", "0", "10 first", "10 second", "30"]);
	assert.is(code, 0);
});

test("a timer fires once, not before its due, and promise jobs run after each", async () => {
	const { lines } = await simulated(({ natives: { timerSet, print, exit, ticks } }) => {
		const start = ticks();
		timerSet(() => {
			Promise.resolve().then(() => print("job"));
			print(String(((ticks() - start) | 0) >= 50));
		}, 50);
		timerSet(() => print("after the job"), 51);
		timerSet(() => exit(0), 120);
	}, null);
	assert.equal(lines, ["true", "job", "after the job"]);
});

test("a cleared timer does not fire, even if it is cleared by one that is due at the same time", async () => {
	const { lines } = await simulated(({ natives: { timerSet, timerClear, print, exit } }) => {
		const early = timerSet(() => print("never"), 5);
		timerClear(early);
		timerClear(early);
		timerSet(() => timerClear(twin), 10);
		const twin = timerSet(() => print("never"), 10);
		const self = timerSet(() => timerClear(self), 15);
		timerClear(0);
		timerClear(-1);
		timerClear(123456);
		timerSet(() => exit(0), 40);
	}, null);
	assert.equal(lines, []);
});

test("a delay that a device could not count is refused", async () => {
	const { lines, code } = await simulated(({ natives: { timerSet, timerClear, print, exit } }) => {
		for (const delay of [2 ** 31, 2 ** 32 + 5, -1, NaN, Infinity]) {
			try {
				timerSet(() => {}, delay);
				print(`accepted ${delay}`);
			} catch (error) {
				print(String(error));
			}
		}
		timerClear(timerSet(() => {}, 2 ** 31 - 1));
		exit(0);
	}, null);
	assert.equal(lines, Array(5).fill("RangeError: expected 0 to 2147483647 milliseconds"));
	assert.is(code, 0);
});

test("what is not a function is refused as a callback", async () => {
	const { lines } = await simulated(({ natives: { timerSet, print, exit } }) => {
		try {
			timerSet("print" as any, 0);
		} catch (error) {
			print(String(error));
		}
		exit(0);
	}, null);
	assert.equal(lines, ["TypeError: expected a callback"]);
});

test("there are 256 timers, and each is free again when it has fired", async () => {
	const { lines } = await simulated(({ natives: { timerSet, print, exit } }) => {
		const fill = (callback: () => void) => {
			let set = 0;
			try {
				for (; ; set++) timerSet(callback, 5);
			} catch (error) {
				print(`${set} ${error}`);
			}
		};
		let fired = 0;
		fill(() => {
			if (++fired < 256) return;
			fill(() => exit(0));
		});
	}, null);
	assert.equal(lines, ["256 Error: no timer is free", "256 Error: no timer is free"]);
});

test("ticks pass 2^32 and differences still hold", async () => {
	const { lines } = await simulated(({ natives: { timerSet, print, exit, ticks } }) => {
		const first = ticks();
		timerSet(() => {
			const last = ticks();
			const passed = (last - first) | 0;
			print(`${first > 2 ** 32 - 3000} ${last < 60_000} ${passed >= 2300 && passed < 60_000}`);
			exit(0);
		}, 2300);
	}, null);
	assert.equal(lines, ["true true true"]);
});

test.run();
