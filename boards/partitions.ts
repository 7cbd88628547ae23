// The flash of a device: the one place that names its partitions and their sizes. Every board has the firmware's, as
// raw images where flash is a folder; boards of the Moddable SDK have `settings` besides (firmware/settings.ts).
// esp32/partitions.csv says where they lie on a chip.

import type { Partition } from "../firmware/ports.js";

export const BLOCK_LENGTH = 4096; // bytes: what is erased at a time

/** In bytes, in the order in which they lie in flash. */
export const partitionSizes: Readonly<Record<Partition, number>> = {
	ca0: 2 * BLOCK_LENGTH,
	ca1: 2 * BLOCK_LENGTH,
	poll: BLOCK_LENGTH,
};

export const SETTINGS_LENGTH = 5 * BLOCK_LENGTH; // bytes
