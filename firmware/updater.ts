// CA information update unit (the source's 417): asks the addresses that a CA information names for the one after it, and
// gives what comes to the slots (DESIGN.md §3, "Update").

import { RefusedError, reasonOf } from "./errors.js";
import type { DeviceEvent } from "./events.js";
import type { PollResult } from "./poller.js";
import type { Network, Response } from "./session.js";
import { TransportError } from "./transport.js";
import { MAXIMUM_LENGTH, type VerifiedCaInformation } from "./trust/ca-information.js";
import type { Acceptance, Anchor, FlashReason, Slots, Source } from "./trust/slots.js";
import { type HttpURL, isHttps } from "./url.js";

/**
 * What one address brought, or several together. `promoted`: a newer one, which is current at once; `stored`: a newer one
 * is in a slot, as next; `held`: it is in memory until a server has proved itself by it; `same`: it is held already;
 * `none`: an authenticated server has none; `failed`: try again soon; `unreachable`: nobody answered.
 */
export type Outcome = Acceptance["outcome"] | "none" | "failed" | "unreachable";

/** The one that says most comes first. */
const OUTCOMES: readonly Outcome[] = Object.freeze([
	"promoted",
	"stored",
	"held",
	"same",
	"none",
	"failed",
	"unreachable",
]);

/** What a holder's addresses brought, in turn. */
interface Round {
	/** Something newer came, so the others need not be asked. A candidate by an `http:` address does not count. */
	brought: boolean;
	/** What the https addresses said, which alone counts for the next poll. */
	said: Outcome;
}

const SILENCE: Round = Object.freeze({ brought: false, said: "unreachable" });

export interface UpdaterOptions {
	network: Network;
	slots: Slots;
	report(event: DeviceEvent): void;
	/** The network works, so the silence at an open poll is an answer: the download server is not in operation. */
	onAnswered?(): void;
}

export class Updater {
	readonly #options: UpdaterOptions;
	/** A server has proved itself in this boot, so the network works, and silence is an answer. */
	#reached = false;
	/** Why nobody answered the last poll, as long as that may be the network's fault. */
	#open?: string;
	/** Why the last update failed. */
	#failure?: string;
	/** What went wrong last in the update under way. */
	#trouble = "";

	constructor(options: UpdaterOptions) {
		this.#options = options;
	}

