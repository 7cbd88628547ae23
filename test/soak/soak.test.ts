// A small part of `npm run soak`.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { onAllCores } from "../mass-run.js";
import { drawArrivals } from "./chart.js";
import type { HabitName, Troubles } from "./life.js";
import { makeMaterial } from "./material.js";
import type { Job, Result } from "./worker.js";

const DAY = 86_400_000;
const schedule = { period: 40 * DAY, overlap: 20 * DAY, generations: 20 };
const calm: Troubles = { cut: 0, failure: 0, rotPerYear: 0 };
const rough: Troubles = { cut: 0.002, failure: 0.001, rotPerYear: 2 };

async function run(jobs: Job[]): Promise<Result[]> {
	const results: Result[] = [];
	const keep = (result: Result) => void results.push(result);
	await onAllCores<Job, Result>("test/soak/worker.ts", jobs, keep, { most: 2 });
	return results;
}

test("devices of every habit, in calm and in trouble, end with the newest CA and never have an older one", async () => {
	const material = await makeMaterial(schedule.generations);
	const jobs: Job[] = [];
	const lives: [HabitName, number][] = [
		["never off", 2],
		["five hours a day", 2],
		["unplugged nightly", 2],
		["a minute a day", 2],
		["off for years", 8],
		["rebooting every 10 minutes", 0.1],
	];
	for (const [habit, years] of lives)
		for (const troubles of [calm, rough, { ...calm, block: true }])
			jobs.push({ kind: "life", habit, years, seed: jobs.length, material, schedule, troubles });
	let changes = 0;
	for (const result of await run(jobs)) {
		if (result.kind !== "life") continue;
		const { report } = result;
		assert.not.ok(report.stuck, report.remarks.join("; "));
		assert.is(report.older, 0, report.remarks.join("; "));
		assert.ok(report.failuresInARow <= 3, report.remarks.join("; "));
		changes += report.changes;
	}
	assert.ok(changes > 100, `${changes}`);
});

test("polls that bring nothing new erase and program nothing in the slots", async () => {
	const material = await makeMaterial(1);
	const alone = { ...schedule, generations: 1 };
	const life = { habit: "never off", years: 2, seed: 1, material, schedule: alone, troubles: calm } as const;
	const [result] = await run([{ kind: "life", ...life }]);
	assert.ok(result.kind === "life");
	const { wear, polls, boots } = result.report;
	assert.ok(polls >= 20);
	const programs = 2 * 5 + (boots - 1) * 2 * 2; // the first boot writes two copies, each other one their marks again
	assert.equal(wear.ca0, { erases: 1, programs, bytes: wear.ca0.bytes });
	assert.equal(wear.ca1, { erases: 0, programs: 0, bytes: 0 });
	assert.is(wear.poll.erases, polls + 1);
});

test("pollers poll often enough, and none too often", async () => {
	const jobs = (["never off", "five hours a day", "unplugged nightly", "a minute a day", "off for years"] as const).map(
		(habit, seed): Job => ({ kind: "polls", habit, years: habit === "a minute a day" ? 25 : 5, seed }),
	);
	for (const result of await run([
		...jobs,
		{ kind: "polls", habit: "rebooting every 10 minutes", years: 0.3, seed: 9 },
	])) {
		if (result.kind !== "polls") continue;
		const { habit, mostCredits, mostInThirtyDays, longestWait } = result.report;
		assert.ok(mostCredits <= 1584, `${habit}: ${mostCredits}`);
		assert.ok(mostInThirtyDays <= 4, `${habit}: ${mostInThirtyDays}`);
		if (habit !== "off for years") assert.ok(longestWait <= 5 * 365 * DAY, `${habit}: ${longestWait}`);
	}
});

test("a stranger's rubbish costs no more downloads than the bucket allows, and a genuine server 15 minutes at most", async () => {
	const [result] = await run([{ kind: "pacing", material: await makeMaterial(2), seed: 1 }]);
	assert.ok(result.kind === "pacing");
	const { rubbish, downloads, allowed, delay } = result.report;
	assert.ok(rubbish >= 1000);
	assert.ok(downloads <= allowed, `${downloads} of ${allowed}`);
	assert.ok(delay <= 15 * 60_000 + 10_000, `${delay} ms`);
});

test("devices that are powered up together poll apart", async () => {
	const [result] = await run([{ kind: "city", devices: 3000, seed: 1 }]);
	assert.ok(result.kind === "city");
	const { seconds } = result;
	assert.ok(seconds.reduce((a, b) => a + b) <= 20);
	assert.ok(seconds.every(count => count <= 2));
	assert.ok(drawArrivals([], { name: "city", bins: seconds, devices: 3000 }).startsWith("<svg"));
});

test.run();
