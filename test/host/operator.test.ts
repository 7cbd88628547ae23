import { test } from "uvu";
import * as assert from "uvu/assert";
import {
	advance,
	authorityOf,
	begin,
	give,
	newest,
	nextDue,
	type Operation,
	type Order,
	OrderError,
	type Plan,
	type Step,
	servedAt,
	shownBeside,
} from "../../host/operator.js";
import { Dice } from "../dice.js";

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
	assert.equal(steps.map(short), [
		"17 505′ CA information issued anew 3",
		"17 509 authority revoked 1",
		"17 510 authority in full operation 3",
		"17 506′ download server in operation 3 at 1",
		"17 506′ download server in operation 3 at 2",
	]);
	const { letter, ca, revokes, follows } = authorityOf(operation, 3);
	assert.equal([letter, ca, revokes, follows], ["B", 2, true, 1], "so devices that hold it promote it at once");
	assert.is(authorityOf(operation, 2).phase, "replaced");
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
		operation.downloadServers.map(({ up, namedBy }) => [up, namedBy, servedAt(operation, namedBy)]),
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

test("a provisional authority that is revoked: A is issued anew, and a primed one follows it", () => {
	let operation = advance(plan, start(), 16).operation;
	const given = give(plan, operation, revoke(2), 16);
	assert.equal(given.steps.map(short), [
		"16 507′ authority revoked 2",
		"16 502′ CA information issued anew 3",
		"16 505′ authority in provisional operation 4",
		"16 506′ download server in operation 3 at 1",
		"16 506′ download server in operation 3 at 2",
		"16 506′ download server in operation 4 at 3",
	]);
	assert.equal(
		given.operation.authorities.map(({ letter, phase, follows }) => `${letter} ${phase} ${follows}`),
		["A replaced 0", "B revoked 1", "A full 1", "B′ provisional 3"],
	);
	assert.not(authorityOf(given.operation, 4).revokes, "A goes on");
	operation = give(plan, given.operation, revoke(4), 17).operation;
	assert.is(authorityOf(operation, 6).letter, "B′′");
	operation = advance(plan, operation, 20).operation;
	assert.is(operation.full, 6);
	assert.is(authorityOf(advance(plan, operation, 33).operation, 7).letter, "C");
});

test("both A and the provisional B can be revoked, in either order", () => {
	const overlap = advance(plan, start(), 16).operation;
	const first = give(plan, give(plan, overlap, revoke(2), 16).operation, revoke(1), 16).operation;
	assert.equal(
		first.authorities.map(({ letter, phase }) => `${letter} ${phase}`),
		["A revoked", "B revoked", "A revoked", "B′ replaced", "B′ full"],
	);
	const second = give(plan, give(plan, overlap, revoke(1), 16).operation, revoke(2), 16).operation;
	assert.equal(
		second.authorities.map(({ letter, phase }) => `${letter} ${phase}`),
		["A revoked", "B revoked", "B revoked", "C full"],
	);
	assert.ok(authorityOf(second, 4).revokes);
	for (const namedBy of [1, 2, 3]) assert.is(servedAt(second, namedBy), 4);
});

test("a CA information is issued anew: in full operation with all that come after it", () => {
	const overlap = advance(plan, start(), 16).operation;
	const given = give(plan, overlap, { order: "reissue", generation: 1, leafNotBefore: 1_000 }, 17);
	assert.equal(given.steps.map(short), [
		"17 502′ CA information issued anew 3",
		"17 505′ CA information issued anew 4",
		"17 506′ download server in operation 3 at 1",
		"17 506′ download server in operation 3 at 2",
		"17 506′ download server in operation 4 at 3",
	]);
	const { authorities, full, next } = given.operation;
	assert.equal([full, next], [3, 4]);
	assert.equal(
		authorities.map(({ letter, ca, phase, follows, leafNotBefore }) => [letter, ca, phase, follows, leafNotBefore]),
		[
			["A", 1, "replaced", 0, undefined],
			["B", 2, "replaced", 1, undefined],
			["A", 1, "full", 1, 1_000],
			["B", 2, "provisional", 3, undefined],
		],
	);
	assert.equal([authorities[2].until, authorities[3].until], [20, 35], "the CAs end when they did");
});

