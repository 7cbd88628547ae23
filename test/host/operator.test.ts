import { test } from "uvu";
import * as assert from "uvu/assert";
import {
	advance,
	authorityOf,
	begin,
	give,
	nextDue,
	type Operation,
	type Order,
	OrderError,
	type Plan,
	type Step,
	servedAt,
} from "../../host/operator.js";

const plan: Plan = { validityYears: 20, overlapYears: 5, retention: "for ever" };
const asFigure6: Plan = { ...plan, retention: "until the previous CA ends" };

function short({ year, step, what, generation, namedBy }: Step) {
	return `${year} ${step} ${what} ${generation}${namedBy ? ` at ${namedBy}` : ""}`;
}
function start(given = plan) {
	return begin(given).operation;
}
function revoke(generation: number): Order {
	return { order: "revoke", generation };
}

test("an authority follows the one in full operation when it was made, which is not always the one before", () => {
	let operation = advance(plan, start(), 15).operation;
	operation = give(plan, operation, revoke(2), 16).operation; // B' in B's place
	operation = advance(plan, operation, 40).operation;
	assert.equal(
		operation.authorities.map(({ generation, follows }) => [generation, follows]),
		[
			[1, 0],
			[2, 1],
			[3, 1],
			[4, 3],
		],
	);
});

test("figure 5, steps 501 to 510: B provisionally five years before A's end, in full operation at it", () => {
	const { operation, steps } = advance(plan, start(), 20);
	assert.equal(steps.map(short), [
		"15 505 authority in provisional operation 2",
		"15 506 download server in operation 2 at 1",
		"20 509 authority terminated 1",
		"20 510 authority in full operation 2",
	]);
	assert.is(operation.full, 2);
	assert.is(operation.next, undefined);
	assert.equal(
		operation.authorities.map(({ letter, phase }) => `${letter} ${phase}`),
		["A terminated", "B full"],
	);
});

test("the letters move on, generation after generation", () => {
	const { operation, steps } = advance(plan, start(), 600);
	assert.equal(
		operation.authorities.slice(0, 4).map(({ letter, from, until }) => [letter, from, until]),
		[
			["A", 0, 20],
			["B", 15, 35],
			["C", 30, 50],
			["D", 45, 65],
		],
	);
	assert.is(operation.authorities[26].letter, "AA");
	assert.is(steps.filter(({ what }) => what === "authority in full operation").length, operation.full - 1);
});

test("how often the schedule looks changes nothing", () => {
	for (const given of [plan, asFigure6, { ...plan, authorities: { 2: { validityYears: 7, overlapYears: 1 } } }]) {
		const once = advance(given, start(given), 100);
		let often = { operation: start(given), steps: [] as Step[] };
		for (let year = 0; year <= 100; year += 0.7) {
			const { operation, steps } = advance(given, often.operation, year);
			often = { operation, steps: [...often.steps, ...steps] };
		}
		const rest = advance(given, often.operation, 100);
		assert.equal(rest.operation, once.operation);
		assert.equal([...often.steps, ...rest.steps], once.steps);
	}
});

test("figure 5, step 511: A revoked before download server B is up", () => {
	const { operation, steps } = give(plan, start(), revoke(1), 8);
	assert.equal(steps.map(short), [
		"8 511 authority in provisional operation 2",
		"8 511 download server in operation 2 at 1",
		"8 509 authority revoked 1",
		"8 510 authority in full operation 2",
	]);
	assert.ok(authorityOf(operation, 2).revokes, "CA information B announces it");
	assert.is(authorityOf(operation, 2).until, 28);
});

test("figure 5, step 507: A revoked while download server B is up", () => {
	const { operation, steps } = give(plan, advance(plan, start(), 16).operation, revoke(1), 17);
	assert.equal(steps.map(short), ["17 509 authority revoked 1", "17 510 authority in full operation 2"]);
	assert.not(authorityOf(operation, 2).revokes, "what is signed already stays as it is");
});

test("figure 6: download server B goes at the date that was the end of A's validity, revoked or not", () => {
	for (const revokedAt of [undefined, 8, 17]) {
		let operation = start(asFigure6);
		if (revokedAt !== undefined)
			operation = give(asFigure6, advance(asFigure6, operation, revokedAt).operation, revoke(1), revokedAt).operation;
		operation = advance(asFigure6, operation, 19.9).operation;
		assert.ok(operation.downloadServers[0].up, `revoked at ${revokedAt}`);
		operation = advance(asFigure6, operation, 20).operation;
		assert.not(operation.downloadServers[0].up);
		assert.is(operation.downloadServers[0].endedAt, 20);
	}
});

