// Under systemd: sockets that it has opened (sd_listen_fds(3)), and the word that we are ready (sd_notify(3)). Elsewhere
// neither is there, and nothing is missing.

import { spawn } from "node:child_process";

const FIRST = 3; // SD_LISTEN_FDS_START

/** File descriptors of sockets that listen already, for this very process. */
export function socketsFromSystemd(environment = process.env, pid = process.pid): number[] {
	const { LISTEN_PID, LISTEN_FDS } = environment;
	if (LISTEN_PID !== String(pid) || !/^[1-9]\d{0,2}$/.test(LISTEN_FDS ?? "")) return [];
	return Array.from({ length: Number(LISTEN_FDS) }, (_, i) => FIRST + i);
}

/** What it is waiting for: `--ready`, `--stopping`, or a line of status. Node has no sockets of its kind. */
export function tellSystemd(...words: string[]): Promise<void> {
	if (!process.env.NOTIFY_SOCKET) return Promise.resolve();
	const child = spawn("systemd-notify", [`--pid=${process.pid}`, ...words], { stdio: "ignore" });
	return new Promise(resolve => child.once("error", () => resolve()).once("exit", () => resolve()));
}
