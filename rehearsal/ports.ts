// Ports for servers that come and go, chosen beforehand: a device has to know where nothing listens yet. They are in
// blocks outside the range from which the system gives ports to clients. Who uses a block listens on its first port for
// as long, so that two processes never use one block, and a process that dies gives its block back.

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";

const BLOCK = 16;

export interface Ports {
	/** Fifteen, on 127.0.0.1. */
	ports: number[];
	release(): void;
}

export async function reservePorts(): Promise<Ports> {
	const [from, to] = [20_000, Math.min(30_000, ephemeralStart())];
	const blocks = Math.floor((to - from) / BLOCK);
	const start = Math.floor(Math.random() * blocks);
	for (let i = 0; i < blocks; i++) {
		const first = from + BLOCK * ((start + i) % blocks);
		const lock = await listen(first);
		if (!lock) continue;
		const ports = Array.from({ length: BLOCK - 1 }, (_, i) => first + 1 + i);
		lock.unref(); // it keeps no program from its end
		if (await areFree(ports)) return { ports, release: () => void lock.close() };
		lock.close();
	}
	throw new Error("found no free ports on 127.0.0.1");
}

function ephemeralStart(): number {
	try {
		return Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]) || 30_000;
	} catch {
		return 30_000; // not Linux
	}
}

/** Whether anything else of this machine is there. */
async function areFree(ports: number[]): Promise<boolean> {
	for (const port of ports) {
		const server = await listen(port);
		if (!server) return false;
		await new Promise(resolve => server.close(resolve));
	}
	return true;
}

function listen(port: number): Promise<Server | undefined> {
	return new Promise(resolve => {
		const server = createServer(socket => socket.destroy());
		server.once("error", () => resolve(undefined));
		server.listen({ host: "127.0.0.1", port }, () => resolve(server));
	});
}
