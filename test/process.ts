// One test file's process: its output, how it ended, and an end to whatever it has started.

import { spawn } from "node:child_process";

export interface Ended {
	/** Standard output and standard error as they came. */
	output: string;
	/** Unless it ended with code 0. */
	trouble?: string;
}

const MOST_OUTPUT = 1 << 20; // characters kept

export interface Running {
	ended: Promise<Ended>;
	/** Ends it and all that it has started. */
	kill(): void;
}

export interface ProcessOptions {
	file: string;
	args: string[];
	cwd: string;
	/** Milliseconds after which it is killed. */
	limit: number;
	/** In addition to this process's. */
	environment?: NodeJS.ProcessEnv;
	/** Calls when the limit is over; gives how to call that off. */
	setLimit?(late: () => void, limit: number): () => void;
}

export function runProcess({ file, args, cwd, limit, environment, setLimit = byClock }: ProcessOptions): Running {
	const env = { ...process.env, FORCE_COLOR: "0", ...environment };
	// A process group of its own, so that what it has started can be ended with it.
	const child = spawn(file, args, { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"], env });
	const kill = () => {
		try {
			if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
		} catch {
			// Nothing of it runs any more.
		}
	};
	let output = "";
	let late = false;
	const callOff = setLimit(() => {
		late = true;
		kill();
	}, limit);
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding("utf8").on("data", data => {
			if (output.length < MOST_OUTPUT) output += data;
		});
	}
	const ended = new Promise<Ended>(resolve => {
		const end = (trouble?: string) => {
			callOff();
			resolve({ output, trouble: late ? `not finished after ${limit / 1000} s` : trouble });
		};
		child.on("error", error => end(error.message));
		// What it left running would keep the output open: it ends with it.
		child.on("exit", kill);
		child.on("close", (code, signal) => {
			if (signal) end(`ended by ${signal}`);
			else end(code === 0 ? undefined : `ended with code ${code}`);
		});
	});
	return { ended, kill };
}

function byClock(late: () => void, limit: number): () => void {
	const timer = setTimeout(late, limit);
	return () => clearTimeout(timer);
}
