// A sample of `npm run powercut` on every engine, with one seed: the verdicts must be the same everywhere. What each
// boot trusts, in order, is hashed; the hash stands here.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { ascii } from "../../../firmware/bytes.js";
import { sha256 } from "../../../firmware/crypto/kernel.js";
import { toHex } from "../../hex.js";
import { cutSequence, type Plan, Tally } from "../../powercut/cuts.js";
import { randomContent, randomDamage } from "../../powercut/damage.js";
import { sequences } from "../../powercut/sequences.js";

const plan: Plan = { first: 1, second: 1, states: 1, stride: 7, seed: 7 };
function named(...names: string[]) {
	return sequences.filter(({ name }) => names.includes(name));
}

/** How many boots, and the hash of what they trust. */
const VERDICTS = {
	store: "38 be34629a8fe67b4f",
	promote: "58 fb7f9fd54b779fe5",
	damage: "40 47972d0d60edb808",
	content: "60 e2a1a7839026b9bd",
};

/** The violations and the hash of all verdicts. */
function judge(trial: (tally: Tally) => void): { tally: Tally; verdicts: string } {
	const tally = new Tally();
	const verdicts: string[] = [];
	tally.onVerdict = verdict => verdicts.push(verdict);
	trial(tally);
	assert.equal(tally.examples, []);
	assert.ok(tally.clean);
	return { tally, verdicts: `${verdicts.length} ${toHex(sha256(ascii(verdicts.join()))).slice(0, 16)}` };
}

test("a cut at any operation of a store leaves the old state or the new one, with the same verdicts on every engine", () => {
	const { tally, verdicts } = judge(tally =>
		named("store next").forEach(sequence => cutSequence(sequence, plan, tally)),
	);
	assert.ok(tally.cuts >= 20 && tally.depth2 >= 5, `${tally.cuts} ${tally.depth2}`);
	assert.is(verdicts, VERDICTS.store);
});

test("a cut at any operation of a promotion leaves the old state or the new one, with the same verdicts on every engine", () => {
	const { tally, verdicts } = judge(tally => named("promote").forEach(sequence => cutSequence(sequence, plan, tally)));
	assert.ok(tally.cuts >= 20 && tally.depth2 >= 5, `${tally.cuts} ${tally.depth2}`);
	assert.is(verdicts, VERDICTS.promote);
});

test("damaged flash boots to the state that the oracle names, with the same verdicts on every engine", () => {
	assert.is(judge(tally => randomDamage(40, 11, tally)).verdicts, VERDICTS.damage);
});

test("any content of the three partitions boots to the state that the oracle names, with the same verdicts on every engine", () => {
	assert.is(judge(tally => randomContent(60, 12, tally)).verdicts, VERDICTS.content);
});

test.run();