test("… in provisional operation alone, where the addresses may move; key 4 and addresses stay until they are changed", () => {
	const overlap = advance(plan, start(), 16).operation;
	const downloadUrl = "https://elsewhere-{n}.example/";
	let { operation } = give(plan, overlap, { order: "reissue", generation: 2, moved: { downloadUrl } }, 17);
	assert.equal([operation.full, operation.next], [1, 3]);
	assert.is(servedAt(operation, 1), 3);
	assert.is(servedAt(operation, 2), undefined, "nobody has promoted what no service has shown");
	operation = give(plan, operation, { order: "reissue", generation: 3, leafNotBefore: 5 }, 18).operation;
	assert.equal(authorityOf(operation, 4).moved, { downloadUrl });
	operation = give(plan, operation, { order: "reissue", generation: 1 }, 18).operation;
	assert.equal([authorityOf(operation, 5).moved, authorityOf(operation, 6).leafNotBefore], [undefined, 5]);
	operation = advance(plan, operation, 30).operation;
	assert.equal([operation.full, authorityOf(operation, 7).moved], [6, { downloadUrl }]);
});

test("that an authority revokes those before it is kept when it is issued anew", () => {
	const revoked = give(plan, start(), revoke(1), 8).operation;
	const { operation } = give(plan, revoked, { order: "reissue", generation: 2 }, 9);
	assert.ok(authorityOf(operation, 3).revokes);
	assert.is(servedAt(operation, 1), 3);
});

test("an address serves what is signed alone: until then, what was there before, unless it is revoked", () => {
	const overlap = advance(plan, start(), 16).operation;
	const serving = (operation: Operation, signed: number[]) =>
		operation.authorities.map(({ generation }) => servedAt(operation, generation, of => signed.includes(of)));
	assert.equal(serving(overlap, [1]), [undefined, undefined]);
	const anew = give(plan, overlap, { order: "reissue", generation: 1 }, 17).operation;
	assert.equal(serving(anew, [1, 2]), [2, undefined, undefined, undefined]);
	assert.equal(serving(anew, [1, 2, 3]), [3, 3, undefined, undefined]);
	assert.equal(serving(anew, [1, 2, 3, 4]), [3, 3, 4, undefined]);
	const noB = give(plan, overlap, revoke(2), 17).operation;
	assert.equal(serving(noB, [1, 2]), [undefined, undefined, undefined, undefined], "from the moment of the order");
	assert.equal(serving(noB, [1, 2, 3]), [3, 3, undefined, undefined]);
	const noA = give(plan, overlap, revoke(1), 17).operation;
	assert.equal(serving(noA, [1, 2]), [2, undefined, undefined], "B without key 5 is better than nothing");
	const alone = give(plan, start(), revoke(1), 8).operation;
	assert.equal(serving(alone, [1]), [undefined, undefined]);
});

test("whatever is ordered: nothing revoked is served, and from every CA information ever issued a way leads on", () => {
	const dice = new Dice(20_260_416);
	for (let life = 0; life < 300; life++) {
		let operation = start();
		for (let year = 1; year < 60; year += dice.below(4)) {
			const { generation } = operation.authorities[dice.below(operation.authorities.length)];
			const orders: Order[] = [
				{ order: "provide" },
				{ order: "take over" },
				revoke(generation),
				{ order: "reissue", generation },
			];
			const order = orders[dice.below(orders.length)];
			const least = dice.below(5) === 0 ? newest(operation) + dice.below(3) : 0;
			try {
				operation = give(plan, operation, order, year, least).operation;
			} catch (error) {
				if (!(error instanceof OrderError)) throw error;
			}
			checkWays(operation);
		}
	}
});

