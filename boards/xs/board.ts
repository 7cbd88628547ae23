// The ports of firmware/ports.ts on the natives of an XS board (natives.ts): simulator and qemu-rv32.

import type { Board } from "../../firmware/ports.js";
import type { RunSettings } from "../settings.js";
import { openFlash } from "./flash.js";
import { print, random, ticks, timerClear, timerSet } from "./natives.js";
import { MappedResolver } from "./resolver.js";
import { NativeTCP } from "./tcp.js";

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
		print,
	};
}
