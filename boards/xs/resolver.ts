// The address table of a bench first, the board's DNS client for the rest.

import type { Resolver } from "../../firmware/ports.js";
import type { RunSettings } from "../settings.js";
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
		for (const entry of this.#map) {
			if (entry.host !== host || (entry.port ?? port) !== port) continue;
			timerSet(() => request.onResolved(entry.address, entry.toPort), 0);
			return;
		}
		try {
			resolve(host, address => {
				if (address === undefined) request.onError();
				else request.onResolved(address, port);
			});
		} catch {
			// No name that could be asked for, or no look-up is free.
			timerSet(() => request.onError(), 0);
		}
	}
}
