// The ports of firmware/ports.ts on the natives of an XS board (natives.ts): simulator and qemu-rv32.

import type { Board, Timer, TimerID } from "../../firmware/ports.js";
import type { RunSettings } from "../settings.js";
import { openFlash } from "./flash.js";
import { print, random, ticks, timerClear, timerSet } from "./natives.js";
import { MappedResolver } from "./resolver.js";
import { NativeTCP } from "./tcp.js";

/**
 * Bytes: the longest record that there is (16,640), and a chain of 3.8 KB that is split over two. More does not fit into
 * 94,208 bytes beside two full slots; what needs more is refused.
 */
const RECORD_LIMIT = 20_480;

/** Frozen: what is preloaded then needs no place in RAM for changes. */
const timer: Timer = Object.freeze({
	set: (callback: () => void, milliseconds: number) => timerSet(callback, milliseconds),
	clear: (id: TimerID) => timerClear(id as number),
});

export function xsBoard(map: RunSettings["map"]): Board {
	return {
		openFlash,
		TCP: NativeTCP,
		resolver: new MappedResolver(map),
		timer,
		ticks,
		random,
		recordLimit: RECORD_LIMIT,
		print,
	};
}
