// Which worlds `npm run powercut` explores, and how far: each to its end.

import type { ModelOptions } from "./model.js";
import { type WorldName, worlds } from "./worlds.js";

const all = Object.keys(worlds) as WorldName[];
/** In which two firmwares differ. */
const changing: readonly WorldName[] = ["another key type", "another DL key", "a retired DL key", "a newer factory"];
const constant = all.filter(world => !changing.includes(world));
/** In which download servers close, where they do not stay for ever. */
const closing = constant.filter(world => worlds[world].phases.some(({ closed }) => closed.length > 0));

export function modelRuns(long: boolean): ModelOptions[] {
	const runs = long ? [...short(), ...deep()] : short();
	return [...new Map(runs.map(run => [JSON.stringify(run), run])).values()];
}

function short(): ModelOptions[] {
	return [
		...constant.map((world): ModelOptions => ({ world, cuts: 1, lost: world === "both revoked" ? 0 : 1 })),
		...changing.map(
			(world): ModelOptions => ({ world, cuts: world === "a retired DL key" ? 0 : 1, firmwareSwitches: 2 }),
		),
		...closing.map((world): ModelOptions => ({ world, cuts: 1, limited: true })),
		{ world: "normal", cuts: 2, rot: 1 },
		{ world: "normal", cuts: 3 },
		{ world: "normal", readErrors: 1 },
		{ world: "another key type", readErrors: 1, firmwareSwitches: 2 },
		{ world: "another DL key", readErrors: 1, firmwareSwitches: 2 },
		{ world: "a newer factory", readErrors: 1, firmwareSwitches: 1 },
		{ world: "normal", refusals: 1 },
		{ world: "normal", dead: 1 },
		{ world: "a newer factory", cuts: 1, firmwareSwitches: 1, limited: true },
	];
}

function deep(): ModelOptions[] {
	return [
		{ world: "both revoked", cuts: 1, lost: 1 },
		...constant.flatMap((world): ModelOptions[] => [
			{ world, cuts: 2, rot: 1 },
			{ world, cuts: 3 },
			{ world, readErrors: 1 },
			{ world, refusals: 1 },
			{ world, cuts: 1, dead: 1 },
		]),
		...changing.flatMap((world): ModelOptions[] => [
			{ world, cuts: 1, rot: 1, firmwareSwitches: 2 },
			{ world, lost: 1, firmwareSwitches: 2 },
			{ world, readErrors: 1, firmwareSwitches: 1 },
			{ world, refusals: 1, firmwareSwitches: 2 },
			{ world, dead: 1, firmwareSwitches: 2 },
		]),
		{ world: "another key type", cuts: 2, rot: 1, firmwareSwitches: 2 },
		{ world: "another DL key", cuts: 2, rot: 1, firmwareSwitches: 2 },
		{ world: "normal", cuts: 1, readErrors: 1 },
		{ world: "normal", cuts: 1, refusals: 1 },
		{ world: "normal", readErrors: 2 },
	];
}
