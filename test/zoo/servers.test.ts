// A sample of the servers' matrix (`npm run zoo` does all of it): each server twice, as it comes and with its smallest
// records, on Node and on the simulator; one of them on QEMU too. BATON_SEED repeats a sample.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BoardName } from "../../boards/platforms.js";
import { missingTools } from "../../boards/qemu-rv32/build.js";
import { Dice } from "../dice.js";
import { flashFolder, unavailable } from "../host/device-run.js";
import { createWorld } from "../world.js";
import { prepare } from "./exhibition.js";
import { kinds } from "./servers/kinds.js";
import { describe, type Meeting, troubles, visit } from "./visit.js";

const seed = Number(process.env.BATON_SEED ?? Date.now() % 0x7fff_ffff);
const dice = new Dice(seed);
const world = await createWorld();
const exhibition = prepare(flashFolder(), world);
const { exhibits } = exhibition;
const visited: string[] = [];
const onQemu = kinds[dice.below(kinds.length)];

for (const kind of kinds) {
	const boards: BoardName[] = kind === onQemu ? ["node", "simulator", "qemu-rv32"] : ["node", "simulator"];
	const name = `${kind.title} is the service and the download server of devices`;
	const missing = kind.missing();
	if (missing) {
		test.skip(`${name} [${missing}]`, () => {});
		continue;
	}
	for (const board of boards) {
		// drawn in any case, so that a seed draws the same everywhere
		const meetings: Meeting[] = [false, true].map(small => ({
			kind,
			small,
			exhibit: exhibits[dice.below(exhibits.length)],
			board,
		}));
		const why = board === "qemu-rv32" ? await missingTools() : await unavailable(board);
		if (why) {
			test.skip(`${name} on ${board} [${why}]`, () => {});
			continue;
		}
		test(`${name} on ${board}`, async () => {
			const met = await visit(world, exhibition, meetings, flashFolder());
			visited.push(...met.map(describe));
			assert.equal(troubles(met), [], `BATON_SEED=${seed}`);
		});
	}
}

test("what was sampled", () => console.log(`\nBATON_SEED=${seed}\n${visited.join("\n")}`));

test.after(() => world.close());
test.run();
