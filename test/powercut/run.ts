// `npm run powercut -- [--json] [--long] [--seed N]`: cuts the power of devices on emulated flash, breaks their flash in
// every other way, and counts what must not be. Exit code 1 if anything was found. `--long`: a million cuts, a million
// random damages, worlds explored further; if it was stopped, it goes on where it was. `--only KIND` does a part of it,
// `--job N` one job. `--board qemu-rv32 [--kills N]`: kills the running board instead (qemu-rv32.ts), `--board
// esp32c3-qemu` or `sdk-linux` what the Moddable SDK has built (sdk-board.ts).

import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../../boards/bundle.js";
import type { Tear } from "../flash-emulator.js";
import { onAllCores } from "../mass-run.js";
import { onlyJob, replay } from "../replay.js";
import { type Violation, violations } from "./bench.js";
import type { Plan } from "./cuts.js";
import { type ModelResult, oracles } from "./model.js";
import { modelRuns } from "./model-runs.js";
import { killBoard } from "./qemu-rv32.js";
import { killSdkBoard } from "./sdk-board.js";
import { sequences } from "./sequences.js";
import type { Job, Report } from "./worker.js";

const USAGE = `usage: npm run powercut -- [--json] [--long] [--seed N] [--only KIND]… [--job N] [--board qemu-rv32 [--kills N]]

  --only KIND  of model, cuts, poll, faults, bits, damage, content: a part of the run
  --job N      one job of the run`;
const values = readOptions();
const { json = false, long = false } = values;
const seed = Number(values.seed);
if (values.help) {
	console.log(USAGE);
	process.exit(0);
}
if (values.board === "esp32c3-qemu" || values.board === "sdk-linux")
	process.exit(await killSdkBoard(values.board, { kills: Number(values.kills), seed, json }));
if (values.board !== undefined)
	process.exit(await killBoard(values.board, { kills: Number(values.kills), seed, json }));
const started = performance.now();

const LEAST_CUTS = 1_000_000; // of the long run
const plan: Plan = long ? { first: 16, second: 2, states: 80, seed } : { first: 4, second: 1, states: 10, seed };
const damages = long ? 1_000_000 : 50_000,
	contents = long ? 400_000 : 100_000;
const PART_OF = 2_000; // trials in one job
const faultTears: Tear[] = [
	{ model: "nothing", amount: 0, unstable: false },
	...(long ? [0.5, 0.9].map((amount): Tear => ({ model: "bits", amount, unstable: amount > 0.5 })) : []),
];

function many(count: number, make: (n: number) => Job) {
	return Array.from({ length: Math.ceil(count / PART_OF) }, (_, n) => make(n));
}
const all: Job[] = [
	...modelRuns(long).map((options): Job => ({ kind: "model", options })),
	...sequences.flatMap((sequence, i) =>
		sequence.steps.map((_, step): Job => ({ kind: "cuts", sequence: i, step, plan })),
	),
	{ kind: "poll", amounts: long ? 20 : 3, seed },
	...sequences.map((_, sequence): Job => ({ kind: "faults", sequence, seed, tears: faultTears })),
	...Array.from({ length: 32 }, (_, part): Job => ({ kind: "bits", part, parts: 32, stride: 1 })),
	...many(damages, n => ({ kind: "damage", count: PART_OF, seed: seed + 1_000_003 * n })),
	...many(contents, n => ({ kind: "content", count: PART_OF, seed: seed + 1_000_033 * n })),
];
const { only } = values;
const jobs = onlyJob(all, values.job).filter(({ kind }) => !only || only.includes(kind));

if (!json) console.log(`seed ${seed}${values.job === undefined ? "" : `, job ${values.job} of ${all.length}`}`);

const states = new Set<string>();
const counts = Object.fromEntries(violations.map(violation => [violation, 0])) as Record<Violation, number>;
const examples: string[] = [];
const trials = { bits: 0, damage: 0, content: 0, faults: 0 };
const total = { cuts: 0, depth2: 0, tenaciousCuts: 0, tenaciousOlder: 0 };
const model = {
	...{ worlds: 0, states: 0, boots: 0, sessions: 0, cuts: 0, incomplete: 0, violations: 0 },
	bounded: { lured: 0, unreadable: 0, currentsKey: 0, closed: 0 },
};
const secondsOf: Partial<Record<Job["kind"], number>> = {}; // of the processor
let done = 0;

const journal =
	long && values.job === undefined
		? join(root, `build/powercut-${["long", ...(only ?? [])].join("-")}.jsonl`)
		: undefined;
