// `npm run mutants`: breaks the firmware in one place, runs the tests that should see it, and counts who survives.

import { parseArgs } from "node:util";
import { catalogue, type Mutant, sample } from "./catalogue.js";
import { equivalents } from "./equivalents.js";
import { tryMutant } from "./trial.js";

const USAGE = `usage: npm run mutants -- [--json] [--sample N] [--seed N] [--list] [PART-OF-NAME…]

Changes the firmware in one place, in memory, and runs the tests that should fail then: on Node, two at a time, each
until its first failure. Exit code 1 if a mutant survives for which test/mutants/equivalents.ts has no reason, or one is killed that has.

  PART-OF-NAME  only mutants with that in their names; with exactly one, the change and its tests' output are shown
  --sample N    only N of them, drawn by --seed (default 1)
  --list        names them and their changes, tries none
  --json        one object at the end: {"mutants":N,"killed":N,"equivalent":N,"survivors":[…],"seconds":N}`;

const AT_A_TIME = 2;
process.exitCode = await main();

async function main(): Promise<number> {
	const { values, positionals } = readOptions();
	if (values.help) return say(USAGE);
	let mutants = catalogue().filter(
		({ name }) => positionals.length === 0 || positionals.some(part => name.includes(part)),
	);
	const exact = mutants.filter(({ name }) => positionals.includes(name));
	if (exact.length > 0) mutants = exact;
	if (mutants.length === 0) return misuse(`no mutant named ${positionals.join(", ")}`);
	if (values.sample !== undefined) mutants = sample(mutants, Number(values.sample), Number(values.seed));
	if (values.sample !== undefined && !values.json) say(`seed ${values.seed}`);
	if (values.list) return say(mutants.map(describe).join("\n"));

	const started = performance.now();
	const survivors: string[] = [],
		wrong: string[] = [];
	let killed = 0,
		equivalent = 0,
		done = 0;
	const queue = [...mutants];
	const work = async () => {
		for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
			const { name } = mutant;
			const { killedBy, output } = await tryMutant(mutant);
			const reason = equivalents[name];
			if (killedBy !== undefined && reason !== undefined) wrong.push(`${name} is no equivalent: ${killedBy}`);
			if (killedBy !== undefined) killed++;
			else if (reason !== undefined) equivalent++;
			else survivors.push(name);
			progress(++done, mutants.length);
			if (values.json) continue;
			if (mutants.length === 1) say(`${describe(mutant)}\n${output}`);
			if (killedBy === undefined && reason === undefined)
				say(`survives: ${describe(mutant)}\n  again: npm run mutants -- ${name}`);
			else if (mutants.length <= 20) say(`${name}: ${killedBy ?? `equivalent: ${reason}`}`);
		}
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, work));
	const seconds = Math.round((performance.now() - started) / 100) / 10;
	if (values.json)
		say(
			JSON.stringify({
				seed: Number(values.seed),
				mutants: mutants.length,
				killed,
				equivalent,
				survivors: survivors.sort(),
				seconds,
			}),
		);
	else
		say(
			`${mutants.length} mutants, ${killed} killed, ${equivalent} equivalent, ${survivors.length} survived, ${seconds} s`,
		);
	for (const line of wrong) console.error(`${line}\n  again: npm run mutants -- ${line.split(" ")[0]}`);
	return survivors.length + wrong.length > 0 ? 1 : 0;
}

function describe({ name, file, line, before, after }: Mutant): string {
	const short = (text: string) => {
		const one = text.replace(/\s+/g, " ");
		return one.length > 90 ? `${one.slice(0, 89)}…` : one;
	};
	return `${name}\n  firmware/${file}:${line}\n  - ${short(before)}\n  + ${short(after)}`;
}

function progress(done: number, total: number): void {
	if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total}${done === total ? "\r\x1b[K" : " "}`);
}

function say(text: string): number {
	console.log(text);
	return 0;
}

function misuse(message: string): number {
	console.error(`${message}\n${USAGE}`);
	return 2;
}

function readOptions() {
	try {
		return parseArgs({
			allowPositionals: true,
			options: {
				...{ json: { type: "boolean" }, list: { type: "boolean" }, help: { type: "boolean" } },
				...{ sample: { type: "string" }, seed: { type: "string", default: "1" } },
			},
		});
	} catch (error) {
		process.exit(misuse((error as Error).message));
	}
}
