// `npm run fuzz -- [--seconds N | --inputs N] [--target NAME]… [--seed N] [--json]`: feeds the parsers of hostile bytes with inputs
// that are guided by coverage (coverage.ts), made by mutation (mutation.ts) and by structure (structured.ts), from the
// seeds of targets.ts and the corpus in fuzz/corpus. A finding is printed in hexadecimal and ends the run with 1.
// `--inputs`: so many are made for each target, however long they take.
// `--keep` adds what reached something new to the corpus. `--input HEX` gives one input to the targets, and nothing else.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../boards/bundle.js";
import { Dice } from "../test/dice.js";
import { replay } from "../test/replay.js";
import { Coverage } from "./coverage.js";
import { mutate } from "./mutation.js";
import { type Target, targets } from "./targets.js";

const BATCH = 25; // inputs between two looks at the coverage
const SLOW_INPUT = 2_000_000; // µs of the processor's time: a parser that takes so long is a finding

const { values } = parseArgs({
	options: {
		seconds: { type: "string" },
		inputs: { type: "string" },
		target: { type: "string", multiple: true },
		seed: { type: "string" },
		input: { type: "string" },
		keep: { type: "boolean", default: false },
		json: { type: "boolean", default: false },
	},
});
const inputsEach = Number(values.inputs ?? Infinity);
const seconds = Number(values.seconds ?? (values.inputs === undefined ? 60 : Infinity));
const seed = Number(values.seed ?? Date.now() % 0x7fff_ffff);
const wanted = targets.filter(({ name }) => !values.target || values.target.includes(name));
const isInput = /^(?:[0-9a-f]{2})*$/.test(values.input ?? "");
if (!(seconds > 0) || !(inputsEach > 0) || wanted.length === 0 || !isInput) {
	console.error(
		`usage: npm run fuzz -- [--seconds N | --inputs N] [--target ${targets.map(({ name }) => name).join("|")}]… [--seed N] [--input HEX] [--keep] [--json]`,
	);
	process.exit(2);
}

if (values.input !== undefined) process.exit(giveAgain(Buffer.from(values.input, "hex")));

const dice = new Dice(seed);
const coverage = new Coverage();
const results: { target: string; inputs: number; corpus: number; finding?: string }[] = [];
const bound = values.inputs === undefined ? `${seconds} s` : `${inputsEach} inputs each`;
console.log(`seed ${seed}, ${bound}, ${wanted.length} targets`);
for (const target of wanted) {
	const result = fuzz(target, (seconds * 1_000) / wanted.length);
	results.push(result);
	console.log(`${target.name.padEnd(24)} ${String(result.inputs).padStart(9)} inputs, ${result.corpus} in the corpus`);
	if (result.finding) break;
}
const inputs = results.reduce((sum, result) => sum + result.inputs, 0);
const findings = results.filter(({ finding }) => finding);
console.log(`${inputs} inputs, ${coverage.blocks} blocks reached, ${findings.length} findings`);
if (values.json)
	console.log(
		JSON.stringify({
			ok: findings.length === 0,
			seed,
			inputs,
			blocks: coverage.blocks,
			targets: results,
		}),
	);
process.exitCode = findings.length === 0 ? 0 : 1;

function fuzz(
	target: Target,
	milliseconds: number,
): { target: string; inputs: number; corpus: number; finding?: string } {
	const folder = join(root, "fuzz/corpus", target.name);
	const corpus = [...target.seeds, ...stored(folder)];
	let count = 0;
	const attempt = (input: Uint8Array): string | undefined => {
		count++;
		const what = troubleWith(target, input);
		return what === undefined ? undefined : report(target, input, what);
	};
	for (const input of corpus) {
		const finding = attempt(input);
		if (finding) return { target: target.name, inputs: count, corpus: corpus.length, finding };
	}
	coverage.takeNew();
	const end = performance.now() + milliseconds;
	for (let made = 0; made < inputsEach && performance.now() < end; ) {
		const tried: Uint8Array[] = [];
		for (; tried.length < BATCH && made < inputsEach; made++) {
			const input =
				target.generate && dice.chance(0.3)
					? new Uint8Array(target.generate(dice))
					: mutate(corpus[dice.below(corpus.length)], corpus, dice);
			tried.push(input);
			const finding = attempt(input);
			if (finding) return { target: target.name, inputs: count, corpus: corpus.length, finding };
		}
		const fresh = coverage.takeNew();
		if (fresh.size === 0) continue;
		coverage.take();
		for (const input of tried) {
			// find the one that reached it
			attempt(input);
			const reached = coverage.take();
			if (![...fresh].some(block => reached.has(block))) continue;
			reached.forEach(block => fresh.delete(block));
			corpus.push(input);
			if (values.keep) keep(folder, input);
			if (fresh.size === 0) break;
		}
	}
	return { target: target.name, inputs: count, corpus: corpus.length };
}

/** What is wrong with how the target takes the input; undefined: nothing. */
function troubleWith(target: Target, input: Uint8Array): string | undefined {
	const started = processorTime();
	try {
		target.run(input);
	} catch (error) {
		return error instanceof Error ? (error.stack ?? error.message) : String(error);
	}
	return processorTime() - started > SLOW_INPUT ? "too slow" : undefined;
}

/** `--input`. Gives the exit code. */
function giveAgain(input: Uint8Array): number {
	const found = wanted.flatMap(target => {
		const what = troubleWith(target, input);
		return what === undefined ? [] : [report(target, input, what)];
	});
	console.log(`1 input, ${found.length} findings`);
	return found.length === 0 ? 0 : 1;
}

/** Microseconds that this process has had of a processor: on a busy machine nothing else becomes slow. */
function processorTime(): number {
	const { user, system } = process.cpuUsage();
	return user + system;
}

function stored(folder: string): Uint8Array[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.sort()
		.map(name => new Uint8Array(readFileSync(join(folder, name))));
}

function keep(folder: string, input: Uint8Array): void {
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, createHash("sha256").update(input).digest("hex").slice(0, 16)), input);
}

function report({ name }: Target, input: Uint8Array, what: string): string {
	const hex = Buffer.from(input).toString("hex");
	console.log(`\nfinding in ${name} (seed ${seed}): ${what}\n${replay("fuzz", { target: name, input: hex })}\n`);
	return what;
}
