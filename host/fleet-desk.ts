// The desk from which a fleet is operated: what is in operation, the year of the plan that it is now, and the DL signing
// key if it is at hand. Every order goes over it, whoever gives it: a verb, the plan (`baton run`), the page, a
// rehearsal. What is in operation is read from disk each time, since another `baton` may have changed it.
//
// An order is carried out in the sequence: judge, make, record, sign. One order after the other.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CertificateAuthority } from "./certificate-authority.js";
import { Fleet } from "./fleet.js";
import { authorityOf, begin, give, nextDue, type Operation, type Order, type Step } from "./operator.js";
import { OperatorError } from "./operator-error.js";
import { dlPassphrase, fleetPassphrase } from "./passphrases.js";
import { Signer } from "./signer.js";

/** What came of an order. */
export interface CarriedOut {
	steps: Step[];
	/** Generations whose CA information was signed. */
	signed: number[];
	/** Without the DL key: what is to be carried to it, one file for each generation. */
	toSign: { generation: number; file: string }[];
}

export interface Desk {
	fleet: Fleet;
	/** Years since the fleet's beginning; default: by this machine's clock. */
	year?(): number;
	/** The DL signing key; undefined: it is elsewhere. Asked when something is to be signed. */
	signer(): Signer | undefined;
}

export class FleetDesk {
	readonly fleet: Fleet;
	readonly #year: () => number;
	readonly #signer: () => Signer | undefined;
	#turn: Promise<unknown> = Promise.resolve();

	/** At a fleet's folder. The DL key is looked for in `dl`, or in the folder's own `dl`. Throws OperatorError. */
	static open({ folder, dl }: { folder: string; dl?: string }): FleetDesk {
		return new FleetDesk({ fleet: Fleet.open(folder, fleetPassphrase()), signer: () => signerAtHand(folder, dl) });
	}

	constructor({ fleet, year, signer }: Desk) {
		this.fleet = fleet;
		this.#year = year ?? (() => fleet.yearOf(new Date()));
		this.#signer = signer;
	}

	/** What is in operation. Throws OperatorError before `begin`. */
	get operation(): Operation {
		return this.#record.operation;
	}

	/** All that led there. */
	get steps(): Step[] {
		return this.#record.steps;
	}

	get year(): number {
		return this.#year();
	}

	/** What the plan wants next, and when. */
	get due(): { year: number; order: Order } | undefined {
		return nextDue(this.fleet.settings.plan, this.operation);
	}

	/** Step 502: the first authority in full operation; `made` elsewhere, or a new one. */
	begin(made?: CertificateAuthority): Promise<CarriedOut> {
		return this.#inTurn(() => this.#carryOut(begin(this.fleet.settings.plan), 1, made));
	}

	/** Gives one order, now. `made`: the authority to provide, if it was made elsewhere. Rejects with OrderError or OperatorError. */
	give(order: Order, made?: CertificateAuthority): Promise<CarriedOut> {
		return this.#inTurn(() => {
			const given = give(this.fleet.settings.plan, this.operation, order, this.year);
			if (order.order === "reissue" && order.leafNotBefore !== undefined) this.#checkNotBefore(order.leafNotBefore);
			return this.#carryOut(given, given.operation.next, made);
		});
	}

	/** Gives the order that is due by plan, if one still is when its turn comes. */
	async giveDue(): Promise<CarriedOut | undefined> {
		return this.#inTurn(async () => {
			const { due, year } = this;
			if (!due || due.year > year) return undefined;
			return this.#carryOut(give(this.fleet.settings.plan, this.operation, due.order, year));
		});
	}

	/** Takes back what was signed elsewhere. Gives its generation. Throws OperatorError if it says something else. */
	accept(object: Uint8Array): number {
		return this.fleet.accept(this.operation, object);
	}

	/** The certificate of its own download server is made now: key 4 must not shut that out. */
	#checkNotBefore(leafNotBefore: number): void {
		const now = this.fleet.dateOf(this.year);
		if (leafNotBefore * 1_000 > now.getTime())
			throw new OperatorError(
				`devices would refuse every certificate there is: ${new Date(leafNotBefore * 1_000).toISOString()} is later than now, ${now.toISOString()}`,
			);
	}

	async #carryOut(
		given: { operation: Operation; steps: Step[] },
		generation?: number,
		made?: CertificateAuthority,
	): Promise<CarriedOut> {
		if (made) {
			const { notAfter } = await this.fleet.importAuthority(given.operation, generation!, made);
			authorityOf(given.operation, generation!).until = this.fleet.yearOf(notAfter);
		}
		await this.fleet.carryOut(given);
		return { steps: given.steps, ...this.#sign(given.operation) };
	}

	/** With the DL key at hand all is signed at once; else the requests are written, to be carried to it. */
	#sign(operation: Operation): Pick<CarriedOut, "signed" | "toSign"> {
		const signer = this.#signer();
		if (signer) return { signed: this.fleet.sign(operation, signer), toSign: [] };
		const toSign = this.fleet
			.unsignedGenerations(operation)
			.map(generation => ({ generation, file: this.fleet.writeRequest(operation, generation) }));
		return { signed: [], toSign };
	}

	get #record(): { operation: Operation; steps: Step[] } {
		const { record, folder } = this.fleet;
		if (!record)
			throw new OperatorError(
				`${folder}: nothing is in operation yet: baton init was broken off; run it again in an empty folder`,
			);
		return record;
	}

	#inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
		const done = this.#turn.then(work);
		this.#turn = done.catch(() => {});
		return done;
	}
}

/** The DL signing key, if it is on this machine: in `dl` beside the fleet, or where the option says. */
function signerAtHand(folder: string, dl: string | undefined): Signer | undefined {
	const place = dl ?? join(folder, "dl");
	if (!existsSync(join(place, "dl.key"))) {
		if (dl !== undefined) throw new OperatorError(`${dl} holds no DL signing key`);
		return undefined;
	}
	return Signer.open(place, dlPassphrase());
}
