// A PC's network is there.

import type { Board } from "../../firmware/ports.js";

/** `onConnected` is called once, later. */
export function keepConnected(timer: Board["timer"], _print: Board["print"], onConnected: () => void): void {
	timer.set(onConnected, 0);
}
