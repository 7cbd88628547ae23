// The ports of firmware/ports.ts on the natives of an XS board (natives.ts): simulator and qemu-rv32.

import type { Board } from "../../firmware/ports.js";
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

export function xsBoard(map: RunSettings["map"]): Board {
	return {
		openFlash,
		TCP: NativeTCP,
		resolver: new MappedResolver(map),
		timer: {
			set: (callback, milliseconds) => timerSet(callback, milliseconds),
			clear: id => timerClear(id as number),
		},
		ticks,
		random,
		recordLimit: RECORD_LIMIT,
		print,
	};
}
