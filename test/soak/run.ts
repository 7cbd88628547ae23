// `npm run soak -- [--json] [--long] [--seed N] [--job N]`: a fleet's decades in minutes. Devices of every habit, with failing
// power and flash, live through CA after CA (life.ts); pollers are watched for 25 years (pollers.ts); a stranger shows
// rubbish certificates (pacing.ts); a device on XS is watched for leaks (xs-heap.ts). The arrivals at the download server
// are drawn in build/soak/arrivals.svg. Exit code 1 if anything was not as design has it. `--job` runs one device, poller
// or city alone, or the `heap`.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../../boards/bundle.js";
import type { Wear } from "../flash-emulator.js";
import { onAllCores } from "../mass-run.js";
import { onlyJob, replay } from "../replay.js";
import { drawArrivals, movingAverage, type Series } from "./chart.js";
import type { HabitName, Troubles } from "./life.js";
import { makeMaterial } from "./material.js";
import type { PollerReport } from "./pollers.js";
import type { Job, Result } from "./worker.js";
import type { Outages, Schedule } from "./world.js";
import { watchHeap } from "./xs-heap.js";

const USAGE = "usage: npm run soak -- [--json] [--long] [--seed N] [--job N|heap]";
const values = readOptions();
const { json = false, long = false } = values;
if (values.help) {
	console.log(USAGE);
	process.exit(0);
}
const seed = Number(values.seed);
const started = performance.now();

const MINUTE = 60_000,
	DAY = 86_400_000,
	YEAR = 365 * DAY; // ms
const LIFE_YEARS = 15;
const PERIOD = 30 * DAY;
const schedule: Schedule = {
	period: PERIOD,
	overlap: 16 * DAY,
	generations: 1 + Math.ceil((LIFE_YEARS * YEAR) / PERIOD),
};
const outages: Outages = { every: 100 * DAY, down: 15 * DAY, error: 5 * DAY };
const calm: Troubles = { cut: 0, failure: 0, rotPerYear: 0 };
const rough: Troubles = { cut: 0.001, failure: 0.0003, rotPerYear: 0.5 };
const worn: Troubles = { ...calm, block: true };

/** How many devices of each habit live, and how many pollers are watched for 25 years. */
const scale = long ? 3 : 1;
const population: Record<HabitName, { lives: number; pollers: number; pollerYears: number }> = {
	"never off": { lives: 14, pollers: 3, pollerYears: 25 },
	"five hours a day": { lives: 22, pollers: 5, pollerYears: 25 },
	"unplugged nightly": { lives: 8, pollers: 3, pollerYears: 25 },
	"rebooting every 10 minutes": { lives: 0, pollers: 2, pollerYears: long ? 25 : 2 },
	"a minute a day": { lives: 20, pollers: 20, pollerYears: 25 },
	"off for years": { lives: 10, pollers: 20, pollerYears: 25 },
};
const habitNames = Object.keys(population) as HabitName[];
const cityDevices = long ? 200_000 : 20_000,
	CITY_PART = 5_000;

const material = await makeMaterial(schedule.generations);
const jobs: Job[] = [{ kind: "pacing", material, seed }];
for (const [h, habit] of habitNames.entries()) {
	const { lives, pollers, pollerYears } = population[habit];
	for (let n = 0; n < lives * scale; n++) {
		const troubles = n % 6 === 0 ? calm : n % 6 === 3 ? worn : rough;
		const life = { habit, years: LIFE_YEARS, seed: seed + 1000 * h + n, material, schedule, troubles };
		jobs.push({ kind: "life", ...life, outages: n % 3 === 2 ? outages : undefined });
	}
	for (let n = 0; n < pollers * scale; n++)
		jobs.push({ kind: "polls", habit, years: pollerYears, seed: seed + 5000 + 1000 * h + n });
}
if (long)
	jobs.push({ kind: "life", habit: "rebooting every 10 minutes", years: 3, seed, material, schedule, troubles: rough });
for (let n = 0; n < cityDevices / CITY_PART; n++) jobs.push({ kind: "city", devices: CITY_PART, seed: seed + 777 * n });

