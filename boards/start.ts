// The one way in which host code starts a device: a process of its own, whichever board it is. The process gets a
// bundle of the firmware, a flash folder (raw images `ca0`, `ca1`, `poll`; absent: new and erased) and settings; it
// prints lines; it ends with a code. Killing it is the power cut of that board.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { BenchOptions, BoardCommand } from "./board-command.js";
import type { Kernel } from "./bundle.js";
import { exitCode } from "./exit-code.js";
import { type BoardName, bundleFirmware, isSdkBoard, platforms, type SdkBoard, sdkBoards } from "./platforms.js";
import type { RunSettings } from "./settings.js";

export interface BoardOptions {
	board: BoardName | SdkBoard;
	settings: RunSettings;
	/** Of a real board. */
	bench?: BenchOptions;
	/** Folder of the flash images; made if it does not exist. */
	flash: string;
	/**
	 * Each line of the console: an event (firmware/events.ts) or, if it starts with `# `, a remark. The first line is
	 * always `# ENGINE VERSION`, then `, N bytes` where memory has a ceiling; see `engineOf`.
	 */
	onLine(line: string): void;
	/** Each line of the error output; by default it is passed on to this process's. */
	onComplaint?(line: string): void;
	/** Bytes of the machine's memory; default: the board's own. The node board has no ceiling. */
	memory?: number;
	/** Which crypto kernel; default: the board's own (platforms.ts). The node board has no C. */
	kernel?: Kernel;
	/** Modules of firmware/crypto that its build leaves out. */
	without?: readonly string[];
}

export interface RunningBoard {
	/** Resolves when the process has ended and all its lines were delivered; never rejects. See `exitCode`. */
	readonly exited: Promise<number>;
	/** The power cut: SIGKILL. Nothing runs on the device after it; what reached the flash images stays. */
	kill(): void;
	/** Asks the process to end (SIGTERM), kills it after ten seconds. Gives what `exited` gives. */
	stop(): Promise<number>;
}

/** Starts a device. Rejects if the board cannot be built or started. */
export async function startBoard(options: BoardOptions): Promise<RunningBoard> {
	const { board, flash, memory, kernel, without, bench } = options;
	if (!Object.hasOwn(platforms, board) && !isSdkBoard(board)) throw new Error(`there is no board named ${board}`);
	const { command } = isSdkBoard(board) ? await sdkBoards[board]() : await platforms[board].load();
	const program = isSdkBoard(board) ? "" : await bundleFirmware(board, kernel, without); // the SDK makes its own

	mkdirSync(flash, { recursive: true });
	const folder = mkdtempSync(join(tmpdir(), "baton-"));
	const settings = join(folder, "settings.json");
	writeFileSync(settings, JSON.stringify(options.settings));
	const forget = () => rmSync(folder, { recursive: true, force: true });
	try {
		const { afterwards, ...how } = await command({ program, flash, settings, memory, bench });
		return await follow(how, options, async () => {
			forget();
			await afterwards?.();
		});
	} catch (error) {
		forget();
		throw error;
	}
}

/** `XS 13.3.0` or `node 20.20.0`, from the first line of a board's console. */
export function engineOf(line: string): string | undefined {
	return /^# ((?:XS|node) [\d.]+)/.exec(line)?.[1];
}

const PATIENCE = 10_000; // ms, with a program that was asked to end

/** What a board with one wire for both puts before each line of its error output. */
const COMPLAINT_MARK = "# ! ";

/** What a power cut left of a line is not one: `generation=1` may have been to become 12. */
function wholeLines(stream: Readable, onLine: (line: string) => void): void {
	let begun = "";
	stream.setEncoding("utf8");
	stream.on("data", (text: string) => {
		const lines = (begun + text).split("\n");
		begun = lines.pop()!;
		for (const line of lines) onLine(line.replace(/\r$/, ""));
	});
}

type Process = Omit<Awaited<ReturnType<BoardCommand>>, "afterwards">;

function follow({ file, args }: Process, options: BoardOptions, afterwards: () => Promise<void>) {
	const { onLine, onComplaint = line => process.stderr.write(`${line}\n`) } = options;
	const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
	wholeLines(child.stdout, line => {
		if (line.startsWith(COMPLAINT_MARK)) onComplaint(line.slice(COMPLAINT_MARK.length));
		else onLine(line);
	});
	createInterface({ input: child.stderr }).on("line", onComplaint);

	const exited = new Promise<number>(resolve => {
		// "close", not "exit": it comes after the last line.
		child.on("close", (code, signal) => {
			const ended = code ?? 128 + (signal ? constants.signals[signal] : 0);
			afterwards().then(
				() => resolve(ended),
				error => {
					onComplaint(String(error));
					resolve(exitCode.unusable);
				},
			);
		});
	});
	const running: RunningBoard = {
		exited,
		kill() {
			child.kill("SIGKILL");
		},
		async stop() {
			child.kill("SIGTERM");
			const patience = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
			const code = await exited;
			clearTimeout(patience);
			return code;
		},
	};
	return new Promise<RunningBoard>((resolve, reject) => {
		child.on("spawn", () => resolve(running));
		child.on("error", reject);
	});
}
