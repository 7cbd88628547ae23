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
import type { TrustAnchor } from "./x509/path.js";

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

/**
 * Connects to a server that proves itself by one of `anchors`, tried in this order. Calls `proved` with the one that it
 * was, once, before anything of the application's passes in either direction.
 */
export type Open<Connection> = (
	anchors: readonly TrustAnchor[],
	proved: (anchor: number) => void,
) => Promise<Connection>;

/** With a server that has proved itself by the CA of this generation. */
export interface Proved<Connection> {
	connection: Connection;
	generation?: number;
}

export class Authenticator {
	readonly #options: AuthenticatorOptions;

	constructor(options: AuthenticatorOptions) {
		this.#options = options;
	}

	/** One session with the server at `url`. Gives whether it has proved itself; never rejects. */
	async authenticate(url: HttpsURL): Promise<boolean> {
		const { network } = this.#options;
		const open: Open<AuthenticatedServer> = async (anchors, proved) => {
			const server = await network.connect(url, anchors);
			proved(server.anchor);
			return server;
		};
		try {
			await this.#get(await this.#connect(open, late => this.#get(late)));
			return true;
		} catch (error) {
			return this.#fail(error);
		}
	}

	/**
	 * The connection that `open` makes, whose server has proved itself by current (figure 7), or by what then becomes
	 * current. Where every anchor fails: an update at once (figures 8 and 9) and, if that brought another anchor, a second
	 * connection. Any other refusal, a wrong name say, never makes a device update. Rejects with why there is none.
	 */
	async connect<Connection>(open: Open<Connection>): Promise<Connection> {
		try {
			return (await this.#connect(open)).connection;
		} catch (error) {
			this.#fail(error);
			throw error;
		}
	}

	/** `late`: takes the connection where the update had to wait for a token. */
	async #connect<Connection>(
		open: Open<Connection>,
		late?: (proved: Proved<Connection>) => Promise<void>,
	): Promise<Proved<Connection>> {
		const { bucket, later, updater } = this.#options;
		try {
			return await this.#attempt(open);
		} catch (error) {
			const mayUpdate = isReasonToUpdate(error) && bucket.take(() => later(() => this.#connectLate(open, late)));
			if (!mayUpdate || !(await updater.updateOnDemand())) throw error;
		}
		return this.#attempt(open);
	}

	/** The connection after an update, if that brought something new. */
	async #connectLate<Connection>(
		open: Open<Connection>,
		late?: (proved: Proved<Connection>) => Promise<void>,
	): Promise<void> {
		if (!(await this.#options.updater.updateOnDemand()) || !late) return;
		try {
			await late(await this.#attempt(open));
		} catch (error) {
			this.#fail(error);
		}
	}

	/** The server has proved itself by one of the anchors, and that one is current now. */
	async #attempt<Connection>(open: Open<Connection>): Promise<Proved<Connection>> {
		const { slots, updater, report } = this.#options;
		const { anchors } = slots;
		let generation: number | undefined;
		try {
			if (anchors.length === 0) throw new NoAnchorError();
			const connection = await open(
				anchors.map(({ information }) => information.anchor),
				anchor => {
					updater.proved(anchors[anchor]); // exactly that one, even if the slots have changed since
					generation = anchors[anchor].information.generation;
				},
			);
			return { connection, generation };
		} catch (error) {
			if (error instanceof RefusedError) report({ event: "refused", server: "service", reason: error.reason });
			throw error;
		}
	}

	/** One GET. The service has proved itself already, whatever it answers. */
	async #get({ connection, generation }: Proved<AuthenticatedServer>): Promise<void> {
		try {
			await connection.get({ userAgent: this.#options.updater.userAgent });
		} catch (error) {
			this.#fail(error, generation);
		}
	}

	#fail(error: unknown, generation?: number): false {
		this.#options.report({ event: "failed", server: "service", generation, reason: reasonOf(error) });
		return false;
	}
}

/** Beside a slot that cannot be read, a CA is an anchor only once its download server was asked. */
class NoAnchorError extends UnavailableError<"no anchor"> {
	constructor() {
		super("no anchor");
	}
}

/** Whether every anchor failed. Only then may the server be genuine and the CAs that are held the wrong ones. */
export function isReasonToUpdate(error: unknown): boolean {
	if (error instanceof NoAnchorError) return true;
	if (error instanceof CertificateError) return error.anchorsFailed;
	return error instanceof AlertError && error.nothingInCommon;
}
