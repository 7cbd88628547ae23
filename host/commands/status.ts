// status: what is in operation, what comes next, and what devices have of it.

import { adoptionOf, adoptionText } from "../adoption.js";
import { FleetDesk } from "../fleet-desk.js";
import { orderText } from "../operator-text.js";

export interface StatusOptions {
	folder: string;
	accessLog?: string[];
	days: number;
	json?: boolean;
}

export async function status(options: StatusOptions): Promise<void> {
	const { fleet, operation, year, due } = FleetDesk.open(options);
	const adoption = await adoptionOf(fleet, options);
	const unsigned = fleet.unsignedGenerations(operation);
	if (options.json) {
		const shares = Object.fromEntries(adoption.held);
		process.stdout.write(
			`${JSON.stringify({ fleet: fleet.name, year, operation, due, unsigned, adoption: { asks: adoption.asks, held: shares } })}\n`,
		);
		return;
	}
	const day = (at: number) => fleet.dateOf(at).toISOString().slice(0, 10);
	const lines = [`fleet ${fleet.name}, year ${year.toFixed(1)} of its plan`];
	for (const { generation, letter, phase, from, until, endedAt } of operation.authorities) {
		const end = endedAt === undefined ? `valid until ${day(until)}` : `${phase} ${day(endedAt)}`;
		lines.push(
			`  CA ${letter.padEnd(3)} generation ${generation}  ${phase.padEnd(11)} from ${day(from)}, ${end}${unsigned.includes(generation) ? "  NOT SIGNED: baton sign" : ""}`,
		);
	}
	for (const { namedBy, up, from, endedAt } of operation.downloadServers) {
		const served = fleet.served(operation, namedBy)?.generation;
		const serves = served === undefined ? "answers 404" : `serves CA information ${served}`;
		lines.push(
			`  ${new URL(fleet.nextAddress(namedBy)).host}  ${up ? `in operation since ${day(from)}, ${serves}` : `terminated ${day(endedAt!)}`}`,
		);
	}
	lines.push(adoptionText(adoption, operation.next ?? operation.full, options.days));
	if (due)
		lines.push(`next by plan: ${orderText(due.order)} on ${day(due.year)}${due.year <= year ? " (due now)" : ""}`);
	process.stdout.write(`${lines.join("\n")}\n`);
}
