// A server's program in the foreground, on 127.0.0.1, for as long as a test wants it.

import { type ChildProcess, spawn } from "node:child_process";
import { createConnection } from "node:net";
import { reservePorts } from "../../../rehearsal/ports.js";
import { eventually } from "../../eventually.js";

const TRIES = 5; // ports

/** A test that fails ends its servers all the same. */
const atExit = new Set<() => void>();
process.on("exit", () => {
	for (const kill of atExit) kill();
});

export interface ServerProcess {
	port: number;
	close(): Promise<void>;
}

export interface Program {
	file: string;
	args: string[];
	cwd?: string;
	env?: NodeJS.ProcessEnv;
}

/**
 * Starts what `program` says for a port that is free, and waits until that is answered. Somebody may have taken the port
 * by then, so with a program that ends at once another is tried. Rejects with what the last one said.
 */
export async function startServer(program: (port: number) => Program): Promise<ServerProcess> {
	let complaint = "";
	for (let i = 0; i < TRIES; i++) {
		const port = await freePort();
		const { file, args, cwd, env } = program(port);
		const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
		const end = endOf(child);
		complaint = "";
		for (const stream of [child.stdout, child.stderr])
			stream.setEncoding("utf8").on("data", text => (complaint = (complaint + text).slice(-2_000)));
		await eventually(`${file} listens`, () => end.isOver || answers(port));
		if (!end.isOver) return { port, close: end.close };
		complaint = `${file}: ${complaint}`;
	}
	throw new Error(complaint);
}

/** Knows whether it has ended, and ends it, at the latest with this process. */
export function endOf(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM") {
	const kill = () => void child.kill(signal);
	atExit.add(kill);
	const end = {
		isOver: false,
		async close() {
			kill();
			await over;
		},
	};
	const over = new Promise<void>(resolve => {
		const settle = () => {
			end.isOver = true;
			atExit.delete(kill);
			resolve();
		};
		child.on("close", settle);
		child.on("error", settle);
	});
	return end;
}

const reserved: number[] = [];

/** A port where nobody listens, nor will before this process ends, but whom it is given to. */
export async function freePort(): Promise<number> {
	if (reserved.length === 0) reserved.push(...(await reservePorts()).ports);
	return reserved.pop()!;
}

/** Whether somebody listens there. */
export function answers(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = createConnection({ host: "127.0.0.1", port }, () => {
			socket.destroy();
			resolve(true);
		});
		socket.on("error", () => resolve(false));
	});
}
