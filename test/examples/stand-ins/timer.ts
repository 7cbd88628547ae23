// The SDK's module `timer`, on the simulator board.

import { timerClear, timerSet } from "../../../boards/xs/natives.js";

interface Repeated {
	id: number;
}

export default {
	set: (callback: () => void, milliseconds = 0) => timerSet(callback, milliseconds),
	repeat(callback: () => void, milliseconds: number): Repeated {
		const timer = { id: 0 };
		const again = () => {
			timer.id = timerSet(again, milliseconds);
			callback();
		};
		timer.id = timerSet(again, milliseconds);
		return timer;
	},
	clear(timer?: number | Repeated): void {
		if (timer !== undefined) timerClear(typeof timer === "number" ? timer : timer.id);
	},
};
