// What scenarios do beside the plan.

import type { Bench } from "../bench.js";

export interface Act {
	year: number;
	act(bench: Bench): void | Promise<void>;
}

export function switchOff(year: number, why = "the device is switched off"): Act {
	return {
		year,
		async act(bench) {
			bench.say(why);
			await bench.switchOff();
		},
	};
}

export function switchOn(year: number, why = "the device is switched on"): Act {
	return {
		year,
		async act(bench) {
			bench.say(why);
			await bench.switchOn();
		},
	};
}

export function revoke(year: number, generation: number, why: string): Act {
	return {
		year,
		async act(bench) {
			bench.say(why);
			await bench.order({ order: "revoke", generation });
		},
	};
}

export function breakDownload(year: number, namedBy: number, why: string): Act {
	return {
		year,
		async act(bench) {
			bench.say(why);
			bench.deployment.break(namedBy);
			await bench.reconcile();
		},
	};
}

export function mendDownload(year: number, namedBy: number, why: string): Act {
	return {
		year,
		async act(bench) {
			bench.say(why);
			bench.deployment.mend(namedBy);
			await bench.reconcile();
		},
	};
}