const lives = {
	devices: 0,
	deviceYears: 0,
	changes: 0,
	boots: 0,
	polls: 0,
	cuts: 0,
	stuck: 0,
	older: 0,
	failuresInARow: 0,
};
const wear = { ca0: noWear(), ca1: noWear(), poll: noWear() }; // a decade's, of the device that wears it most
/** Of all devices of a habit the most. */
interface Habitual {
	devices: number;
	years: number;
	polls: number;
	mostCredits: number;
	longestWaitDays: number;
	mostInThirtyDays: number;
	erasesPerDecade: number;
	programsPerDecade: number;
}
const pollers: Record<string, Habitual> = {};
const months = new Map<HabitName, Series>();
const city: Series = { name: "city", bins: new Array(3600).fill(0), devices: 0 };
const wrong: string[] = [];
const isWhole = values.job === undefined;
const chosen = values.job === "heap" ? [] : onlyJob(jobs, values.job);
if (!json) console.log(`seed ${seed}${isWhole ? "" : `, job ${values.job} of ${jobs.length}`}`);

/** What was not as it should be, and how to see it again. */
function complain(what: string, job?: Job): void {
	const number = job ? jobs.indexOf(job) : "heap";
	wrong.push(`${what}\n  ${replay("soak", { long, seed, job: number })}`);
}
let pacing = { rubbish: 0, downloads: 0, allowed: 0, delaySeconds: 0 };

function noWear(): Wear {
	return { erases: 0, programs: 0, bytes: 0 };
}

