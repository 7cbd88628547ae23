// The ports of firmware/ports.ts on Node: the same firmware modules, for quick tests and for many devices in a process.

import { randomFillSync } from "node:crypto";
import { lookup } from "node:dns";
import type { Board, Resolver } from "../../firmware/ports.js";
import { mappedAddresses, type RunSettings } from "../settings.js";
import { openFlash } from "./flash.js";
import { NodeTCP } from "./tcp.js";

export interface NodeBoardOptions {
	/** Folder of the flash images. */
	flash: string;
	map: RunSettings["map"];
	print(line: string): void;
}

export function nodeBoard({ flash, map, print }: NodeBoardOptions): Board {
	return {
		openFlash: partition => openFlash(flash, partition),
		TCP: NodeTCP,
		resolver: resolver(map),
		timer: {
			set: (callback, milliseconds) => setTimeout(callback, milliseconds),
			clear: id => clearTimeout(id as NodeJS.Timeout),
		},
		ticks: () => Math.floor(performance.now()) >>> 0,
		random: bytes => void randomFillSync(bytes),
		print,
	};
}

/** The bench's address table first, DNS for the rest. */
function resolver(map: RunSettings["map"]): Resolver {
	return {
		resolve({ host, port, onResolved, onError }) {
			const mapped = mappedAddresses(map, host, port);
			if (mapped) return void setImmediate(onResolved, mapped);
			lookup(host, { family: 4, all: true }, (error, found) =>
				error ? onError() : onResolved(found.map(({ address }) => ({ address, port }))),
			);
		},
	};
}
