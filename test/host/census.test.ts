import { test } from "uvu";
import * as assert from "uvu/assert";
import { Census } from "../../host/census.js";

const DAY = 86_400_000; // ms
const beginning = Date.parse("2031-01-01");

function numbers({ groups }: Census): Record<string, number> {
	return Object.fromEntries(
		groups.map(({ current, next, heard }) => [`${current ?? "-"},${next ?? "-"}`, heard.length]),
	);
}

test("a device that polls for years is one device, and its last word counts", () => {
	const census = new Census({ days: 30 });
	for (let poll = 0; poll < 50; poll++) {
		const at = beginning + poll * 27 * DAY; // the quickest that there is
		census.add("192.0.2.1", at, poll < 40 ? { current: 1 } : { current: 1, next: 2 });
	}
	assert.is(census.asks, 50);
	assert.equal(numbers(census), { "1,2": 1 });
	assert.equal(census.groups[0].heard, [beginning + 49 * 27 * DAY]);
});

test("devices behind one address are counted, each of them", () => {
	const census = new Census({ days: 30 });
	for (let day = 0; day < 365; day++)
		for (let device = 0; device < 10; device++)
			if ((day + device * 3) % 30 === 0)
				census.add(
					"203.0.113.9",
					beginning + day * DAY + device * 7_000_000,
					device < 9 ? { current: 1, next: 2 } : { current: 1 },
				);
	const { "1,2": having, "1,-": without } = numbers(census);
	assert.ok(having >= 7 && having <= 9, `${having} of 9`); // in 25.5 of 30 days
	assert.is(without, 1);
});

test("who asks a mirror too, or asks again since it failed, is one device", () => {
	const census = new Census({ days: 30 });
	census.add("192.0.2.1", beginning, { current: 1 });
	census.add("192.0.2.1", beginning + 20_000, { current: 1 }); // a mirror, in another log
	census.add("192.0.2.1", beginning + DAY, { current: 1, failed: "unknown issuer" });
	census.add("192.0.2.1", beginning + 3 * DAY, { current: 1, failed: "unknown issuer" });
	assert.equal(census.groups, [{ current: 1, failed: "unknown issuer", heard: [beginning + 3 * DAY] }]);
	census.add("192.0.2.1", beginning + 2 * DAY, { current: 1, failed: "unknown issuer" }); // a log that is read later
	assert.equal(census.groups[0].heard, [beginning + 3 * DAY]);
});

test("who is silent keeps its last word, which grows old", () => {
	const census = new Census({ days: 30 });
	census.add("192.0.2.1", beginning, { current: 1 });
	census.add("192.0.2.2", beginning + 1_000 * DAY, { current: 2 });
	assert.equal(numbers(census), { "1,-": 1, "2,-": 1 });
});

test("a stranger who invents states or addresses fills no memory", () => {
	const invented = new Census({ days: 30 });
	for (let current = 1; current <= 5_000; current++) invented.add("192.0.2.1", beginning, { current });
	assert.ok(invented.groups.length <= 1_000);

	const census = new Census({ days: 30, mostAsks: 1_000 });
	const all = 100_000;
	for (let device = 0; device < all; device++)
		census.add(
			`10.${device >> 16}.${(device >> 8) & 255}.${device & 255}`,
			beginning,
			device % 10 ? { current: 2 } : { current: 1 },
		);
	const { "2,-": having, "1,-": without } = numbers(census);
	assert.ok(Math.abs(having + without - all) < all / 5, `${having} and ${without} of ${all}`);
	assert.ok(Math.abs(without / (having + without) - 0.1) < 0.04, `${without} of ${having + without}`);
	assert.is(census.asks, all);
});

test("many behind one address are counted in time that grows with their number", () => {
	const census = new Census({ days: 30 });
	for (let ask = 0; ask < 200_000; ask++) census.add("203.0.113.9", beginning + ask * 120_000, { current: 1 });
	const [{ heard }] = census.groups;
	assert.is(heard.length, (25.5 * DAY) / 120_000);
});

test.run();
