// CA information update unit (the source's 417): asks the URL that a CA information names for the one after it.

import { DecodeError } from "./cbor.js";
import type { DeviceEvent } from "./events.js";
import type { Board } from "./ports.js";
import { get } from "./session.js";
import { AlertError } from "./tls/alert.js";
import { TransportError } from "./transport.js";
import { MAXIMUM_LENGTH, type VerifiedCaInformation } from "./trust/ca-information.js";
import { type Acceptance, FlashError, type Slots } from "./trust/slots.js";
import type { HttpsURL } from "./url.js";
import { CertificateError } from "./x509/certificate.js";

/**
 * `none`: the download server is not in operation. `same`: it serves what a slot holds. `stored`: a newer one is in a
 * slot now. `held`: it is in memory until a server has proved itself by it. `failed`: try again soon.
 */
export type Outcome = "none" | "same" | "stored" | "held" | "failed";

export interface UpdaterOptions {
	board: Board;
	slots: Slots;
	deadline: number; // ms, of a session
	report(event: DeviceEvent): void;
}

export class Updater {
	readonly #options: UpdaterOptions;

	constructor(options: UpdaterOptions) {
		this.#options = options;
	}

	/** `baton/1 (current,next)`: adoption can be read from any access log (DESIGN.md §3, "Update"). */
	get userAgent(): string {
		const { current, next } = this.#options.slots;
		return `baton/1 (${current?.generation ?? "-"},${next?.generation ?? "-"})`;
	}

	/** Asks the address in current, authenticated by current alone; without one, as `updateOnDemand`. Never rejects. */
	poll(): Promise<Outcome> {
		const { current } = this.#options.slots;
		return current ? this.#ask(current) : this.updateOnDemand();
	}

	/**
	 * After every anchor has failed to authenticate a server: as `poll`; if that brings nothing newer, the address in
	 * next by next alone and, with no current, that in the factory's by the factory's alone. Such a handshake proves
	 * nothing: a stolen provisional key could make it. Never rejects.
	 */
	async updateOnDemand(): Promise<Outcome> {
		const { slots } = this.#options;
		const { current } = slots;
		const outcome = current ? await this.#ask(current) : "none";
		if (outcome === "stored" || outcome === "held") return outcome;
		const later = slots.next ? await this.#ask(slots.next) : "none";
		if (current || later === "held" || later === "stored") return keep(later, outcome);
		return keep(await this.#ask(slots.factory), keep(later, outcome));
	}

	/** `information` becomes current, because a server has proved itself by it. What flash refuses is reported. */
	promote(information: VerifiedCaInformation): void {
		const { slots, report } = this.#options;
		const promotion = slots.promote(information);
		if (promotion.outcome !== "promoted") return;
		const { generation } = information;
		report({ event: "promoted", generation });
		if (promotion.reason) report({ event: "failed", generation, reason: promotion.reason });
	}

	async #ask(holder: VerifiedCaInformation): Promise<Outcome> {
		const { board, slots, deadline, report } = this.#options;
		report({ event: "poll", generation: holder.generation });
		try {
			const { status, body } = await get(board, {
				url: holder.nextAddresses[0] as HttpsURL, // the first one is https
				anchors: [holder.anchor],
				userAgent: this.userAgent,
				deadline,
				bodyLimit: MAXIMUM_LENGTH,
				onAuthenticated: () => report({ event: "authenticated", server: "download", generation: holder.generation }),
			});
			if (status === 404) return this.#end("none", { reason: "not found", status });
			if (status !== 200) return this.#end("failed", { server: "download", reason: "unexpected status", status });
			return this.#tell(slots.accept(body, { by: "address", of: holder, https: true }));
		} catch (error) {
			return this.#explain(error);
		} finally {
			slots.asked(holder);
		}
	}

	#tell(acceptance: Acceptance): Outcome {
		const { report } = this.#options;
		const { generation } = acceptance.information;
		switch (acceptance.outcome) {
			case "same":
				return this.#end("same", { generation });
			case "stored":
				return this.#end("stored", { generation });
			case "held":
				return this.#end("held", { generation, reason: acceptance.reason });
			case "promoted":
				report({ event: "stored", generation });
				report({ event: "promoted", generation });
				if (acceptance.reason) report({ event: "failed", generation, reason: acceptance.reason });
				return "stored";
		}
	}

	#explain(error: unknown): Outcome {
		if (error instanceof TransportError) {
			switch (error.reason) {
				case "name not resolved":
				case "connection refused":
				case "connect time-out":
					return this.#end("none", { reason: error.reason });
			}
		}
		const reason = reasonOf(error);
		if (isRefusal(error)) this.#options.report({ event: "refused", server: "download", reason });
		return this.#end("failed", { server: "download", reason });
	}

	#end(event: Outcome, more: Partial<DeviceEvent>): Outcome {
		this.#options.report({ event, ...more });
		return event;
	}
}

/** Of two outcomes, the one that says more. */
function keep(later: Outcome, earlier: Outcome): Outcome {
	return later === "none" || later === "failed" ? earlier : later;
}

/** Their bytes are bad; anything else could not be got, or not be stored. */
export function isRefusal(error: unknown): boolean {
	return error instanceof CertificateError || error instanceof AlertError || error instanceof DecodeError;
}

/** The literal reason of an error of ours; of a mistake of ours, what the engine says. */
export function reasonOf(error: unknown): string {
	if (error instanceof TransportError || error instanceof FlashError) return error.reason;
	if (error instanceof CertificateError || error instanceof AlertError || error instanceof DecodeError)
		return error.reason;
	return String(error);
}
