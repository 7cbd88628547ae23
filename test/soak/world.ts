// Decades of a fleet, in virtual time: authorities that come and go, their servers, and what a device finds behind a
// name. The device is the firmware, composed by main.ts; only its connections end here instead of in TCP (network.ts), with
// real certificates judged by the firmware's own path validation.

import type { FleetMaterial } from "./material.js";

/** What answers at a name: a chain, and a response. Undefined: nothing is in operation there. */
export interface Endpoint {
	chain: readonly Uint8Array[];
	respond(): { status: number; body: Uint8Array };
}

export interface Schedule {
	/** ms from one CA's full operation to the next one's. */
	period: number;
	/** ms for which the next CA is in provisional operation before. */
	overlap: number;
	generations: number;
}

/** From time to time no download server is in operation, or each answers with an error. */
export interface Outages {
	every: number; // ms
	down: number; // ms of it
	error: number; // ms after that
}

const empty = new Uint8Array(0);

export class World {
	readonly material: FleetMaterial;
	readonly #schedule: Schedule;
	/** Connections to download servers, by the day. */
	readonly arrivals: number[] = [];
	downloads = 0;
	/** Something else answers at the service's name. */
	stranger?: { chain: readonly Uint8Array[] };
	readonly #outages?: Outages;

	constructor(material: FleetMaterial, schedule: Schedule, outages?: Outages) {
		this.material = material;
		this.#schedule = schedule;
		this.#outages = outages;
	}

	/** The generation in full operation at `now`, from 1 on. */
	inFullOperation(now: number): number {
		return Math.min(this.#schedule.generations, 1 + Math.floor(now / this.#schedule.period));
	}

	/** The newest one in operation, be it provisional. One that revokes counts at once, so it is never provisional. */
	inOperation(now: number): number {
		const { generations, overlap, period } = this.#schedule;
		const newest = Math.min(generations, 1 + Math.floor((now + overlap) / period));
		return this.material.revokes[newest - 1] ? this.inFullOperation(now) : newest;
	}

	find(host: string, now: number): Endpoint | undefined {
		if (host === this.material.service) {
			const chain = this.stranger?.chain ?? [this.material.serviceCertificates[this.inFullOperation(now) - 1]];
			return { chain, respond: () => ({ status: 200, body: empty }) };
		}
		// URL n+1 serves CA information n+1 or, once a later CA is in full operation, that one's; never one beyond.
		const namedBy = this.material.downloads.indexOf(host) + 1;
		const day = Math.floor(now / 86_400_000);
		this.arrivals[day] = (this.arrivals[day] ?? 0) + 1;
		this.downloads++;
		const outage = this.#outage(now);
		if (namedBy === 0 || outage === "down" || this.inOperation(now) <= namedBy) return undefined;
		const served = Math.max(namedBy + 1, this.inFullOperation(now));
		const body = this.material.informations[served - 1];
		const status = outage === "error" ? 503 : 200;
		return { chain: [this.material.downloadCertificates[namedBy - 1]], respond: () => ({ status, body }) };
	}

	#outage(now: number): "none" | "down" | "error" {
		if (!this.#outages) return "none";
		const { every, down, error } = this.#outages;
		const since = now % every;
		return since < down ? "down" : since < down + error ? "error" : "none";
	}

	/** Whether the service's certificate is from the CA of generation `generation`. Several generations may share a CA. */
	serves(generation: number, now: number): boolean {
		const { authorities } = this.material;
		return authorities[generation - 1] === authorities[this.inFullOperation(now) - 1];
	}
}
