// CA information update unit (the source's 417): asks the URL that a CA information names for the one after it.

import { DecodeError } from "./cbor.js";
import type { DeviceEvent } from "./events.js";
import type { Board } from "./ports.js";
import { get } from "./session.js";
import { AlertError } from "./tls/alert.js";
import { TransportError } from "./transport.js";
import { MAXIMUM_LENGTH, type VerifiedCaInformation } from "./trust/ca-information.js";
import { FlashError, type Slots } from "./trust/slots.js";
import { CertificateError } from "./x509/certificate.js";

/**
 * `none`: the download server is not in operation. `same`: it serves what a slot holds. `stored`: a newer one is in a
 * slot now. `failed`: try again soon.
 */
export type Outcome = "none" | "same" | "stored" | "failed";

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
		return `baton/1 (${current.generation},${next?.generation ?? "-"})`;
	}

	/** Asks the URL in current, authenticated by current alone. Never rejects. */
	poll(): Promise<Outcome> {
		return this.#ask(this.#options.slots.current);
	}

	/**
	 * After every full slot has failed to authenticate a server: as `poll`; if that brings nothing newer and next is
	 * full, asks the URL in next, authenticated by next alone. A completed handshake there proves that next is in
	 * service, so it is promoted before what it serves is looked at. Never rejects.
	 */
	async updateOnDemand(): Promise<Outcome> {
		const { slots } = this.#options;
		const outcome = await this.poll();
		if (outcome === "stored" || !slots.next) return outcome;
		const later = await this.#ask(slots.next, () => this.promote());
		return later === "none" || later === "failed" ? outcome : later;
	}

	/** Next becomes current, because a server has proved that it is in service. What flash refuses is reported. */
	promote(): void {
		const { slots, report } = this.#options;
		try {
			slots.promote();
			report({ event: "promoted", generation: slots.current.generation });
		} catch (error) {
			if (!(error instanceof FlashError)) throw error;
			report({ event: "failed", generation: slots.next?.generation, reason: error.reason });
		}
	}

	async #ask(holder: VerifiedCaInformation, onAuthenticated?: () => void): Promise<Outcome> {
		const { board, slots, deadline, report } = this.#options;
		report({ event: "poll", generation: holder.generation });
		try {
			const { status, body } = await get(board, {
				url: holder.nextAddress,
				anchors: [holder.anchor],
				userAgent: this.userAgent,
				deadline,
				bodyLimit: MAXIMUM_LENGTH,
				onAuthenticated: () => {
					report({ event: "authenticated", server: "download", generation: holder.generation });
					onAuthenticated?.();
				},
			});
			if (status === 404) return this.#end("none", { reason: "not found", status });
			if (status !== 200) return this.#end("failed", { server: "download", reason: "unexpected status", status });
			const { outcome, information } = slots.accept(body);
			const { generation } = information;
			if (outcome === "same") return this.#end("same", { generation });
			report({ event: "stored", generation });
			if (outcome === "promoted") report({ event: "promoted", generation });
			return "stored";
		} catch (error) {
			return this.#explain(error);
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
