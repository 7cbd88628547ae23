// One job of `npm run soak`, in a worker thread.

import { parentPort } from "node:worker_threads";
import { type HabitName, habits, type LifeReport, live, type Troubles } from "./life.js";
import type { FleetMaterial } from "./material.js";
import { type PacingReport, rubbishForAWhile } from "./pacing.js";
import { hourAfterCut, type PollerReport, pollFor } from "./pollers.js";
import { type Outages, type Schedule, World } from "./world.js";

export type Job =
	| {
			kind: "life";
			habit: HabitName;
			years: number;
			seed: number;
			material: FleetMaterial;
			schedule: Schedule;
			troubles: Troubles;
			outages?: Outages;
	  }
	| { kind: "polls"; habit: HabitName; years: number; seed: number }
	| { kind: "city"; devices: number; seed: number }
	| { kind: "pacing"; material: FleetMaterial; seed: number };

export type Result =
	| { kind: "life"; report: LifeReport }
	| { kind: "polls"; report: PollerReport }
	| { kind: "city"; seconds: number[]; devices: number }
	| { kind: "pacing"; report: PacingReport };

Error.stackTraceLimit = 0; // a power cut is an error, and there are many

parentPort!.on("message", async (job: Job) => {
	parentPort!.postMessage(await run(job));
});

async function run(job: Job): Promise<Result> {
	switch (job.kind) {
		case "life": {
			const world = new World(job.material, job.schedule, job.outages);
			return { kind: "life", report: await live(world, habits[job.habit], job.years, job.seed, job.troubles) };
		}
		case "polls":
			return { kind: "polls", report: pollFor(job.habit, job.years, job.seed) };
		case "city":
			return { kind: "city", seconds: hourAfterCut(job.devices, job.seed), devices: job.devices };
		case "pacing":
			return { kind: "pacing", report: await rubbishForAWhile(job.material, job.seed) };
	}
}
