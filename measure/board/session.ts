// Runs on the board: the recorded life, measured. Prints one JSON line, and ends with 0 if all went as recorded.

import { xsBoard } from "../../boards/xs/board.js";
import { collect, memory, processorTime, resetPeak } from "../../boards/xs/measure.js";
import { exit, print } from "../../boards/xs/natives.js";
import { main } from "../../firmware/main.js";
import { fixedRandomness, settingsOf } from "./recording.js";
import recording from "./recording.json" with { type: "json" };
import { prepare, replay } from "./replay.js";

export interface Measure {
	name: string;
	instructions: number;
	/** Bytes of the arena at the peak: chunks and slots, garbage included, and the engine's stack. */
	peak: number;
}

(globalThis as { start?: () => void }).start = () => {
	run().then(
		result => {
			print(JSON.stringify(result));
			exit(0);
		},
		error => {
			print(`# ${error}`);
			exit(1);
		},
	);
};

function instructions() {
	return Math.round(processorTime() * 1e6);
} // on this board a millisecond is a million of them

// Made before the device starts, so they are in its flash and not in its memory (boards/qemu-rv32/boot.ts).
const device = settingsOf(recording);
const runs = recording.runs.map(connections => connections.map(prepare));
const expected = recording.events.join("\n");

async function run() {
	const random = fixedRandomness();
	const measures: Measure[] = [];
	const events: string[] = [];
	let begun = 0;
	const begin = () => {
		collect();
		resetPeak();
		begun = instructions();
	};
	const end = (name: string) => {
		const { chunksPeak, slotsPeak, slotBytes, stackPeak } = memory();
		measures.push({
			name,
			instructions: instructions() - begun,
			peak: chunksPeak + (slotsPeak + stackPeak) * slotBytes,
		});
	};

	for (const [i, connections] of runs.entries()) {
		const { TCP, resolver, done } = replay(connections, xsBoard([]).timer);
		// A session begins with a name to resolve, and has ended when the next one begins or nothing is left to do.
		let session = "";
		const board = {
			...xsBoard([]),
			random,
			TCP,
			print: (line: string) => void events.push(line),
			resolver: {
				resolve(request: Parameters<typeof resolver.resolve>[0]) {
					if (session) end(session);
					session = `run ${i + 1}: ${request.host}`;
					begin();
					resolver.resolve(request);
				},
			},
		};
		begin();
		const running = main(board, device);
		end(`run ${i + 1}: boot`);
		await running.once();
		end(session);
		running.stop();
		if (!done()) throw new Error(`the device did not ask for all that was recorded: ${events.join("; ")}`);
	}
	if (events.join("\n") !== expected) throw new Error(`expected:\n${expected}\ngot:\n${events.join("\n")}`);
	return { measures, reserved: memory().reserved };
}
