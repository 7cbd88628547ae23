// Server authentication unit (the source's 416, figures 7–9): current, then next, then whatever else may have its place,
// then an immediate update, and once more (DESIGN.md §3, "Authenticate").

import { RefusedError, reasonOf, UnavailableError } from "./errors.js";
import type { DeviceEvent } from "./events.js";
import type { AuthenticatedServer, Network } from "./session.js";
import { AlertError } from "./tls/alert.js";
import type { TokenBucket } from "./token-bucket.js";
import type { Slots } from "./trust/slots.js";
import type { Updater } from "./updater.js";
import type { HttpsURL } from "./url.js";
import { CertificateError } from "./x509/certificate.js";

export interface AuthenticatorOptions {
	network: Network;
	slots: Slots;
	updater: Updater;
	/** Spent by updates on demand. */
	bucket: TokenBucket;
	/** Runs an update that had to wait for a token, with the connection after it, when no session is under way. */
	later(update: () => Promise<unknown>): void;
	report(event: DeviceEvent): void;
}

/** A server that has proved itself by the CA of this generation. */
interface Proved {
	server: AuthenticatedServer;
	generation: number;
}

export class Authenticator {
	readonly #options: AuthenticatorOptions;

	constructor(options: AuthenticatorOptions) {
		this.#options = options;
	}

	/**
	 * One session with the server at `url`: did it prove itself? By current (figure 7), or by what then becomes current.
	 * Where every anchor fails: an update at once (figures 8 and 9) and, if that brought another anchor, a second
	 * connection. Any other refusal, a wrong name say, never makes a device update. Never rejects.
	 */
	async authenticate(url: HttpsURL): Promise<boolean> {
		const { bucket, later } = this.#options;
		const first = await this.#connect(url);
		if (first.proved) return this.#get(first.proved);
		if (!isReasonToUpdate(first.error)) return this.#fail(first.error);
		if (!bucket.take(() => later(() => this.#updateAndConnectAgain(url)))) return this.#fail(first.error);
		return (await this.#updateAndConnectAgain(url)) ?? this.#fail(first.error);
	}

	/** Undefined: the update brought nothing, so there was no reason to connect. */
	async #updateAndConnectAgain(url: HttpsURL): Promise<boolean | undefined> {
		if (!(await this.#options.updater.updateOnDemand())) return undefined;
		const second = await this.#connect(url);
		return second.proved ? this.#get(second.proved) : this.#fail(second.error);
	}

	/** The server, which has proved itself by one of the anchors, and that one is current now. */
	async #connect(url: HttpsURL): Promise<{ proved?: Proved; error?: unknown }> {
		const { network, slots, updater, report } = this.#options;
		const { anchors } = slots;
		try {
			if (anchors.length === 0) throw new NoAnchorError();
			const server = await network.connect(
				url,
				anchors.map(({ information }) => information.anchor),
			);
			const anchor = anchors[server.anchor];
			updater.proved(anchor);
			return { proved: { server, generation: anchor.information.generation } };
		} catch (error) {
			if (error instanceof RefusedError) report({ event: "refused", server: "service", reason: error.reason });
			return { error };
		}
	}

	/** Whatever the service answers, it has proved itself. */
	async #get({ server, generation }: Proved): Promise<true> {
		try {
			await server.get({ userAgent: this.#options.updater.userAgent });
		} catch (error) {
			this.#fail(error, generation);
		}
		return true;
	}

	#fail(error: unknown, generation?: number): false {
		this.#options.report({ event: "failed", server: "service", generation, reason: reasonOf(error) });
		return false;
	}
}

/** What stands beside a slot that cannot be read is no anchor before its download server was asked. */
class NoAnchorError extends UnavailableError<"no anchor"> {
	constructor() {
		super("no anchor");
	}
}

/** Did every anchor fail? Only then may the server be genuine, and the CAs that are held the wrong ones. */
export function isReasonToUpdate(error: unknown): boolean {
	if (error instanceof NoAnchorError) return true;
	if (error instanceof CertificateError) return error.anchorsFailed;
	return error instanceof AlertError && error.nothingInCommon;
}
