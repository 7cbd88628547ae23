// The events that scenarios speak of most, by their fields.

import type { DeviceEvent } from "../../firmware/events.js";
import type { ServerAccess } from "../deployment.js";

type Slot = Extract<DeviceEvent, { event: "authenticated"; server: "service" }>["slot"];

/** The device authenticated the service by this generation's CA. */
export function service(generation: number, slot?: Slot): Partial<DeviceEvent> {
	return { event: "authenticated", server: "service", generation, ...(slot ? { slot } : {}) };
}

/** It authenticated a download server by this generation's CA. */
export function download(generation: number): Partial<DeviceEvent> {
	return { event: "authenticated", server: "download", generation };
}

/** It asked the URL that this generation's CA information names. */
export function polled(generation: number): Partial<DeviceEvent> {
	return { event: "poll", generation };
}

export function stored(generation: number): Partial<DeviceEvent> {
	return { event: "stored", generation };
}

export function promoted(generation: number): Partial<DeviceEvent> {
	return { event: "promoted", generation };
}

export const nothingThere: Partial<DeviceEvent> = { event: "none" };

/** The device found that no CA of its own had issued the service's certificate. */
export const unknownIssuer: Partial<DeviceEvent> = { event: "refused", server: "service", reason: "unknown issuer" };

/** A server gave CA information to a device that said it held these generations, such as `1,-`. */
export function given(server: string, held: string): Partial<ServerAccess> {
	return { server, what: "request", status: 200, userAgent: `baton/1 (${held})` };
}
