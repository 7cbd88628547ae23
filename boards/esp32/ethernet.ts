// Ethernet that connects again for ever, in the place of Wi-Fi (network.ts): ethernet/manifest.json chooses it. The SDK's
// driver takes up a link and asks for an address by itself; here it is said what is missing, and asked again.

import Ethernet from "embedded:network/interface/ethernet";
import { guarded } from "board/guard";
import type { Board } from "../../firmware/ports.js";

const PATIENCE = 30_000; // ms, until it is said what is missing, and again

// Values of `connection` (ECMA-419, network interfaces).
const LINKED = 400;
const READY = 500;

/** `onConnected` is called each time that there is an address. */
export function keepConnected(timer: Board["timer"], print: Board["print"], onConnected: () => void): void {
	let isReady = false;
	let alarm: ReturnType<typeof timer.set> | undefined;

	let ethernet: Ethernet;
	try {
		ethernet = new Ethernet({ onChanged: () => guarded(changed) });
	} catch (error) {
		return print(`# ethernet: ${error}: waiting without a network`);
	}
	wait();
	changed();

	function changed(): void {
		if (ethernet.connection >= READY === isReady) return;
		isReady = !isReady;
		if (!isReady) {
			print("# ethernet: lost");
			return wait();
		}
		if (alarm !== undefined) timer.clear(alarm);
		alarm = undefined;
		print(`# ethernet: connected, ${ethernet.address}`);
		onConnected();
	}

	function wait(): void {
		alarm = timer.set(() => {
			const isLinked = ethernet.connection >= LINKED;
			print(`# ethernet: ${isLinked ? "no address: asking again" : "no cable: waiting for one"}`);
			wait();
			try {
				if (isLinked) ethernet.connect();
			} catch {
				// it is asking
			}
			changed();
		}, PATIENCE);
	}
}
