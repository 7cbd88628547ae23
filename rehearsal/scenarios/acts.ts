// What scenarios do beside the plan.

import type { At, Stage } from "../scenario.js";

type Act = At["act"];

export function switchOn(stage: Stage): Promise<void> {
	return stage.switchOn();
}

export function switchOff(stage: Stage): Promise<void> {
	return stage.switchOff();
}

export async function cutPower(stage: Stage): Promise<void> {
	await stage.switchOff();
	await stage.switchOn();
}

export function createDlKey(stage: Stage): Promise<void> {
	return stage.createDlKey();
}

export function updateFirmware(stage: Stage, forgetting?: "retired keys"): Promise<void> {
	return stage.updateFirmware(forgetting);
}

export function changeDlKeys(stage: Stage): Promise<void> {
	return stage.changeDlKeys();
}

export function revoke(generation: number): Act {
	return stage => stage.order({ order: "revoke", generation });
}

export function breakDownload(namedBy: number): Act {
	return stage => {
		stage.deployment.break(namedBy);
		return stage.reconcile();
	};
}

export function mendDownload(namedBy: number): Act {
	return stage => {
		stage.deployment.mend(namedBy);
		return stage.reconcile();
	};
}

/** Whoever has the stolen key of `generation`'s CA shows devices a service by it, whatever is in operation. */
export function impersonate(generation: number): Act {
	return stage => {
		stage.deployment.impersonate(generation);
		return stage.reconcile();
	};
}

/** The service is its own again. */
export function serveAgain(stage: Stage): Promise<void> {
	stage.deployment.impersonate(undefined);
	return stage.reconcile();
}

/** The application server keeps its certificate, whatever comes. */
export function lag(index: number): Act {
	return stage => stage.deployment.lag(index);
}

/** It follows the others; `done` is said when it presents the same as they. */
export function follow(index: number, done: string): Act {
	return async stage => {
		stage.deployment.follow(index);
		await stage.reconcile();
		stage.say(done);
	};
}
