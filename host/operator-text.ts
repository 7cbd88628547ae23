// The operator's orders and steps in words, with the figures' numbers, wherever people read of them.

import type { Order, Step } from "./operator.js";

export function stepText({ step, what, generation, namedBy }: Step): string {
	const figure = /^60/.test(step) ? 6 : 5;
	return what.startsWith("download")
		? `download-${namedBy! + 1}: ${what}${what.endsWith("in operation") ? `, serves CA information ${generation}` : ""} (figure ${figure}, ${step})`
		: `CA ${generation}: ${what} (figure ${figure}, ${step})`;
}

export function orderText(order: Order): string {
	switch (order.order) {
		case "provide":
			return "the next authority comes into provisional operation, with its download server";
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
