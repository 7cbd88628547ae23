// A device's life: the service is asked at intervals, and CA information is polled when the poller says so.

import { type Baton, LONGEST_DELAY } from "./baton.js";
import { jittered } from "./jitter.js";
import type { PollResult } from "./poller.js";
import type { Board, Timer, TimerID } from "./ports.js";
import type { Outcome } from "./updater.js";
import type { HttpsURL } from "./url.js";

export interface DeviceOptions {
	baton: Baton;
	timer: Timer;
	random: Board["random"];
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
		if (this.#running) return;
		this.#running = true;
		this.#serve();
		this.#options.baton.start();
	}

	/** Authenticates the service once, polls once. Gives whether the service has proved itself. */
	async once(): Promise<boolean> {
		const authenticated = await this.authenticate();
		await this.poll();
		this.stop();
		return authenticated;
	}

	/** One session with the service, when no other is under way. Gives whether it has proved itself. */
	authenticate(): Promise<boolean> {
		const { baton, service } = this.#options;
		return baton.authenticate(service);
	}

	/** Asks for CA information, when no session is under way. */
	poll(): Promise<PollResult> {
		return this.#options.baton.poll();
	}

	/** Takes a CA information that came by no network. Says what became of it. */
	offer(bytes: Uint8Array): Outcome | "refused" {
		return this.#options.baton.offer(bytes);
	}

	/** No session begins after this; one that is under way ends by itself. */
	stop(): void {
		const { timer, baton } = this.#options;
		this.#running = false;
		if (this.#timer !== undefined) timer.clear(this.#timer);
		this.#timer = undefined;
		baton.stop();
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
