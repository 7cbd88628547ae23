// Time that passes when a test says so: the `Timer` and `ticks` of firmware/ports.ts, for pollers that wait for months.

import type { Timer, TimerID } from "../firmware/ports.js";

interface Alarm {
	at: number;
	callback: () => void;
}

export class VirtualClock implements Timer {
	/** ms since it was made. */
	now = 0;
	readonly #alarms = new Set<Alarm>();

	set(callback: () => void, milliseconds: number): TimerID {
		if (!(milliseconds >= 0 && milliseconds < 2 ** 31))
			throw new RangeError(`expected 0 … 2^31-1 ms, got ${milliseconds}`);
		const alarm = { at: this.now + milliseconds, callback };
		this.#alarms.add(alarm);
		return alarm;
	}

	clear(id: TimerID): void {
		this.#alarms.delete(id as Alarm);
	}

	/** How many callbacks are waiting. */
	get waiting(): number {
		return this.#alarms.size;
	}

	/** The power fails: nothing that was set comes any more. */
	clearAll(): void {
		this.#alarms.clear();
	}

	/** Lets `milliseconds` pass, and calls what is due, in its order. */
	advance(milliseconds: number): void {
		const end = this.now + milliseconds;
		for (let alarm = this.#first(end); alarm; alarm = this.#first(end)) {
			this.#alarms.delete(alarm);
			this.now = alarm.at;
			alarm.callback();
		}
		this.now = end;
	}

	/** As `advance`, and waits after each callback for what it has set off; stops early when `isOver` says so. */
	async live(milliseconds: number, settle: () => Promise<void>, isOver: () => boolean): Promise<void> {
		const end = this.now + milliseconds;
		for (let alarm = this.#first(end); alarm; alarm = this.#first(end)) {
			this.#alarms.delete(alarm);
			this.now = alarm.at;
			alarm.callback();
			await settle();
			if (isOver()) return;
		}
		this.now = end;
	}

	#first(end: number): Alarm | undefined {
		let first: Alarm | undefined;
		for (const alarm of this.#alarms) if (alarm.at <= end && !(first && first.at <= alarm.at)) first = alarm;
		return first;
	}
}
