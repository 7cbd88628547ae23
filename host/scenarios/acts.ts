// What scenarios do beside the plan.

import type { Bench } from "../bench.js";

export interface Act {
	year: number;
	act(bench: Bench): void | Promise<void>;
}

export const switchOff = (year: number, why = "the device is switched off"): Act => ({
	year,
	async act(bench) {
		bench.say(why);
		await bench.switchOff();
	},
});

export const switchOn = (year: number, why = "the device is switched on"): Act => ({
	year,
	async act(bench) {
		bench.say(why);
		await bench.switchOn();
	},
});

export const revoke = (year: number, generation: number, why: string): Act => ({
	year,
	async act(bench) {
		bench.say(why);
		await bench.order({ order: "revoke", generation });
	},
});

export const breakDownload = (year: number, namedBy: number, why: string): Act => ({
	year,
	async act(bench) {
		bench.say(why);
		bench.deployment.break(namedBy);
		await bench.reconcile();
	},
});

export const mendDownload = (year: number, namedBy: number, why: string): Act => ({
	year,
	async act(bench) {
		bench.say(why);
		bench.deployment.mend(namedBy);
		await bench.reconcile();
	},
});
