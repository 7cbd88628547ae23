// A real fleet as the page shows it: by the calendar, with what is due, what is missing, and what its devices last said.

import { type Adoption, bandsOf } from "../adoption.js";
import type { Census } from "../census.js";
import { type Finding, type Findings, gravestFirst } from "../check.js";
import type { FleetDesk } from "../fleet-desk.js";
import { advance, authorityOf, type Operation } from "../operator.js";
import { plainStepText } from "../operator-text.js";
import { comingDates, reminders, stragglers } from "../reminders.js";
import { serviceCertificates } from "../services.js";
import type { UiSource, UiState } from "./ui-server.js";

const SHOWN = 200; // events
const MOST_GROUPS = 20;

export class FleetPage implements UiSource {
	readonly #desk: FleetDesk;
	readonly #adoption: Adoption;
	readonly #revoke: (generation: number) => Promise<void>;
	readonly #findings: Findings;

	constructor(desk: FleetDesk, adoption: Adoption, findings: Findings, revoke: (generation: number) => Promise<void>) {
		this.#desk = desk;
		this.#adoption = adoption;
		this.#findings = findings;
		this.#revoke = revoke;
	}

	async state(): Promise<UiState> {
		const { fleet, operation, steps, year } = this.#desk;
		const census = await this.#adoption.read();
		const [coming] = comingDates(fleet, operation);
		const asked = authorityOf(operation, operation.next ?? operation.full);
		const planned = this.#planned(operation);
		return {
			title: `fleet ${fleet.name}`,
			calendar: { begins: fleet.settings.begins, year: fleet.dateOf(1).getTime() - fleet.dateOf(0).getTime() },
			year,
			end: Math.max(...planned.map(({ until }) => until), ...operation.authorities.map(({ until }) => until), year + 1),
			authorities: operation.authorities,
			planned,
			downloadServers: operation.downloadServers.map(server => ({
				...server,
				host: new URL(fleet.nextAddress(server.namedBy)).host,
				serves: fleet.served(operation, server.namedBy)?.generation,
			})),
			full: operation.full,
			...(coming ? { coming: { ...coming, date: coming.date.toISOString() } } : {}),
			alarms: this.#alarms(operation, census),
			services: serviceCertificates(fleet, operation).map(({ service, certificates, missing }) => ({
				service,
				certificates: certificates.map(({ letter, until }) => ({ letter, until: until.toISOString() })),
				missing,
			})),
			adoption: {
				letter: asked.letter,
				requests: census.asks,
				bands: bandsOf(census, asked.generation, this.#adoption.days).map(band => ({
					...band,
					days: Number.isFinite(band.days) ? band.days : null,
				})),
			},
			devices: census.groups.slice(0, MOST_GROUPS).map(({ current, next, failed, heard }) => ({
				name: String(heard.length),
				state: failed ?? "",
				current: current ?? null,
				next: next ?? null,
			})),
			events: steps.slice(-SHOWN).map((step, index) => {
				const letter = `CA ${authorityOf(operation, step.generation).letter}`;
				const server = step.namedBy === undefined ? "" : new URL(fleet.nextAddress(step.namedBy)).host;
				return {
					number: Math.max(0, steps.length - SHOWN) + index + 1,
					year: step.year,
					text: plainStepText(step, { authority: letter, server, served: letter }),
					bad: step.what === "authority revoked",
				};
			}),
		};
	}

	revoke(generation: number): Promise<void> {
		this.#findings.forget();
		return this.#revoke(generation);
	}

	/** What the plan will bring next: an authority that is not there yet, and when it takes over. */
	#planned(operation: Operation): NonNullable<UiState["planned"]> {
		const { plan } = this.#desk.fleet.settings;
		const { until } = authorityOf(operation, operation.full);
		const { authorities } = advance(plan, operation, Math.max(until, this.#desk.year)).operation;
		const known = new Set(operation.authorities.map(({ generation }) => generation));
		return authorities
			.filter(({ generation }) => !known.has(generation))
			.map(({ letter, from, until, fullFrom }) => ({
				letter,
				from,
				until,
				...(fullFrom === undefined ? {} : { fullFrom }),
			}));
	}

	#alarms(operation: Operation, census: Census): Finding[] {
		const { fleet } = this.#desk;
		return gravestFirst([
			...this.#findings.all,
			...reminders(fleet, operation),
			...stragglers(fleet, operation, census),
		]);
	}
}
