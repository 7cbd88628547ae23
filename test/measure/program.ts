// Runs on the qemu-rv32 board for instructions.test.ts, and prints what the board's own counter says of each window.

import { mark, processorTime } from "../../boards/xs/measure.js";
import { exit, flashErase, flashWrite, print, timerSet } from "../../boards/xs/natives.js";
import { sha256 } from "../../firmware/crypto/kernel.js";

class Sum {
	#total = 0;
	add(value: number) {
		this.#total += value;
		return this.#total;
	}
}

function addAll(sum: Sum) {
	for (let i = 0; i < 7; i++) sum.add(i);
}

const times: number[] = [];
const bound = () => {
	mark();
	times.push(processorTime());
};
const sum = new Sum();
const block = new Uint8Array(64);

bound();
addAll(sum);
bound();
sha256(block);
bound();
flashErase("ca0", 0);
flashWrite("ca0", block, 0);
bound();
timerSet(() => {
	bound();
	print(JSON.stringify(times.slice(1).map((time, i) => Math.round((time - times[i]!) * 1e6))));
	exit(0);
}, 50);