let done = 0;
await onAllCores<Job, Result>("test/soak/worker.ts", chosen, (result, job) => {
	if (result.kind === "life" && job.kind === "life") {
		const { report } = result;
		lives.devices++;
		lives.deviceYears += report.years;
		lives.changes += report.changes;
		lives.boots += report.boots;
		lives.polls += report.polls;
		lives.cuts += report.cuts;
		lives.stuck += Number(report.stuck);
		lives.older += report.older;
		if (!job.outages) lives.failuresInARow = Math.max(lives.failuresInARow, report.failuresInARow);
		for (const partition of ["ca0", "ca1", "poll"] as const)
			for (const what of ["erases", "programs", "bytes"] as const)
				wear[partition][what] = Math.max(
					wear[partition][what],
					Math.round((report.wear[partition][what] * 10) / report.years),
				);
		const bad = report.stuck || report.older > 0 || (!job.outages && report.failuresInARow > 3);
		if (bad) complain(`${job.habit}, seed ${job.seed}: ${report.remarks.slice(0, 4).join("; ")}`, job);
	} else if (result.kind === "polls") {
		watch(result.report, job);
	} else if (result.kind === "city") {
		city.devices += result.devices;
		for (const [second, count] of result.seconds.entries()) city.bins[second] += count;
	} else if (result.kind === "pacing") {
		const { rubbish, downloads, allowed, delay } = result.report;
		pacing = { rubbish, downloads, allowed, delaySeconds: Math.round(delay / 1000) };
		if (rubbish < 1000 || downloads > allowed || delay > 15 * MINUTE + 10_000)
			complain(`pacing: ${JSON.stringify(pacing)}`, job);
	}
	done++;
	if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${chosen.length} jobs `);
});

function watch(
	{ habit, years, polls, mostCredits, longestWait, mostInThirtyDays, erases, programs }: PollerReport,
	job: Job,
): void {
	const sum = (pollers[habit] ??= {
		devices: 0,
		years,
		polls: 0,
		mostCredits: 0,
		longestWaitDays: 0,
		mostInThirtyDays: 0,
		erasesPerDecade: 0,
		programsPerDecade: 0,
	});
	sum.devices++;
	sum.polls += polls.length;
	sum.mostCredits = Math.max(sum.mostCredits, mostCredits);
	sum.longestWaitDays = Math.max(sum.longestWaitDays, Math.round(longestWait / DAY));
	sum.mostInThirtyDays = Math.max(sum.mostInThirtyDays, mostInThirtyDays);
	sum.erasesPerDecade = Math.max(sum.erasesPerDecade, Math.round((erases * 10) / years));
	sum.programsPerDecade = Math.max(sum.programsPerDecade, Math.round((programs * 10) / years));
	const series = months.get(habit) ?? {
		name: habit as string,
		bins: new Array(Math.ceil(years * 12)).fill(0),
		devices: 0,
	};
	months.set(habit, series);
	series.devices++;
	for (const poll of polls) series.bins[Math.min(series.bins.length - 1, Math.floor((poll * 12) / YEAR))]++;
	if (mostCredits > 1584) complain(`${habit}: ${mostCredits} credits without a poll`, job);
	if (mostInThirtyDays > 4) complain(`${habit}: ${mostInThirtyDays} polls in 30 days`, job);
	if (habit !== "off for years" && longestWait > 5 * YEAR)
		complain(`${habit}: ${longestWait / DAY} days without a poll`, job);
}

const heap = isWhole || values.job === "heap" ? await watchHeap(long ? 40 : 6, long ? 8 : 6) : undefined;
if (heap?.flat === false) complain(`the heap of the device on XS is not flat: ${JSON.stringify(heap)}`);
if (isWhole && (lives.deviceYears < 1000 || lives.changes < 10_000))
	wrong.push(`${lives.deviceYears} device-years and ${lives.changes} changes are too few`);

/** For a million devices: the most in ten seconds, by the second; and what they make on the average when never off. */
const peakPerSecond = Math.round((Math.max(...movingAverage(city.bins, 10)) * 1_000_000) / Math.max(1, city.devices));
const meanPerSecond = Math.round((1_000_000 / (30 * 86_400)) * 100) / 100;
const svg = join(root, "build/soak/arrivals.svg");
mkdirSync(join(root, "build/soak"), { recursive: true });
const drawn = [...months.values()].filter(({ bins }) => bins.length > 120);
if (isWhole) writeFileSync(svg, drawArrivals(drawn, city));

const seconds = Math.round((performance.now() - started) / 100) / 10;
const result = {
	seed,
	...lives,
	pollers,
	peakPerSecondPerMillion: peakPerSecond,
	meanPerSecondPerMillion: meanPerSecond,
	pacing,
	wearPerDecade: wear,
	heap,
	svg: "build/soak/arrivals.svg",
	seconds,
};
if (!json) {
	const number = (n: number) => n.toLocaleString("en");
	const say = (...parts: string[]) => console.log(parts.join(", "));
	say(
		`${lives.devices} devices`,
		`${number(lives.deviceYears)} device-years`,
		`${number(lives.changes)} CA changes`,
		`${number(lives.boots)} boots`,
		`${number(lives.cuts)} power cuts in flash operations`,
		`${lives.stuck} stuck`,
		`${lives.older} with an older CA`,
	);
	say("polls over years, by habit:");
	for (const [habit, sum] of Object.entries(pollers))
		say(
			`  ${habit}: ${sum.devices} devices`,
			`${sum.years} years`,
			`${sum.polls} polls`,
			`at most ${sum.mostCredits} credits and ${sum.longestWaitDays} days apart`,
			`${sum.mostInThirtyDays} in 30 days`,
			`${sum.erasesPerDecade} erases a decade`,
		);
	say(`a million devices: ${meanPerSecond} polls a second`, `${peakPerSecond} at the peak after a city-wide cut`);
	say(
		`a stranger's ${pacing.rubbish} sessions: ${pacing.downloads} connections to the download server`,
		`${pacing.allowed} allowed`,
		`the genuine server waited ${pacing.delaySeconds} s`,
	);
	for (const [partition, { erases, programs, bytes }] of Object.entries(wear))
		say(
			`${partition} in a decade of twelve CAs a year: at most ${erases} erases of a block`,
			`${number(programs)} writes`,
			`${number(bytes)} bytes`,
		);
	if (heap)
		say(
			`XS: ${heap.sessions} sessions`,
			`${heap.changes} CA changes`,
			`chunks ${heap.chunks.join("–")} bytes`,
			`${heap.slots.join("–")} slots`,
			heap.flat ? "flat" : "not flat",
		);
	console.log(`${isWhole ? `${svg}\n` : ""}${seconds} s`);
}
for (const what of wrong) console.error(what);
if (json) console.log(JSON.stringify(result));
process.exitCode = wrong.length === 0 ? 0 : 1;

function readOptions() {
	try {
		return parseArgs({
			options: {
				...{ json: { type: "boolean" }, long: { type: "boolean" }, seed: { type: "string", default: "1" } },
				...{ job: { type: "string" }, help: { type: "boolean" } },
			},
		}).values;
	} catch (error) {
		console.error(`${(error as Error).message}\n${USAGE}`);
		process.exit(2);
	}
}
