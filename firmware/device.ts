// A device's life: the service is asked at intervals, CA information is polled when the poller says so, and one
// session at a time has the memory to itself.

import type { Authenticator } from "./authenticator.js";
import { jittered } from "./jitter.js";
import type { Poller, PollResult } from "./poller.js";
import type { Board, Timer, TimerID } from "./ports.js";
import type { TokenBucket } from "./token-bucket.js";
import type { Outcome, Updater } from "./updater.js";
import type { HttpsURL } from "./url.js";

export const LONGEST_DELAY = 2 ** 31 - 1; // ms: a platform's timer takes a longer one for none at all

export interface DeviceOptions {
	timer: Timer;
	random: Board["random"];
	authenticator: Authenticator;
	updater: Updater;
	poller: Poller;
	bucket: TokenBucket;
	sessions: Sessions;
	service: HttpsURL;
	serviceInterval: number; // ms, ± 10 %: devices that start together do not stay in step
}

export class Device {
	readonly #options: DeviceOptions;
	#timer?: TimerID;
	#running = false;

	constructor(options: DeviceOptions) {
		this.#options = options;
	}

	/** Until `stop`. */
	run(): void {
		this.#running = true;
		this.#serve();
		this.#options.poller.start();
	}

	/** Authenticates the service once, polls once. Did the service prove itself? */
	async once(): Promise<boolean> {
		const authenticated = await this.authenticate();
		await this.poll();
		this.stop();
		return authenticated;
	}

	/** One session with the service, when no other is under way. Did it prove itself? */
	authenticate(): Promise<boolean> {
		const { sessions, authenticator, service } = this.#options;
		return sessions.run(() => authenticator.authenticate(service));
	}

	/** Asks for CA information, when no session is under way. */
	poll(): Promise<PollResult> {
		const { sessions, updater } = this.#options;
		return sessions.run(() => updater.poll());
	}

	/** Takes a CA information that came by no network. Says what became of it. */
	offer(bytes: Uint8Array): Outcome | "refused" {
		return this.#options.updater.offer(bytes);
	}

	/** No session begins after this; one that is under way ends by itself. */
	stop(): void {
		const { timer, poller, bucket } = this.#options;
		this.#running = false;
		if (this.#timer !== undefined) timer.clear(this.#timer);
		this.#timer = undefined;
		poller.stop();
		bucket.stop();
	}

	#serve(): void {
		const { timer, random, serviceInterval } = this.#options;
		this.authenticate().then(() => {
			if (!this.#running) return;
			const pause = Math.min(jittered(random, serviceInterval), LONGEST_DELAY);
			this.#timer = timer.set(() => this.#serve(), pause);
		});
	}
}

/** One at a time, in the order asked for. */
export class Sessions {
	readonly #begin: () => void;
	#last: Promise<unknown> = Promise.resolve();

	/** `begin`: called at the beginning of each. */
	constructor(begin: () => void) {
		this.#begin = begin;
	}

	run<Result>(session: () => Promise<Result>): Promise<Result> {
		const result = this.#last.then(() => {
			this.#begin();
			return session();
		});
		this.#last = result.catch(() => {});
		return result;
	}
}
