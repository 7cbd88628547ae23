// Timelines are in the order of years, and questions to what was seen.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Entry, Seen, slotsOf } from "../../rehearsal/record.js";
import { at, checkOrder, expect, type Moment, type Scenario, until } from "../../rehearsal/scenario.js";
import { scenarios } from "../../rehearsal/scenarios/index.js";

function scenario(...timeline: Moment[]): Scenario {
	return {
		name: "test",
		summary: "",
		plan: { validityYears: 6, overlapYears: 2, retention: "for ever" },
		timeline,
		end: 8,
		slots: { current: 1, next: null },
	};
}
const yes = () => true;
const nothing = () => {};

test("every scenario is told in the order of years", () => {
	for (const one of scenarios.values()) checkOrder(one);
});

test("another order is refused: of acts, of waits, and of expectations that are over", () => {
	checkOrder(scenario(at(1, "a", nothing), until(1, "b", yes), expect({ before: 2 }, "c", yes), expect({}, "d", yes)));
	for (const [timeline, year] of [
		[[until(2, "a", yes), at(1, "b", nothing)], 1],
		[[at(2, "a", nothing), until(1.5, "b", yes)], 1.5],
		[[at(2, "a", nothing), expect({ after: 0, before: 1 }, "b", yes)], 1],
		[[expect({ before: 3 }, "a", yes), expect({}, "b", yes), at(2, "c", nothing)], 2],
		[[at(9, "a", nothing)], 9],
	] as [Moment[], number][])
		assert.throws(() => checkOrder(scenario(...timeline)), new RegExp(`expected a year from .* to 8, got ${year}: `));
});

const entries: Entry[] = [
	{ year: 0, from: "operator", step: { year: 0, step: "502", what: "authority in full operation", generation: 1 } },
	{ year: 1, from: "device", event: { event: "boot", current: 1, next: "-" } },
	{ year: 2, from: "device", event: { event: "stored", generation: 2 } },
	{
		year: 2,
		from: "server",
		access: { server: "service", peer: "127.0.0.1:1", what: "authenticated", presented: "A" },
	},
	{ year: 3, from: "rehearsal", text: "warning: behind" },
	{ year: 4, from: "device", event: { event: "promoted", generation: 2 } },
];

test("what was seen is found by its fields, in its period, and in its order", () => {
	const seen = new Seen(entries);
	assert.ok(seen.happened({ event: "stored", generation: 2 }));
	assert.not(seen.happened({ event: "stored", generation: 3 }));
	assert.ok(seen.happened({ event: "boot", next: "-" }));
	assert.ok(seen.within({ after: 2, before: 4 }).happened({ event: "stored" }));
	assert.not(seen.within({ after: 2, before: 4 }).happened({ event: "promoted" }));
	assert.not(seen.within({ before: 2 }).logged({ server: "service" }));
	assert.ok(seen.logged({ server: "service", presented: "A" }));
	assert.is(seen.steps({ generation: 1 }).length, 1);
	assert.ok(seen.said("warning"));
	assert.not(seen.said("behind"));
	assert.equal(
		seen
			.since("warning: behind")
			.events()
			.map(({ event }) => event.event),
		["promoted"],
	);
	assert.equal(seen.since("never said").events(), []);
	assert.ok(seen.inOrder({ event: "boot" }, { event: "promoted" }));
	assert.not(seen.inOrder({ event: "promoted" }, { event: "boot" }));
});

test("what comes later is seen too", () => {
	const growing: Entry[] = [];
	const seen = new Seen(growing);
	assert.not(seen.happened({ event: "boot" }));
	growing.push(...entries);
	assert.ok(seen.happened({ event: "boot" }));
});

test("the slots follow from the console", () => {
	assert.equal(slotsOf(entries.slice(0, 2)), { current: 1, next: null });
	assert.equal(slotsOf(entries.slice(0, 3)), { current: 1, next: 2 });
	assert.equal(slotsOf(entries), { current: 2, next: null });
});

test.run();
