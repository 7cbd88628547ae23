// A device that was off while generations passed is current again in one session, from every starting state, against
// real servers on this machine.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { nodeBoard } from "../../boards/node/board.js";
import { deviceSettings } from "../../boards/settings.js";
import { main } from "../../firmware/main.js";
import { writeSlotImage } from "../../host/slot-image.js";
import { closedPort } from "../closed-port.js";
import { createWorld, downloadName, SERVICE_NAME, type World } from "../world.js";

const A = 1,
	B = 2,
	C = 3,
	TEN_ON = 11;
let world: World;
const closed = await closedPort();
test.before(async () => {
	world = await createWorld({ fleet: "catch-up", authorities: TEN_ON + 1 });
});
test.after(() => world.close());

interface Case {
	/** Generations in the slots; none: new from the factory, with A. */
	held: number[];
	/** The CA in full operation. */
	full: number;
	/** Download servers (by the generation that names them) that are out of operation. */
	down?: number[];
}

/** One session with the service. Gives what the device says of it, and its slots then. */
async function oneSession({
	held,
	full,
	down = [],
}: Case): Promise<{ authenticated: boolean; slots: string; events: string[] }> {
	const folder = mkdtempSync(join(tmpdir(), "baton-catch-up-"));
	const service = await world.applicationServer(full);
	const ports: { [host: string]: number } = { [SERVICE_NAME]: service.port };
	const closing: { close(): Promise<void> }[] = [service];
	try {
		// URL n+1 serves CA information n+1 or, once a later CA is in full operation, that one's.
		for (let namedBy = 1; namedBy < Math.max(full, 2); namedBy++) {
			if (down.includes(namedBy) || namedBy >= full) continue;
			const server = await world.downloadServer(namedBy, world.information(full));
			closing.push(server);
			ports[downloadName(namedBy)] = server.port;
		}
		for (const [i, generation] of held.entries())
			writeFileSync(join(folder, `ca${i}`), writeSlotImage(world.information(generation), { proved: i === 0 }));
		const events: string[] = [];
		const settings = world.settings(ports);
		const { map } = settings;
		// Names without a server: nothing listens at their port.
		for (let namedBy = 1; namedBy <= TEN_ON; namedBy++)
			if (!ports[downloadName(namedBy)])
				map.push({ host: downloadName(namedBy), address: "127.0.0.1", toPort: closed });
		const board = nodeBoard({ flash: folder, map, print: line => void events.push(line) });
		const burntIn = deviceSettings(settings);
		const device = main(board, burntIn);
		const authenticated = await device.once();
		const again: string[] = [];
		main(nodeBoard({ flash: folder, map, print: line => void again.push(line) }), burntIn);
		return { authenticated, slots: again.find(line => line.startsWith("boot"))!, events };
	} finally {
		await Promise.all(closing.map(server => server.close()));
		rmSync(folder, { recursive: true, force: true });
	}
}

for (const [name, held] of [
	["A", [A]],
	["A and B", [A, B]],
	["B", [B]],
	["the factory's", []],
] as const)
	for (const [server, full] of [
		["A", A],
		["B", B],
		["C", C],
		["ten generations on", TEN_ON],
	] as const) {
		if (held.length === 1 && held[0] === B && full === A) continue; // promoted: it refuses A, as it must
		test(`a device that holds ${name} authenticates a service on ${server} in one session`, async () => {
			const { authenticated, slots, events } = await oneSession({ held: [...held], full });
			assert.ok(authenticated, events.join("\n"));
			const next = full === A && held.length === 2 ? "2" : "-";
			assert.is(slots, `boot current=${full} next=${next}`, events.join("\n"));
		});
	}

test("a device that was promoted refuses a service that is still on A", async () => {
	const { authenticated, slots } = await oneSession({ held: [B], full: A });
	assert.not.ok(authenticated);
	assert.is(slots, "boot current=2 next=-");
});

test("next's URL is the last resort: it brings the newest as a candidate, and a handshake there proves nothing", async () => {
	for (const full of [C, TEN_ON]) {
		const { authenticated, slots, events } = await oneSession({ held: [A, B], full, down: [A] });
		assert.ok(authenticated, events.join("\n"));
		assert.is(slots, `boot current=${full} next=-`);
		assert.ok(events.includes(`held generation=${full}`), events.join("\n"));
		assert.not.ok(events.includes("promoted generation=2"), events.join("\n"));
	}
});

test("next's URL is not asked where a failed authentication is not the cause", async () => {
	const { slots, events } = await oneSession({ held: [A, B], full: A, down: [A] });
	assert.is(slots, "boot current=1 next=2");
	assert.equal(
		events.filter(line => line.startsWith("poll")),
		["poll generation=1"],
	);
});

test.run();
