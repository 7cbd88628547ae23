import { test } from "uvu";
import * as assert from "uvu/assert";
import { TokenBucket } from "../../firmware/token-bucket.js";
import { VirtualClock } from "../virtual-clock.js";

const REFILL = 900_000; // ms
const never = () => assert.unreachable("a token was at hand");

test("a boot brings one token, and the second takes a quarter of an hour: a power switch does not fill the bucket", () => {
	for (let boot = 0; boot < 3; boot++) {
		const bucket = new TokenBucket(new VirtualClock(), REFILL);
		assert.ok(bucket.take(never));
		assert.not.ok(bucket.take(() => {}));
	}
	const clock = new VirtualClock();
	const bucket = new TokenBucket(clock, REFILL);
	clock.advance(REFILL - 1);
	assert.ok(bucket.take(never));
	assert.not.ok(bucket.take(() => {}));
});

test("a token bucket holds two, and one more every quarter of an hour", () => {
	const clock = new VirtualClock();
	const bucket = new TokenBucket(clock, REFILL);
	clock.advance(REFILL * 10);
	assert.is(clock.waiting, 0);
	assert.ok(bucket.take(never));
	assert.ok(bucket.take(never));
	let ran = 0;
	assert.not.ok(bucket.take(() => ran++));
	assert.not.ok(bucket.take(() => ran++)); // takes the place of the one that waits
	clock.advance(REFILL - 1);
	assert.is(ran, 0);
	clock.advance(1);
	assert.is(ran, 1);
	clock.advance(REFILL * 10);
	assert.is(ran, 1);
	assert.is(clock.waiting, 0);
	assert.ok(bucket.take(never) && bucket.take(never));
	assert.not.ok(bucket.take(() => {}));
	bucket.stop();
	assert.is(clock.waiting, 0);
});

test("a stranger spends no more tokens than the bucket gives, and nothing waits for longer than one", () => {
	const clock = new VirtualClock();
	const bucket = new TokenBucket(clock, REFILL);
	let updates = 0,
		longest = 0;
	for (let i = 0; i < 1000; i++) {
		const asked = clock.now;
		const ran = () => {
			updates++;
			longest = Math.max(longest, clock.now - asked);
		};
		if (bucket.take(ran)) ran();
		clock.advance(10_000);
	}
	assert.ok(updates <= 1 + Math.ceil((1000 * 10_000) / REFILL), `${updates}`);
	assert.ok(longest <= REFILL);
});

test("a bucket that was stopped fills again once it is used", () => {
	const clock = new VirtualClock();
	const bucket = new TokenBucket(clock, REFILL);
	bucket.stop();
	assert.ok(bucket.take(never));
	clock.advance(REFILL);
	assert.ok(bucket.take(never));
});

test.run();