	/**
	 * `baton/1 (current,next)`, and why the last update failed: adoption and trouble can be read from any access log.
	 * ASCII; nobody proves it.
	 */
	get userAgent(): string {
		const { current, next } = this.#options.slots;
		const held = `${current?.generation ?? "-"},${next?.generation ?? "-"}`;
		if (this.#failure === undefined) return `baton/1 (${held})`;
		const reason = /^[\w .,'-]{1,64}$/.test(this.#failure) ? this.#failure : "fault"; // an engine may say anything
		return `baton/1 (${held}; failed=${reason})`;
	}

	/** Asks current's addresses; without a current, next's and the factory's. Never rejects. */
	async poll(): Promise<PollResult> {
		this.#open = undefined;
		const said = await this.#update(this.#options.slots.current === undefined);
		if (said === "failed") return "failed";
		if (said !== "unreachable" || this.#reached) return "answered";
		this.#open = this.#failure;
		return "open";
	}

	/**
	 * After every anchor has failed to authenticate a server. Current's addresses by current alone; if they bring nothing
	 * newer, next's by next alone and, with no current, the factory's by the factory's alone. What these bring is a
	 * candidate: a handshake there proves nothing, since a stolen provisional key could make it. True: there is an anchor
	 * that was not there before, so connect again, once. Never rejects.
	 */
	async updateOnDemand(): Promise<boolean> {
		const { slots } = this.#options;
		const before = slots.anchors;
		await this.#update(true);
		return slots.anchors.some(({ information }) => !before.some(anchor => anchor.information === information));
	}

	/** Takes a CA information from any transport (a USB stick, the LAN): it carries its own signature. */
	offer(bytes: Uint8Array): Outcome | "refused" {
		try {
			return this.#accept(bytes, { by: "offer" });
		} catch (error) {
			if (!(error instanceof RefusedError)) throw error;
			this.#options.report({ event: "refused", reason: error.reason });
			return "refused";
		}
	}

	/**
	 * A service has proved itself by `anchor`: its Finished was verified. Exactly that CA information is current from now
	 * on, whatever the slots hold by now. To be called before anything is sent to that service.
	 */
	proved({ slot, information }: Anchor): void {
		const { slots, report } = this.#options;
		const { generation } = information;
		report({ event: "authenticated", server: "service", generation, slot });
		this.#reach();
		const promotion = slots.promote(information);
		if (promotion.outcome === "promoted") this.#promoted(generation, promotion.reason);
	}

	/** Gives what the https addresses said. `andNext`: current's addresses are not all that may be asked. */
	async #update(andNext: boolean): Promise<Outcome> {
		const { slots } = this.#options;
		const { current } = slots;
		let round = current ? await this.#askAddressesOf(current) : SILENCE;
		const { next } = slots;
		if (!round.brought && andNext && next) round = both(round, await this.#askAddressesOf(next));
		if (!round.brought && andNext && !current) round = both(round, await this.#askAddressesOf(slots.factory));
		const { said } = round;
		this.#failure = said === "failed" || (said === "unreachable" && !this.#reached) ? this.#trouble : undefined;
		return said;
	}

	/** One after the other, until one brings something newer. */
	async #askAddressesOf(holder: VerifiedCaInformation): Promise<Round> {
		let round = SILENCE;
		for (const url of holder.nextAddresses) {
			const outcome = await this.#askAddress(url, holder);
			const isNewer = outcome === "promoted" || outcome === "stored" || (outcome === "held" && isHttps(url));
			round = both(round, { brought: isNewer, said: isHttps(url) ? outcome : "unreachable" });
			if (round.brought) break;
		}
		this.#options.slots.asked(holder);
		return round;
	}

	async #askAddress(url: HttpURL, holder: VerifiedCaInformation): Promise<Outcome> {
		const { report } = this.#options;
		report({ event: "poll", generation: holder.generation });
		try {
			const { status, body } = await this.#get(url, holder);
			if (status === 200) return this.#accept(body, { by: "address", of: holder, https: isHttps(url) });
			if (status === 404 && isHttps(url)) {
				report({ event: "none", reason: "not found", status });
				return "none";
			}
			return this.#failed("unexpected status", status);
		} catch (error) {
			if (error instanceof TransportError && error.isUnreachable) return this.#unreachable(error.reason);
			const reason = reasonOf(error);
			if (error instanceof RefusedError) report({ event: "refused", server: "download", reason });
			return this.#failed(reason);
		}
	}

	async #get(url: HttpURL, holder: VerifiedCaInformation): Promise<Response> {
		const { network, report } = this.#options;
		const request = { userAgent: this.userAgent, bodyLimit: MAXIMUM_LENGTH };
		if (!isHttps(url)) return (await network.connectPlain(url)).get(request);
		const server = await network.connect(url, [holder.anchor]);
		report({ event: "authenticated", server: "download", generation: holder.generation });
		this.#reach();
		return server.get(request);
	}

	#accept(bytes: Uint8Array, source: Source): Outcome {
		const { slots, report } = this.#options;
		const acceptance: Acceptance = slots.accept(bytes, source);
		const { outcome } = acceptance;
		const { generation } = acceptance.information;
		switch (outcome) {
			case "same":
			case "stored":
				report({ event: outcome, generation });
				return outcome;
			case "held":
				report({ event: outcome, generation, reason: acceptance.reason });
				return outcome;
			case "promoted":
				if (!acceptance.reason) report({ event: "stored", generation });
				this.#promoted(generation, acceptance.reason);
				return outcome;
		}
	}

	/** Reports the candidate again if it is still held after the promotion. */
	#promoted(generation: number, reason?: FlashReason): void {
		const { slots, report } = this.#options;
		report({ event: "promoted", generation, reason });
		if (slots.candidate) report({ event: "held", generation: slots.candidate.generation });
	}

	#failed(reason: string, status?: number): Outcome {
		this.#trouble = reason;
		this.#options.report({ event: "failed", server: "download", reason, status });
		return "failed";
	}

	/** The download server is not in operation if the network works, which has to be shown first. */
	#unreachable(reason: string): Outcome {
		if (this.#reached) this.#options.report({ event: "none", reason });
		else this.#failed(reason);
		return "unreachable";
	}

	#reach(): void {
		const reason = this.#open;
		this.#reached = true;
		if (reason === undefined) return;
		this.#open = this.#failure = undefined;
		this.#options.report({ event: "none", reason });
		this.#options.onAnswered?.();
	}
}

function both(a: Round, b: Round): Round {
	const said = OUTCOMES.indexOf(a.said) <= OUTCOMES.indexOf(b.said) ? a.said : b.said;
	return { brought: a.brought || b.brought, said };
}
