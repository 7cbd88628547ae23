// Composition only: CA renewal (baton.ts) and a service that is asked at intervals, put together into a device.

import { Baton, expectDelay } from "./baton.js";
import { Device } from "./device.js";
import type { Board } from "./ports.js";
import type { Network } from "./session.js";
import type { Settings } from "./settings.js";
import { parseURL } from "./url.js";

/**
 * Boots: reads and repairs the slots, and says what it found, before any connection. Throws DecodeError or
 * CertificateError if what is burnt in (factory CA information, service URL) cannot be used, RangeError for a delay that
 * no timer takes. `network`: in the place of the board's sockets.
 */
export function main(ports: Board, settings: Settings, network?: Network): Device {
	const { serviceInterval = 3_600_000 } = settings;
	expectDelay(serviceInterval);
	const service = parseURL(settings.service);
	const baton = new Baton({ ports, settings, network });
	return new Device({ baton, timer: ports.timer, random: ports.random, service, serviceInterval });
}