const onResult = (report: Report, job: Job) => {
	total.cuts += report.cuts;
	total.depth2 += report.depth2;
	total.tenaciousCuts += report.tenacious.cuts;
	total.tenaciousOlder += report.tenacious.older;
	for (const state of report.states) states.add(state);
	for (const violation of violations) counts[violation] += report.counts[violation];
	counts.noValidCa += report.tenacious.other;
	if (report.model) addModel(report.model);
	if (job.kind in trials) trials[job.kind as keyof typeof trials] += report.trials;
	const again = `  ${replay("powercut", { long, seed, job: all.indexOf(job) })}`;
	const told = [...report.examples, ...(report.model?.stories ?? [])].slice(0, 20 - examples.length);
	examples.push(...told.map(example => `${example}\n${again}`));
	secondsOf[job.kind] = (secondsOf[job.kind] ?? 0) + report.seconds;
	const progress = `${++done} of ${jobs.length} jobs, ${total.cuts} cuts, ${states.size} states`;
	if (process.stderr.isTTY) process.stderr.write(`\r${progress} `);
	else if (report.model) console.error(`${progress}; ${report.model.states} of ${JSON.stringify(job)}`);
	else if (done % 50 === 0) console.error(progress);
};
await onAllCores<Job, Report>("test/powercut/worker.ts", jobs, onResult, { journal });
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");

const seconds = Math.round((performance.now() - started) / 100) / 10;
const result = {
	cuts: total.cuts,
	distinctStates: states.size,
	depth2: total.depth2,
	...counts,
	seconds,
	secondsOf,
	sequences: sequences.length,
	bitsFlipped: trials.bits,
	randomDamages: trials.damage,
	randomContents: trials.content,
	livesWithAFault: trials.faults,
	irrevocableBlock: { cuts: total.tenaciousCuts, olderUntilProvedAgain: total.tenaciousOlder },
	model,
};
const clean = violations.every(violation => counts[violation] === 0) && model.incomplete === 0;
const isWhole = !long || only !== undefined || total.cuts >= LEAST_CUTS;

if (!json) {
	const number = (n: number) => n.toLocaleString("en");
	const lines = [
		[
			`${number(result.cuts)} power cuts in ${result.sequences} sequences`,
			`${number(result.depth2)} of them in a recovery`,
		],
		[`${number(result.distinctStates)} distinct flash states`],
		[`${number(trials.bits)} single bits`, `${number(trials.damage)} random damages`],
		[`${number(trials.content)} random contents of all partitions`],
		[`${number(trials.faults)} lives with a failing block or operation`],
		[
			`${number(total.tenaciousCuts)} cuts with a block whose mark cannot be revoked`,
			`${total.tenaciousOlder} of them in the moment that shows the older CA until the newer one is proved again`,
		],
		[
			`model: ${model.worlds} explorations of a whole world`,
			`${number(model.states)} states`,
			`${number(model.boots)} boots`,
			`${number(model.sessions)} sessions`,
			`${number(model.cuts)} cuts`,
		],
		[
			`of these, bounded by the design: ${model.bounded.lured} lured to a provisional CA before the operator's order`,
			`${model.bounded.unreadable} while a slot cannot be read`,
			`${model.bounded.currentsKey} by who holds current's own key`,
			`${model.bounded.closed} where download servers have closed`,
		],
	];
	for (const line of lines) console.log(line.join(", "));
	console.log(violations.map(violation => `${violation} ${counts[violation]}`).join(", "));
	const parts = Object.entries(secondsOf).map(([kind, spent]) => `${kind} ${Math.round(spent)}`);
	console.log(`${seconds} s; of the processor ${parts.join(", ")}`);
}
if (!isWhole) console.error(`expected ${LEAST_CUTS} cuts, made ${total.cuts}`);
for (const example of examples) console.error(example);
if (json) console.log(JSON.stringify(result));
process.exitCode = clean && isWhole ? 0 : 1;

function addModel(found: ModelResult): void {
	model.worlds++;
	for (const name of ["states", "boots", "sessions", "cuts"] as const) model[name] += found[name];
	if (!found.complete) model.incomplete++;
	for (const name of oracles) {
		counts[name] += found.violations[name];
		model.violations += found.violations[name];
	}
	for (const [name, count] of Object.entries(found.bounded)) model.bounded[name as keyof typeof model.bounded] += count;
}

function readOptions() {
	try {
		return parseArgs({
			options: {
				...{ json: { type: "boolean" }, long: { type: "boolean" }, seed: { type: "string", default: "1" } },
				only: { type: "string", multiple: true },
				...{ job: { type: "string" }, board: { type: "string" }, help: { type: "boolean" } },
				kills: { type: "string", default: "200" },
			},
		}).values;
	} catch (error) {
		console.error(`${(error as Error).message}\n${USAGE}`);
		process.exit(2);
	}
}
