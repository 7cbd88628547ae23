// A real fleet as the page shows it: devices by what their polls say that they hold.

import { stepText } from "../../rehearsal/watch.js";
import { adoptionOf } from "../commands/operate.js";
import type { Fleet } from "../fleet.js";
import { nextDue } from "../operator.js";
import type { UiSource, UiState } from "./ui-server.js";

export class FleetPage implements UiSource {
	readonly #fleet: Fleet;
	readonly #days: number;
	readonly #revoke: (generation: number) => Promise<void>;

	constructor(fleet: Fleet, days: number, revoke: (generation: number) => Promise<void>) {
		this.#fleet = fleet;
		this.#days = days;
		this.#revoke = revoke;
	}

	async state(): Promise<UiState> {
		const fleet = this.#fleet;
		const { operation, steps } = fleet.record!;
		const adoption = await adoptionOf(fleet, { days: this.#days });
		const year = fleet.yearOf(new Date());
		const due = nextDue(fleet.settings.plan, operation);
		return {
			title: `fleet ${fleet.name}`,
			year,
			end: Math.max(...operation.authorities.map(({ until }) => until), year + 1),
			authorities: operation.authorities,
			downloadServers: operation.downloadServers.map(server => ({
				...server,
				host: new URL(fleet.nextAddress(server.namedBy)).host,
			})),
			full: operation.full,
			devices: [...adoption.held]
				.sort((a, b) => b[1] - a[1])
				.slice(0, 20)
				.map(([held, times]) => {
					const [current, next] = held.split(",").map(Number);
					return {
						name: `${times} of ${adoption.asks} requests`,
						state: `in ${this.#days} days`,
						current,
						next: Number.isNaN(next) ? null : next,
					};
				}),
			events: steps.map((step, index) => ({
				number: index + 1,
				year: step.year,
				text: stepText(step),
				bad: step.what === "authority revoked",
			})),
			...(due && due.year <= year ? { notice: `By plan this is due: ${due.order.order}. baton status` } : {}),
		};
	}

	revoke(generation: number): Promise<void> {
		return this.#revoke(generation);
	}
}
