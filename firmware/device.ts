// A device's life: the service is asked at intervals, CA information is polled when the poller says so, and one
// session at a time has the memory to itself.

import type { Authenticator } from "./authenticator.js";
import type { Poller, TokenBucket } from "./poller.js";
import type { Timer, TimerID } from "./ports.js";
import type { Updater } from "./updater.js";
import type { HttpsURL } from "./url.js";

export interface DeviceOptions {
	timer: Timer;
	authenticator: Authenticator;
	updater: Updater;
	poller: Poller;
	bucket: TokenBucket;
	sessions: Sessions;
	service: HttpsURL;
	serviceInterval: number; // ms
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
		const { sessions, authenticator, updater, service } = this.#options;
		const authenticated = await sessions.run(() => authenticator.authenticate(service));
		await sessions.run(() => updater.poll());
		this.stop();
		return authenticated;
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
		const { sessions, authenticator, service, timer, serviceInterval } = this.#options;
		sessions
			.run(() => authenticator.authenticate(service))
			.then(() => {
				if (this.#running) this.#timer = timer.set(() => this.#serve(), serviceInterval);
			});
	}
}

/** One at a time, in the order asked for. */
export class Sessions {
	#last: Promise<unknown> = Promise.resolve();

	run<Result>(session: () => Promise<Result>): Promise<Result> {
		const result = this.#last.then(session);
		this.#last = result.catch(() => {});
		return result;
	}
}
