// A real fleet as the page shows it: devices by what their polls say that they hold.

import type { Adoption } from "../adoption.js";
import type { FleetDesk } from "../fleet-desk.js";
import { stepText } from "../operator-text.js";
import type { UiSource, UiState } from "./ui-server.js";

export class FleetPage implements UiSource {
	readonly #desk: FleetDesk;
	readonly #adoption: Adoption;
	readonly #revoke: (generation: number) => Promise<void>;

	constructor(desk: FleetDesk, adoption: Adoption, revoke: (generation: number) => Promise<void>) {
		this.#desk = desk;
		this.#adoption = adoption;
		this.#revoke = revoke;
	}

	async state(): Promise<UiState> {
		const { fleet, operation, steps, year, due } = this.#desk;
		const { groups } = await this.#adoption.read();
		return {
			title: `fleet ${fleet.name}`,
			year,
			end: Math.max(...operation.authorities.map(({ until }) => until), year + 1),
			authorities: operation.authorities,
			downloadServers: operation.downloadServers.map(server => ({
				...server,
				host: new URL(fleet.nextAddress(server.namedBy)).host,
				serves: fleet.served(operation, server.namedBy)?.generation,
			})),
			full: operation.full,
			devices: groups.slice(0, 20).map(({ current, next, failed, heard }) => ({
				name: `${heard.length} devices`,
				state: failed ?? "",
				current: current ?? null,
				next: next ?? null,
			})),
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