/** The rules of firmware/DESIGN.md §7, whatever led to `operation`. */
function checkWays(operation: Operation): void {
	const { full, next, authorities } = operation;
	const current = authorityOf(operation, full);
	assert.is(current.phase, "full");
	assert.equal(
		authorities.filter(({ phase }) => phase === "full" || phase === "provisional").map(({ generation }) => generation),
		next === undefined ? [full] : [full, next],
	);
	if (next !== undefined) assert.is(authorityOf(operation, next).follows, full);
	const revoked = new Set(authorities.flatMap(({ ca, phase }) => (phase === "revoked" ? [ca] : [])));
	for (const { generation, follows } of authorities) {
		assert.ok(follows < generation);
		const serves = servedAt(operation, generation);
		if (serves !== undefined) assert.not(revoked.has(authorityOf(operation, serves).ca));
		// Who holds it, a provisional one that was revoked too, comes to the one in full operation in one step.
		if (generation < full) assert.is(serves, full);
		if (generation === full) assert.is(serves, next);
		if (generation > full) assert.is(serves, undefined);
	}
}

test("an authority that has ended can still be revoked, and nothing else changes", () => {
	const before = advance(plan, start(), 21).operation;
	const { operation, steps } = give(plan, before, revoke(1), 22);
	assert.equal(steps.map(short), ["22 507′ authority revoked 1"]);
	assert.is(operation.full, 2);
	assert.is(authorityOf(operation, 1).endedAt, 20);
});

test("an authority has keys as the one before it, unless the order says otherwise", () => {
	const types = ({ authorities }: Operation) => authorities.map(({ keyType = "the fleet's" }) => keyType).join();
	let { operation } = give(plan, start(), { order: "provide", keyType: "ml-dsa-44" }, 3);
	assert.is(types(operation), "the fleet's,ml-dsa-44");
	operation = give(plan, operation, revoke(2), 4).operation; // A anew, then B′
	assert.is(types(operation), "the fleet's,ml-dsa-44,the fleet's,ml-dsa-44");
	operation = give(plan, start(), { order: "provide", keyType: "ml-dsa-44" }, 3).operation;
	for (const order of [{ order: "take over" }, { order: "provide" }] as const)
		operation = give(plan, operation, order, 5).operation;
	assert.is(types(operation), "the fleet's,ml-dsa-44,ml-dsa-44");
	operation = give(plan, operation, revoke(2), 6).operation;
	operation = give(plan, operation, { order: "provide", keyType: "ed25519" }, 7).operation;
	assert.ok(types(operation).endsWith("ml-dsa-44,ed25519"));
});

test("services show the last classical authority beside ML-DSA's: in its full operation alone, and until it is revoked", () => {
	const isMlDsa = (operation: Operation) => (generation: number) =>
		authorityOf(operation, generation).keyType === "ml-dsa-44";
	const beside = (operation: Operation) => shownBeside(operation, isMlDsa(operation));
	let { operation } = give(plan, start(), { order: "provide", keyType: "ml-dsa-44" }, 3);
	assert.is(beside(operation), undefined);
	operation = give(plan, operation, { order: "take over" }, 4).operation;
	assert.is(beside(operation), 1);
	assert.is(beside(give(plan, operation, revoke(1), 5).operation), undefined);
	assert.is(beside(give(plan, operation, { order: "reissue", generation: 2 }, 5).operation), 1);
	const revoked = give(plan, operation, revoke(2), 5).operation; // key 5: all before it are revoked
	assert.ok(authorityOf(revoked, revoked.full).revokes);
	assert.is(beside(revoked), undefined);
	for (const order of [{ order: "provide" }, { order: "take over" }] as const)
		operation = give(plan, operation, order, 6).operation;
	assert.is(beside(operation), 1, "C is ML-DSA's too");
	for (const order of [{ order: "provide", keyType: "ed25519" }, { order: "take over" }] as const)
		operation = give(plan, operation, order, 7).operation;
	assert.is(beside(operation), undefined, "nobody goes back");
	assert.is(beside(start()), undefined);
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
	refuse(fresh, { order: "reissue", generation: 2 }, /no authority of generation 2/);
	const anew = give(plan, overlap, { order: "reissue", generation: 1 }, 17).operation;
	refuse(anew, { order: "reissue", generation: 1 }, /generation 1 was issued anew: CA A is at 3 now/);
	refuse(advance(plan, overlap, 21).operation, { order: "reissue", generation: 1 }, /generation 1 is terminated/);
	refuse(give(plan, overlap, revoke(1), 17).operation, { order: "reissue", generation: 1 }, /generation 1 is revoked/);
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
