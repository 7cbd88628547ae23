import { test } from "uvu";
import * as assert from "uvu/assert";
import { Sessions } from "../../firmware/device.js";

test("sessions run one at a time, in the order asked for", async () => {
	const sessions = new Sessions(() => {});
	const seen: string[] = [];
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
	assert.equal(seen, ["first begins"]);
	finish();
	assert.is(await second, 2);
	await first;
	assert.equal(seen, ["first begins", "first ends", "second"]);
});

test("a session that fails does not hold up the next one", async () => {
	const sessions = new Sessions(() => {});
	const failing = sessions.run(() => Promise.reject(new Error("no")));
	const next = sessions.run(async () => "next");
	let message = "";
	await failing.catch((error: Error) => {
		message = error.message;
	});
	assert.is(message, "no");
	assert.is(await next, "next");
});

test.run();
