// The address table of a bench first, lwIP's DNS client (the SDK's `net`) for the rest. IPv4 only, as the sockets.

import { isIPv4 } from "baton/url";
import { mappedAddresses, type RunSettings } from "board/settings";
import Net from "net";
import type { Resolver, Timer } from "../../firmware/ports.js";
import { guarded } from "./guard.js";

type Request = Parameters<Resolver["resolve"]>[0];

export class BenchResolver implements Resolver {
	readonly #map: RunSettings["map"];
	readonly #timer: Timer;

	constructor(map: RunSettings["map"], timer: Timer) {
		this.#map = map;
		this.#timer = timer;
	}

	/** Answers later, once. */
	resolve(request: Request): void {
		const { host, port } = request;
		const known = mappedAddresses(this.#map, host, port) ?? (isIPv4(host) ? [{ address: host, port }] : undefined);
		if (known) {
			this.#timer.set(() => request.onResolved(known), 0);
			return;
		}
		try {
			Net.resolve(host, (_name, address) =>
				guarded(() => {
					if (address !== undefined && isIPv4(address))
						request.onResolved([{ address, port }]); // lwIP keeps one of a name
					else request.onError();
				}),
			);
		} catch {
			// No look-up is free.
			this.#timer.set(() => request.onError(), 0);
		}
	}
}
