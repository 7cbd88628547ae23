// The SDK's module `time`, on the simulator board.

import { ticks } from "../../../boards/xs/natives.js";

export default {
	get ticks(): number {
		return ticks();
	},
	delta(start: number, end = ticks()): number {
		return (end - start) | 0;
	},
};
