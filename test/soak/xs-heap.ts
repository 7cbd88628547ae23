// Whether the heap of an XS device is flat. A device on the simulator, in a fixed arena, lives through many CAs against real
// servers on this machine, a session every few milliseconds.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundleOnce } from "../../boards/bundle.js";
import { buildSimulator } from "../../boards/simulator/build.js";
import { eventually } from "../eventually.js";
import { createWorld, downloadName, SERVICE_NAME } from "../world.js";

export interface HeapReport {
	sessions: number;
	changes: number;
	/** After warm-up, at rest: bytes of chunks and count of slots, at least and at most. */
	chunks: [number, number];
	slots: [number, number];
	memory: number; // bytes of the arena
	flat: boolean;
}

const MEMORY = 4 << 20; // bytes: the simulator's default
const GROWTH = 1.02; // of what is alive after warm-up: what a session under way holds

/** Runs for `changes` CAs, each in turn in operation until the device has followed and looked at its heap `looksEach` times. */
export async function watchHeap(changes: number, looksEach: number): Promise<HeapReport> {
	const world = await createWorld({ fleet: "heap", authorities: changes + 1 });
	const folder = mkdtempSync(join(tmpdir(), "baton-soak-"));
	try {
		// One port each for all servers, which come and go behind it.
		const first = await world.applicationServer(1);
		const each = <Server>(open: (generation: number) => Promise<Server>) =>
			Promise.all(Array.from({ length: changes }, (_, i) => open(i + 1)));
		const downloads = await each(generation => world.downloadServer(generation, world.information(generation + 1)));
		const services = [first, ...(await each(generation => world.applicationServer(generation + 1)))];
		const ports = Object.fromEntries(downloads.map((server, i) => [downloadName(i + 1), server.port]));
		const relay = await openRelay(services.map(({ port }) => port));
		const settings = join(folder, "settings.json"),
			flash = join(folder, "flash");
		mkdirSync(flash);
		const pace = { once: false, serviceInterval: 5, pollInterval: 400 };
		writeFileSync(settings, JSON.stringify(world.settings({ ...ports, [SERVICE_NAME]: relay.port }, pace)));
		const [simulator, program] = await Promise.all([
			buildSimulator(),
			bundleOnce({ entry: "test/soak/heap.ts", engine: "xs" }),
		]);
		const parameters = ["--memory", String(MEMORY), "--flash", flash, "--settings", settings, program];
		const device = spawn(simulator, parameters, { stdio: ["ignore", "pipe", "inherit"] });

		let sessions = 0,
			promoted = 0;
		const looks: { chunks: number; slots: number }[] = [];
		createInterface({ input: device.stdout }).on("line", line => {
			if (line.startsWith("authenticated server=service")) sessions++;
			if (line.startsWith("promoted")) promoted++;
			const heap = /^# heap (\d+) (\d+)$/.exec(line);
			if (heap) looks.push({ chunks: Number(heap[1]), slots: Number(heap[2]) });
		});
		const ended = new Promise<number | null>(resolve => device.on("close", resolve));
		for (let step = 0; step <= changes && device.exitCode === null; step++) {
			relay.lead(step);
			const from = looks.length;
			await eventually(
				`the device follows to CA ${step + 1}`,
				() => device.exitCode !== null || (promoted >= step && looks.length >= from + looksEach),
			);
		}
		const crashed = device.exitCode !== null;
		device.kill("SIGKILL");
		await ended;
		await relay.close();

		const warm = looks.slice(Math.ceil(looks.length / 4));
		type Pick = (look: (typeof warm)[number]) => number;
		const range = (pick: Pick): [number, number] => [Math.min(...warm.map(pick)), Math.max(...warm.map(pick))];
		const chunks = range(look => look.chunks),
			slots = range(look => look.slots);
		// What is least in each half: a session under way may hold more, a leak holds more for ever.
		const half = warm.length >> 1;
		const least = (part: typeof warm, pick: Pick) => Math.min(...part.map(pick));
		const holds = (pick: Pick) => least(warm.slice(half), pick) <= GROWTH * least(warm.slice(0, half), pick);
		const flat = !crashed && warm.length >= 4 && holds(look => look.chunks) && holds(look => look.slots);
		return { sessions, changes: promoted, chunks, slots, memory: MEMORY, flat };
	} finally {
		await world.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** One port that leads to another one of `ports` when told so. */
async function openRelay(ports: number[]) {
	let target = ports[0];
	const open = new Set<Socket>();
	const server = createServer(socket => {
		const onward = connect(target, "127.0.0.1");
		socket.pipe(onward).pipe(socket);
		for (const [end, other] of [
			[socket, onward],
			[onward, socket],
		]) {
			open.add(end);
			end.on("error", () => other.destroy());
			end.on("close", () => open.delete(end));
		}
	});
	await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
	return {
		port: (server.address() as { port: number }).port,
		lead: (step: number) => void (target = ports[step]),
		close: () =>
			new Promise<void>(resolve => {
				server.close(() => resolve());
				for (const socket of open) socket.destroy();
			}),
	};
}