test("by default download servers stay, and serve the authority in full operation", () => {
	const { operation } = advance(plan, start(), 51); // D is in full operation, E not yet provisional
	assert.is(operation.full, 4);
	assert.equal(
		operation.downloadServers.map(({ up, namedBy, serves }) => [up, namedBy, serves]),
		[
			[true, 1, 4],
			[true, 2, 4],
			[true, 3, 4],
		],
	);
});

test("an old URL never serves a provisional authority that its devices could not tell from one in service", () => {
	const { operation } = advance(plan, start(), 46); // C in full operation, D provisional
	assert.is(operation.full, 3);
	assert.is(operation.next, 4);
	assert.is(servedAt(operation, 1), 3);
	assert.is(servedAt(operation, 2), 3);
	assert.is(servedAt(operation, 3), 4);
	assert.is(servedAt(operation, 4), undefined);
});

test("a provisional authority that is revoked gives way to a primed one at the same URL", () => {
	let operation = advance(plan, start(), 16).operation;
	const given = give(plan, operation, revoke(2), 16);
	assert.equal(given.steps.map(short), [
		"16 507′ authority revoked 2",
		"16 505′ authority in provisional operation 3",
		"16 506′ download server in operation 3 at 1",
		"16 506′ download server in operation 3 at 2",
	]);
	assert.is(authorityOf(given.operation, 3).letter, "B′");
	assert.not(authorityOf(given.operation, 3).revokes, "A goes on");
	operation = give(plan, given.operation, revoke(3), 17).operation;
	assert.is(authorityOf(operation, 4).letter, "B′′");
	operation = advance(plan, operation, 20).operation;
	assert.is(operation.full, 4);
	assert.is(authorityOf(advance(plan, operation, 33).operation, 5).letter, "C");
});

test("both A and the provisional B can be revoked, in either order", () => {
	const overlap = advance(plan, start(), 16).operation;
	const first = give(plan, give(plan, overlap, revoke(2), 16).operation, revoke(1), 16).operation;
	assert.is(first.full, 3);
	const second = give(plan, give(plan, overlap, revoke(1), 16).operation, revoke(2), 16).operation;
	assert.is(second.full, 3);
	assert.is(servedAt(second, 1), 3);
	assert.is(servedAt(second, 2), 3);
});

test("an authority that has ended can still be revoked, and nothing else changes", () => {
	const before = advance(plan, start(), 21).operation;
	const { operation, steps } = give(plan, before, revoke(1), 22);
	assert.equal(steps.map(short), ["22 507′ authority revoked 1"]);
	assert.is(operation.full, 2);
	assert.is(authorityOf(operation, 1).endedAt, 20);
});

test("steps by hand come before those of the plan", () => {
	let operation = give(plan, start(), { order: "provide" }, 3).operation;
	assert.is(operation.next, 2);
	operation = give(plan, operation, { order: "take over" }, 4).operation;
	assert.is(operation.full, 2);
	assert.equal(nextDue(plan, operation), { year: 18, order: { order: "provide" } });
});

test("orders that make no sense are refused, and change nothing", () => {
	const fresh = start();
	const overlap = advance(plan, fresh, 16).operation;
	const refuse = (operation: Operation, order: Order, message: RegExp) => {
		const before = structuredClone(operation);
		assert.throws(
			() => give(plan, operation, order, 17),
			(error: Error) => error instanceof OrderError && message.test(error.message),
		);
		assert.equal(operation, before);
	};
	refuse(fresh, { order: "take over" }, /no authority in provisional operation/);
	refuse(overlap, { order: "provide" }, /generation 2 is in provisional operation already/);
	refuse(fresh, revoke(9), /no authority of generation 9/);
	refuse(give(plan, overlap, revoke(1), 17).operation, revoke(1), /revoked already/);
	refuse(fresh, { order: "close", namedBy: 1 }, /no download server named by generation 1/);
});

test("an order dated in the past takes effect now", () => {
	const { operation } = give(plan, advance(plan, start(), 10).operation, { order: "provide" }, 3);
	assert.is(authorityOf(operation, 2).from, 10);
});

test("a plan in which an authority would end before it began to serve is refused", () => {
	assert.throws(() => begin({ ...plan, overlapYears: 20 }), /overlap shorter than every validity/);
	assert.throws(
		() => begin({ ...plan, authorities: { 3: { validityYears: 4 } } }),
		/overlap shorter than every validity/,
	);
	assert.throws(() => begin({ ...plan, validityYears: 0 }), /validity of more than 0 years/);
	assert.throws(() => begin({ ...plan, overlapYears: -1 }), /overlap of at least 0 years/);
	assert.throws(() => begin({ ...plan, validityYears: NaN }), /validity of more than 0 years/);
});

test.run();
