// Where a window's instructions went: by module and by function, of the program's (whatever C did for them counts for
// them) and of the board's.

import { table } from "../report.js";
import type { CodeFunction, Counted, Window } from "./count.js";

/** What the program itself took, and what the measurement in it. */
export interface Cost {
	instructions: number;
	/** By the program's functions that measure, or stand for what is outside of the device. */
	stub: number;
}

/** Instructions by what ran them, or for whom. */
export interface Profile {
	modules: { module: string; instructions: number; interpreter: number; engine: number; kernel: number }[];
	functions: { name: string; place: string; calls: number; instructions: number }[];
	c: { name: string; module: string; instructions: number }[];
}

const INTERPRETER = "fxRunID";
const COLLECTOR = /^fx(Collect|Mark|Sweep)/;

function measures({ module }: CodeFunction): boolean {
	return module.startsWith("measure/") || module === "boards/xs/measure.ts";
}

/** The collector works for the whole heap, so it counts for none of the program's functions. */
function collects({ name, module }: CodeFunction): boolean {
	return module.startsWith("XS/") && COLLECTOR.test(name);
}

export function costOf({ scripts, c }: Counted, window: Window): Cost {
	const cost = { instructions: 0, stub: 0 };
	for (const { script, c: number, instructions } of window.counts) {
		const isStub = measures(scripts[script]!) && !collects(c[number]!);
		cost[isStub ? "stub" : "instructions"] += instructions;
	}
	return cost;
}

/** All instructions of a window. */
export function sumOf({ counts }: Window): number {
	return counts.reduce((sum, { instructions }) => sum + instructions, 0);
}

export function profileOf({ scripts, c }: Counted, window: Window): Profile {
	const modules = new Map<string, Profile["modules"][number]>();
	const functions = new Map<number, Profile["functions"][number]>();
	const boards = new Map<number, Profile["c"][number]>();
	for (const { script, c: number, instructions } of window.counts) {
		const { name, module, line } = scripts[script]!;
		const by = c[number]!;
		const isCollector = collects(by);
		const heading = isCollector ? "(the collector)" : module;
		const row = entry(modules, heading, () => ({
			module: heading,
			instructions: 0,
			interpreter: 0,
			engine: 0,
			kernel: 0,
		}));
		row.instructions += instructions;
		if (by.name === INTERPRETER) row.interpreter += instructions;
		else if (by.module.startsWith("XS/")) row.engine += instructions;
		else if (by.module.startsWith("firmware/")) row.kernel += instructions;

		const place = line === undefined ? module : `${module}:${line}`;
		const calls = window.calls.get(script) ?? 0;
		if (!isCollector)
			entry(functions, script, () => ({ name, place, calls, instructions: 0 })).instructions += instructions;
		entry(boards, number, () => ({ name: by.name, module: by.module, instructions: 0 })).instructions += instructions;
	}
	return { modules: sorted(modules), functions: sorted(functions), c: sorted(boards) };
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
	const found = map.get(key) ?? make();
	map.set(key, found);
	return found;
}

function sorted<Row extends { instructions: number }>(rows: Map<unknown, Row>): Row[] {
	return [...rows.values()].sort((a, b) => b.instructions - a.instructions);
}

const MOST_FUNCTIONS = 40; // lines of a table

export function profileTables(title: string, { modules, functions, c }: Profile): string {
	const all = modules.reduce((sum, { instructions }) => sum + instructions, 0);
	const number = (value: number) => value.toLocaleString("en");
	const share = (value: number) => `${((100 * value) / all).toFixed(1)} %`;
	const byModule = modules.map(row => [
		row.module,
		...[row.instructions, row.interpreter, row.engine, row.kernel].map(number),
		share(row.instructions),
	]);
	const byFunction = functions
		.slice(0, MOST_FUNCTIONS)
		.map(row => [`${row.name}  ${row.place}`, number(row.instructions), number(row.calls), share(row.instructions)]);
	const byC = c
		.slice(0, MOST_FUNCTIONS)
		.map(row => [`${row.name}  ${row.module}`, number(row.instructions), share(row.instructions)]);
	return [
		`${title}: ${number(all)} instructions, the replay's among them\n`,
		table([["for the module", "instructions", "interpreter", "other XS", "C kernel", ""], ...byModule]),
		table([["for the function", "instructions", "calls", ""], ...byFunction]),
		table([["by the C function", "instructions", ""], ...byC]),
	].join("\n");
}
