// Server authentication unit (the source's 416, figures 7–9): current, then next, then an immediate update.

import type { DeviceEvent } from "./events.js";
import type { Board } from "./ports.js";
import { get } from "./session.js";
import type { TokenBucket } from "./token-bucket.js";
import type { Slots } from "./trust/slots.js";
import { isRefusal, reasonOf, type Updater } from "./updater.js";
import type { HttpsURL } from "./url.js";
import { CertificateError } from "./x509/certificate.js";

export interface AuthenticatorOptions {
	board: Board;
	slots: Slots;
	updater: Updater;
	/** Spent by updates on demand. */
	bucket: TokenBucket;
	/** Runs an update that had to wait for a token, with the connection after it, when no session is under way. */
	later(update: () => Promise<unknown>): void;
	deadline: number; // ms, of a session
	report(event: DeviceEvent): void;
}

export class Authenticator {
	readonly #options: AuthenticatorOptions;

	constructor(options: AuthenticatorOptions) {
		this.#options = options;
	}

	/**
	 * One session with the server at `url`: did it prove itself, by current or by next (which is promoted then)? When
	 * every full slot fails as anchor, updates at once and, if that brought something, connects again, once. Any other
	 * refusal, a wrong name say, never makes the device update. Never rejects.
	 */
	async authenticate(url: HttpsURL): Promise<boolean> {
		const first = await this.#connect(url);
		if (first.authenticated || !anchorsFailed(first.error)) return this.#end(first);
		const { bucket, later } = this.#options;
		if (!bucket.take(() => later(() => this.#updateAndConnectAgain(url)))) return this.#end(first);
		return (await this.#updateAndConnectAgain(url)) ?? this.#end(first);
	}

	/** Undefined: the update brought nothing, so there was no reason to connect. */
	async #updateAndConnectAgain(url: HttpsURL): Promise<boolean | undefined> {
		const { updater, slots } = this.#options;
		const before = slots.anchors;
		await updater.updateOnDemand();
		if (slots.anchors.every(({ information }) => before.some(anchor => anchor.information === information)))
			return undefined;
		return this.#end(await this.#connect(url));
	}

	async #connect(url: HttpsURL): Promise<{ authenticated: boolean; error?: unknown }> {
		const { board, slots, updater, deadline, report } = this.#options;
		const { anchors } = slots;
		let authenticated = false;
		if (anchors.length === 0) return { authenticated, error: new CertificateError("unknown issuer") };
		try {
			await get(board, {
				url,
				anchors: anchors.map(({ information }) => information.anchor),
				userAgent: updater.userAgent,
				deadline,
				onAuthenticated: anchor => {
					authenticated = true;
					const { slot, information } = anchors[anchor];
					report({ event: "authenticated", server: "service", generation: information.generation, slot });
					updater.promote(information);
				},
			});
			return { authenticated };
		} catch (error) {
			if (isRefusal(error)) report({ event: "refused", server: "service", reason: reasonOf(error) });
			return { authenticated, error };
		}
	}

	#end({ authenticated, error }: { authenticated: boolean; error?: unknown }): boolean {
		if (error !== undefined) this.#options.report({ event: "failed", server: "service", reason: reasonOf(error) });
		return authenticated;
	}
}

/** Every anchor was tried and failed (unknown issuer, bad signature): the only reason to look for a new one. */
function anchorsFailed(error: unknown): boolean {
	return error instanceof CertificateError && error.anchorsFailed;
}
