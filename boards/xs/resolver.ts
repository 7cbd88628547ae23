// The address table of a bench first, the board's DNS client for the rest.

import type { Resolver } from "../../firmware/ports.js";
import { mappedAddresses, type RunSettings } from "../settings.js";
import { resolve, timerSet } from "./natives.js";

type Request = Parameters<Resolver["resolve"]>[0];

export class MappedResolver implements Resolver {
	readonly #map: RunSettings["map"];

	constructor(map: RunSettings["map"]) {
		this.#map = map;
	}

	/** Answers later, once. */
	resolve(request: Request): void {
		const { host, port } = request;
		const mapped = mappedAddresses(this.#map, host, port);
		if (mapped) {
			timerSet(() => request.onResolved(mapped), 0);
			return;
		}
		try {
			resolve(host, found => {
				if (found === undefined) request.onError();
				else request.onResolved(found.split(" ").map(address => ({ address, port })));
			});
		} catch {
			// No name that could be asked for, or no look-up is free.
			timerSet(() => request.onError(), 0);
		}
	}
}
