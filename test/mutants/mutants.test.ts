// That the sites are found by what they are, that the tables are about mutants that there are, and a few mutants.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../../boards/bundle.js";
import { catalogue, sample, scopes } from "./catalogue.js";
import { equivalents } from "./equivalents.js";
import { handmade } from "./handmade.js";
import { sitesOf } from "./sites.js";
import { overlay, runTests, tryMutant } from "./trial.js";

const SOURCE = `
const MAXIMUM_LENGTH = 2 * 5, OTHER = 3;
class Reader {
	#end(n: number): boolean {
		if (n > MAXIMUM_LENGTH) refuse("too long");
		if (n === 0) { return false; }
		this.first();
		this.second();
		if (this.open && n <= 3) this.close();
		return this.open ? true : false;
	}
}
`;

/** `kind place index: text → text`. */
function told(source: string): string[] {
	return sitesOf(source).map(
		({ kind, place, index, start, end, becomes }) =>
			`${kind} ${place} ${index}: ${source.slice(start, end)} → ${becomes}`,
	);
}

test("each kind of site is found, with the function that it is in", () => {
	assert.equal(told(SOURCE), [
		"limit - 1: 2 * 5 → (2 * 5) + 1",
		"swap Reader.#end 1: this.first();\n\t\tthis.second(); → this.second();\n\t\tthis.first();",
		'guard Reader.#end 1: if (n > MAXIMUM_LENGTH) refuse("too long"); → ;',
		"bound Reader.#end 1: > → >=",
		"guard Reader.#end 2: if (n === 0) { return false; } → ;",
		"step Reader.#end 1: this.first(); → ;",
		"step Reader.#end 2: this.second(); → ;",
		"step Reader.#end 3: if (this.open && n <= 3) this.close(); → ;",
		"logic Reader.#end 1: this.open && n <= 3 → ((this.open) || (n <= 3))",
		"bound Reader.#end 2: <= → <",
		"negate Reader.#end 1: this.open → !(this.open)",
	]);
});

test("mutants keep their names when lines move", () => {
	const names = (source: string) => sitesOf(source).map(({ kind, place, index }) => `${place}:${kind}:${index}`);
	for (const file of Object.keys(scopes)) {
		const source = readFileSync(join(root, "firmware", file), "utf8");
		const moved = `\n\n${source.replaceAll("\t", "  ").replaceAll("; // ", ";\n// ")}`;
		assert.equal(names(moved), names(source), file);
	}
});

test("there are mutants enough, each with a name of its own and a change that can be compiled", async () => {
	const mutants = catalogue();
	assert.ok(mutants.length >= 120, `${mutants.length}`);
	assert.is(new Set(mutants.map(({ name }) => name)).size, mutants.length);
	assert.is(mutants.filter(({ name }) => !name.includes("#")).length, handmade.length);
	for (const { contents, before, after } of sample(mutants, 100, 1)) {
		assert.not.equal(before, after);
		await transform(contents, { loader: "ts" });
	}
});

test("whatever is said to be equivalent is a mutant", () => {
	const names = new Set(catalogue().map(({ name }) => name));
	assert.equal(
		Object.keys(equivalents).filter(name => !names.has(name)),
		[],
	);
});

test("what hangs is killed, by the processor's time", async () => {
	const contents = "for (;;);";
	const { killedBy } = await runTests(scopes["credits.ts"].tests, [overlay({ file: "credits.ts", contents })], 1);
	assert.match(killedBy ?? "", /^ended (by|with)/);
});

test("what cannot be loaded is killed", async () => {
	const contents = "throw new Error('no');";
	const { killedBy } = await runTests(scopes["credits.ts"].tests, [overlay({ file: "credits.ts", contents })], 60);
	assert.is(killedBy, "ended with code 1");
});

test("a few mutants are killed, each by a test with a name", async () => {
	const mutants = catalogue().filter(({ name }) => equivalents[name] === undefined);
	const fewByHand = mutants.filter(({ name }) => handmade.slice(0, 3).some(made => made.name === name));
	for (const mutant of [...fewByHand, ...sample(mutants, 4, 1)])
		assert.ok((await tryMutant(mutant)).killedBy, mutant.name);
});

test.run();
