// One session at a time: a handshake has the memory to itself. What waits longest is first.

export class Sessions {
	readonly #begin: () => void;
	#last: Promise<unknown>;

	/** `begin`: called at the beginning of each. None begins before `open`. */
	constructor(begin: () => void, open: Promise<unknown> = Promise.resolve()) {
		this.#begin = begin;
		this.#last = open;
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
