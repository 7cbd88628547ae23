// Wi-Fi that connects again for ever. The SDK's start-up script connects once, closes its Wi-Fi object, asks a time
// server and never starts `main` where a password is wrong; this board leaves it out.

import WiFi from "embedded:network/interface/wifi";
import { guarded } from "board/guard";
import config from "mc/config";
import type { Board } from "../../firmware/ports.js";

const PATIENCE = 30_000; // ms, from the attempt to an address
const SHORTEST_PAUSE = 1_000; // ms, doubled at each failure in a row
const LONGEST_PAUSE = 60_000;

// Values of `connection` (ECMA-419, network interfaces).
const CONNECTING = 300;
const LINKED = 400;
const READY = 500;

/**
 * `mcconfig … ssid=NAME password=WORD` gives the credentials. `onConnected` is called each time that there is an
 * address; never, without credentials.
 */
export function keepConnected(timer: Board["timer"], print: Board["print"], onConnected: () => void): void {
	const { ssid, password } = config as { ssid?: string; password?: string };
	if (!ssid) {
		print("# wi-fi: no credentials: build with `mcconfig … ssid=NAME password=WORD`; waiting without a network");
		return;
	}
	const credentials = password ? { SSID: ssid, password } : { SSID: ssid };
	let state: "trying" | "connected" | "pausing" = "pausing";
	let pause = SHORTEST_PAUSE;
	let alarm: ReturnType<typeof timer.set> | undefined;

	const wifi = new WiFi({
		onChanged: () =>
			guarded(() => {
				const { connection } = wifi;
				if (connection >= READY && state !== "connected") connected();
				else if (connection < LINKED && state === "connected") failed("lost");
				else if (connection < CONNECTING && state === "trying")
					failed("not connected: no such network in range, or another password");
			}),
	});
	attempt();

	function attempt(): void {
		state = "trying";
		after(PATIENCE, () => failed("no address"));
		try {
			wifi.connect(credentials);
		} catch (error) {
			failed(String(error)); // a name or a password too long, or the driver refuses
		}
	}

	function connected(): void {
		state = "connected";
		pause = SHORTEST_PAUSE;
		after(undefined);
		print(`# wi-fi: connected to ${JSON.stringify(ssid)}, ${wifi.address}`);
		onConnected();
	}

	function failed(reason: string): void {
		state = "pausing"; // `disconnect` reports no change, or reports it too late
		print(`# wi-fi: ${reason}; trying ${JSON.stringify(ssid)} again in ${pause / 1000} s`);
		wifi.disconnect();
		after(pause, attempt);
		pause = Math.min(2 * pause, LONGEST_PAUSE);
	}

	function after(milliseconds: number | undefined, next?: () => void): void {
		if (alarm !== undefined) timer.clear(alarm);
		alarm =
			milliseconds === undefined
				? undefined
				: timer.set(() => {
						alarm = undefined;
						next!();
					}, milliseconds);
	}
}
