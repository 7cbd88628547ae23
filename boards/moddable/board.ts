// The ports of firmware/ports.ts on the Moddable SDK's modules. `embedded:storage/flash` is the SDK's on an ESP32 and a
// stand-in of the same API on Linux; `board/natives` is what the SDK lacks.

import flash from "embedded:storage/flash";
import { print, random, restarts, steady, ticks } from "board/natives";
import type { RunSettings } from "board/settings";
import Timer from "timer";
import type { Board, TimerID, Timer as TimerPort } from "../../firmware/ports.js";
import { guarded } from "./guard.js";
import { BenchResolver } from "./resolver.js";
import { ModdableTCP } from "./tcp.js";

const RECORD_LIMIT = 20_480; // bytes: as on the qemu-rv32 board, where it was tried in as much memory

/** `map`: where names lead, on a bench. */
export function board(map: RunSettings["map"]): Board {
	return {
		openFlash(partition) {
			try {
				return flash.open({ path: partition, mode: "r+" });
			} catch {
				return undefined; // no such partition
			}
		},
		TCP: ModdableTCP,
		resolver: new BenchResolver(map, timer),
		timer,
		ticks,
		random,
		recordLimit: RECORD_LIMIT,
		keyExchange: "x25519mlkem768", // 3 M instructions more than X25519 alone
		print,
		restarts,
		steady,
	};
}

/** Frozen, like every constant object here: what is preloaded then needs no place in RAM for changes. */
const timer: TimerPort = Object.freeze({
	set: (callback: () => void, milliseconds: number) => Timer.set(() => guarded(callback), milliseconds),
	clear: (id: TimerID) => Timer.clear(id as Timer),
});
