// Connections that owe an endpoint something: a ClientHello, a Finished, a request. One address can hold as many as it
// likes while there is room. When there is none, the address that holds the most gives up the one that has been silent for
// the longest, so that whoever opens thousands and says nothing keeps nobody out. Who completes is never counted: a fleet
// behind one address has as much room as any other.

import type { Socket } from "node:net";

export interface WaitingLimits {
	/** An address that has no more than so many waiting connections gives none up. */
	perAddress: number;
	/** Nor one that said something within this time. */
	silence: number; // ms
}

interface Waiting {
	address: string;
	/** Bytes that had come when it was last looked at, and when they came at the latest. */
	bytes: number;
	since: number; // ms, performance.now()
}

const LOOK_EVERY = 250; // ms

export class WaitingConnections {
	readonly #limits: WaitingLimits;
	readonly #waiting = new Map<Socket, Waiting>();
	#timer: NodeJS.Timeout | undefined;

	constructor(limits: WaitingLimits) {
		this.#limits = limits;
	}

	add(socket: Socket): void {
		const address = networkOf(socket.remoteAddress ?? "");
		this.#waiting.set(socket, { address, bytes: socket.bytesRead, since: performance.now() });
		this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY).unref();
	}

	/** It has said all that it owed, or is gone. */
	delete(socket: Socket): void {
		this.#waiting.delete(socket);
		if (this.#waiting.size > 0) return;
		clearInterval(this.#timer);
		this.#timer = undefined;
	}

	/** The one to be given up when there is no room; undefined: none. */
	get dispensable(): Socket | undefined {
		this.#look();
		const counts = new Map<string, number>();
		for (const { address } of this.#waiting.values()) counts.set(address, (counts.get(address) ?? 0) + 1);
		const most = Math.max(0, ...counts.values());
		if (most <= this.#limits.perAddress) return undefined;
		let found: { socket: Socket; since: number } | undefined;
		for (const [socket, { address, since }] of this.#waiting) {
			if (counts.get(address) === most && (!found || since < found.since)) found = { socket, since };
		}
		return found && performance.now() - found.since >= this.#limits.silence ? found.socket : undefined;
	}

	#look(): void {
		for (const [socket, waiting] of this.#waiting) {
			if (socket.bytesRead === waiting.bytes) continue;
			waiting.bytes = socket.bytesRead;
			waiting.since = performance.now();
		}
	}
}

/** One site has a whole /64 of IPv6 addresses (RFC 4291 §2.5.4). */
function networkOf(address: string): string {
	if (!address.includes(":")) return address;
	const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
	if (mapped) return mapped[1];
	const [head, tail] = address.split("::");
	const front = head.split(":");
	const back = tail === undefined ? [] : tail.split(":");
	const whole = [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill("0"), ...back];
	return whole
		.slice(0, 4)
		.map(part => part.padStart(4, "0"))
		.join(":");
}
