// How many devices there are, what each of them holds, and when it was last heard: counted from requests, since a device
// has no name. One address is one device, or several behind one NAT: what an address asked within the last part of the poll
// interval, in which one device asks once, is so many devices. Asked twice within a minute it was the same one (a mirror,
// say), and so was one that says that its last update failed. What an address has not said again for so long is gone from
// it; an address that is silent keeps its last word, and its age grows.
//
// Memory has a limit: beyond that, addresses are sampled, and the numbers are estimates (Gibbons' distinct sampling).

export interface Held {
	current?: number;
	next?: number;
	/** Why the update before this request failed. */
	failed?: string;
}

/** Devices that say the same: what they hold, why their last update failed, and when each was last heard. */
export interface Group {
	current?: number;
	next?: number;
	failed?: string;
	/** ms since 1970. */
	heard: number[];
}

interface Ask {
	at: number; // ms since 1970
	state: number; // index
}

/** What one address asked. What has left the window is swept out when there are as many again as were kept. */
interface Address {
	asks: Ask[];
	newest: number; // ms since 1970
	sweepAt: number; // asks
}

const MOST_STATES = 1_000; // distinct ones that are kept apart: a stranger can invent any
const SAME = 60_000; // ms
/** How far back it is looked for an ask of the same device: behind one NAT others come between. */
const LOOKED_AT = 64; // asks

export class Census {
	/** Requests by devices. */
	asks = 0;
	/** The highest generation that any has named. */
	highest = 0;
	readonly #window: number; // ms
	readonly #mostAsks: number;
	readonly #states: Held[] = [];
	readonly #indices = new Map<string, number>();
	readonly #byAddress = new Map<string, Address>();
	#kept = 0;
	#groups: Group[] | undefined;
	#sampled = 0; // one address in 2^sampled is kept

	/** `days`: the devices' poll interval, which they spread by a tenth. */
	constructor({ days, mostAsks = 200_000 }: { days: number; mostAsks?: number }) {
		this.#window = days * 0.85 * 86_400_000;
		this.#mostAsks = mostAsks;
	}

	add(address: string, at: number, held: Held): void {
		const state = this.#stateOf(held);
		if (state === undefined) return;
		this.asks++;
		this.#groups = undefined;
		this.highest = Math.max(this.highest, held.current ?? 0, held.next ?? 0);
		if (!this.#isSampled(address)) return;
		const known = this.#byAddress.get(address) ?? { asks: [], newest: 0, sweepAt: 4 };
		const { asks } = known;
		const same = this.#sameDevice(asks, at, state);
		if (same) {
			if (at < same.at) return;
			same.at = at;
			same.state = state;
		} else {
			asks.push({ at, state });
			this.#kept++;
		}
		known.newest = Math.max(known.newest, at);
		if (asks.length >= known.sweepAt) {
			known.asks = asks.filter(ask => this.#isRecent(ask, known));
			this.#kept -= asks.length - known.asks.length;
			known.sweepAt = known.asks.length * 2 + 4;
		}
		this.#byAddress.set(address, known);
		while (this.#kept > this.#mostAsks && this.#byAddress.size > 1) this.#sampleLess();
	}

	/** The ask of the same device, among the last few. */
	#sameDevice(asks: readonly Ask[], at: number, state: number): Ask | undefined {
		const hasFailed = this.#states[state].failed !== undefined;
		for (let i = asks.length - 1; i >= 0 && i >= asks.length - LOOKED_AT; i--) {
			const isNear = hasFailed || Math.abs(asks[i].at - at) < SAME;
			if (isNear && this.#isAlike(asks[i].state, state)) return asks[i];
		}
		return undefined;
	}

	/** By what they say; the numbers of `heard` are estimates once there are more than memory holds. */
	get groups(): readonly Group[] {
		return (this.#groups ??= this.#grouped());
	}

	#grouped(): Group[] {
		const groups = new Map<number, Group>();
		const weight = 2 ** this.#sampled;
		for (const address of this.#byAddress.values()) {
			for (const { at, state } of address.asks.filter(ask => this.#isRecent(ask, address))) {
				const group = groups.get(state) ?? { ...this.#states[state], heard: [] };
				groups.set(state, group);
				for (let i = 0; i < weight; i++) group.heard.push(at);
			}
		}
		return [...groups.values()].sort((a, b) => b.heard.length - a.heard.length);
	}

	/** Undefined: too many were invented. */
	#stateOf(held: Held): number | undefined {
		const key = `${held.current},${held.next};${held.failed}`;
		const known = this.#indices.get(key);
		if (known !== undefined || this.#states.length >= MOST_STATES) return known;
		this.#indices.set(key, this.#states.length);
		return this.#states.push(held) - 1;
	}

	#isRecent({ at }: Ask, { newest }: Address): boolean {
		return at > newest - this.#window;
	}

	/** Whether both hold the same. */
	#isAlike(one: number, other: number): boolean {
		const [a, b] = [this.#states[one], this.#states[other]];
		return a.current === b.current && a.next === b.next;
	}

	#isSampled(address: string): boolean {
		return this.#sampled === 0 || hashOf(address) >>> (32 - this.#sampled) === 0;
	}

	#sampleLess(): void {
		this.#sampled++;
		for (const [address, { asks }] of this.#byAddress) {
			if (this.#isSampled(address)) continue;
			this.#byAddress.delete(address);
			this.#kept -= asks.length;
		}
	}
}

/** FNV-1a, and a finish that spreads it over its upper bits (MurmurHash3's). */
function hashOf(text: string): number {
	let hash = 0x811c9dc5;
	for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
}
