// The operator's orders and steps in words, with the figures' numbers, wherever people read of them.

import type { Order, Step } from "./operator.js";

/** As the operator's commands print it: docs/figures.md explains the numbers. */
export function stepText(step: Step): string {
	const figure = /^60/.test(step.step) ? 6 : 5;
	return `${stepWords(step)} (figure ${figure}, ${step.step})`;
}

/** Without the figures' numbers. */
export function stepWords(step: Step): string {
	const names = { authority: `CA ${step.generation}`, server: `download-${(step.namedBy ?? 0) + 1}` };
	return plainStepText(step, { ...names, served: `CA information ${step.generation}` });
}

/** Without the figures' numbers, and with the names that are given. */
export function plainStepText({ what }: Step, names: { authority: string; server: string; served: string }): string {
	if (!what.startsWith("download")) return `${names.authority}: ${what}`;
	return `${names.server}: ${what}${what.endsWith("in operation") ? `, serves ${names.served}` : ""}`;
}

export function orderText(order: Order): string {
	switch (order.order) {
		case "provide":
			return `the next authority comes into provisional operation, with its download server${order.keyType ? `; its keys are ${order.keyType}` : ""}`;
		case "take over":
			return "the current authority ends, the next takes over in full";
		case "revoke":
			return `generation ${order.generation} is revoked`;
		case "reissue":
			return `the CA information of generation ${order.generation} is issued anew, and all later ones after it`;
		case "restored":
			return `what is issued from now on is above generation ${order.above}`;
		case "close":
			return `the download server named by generation ${order.namedBy} ends`;
	}
}
