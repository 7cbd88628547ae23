// A round through the zoo: devices at servers, each server started once for all that are to meet it as it is set up.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BoardName } from "../../boards/platforms.js";
import type { World } from "../world.js";
import { encounter, type Outcome } from "./encounter.js";
import { CHAINS, type Exhibit, type Exhibition, KEYS } from "./exhibition.js";
import type { ServerKind } from "./servers/server-kind.js";

const DEVICES_AT_A_TIME = 3;

export interface Meeting {
	kind: ServerKind;
	small: boolean;
	exhibit: Exhibit;
	board: BoardName;
}

export type Met = Meeting & Outcome;

/** `folder`: empty. The outcomes come in no order. */
export async function visit(
	world: World,
	{ documents }: Exhibition,
	meetings: readonly Meeting[],
	folder: string,
): Promise<Met[]> {
	const all: Met[] = [];
	for (const [i, group] of groupsOf(meetings).entries()) {
		const { kind, small } = group[0];
		const own = join(folder, `${i}`);
		mkdirSync(own);
		const shown = [...new Set(group.map(({ exhibit }) => exhibit.shown))];
		const server = await kind.start({ folder: own, shown, documents, small });
		try {
			const waiting = [...group];
			const device = async () => {
				for (let meeting = waiting.shift(); meeting; meeting = waiting.shift()) {
					const { exhibit, board } = meeting;
					const there = { port: server.port(exhibit.shown.host), servesFiles: kind.servesFiles };
					all.push({ ...meeting, ...(await encounter(world, board, exhibit, there)) });
				}
			};
			await Promise.all(Array.from({ length: DEVICES_AT_A_TIME }, device));
		} finally {
			await server.close();
		}
	}
	return all;
}

/** Those for which one server can be set up. */
function groupsOf(meetings: readonly Meeting[]): Meeting[][] {
	const groups = new Map<string, Meeting[]>();
	for (const meeting of meetings) {
		const setup = `${meeting.kind.title} ${meeting.small}`;
		groups.set(setup, [...(groups.get(setup) ?? []), meeting]);
	}
	return [...groups.values()];
}

/** A line for each server and kind of key, a column for each chain: in how many ways it went well, or what was said. */
export function matrix(kinds: readonly ServerKind[], met: readonly Met[]): string[] {
	const lines = [["", "", ...CHAINS]];
	for (const kind of kinds)
		for (const key of Object.keys(KEYS)) {
			const cells = CHAINS.map(chain =>
				summarize(met.filter(one => one.kind === kind && one.exhibit.key === key && one.exhibit.chainName === chain)),
			);
			if (cells.some(cell => cell !== "")) lines.push([kind.title, key, ...cells]);
		}
	const widths = lines[0].map((_, i) => Math.max(...lines.map(line => line[i].length)));
	return lines.map(line =>
		line
			.map((cell, i) => cell.padEnd(widths[i]))
			.join("  ")
			.trimEnd(),
	);
}

function summarize(met: Met[]): string {
	const trouble = met.filter(({ good }) => !good);
	if (trouble.length > 0) return `${trouble.length} of ${met.length} FAILED`;
	const refused = met.find(({ verdict }) => verdict !== "ok");
	return refused ? refused.verdict : met.length > 0 ? `${met.length} ok` : "";
}

/** One meeting, with what came of it. */
export function describe({ kind, small, exhibit, board, verdict }: Met): string {
	return `${kind.title}${small ? ` (${kind.small})` : ""}, ${exhibit.key}, ${exhibit.chainName}, on ${board}: ${verdict}`;
}

export function troubles(met: readonly Met[]): string[] {
	return met.filter(({ good }) => !good).map(describe);
}
