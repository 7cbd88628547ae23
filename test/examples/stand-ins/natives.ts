// The SDK boards' `board/natives`, on the simulator board.

export { print, random, ticks } from "../../../boards/xs/natives.js";

export function restarts(): number {
	return 0;
}

export function steady(): void {}
