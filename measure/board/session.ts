// Runs on the board: one run of a recorded life. Prints one JSON line, `SessionResult`, and ends with 0 if all went as
// recorded. It counts nothing: it only says where each part begins and ends (measure/instructions/count.ts).

import { xsBoard } from "../../boards/xs/board.js";
import { collect, mark, memory, resetPeak } from "../../boards/xs/measure.js";
import { exit, print, settings } from "../../boards/xs/natives.js";
import { main } from "../../firmware/main.js";
import { eventOf, fixedRandomness, type Recording, type Replay, settingsOf } from "./recording.js";
import recordings from "./recording.json" with { type: "json" };
import { prepare, replay } from "./replay.js";

export interface SessionResult {
	/** The boot, then the sessions by the names of their hosts. */
	parts: {
		name: string;
		/** Bytes of the arena at the peak: chunks and slots, garbage included, and the engine's stack. */
		peak: number;
	}[];
	/** Bytes that the machine has taken of its arena in the end. */
	reserved: number;
}

(globalThis as { start?: () => void }).start = () => {
	live().then(
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

// Made before the device starts, so they are in its flash and not in its memory (boards/qemu-rv32/boot.ts).
const { life, run, delay = 0 } = JSON.parse(settings()) as Replay;
const recording = (recordings as Record<Replay["life"], Recording>)[life];
const burntIn = settingsOf(recording);
const { connections, events: expected } = recording.runs[run];
const prepared = connections.map(prepare);

async function live(): Promise<SessionResult> {
	const parts: SessionResult["parts"] = [];
	const begin = () => {
		collect();
		resetPeak();
		mark();
	};
	const end = (name: string) => {
		mark();
		const { chunksPeak, slotsPeak, slotBytes, stackPeak } = memory();
		parts.push({ name, peak: chunksPeak + (slotsPeak + stackPeak) * slotBytes });
	};

	const { TCP, resolver, done } = replay(prepared, delay);
	const printed: string[] = [];
	let session: string | undefined;
	const board = {
		...xsBoard([]),
		random: fixedRandomness(run),
		TCP,
		print: (line: string) => void printed.push(line),
		resolver: {
			// A session has ended when the name of the next one is looked up, or nothing is left to do.
			resolve(request: Parameters<typeof resolver.resolve>[0]) {
				if (session !== undefined) {
					end(session);
					begin();
				}
				session = request.host;
				resolver.resolve(request);
			},
		},
	};
	begin();
	const device = main(board, burntIn);
	end("boot");
	begin();
	await device.once();
	end(session ?? "no session");
	device.stop();
	if (!done()) throw new Error(`the device did not ask for all that was recorded: ${printed.join("; ")}`);
	if (printed.map(eventOf).join() !== expected.join())
		throw new Error(`expected: ${expected.join(", ")}; got: ${printed.join("; ")}`);
	return { parts, reserved: memory().reserved };
}
