import { readFileSync } from "node:fs";
import { createServer } from "node:net";

/** A port on which nothing listens, outside the range from which the system gives ports to clients. */
export async function freePort(taken: number[]): Promise<number> {
	const [from, to] = [20_000, Math.min(30_000, ephemeralStart())];
	for (let tries = 0; tries < 200; tries++) {
		const port = from + Math.floor(Math.random() * (to - from));
		if (!taken.includes(port) && (await isFree(port))) return port;
	}
	throw new Error("found no free port on 127.0.0.1");
}

function ephemeralStart(): number {
	try {
		return Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]) || 30_000;
	} catch {
		return 30_000; // not Linux
	}
}

function isFree(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const server = createServer();
		server.once("error", () => resolve(false));
		server.listen({ host: "127.0.0.1", port }, () => server.close(() => resolve(true)));
	});
}
