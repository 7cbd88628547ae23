// The sizes of the genuine image for an ESP32-C3, as the Moddable SDK and ESP-IDF have made it, against a budget
// (boards/esp32c3/budget.json). Pure functions over files; sizes.ts says where they are.

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { places } from "../boards/bench/flash-file.js";

export interface Budget {
	image: number; // bytes
	preloadedSlots: number;
}

export interface Genuine {
	/** Bytes of `xs_esp32.bin`, what goes into `factory`. */
	image: number;
	/** Objects that XS has preloaded into flash; undefined where the SDK's intermediate files are not at hand. */
	preloadedSlots?: number;
	partitions: Record<string, number>; // bytes
	/** Each figure that is beyond its budget. */
	over: string[];
}

const SLOT_BYTES = 16; // on a 32-bit chip

/** `images`: the folder that mcconfig made; `linked`: its `mc.xs.c`. Throws Error if there is no image. */
export function genuineSizes(images: string, linked: string, budget: Budget): Genuine {
	const file = join(images, "xs_esp32.bin");
	if (!existsSync(file)) throw new Error(`${file} is not there: it is made by mcconfig`);
	const image = statSync(file).size;
	const slots = existsSync(linked)
		? Number(/^#define mxHeapCount (\d+)$/m.exec(readFileSync(linked, "utf8"))?.[1])
		: undefined;
	const over = [
		...(image > budget.image ? [`image: ${image} bytes, the budget is ${budget.image}`] : []),
		...(slots !== undefined && slots > budget.preloadedSlots
			? [`preloaded objects: ${slots} slots, the budget is ${budget.preloadedSlots}`]
			: []),
	];
	const partitions = Object.fromEntries(places().map(({ name, bytes }) => [name, bytes]));
	return { image, preloadedSlots: slots, partitions, over };
}

export function genuineLines({ image, preloadedSlots, partitions, over }: Genuine): string[] {
	const bytes = (count: number) => count.toLocaleString("en").padStart(9);
	return [
		`${"ESP32-C3's image, of factory".padEnd(34)} ${bytes(image)} ${bytes(partitions.factory)} (${Math.round((100 * image) / partitions.factory)} %)`,
		...(preloadedSlots === undefined
			? []
			: [
					`${"preloaded objects, of it".padEnd(34)} ${bytes(preloadedSlots * SLOT_BYTES)} in ${preloadedSlots.toLocaleString("en")} slots`,
				]),
		...Object.entries(partitions).map(([name, size]) => `${`  partition ${name}`.padEnd(34)} ${bytes(size)}`),
		...over.map(each => `over the budget: ${each}`),
	];
}
