// A running rehearsal as the page shows it.

import { formatEvent } from "../firmware/events.js";
import { stepWords } from "../host/operator-text.js";
import type { UiSource, UiState } from "../host/ui/ui-server.js";
import type { Entry } from "./record.js";
import type { Rehearsal } from "./rehearsal.js";

const SHOWN = 200; // events

export class RehearsalPage implements UiSource {
	notice?: string;
	/** The rehearsal that runs, or the last one. */
	#rehearsal?: Rehearsal;
	/** What the last one came to: its folder is gone. */
	#end?: UiState;

	begin(rehearsal: Rehearsal): void {
		this.#rehearsal = rehearsal;
		this.#end = undefined;
	}

	end(): void {
		this.#end = this.#look();
	}

	state(): UiState {
		const state = this.#end ?? this.#look();
		return this.notice === undefined ? state : { ...state, notice: this.notice };
	}

	#look(): UiState {
		const rehearsal = this.#rehearsal;
		if (!rehearsal?.hasBegun)
			return {
				title: "waiting for the rehearsal",
				year: 0,
				end: 1,
				authorities: [],
				downloadServers: [],
				full: 0,
				devices: [],
				events: [],
			};
		const { scenario, board, year, operation, record, fleet } = rehearsal;
		const told = record.flatMap((entry, index) => tell(entry, index + 1));
		return {
			title: `${scenario.name} on the ${board} board: ${scenario.summary}`,
			year,
			end: scenario.end,
			authorities: operation.authorities,
			downloadServers: operation.downloadServers.map(server => ({
				...server,
				host: new URL(fleet.nextAddress(server.namedBy)).host,
				serves: fleet.served(operation, server.namedBy)?.generation,
			})),
			full: operation.full,
			devices: [{ name: "device", state: rehearsal.deviceIsOn ? "on" : "off", ...rehearsal.slots }],
			events: told.slice(-SHOWN),
		};
	}

	async revoke(generation: number): Promise<void> {
		if (!this.#rehearsal || this.#end) throw new Error("no rehearsal is running");
		this.#rehearsal.say("revoked on the page");
		await this.#rehearsal.order({ order: "revoke", generation });
	}
}

function tell(entry: Entry, number: number): UiState["events"] {
	const { year } = entry;
	switch (entry.from) {
		case "operator":
			return [{ number, year, text: `operator: ${stepWords(entry.step)}`, bad: false }];
		case "device":
			return [
				{
					number,
					year,
					text: `device: ${formatEvent(entry.event)}`,
					bad: entry.event.event === "refused" || entry.event.event === "failed",
				},
			];
		case "visitor":
			return [{ number, year, text: `${entry.visitor}: ${formatEvent(entry.event)}`, bad: false }];
		case "rehearsal":
			return [{ number, year, text: `bench: ${entry.text}`, bad: entry.text.startsWith("warning") }];
		case "server":
			return [];
	}
}
