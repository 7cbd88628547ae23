// `npm run zoo -- [--server NAME] [--json]`: devices on Node and on the simulator at every server of the zoo, with every
// kind of key and shape of chain, as it comes and with its smallest records; and one on QEMU at each. Prints the matrix.
// Exit code 1 if anything was not as it should be; in CI, if a server or a board is missing.

import { parseArgs } from "node:util";
import type { BoardName } from "../../boards/platforms.js";
import { missingTools } from "../../boards/qemu-rv32/build.js";
import { flashFolder, unavailable } from "../host/device-run.js";
import { createWorld } from "../world.js";
import { prepare } from "./exhibition.js";
import { kinds } from "./servers/kinds.js";
import { type Meeting, type Met, matrix, troubles, visit } from "./visit.js";

const USAGE = "usage: npm run zoo -- [--server NAME] [--json]";
const { values } = parseArgs({ options: { server: { type: "string" }, json: { type: "boolean", default: false } } });
const wanted = kinds.filter(({ title }) => values.server === undefined || title === values.server);
if (wanted.length === 0) {
	console.error(`${USAGE}\nNAME: ${kinds.map(({ title }) => title).join(", ")}`);
	process.exit(2);
}

const started = performance.now();
const absent: string[] = [];
const present = wanted.filter(({ title, missing }) => {
	const why = missing();
	if (why) absent.push(`${title} [${why}]`);
	return !why;
});
const boards: BoardName[] = [];
for (const [board, why] of [
	["node", undefined],
	["simulator", await unavailable("simulator")],
	["qemu-rv32", await missingTools()],
] as const) {
	if (why) absent.push(`${board} [${why}]`);
	else boards.push(board);
}
const whole = boards.filter(board => board !== "qemu-rv32");

const world = await createWorld();
const exhibition = prepare(flashFolder(), world);
const met: Met[] = [];
for (const [i, kind] of present.entries()) {
	const { exhibits } = exhibition;
	const meetings: Meeting[] = [false, true].flatMap(small =>
		exhibits.flatMap(exhibit => whole.map(board => ({ kind, small, exhibit, board }))),
	);
	if (boards.includes("qemu-rv32"))
		meetings.push({ kind, small: false, exhibit: exhibits[(i * 4) % exhibits.length], board: "qemu-rv32" });
	met.push(...(await visit(world, exhibition, meetings, flashFolder())));
	if (!values.json)
		console.log(`${kind.title}: ${met.filter(one => one.kind === kind && one.verdict === "ok").length} ok`);
}
await world.close();

const wrong = troubles(met);
const good = met.filter(({ verdict }) => verdict === "ok");
const sessions = good.length * 2;
const failed = wrong.length > 0 || (process.env.CI === "true" && absent.length > 0);
const seconds = Math.round((performance.now() - started) / 1_000);
if (values.json) {
	console.log(JSON.stringify({ ok: !failed, devices: met.length, sessions, seconds, wrong, absent }));
} else {
	console.log(`\n${matrix(kinds, met).join("\n")}\n`);
	for (const line of absent) console.log(`not here: ${line}`);
	for (const line of wrong) console.log(`wrong: ${line}`);
	const refused = met.filter(({ verdict, good }) => good && verdict !== "ok").length;
	console.log(
		`${met.length} devices in ${seconds} s: ${good.length} ok in ${sessions} sessions, ` +
			`${refused} refused as a build without the algorithm does, ${wrong.length} wrong`,
	);
}
process.exit(failed ? 1 : 0);
