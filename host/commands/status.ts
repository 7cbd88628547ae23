// status: what is in operation, what comes next, and what devices have of it. check: whether all is whole. Their exit codes
// are for a clock that asks every day: 0 all is well, 3 something is due, 4 devices are or will be cut off.

import type { RunSettings } from "../../boards/settings.js";
import { adoptionText, bandsOf, censusOf } from "../adoption.js";
import { type Asked, askAddresses } from "../ask-addresses.js";
import { check, type Finding, findingText, gravestFirst } from "../check.js";
import { hostAndPort, judgeURL } from "../device-judge.js";
import type { Fleet } from "../fleet.js";
import { FleetDesk } from "../fleet-desk.js";
import { MOST_HYBRID_GENERATIONS } from "../fleet-plan.js";
import { newest, type Operation } from "../operator.js";
import { orderText } from "../operator-text.js";
import { reminders, stragglers } from "../reminders.js";
import type { Outcome } from "./verb.js";

export interface StatusOptions {
	folder: string;
	accessLog?: string[];
	days: number;
}

export async function status(options: StatusOptions): Promise<Outcome> {
	const desk = FleetDesk.open(options);
	const { fleet, operation, year, due } = desk;
	const census = await censusOf(fleet, options);
	const unsigned = fleet.unsignedGenerations(operation);
	const findings = gravestFirst([
		...check(fleet),
		...reminders(fleet, operation),
		...stragglers(fleet, operation, census),
	]);
	const asked = operation.next ?? operation.full;
	const groups = census.groups.map(({ heard, ...held }) => ({
		...held,
		devices: heard.length,
		last: new Date(heard.reduce((a, b) => Math.max(a, b), 0)).toISOString(),
	}));
	const isDue = due !== undefined && due.year <= year;
	const day = (at: number) => fleet.dateOf(at).toISOString().slice(0, 10);
	const next = due && `next by plan: ${orderText(due.order)} on ${day(due.year)}${isDue ? " (due now)" : ""}`;
	return {
		code: codeOf(findings, isDue || unsigned.length > 0),
		lines: [
			`fleet ${fleet.name}, year ${year.toFixed(1)} of its plan`,
			dlKeysText(fleet, operation),
			...operation.authorities.map(({ generation, letter, phase, from, until, endedAt }) => {
				const end = endedAt === undefined ? `valid until ${day(until)}` : `${phase} ${day(endedAt)}`;
				const mark = unsigned.includes(generation) ? "  NOT SIGNED: baton sign" : "";
				return `  CA ${letter.padEnd(3)} generation ${generation}  ${phase.padEnd(11)} from ${day(from)}, ${end}${mark}`;
			}),
			...operation.downloadServers.map(
				({ namedBy, up, from, endedAt }) =>
					`  ${placeOf(fleet, namedBy)}  ${up ? `in operation since ${day(from)}, ${servesText(fleet, operation, namedBy)}` : `terminated ${day(endedAt!)}`}`,
			),
			...adoptionText(census, asked, options.days),
			...(next ? [next] : []),
			...findings.map(findingText),
		],
		json: {
			fleet: fleet.name,
			year,
			operation,
			due,
			unsigned,
			adoption: { generation: asked, asks: census.asks, bands: bandsOf(census, asked, options.days), groups },
			findings,
		},
	};
}

export async function checkAll(options: {
	folder: string;
	dl?: string;
	addresses?: boolean;
	map: RunSettings["map"];
}): Promise<Outcome> {
	const desk = FleetDesk.open(options);
	const { fleet, operation } = desk;
	const asked = options.addresses ? await askAddresses(fleet, operation, options.map) : [];
	const findings = gravestFirst([
		...check(fleet, { signer: desk.signerAtHand }),
		...findingsOf(asked, newest(operation)),
	]);
	return {
		code: codeOf(findings, false),
		lines: findings.length > 0 ? findings.map(findingText) : [`${desk.fleet.folder}: all is whole`],
		json: { findings },
	};
}

/** From now on status reminds of a backup after each order. */
export function backedUp({ folder }: { folder: string }): Outcome {
	const { fleet } = FleetDesk.open({ folder });
	const now = new Date();
	fleet.keepBackedUp(now);
	return {
		lines: [`${folder} was backed up at ${now.toISOString()}: baton status reminds of it after the next order`],
		json: { backedUp: now.toISOString() },
	};
}

function dlKeysText({ dlKeys, isHybrid, retiredDlKeys }: Fleet, operation: Operation): string {
	const kind = isHybrid
		? `Ed25519 and HSS-LMS; generation ${newest(operation)} of ${MOST_HYBRID_GENERATIONS.toLocaleString("en")}`
		: "Ed25519 alone";
	const retired = retiredDlKeys.length > 0 ? `; ${retiredDlKeys.length} retired` : "";
	return `  DL keys: ${dlKeys.length}, ${kind}${retired}`;
}

/** What addresses say that this folder does not know. */
function findingsOf(asked: Asked[], last: number): Finding[] {
	return asked.flatMap(({ address, isInOperation, generation = 0, reason }): Finding[] => {
		if (generation > last)
			return [
				{
					weight: "danger",
					what: `${address} serves generation ${generation}, and this fleet ends at ${last}: its folder comes from an older backup`,
					remedy:
						"restore a newer one; else baton dl restored, where the DL key comes from a backup too, and baton restored",
				},
			];
		if (reason === undefined || !isInOperation) return [];
		return [{ weight: "due", what: `${address}: ${reason}`, remedy: "see that its download server is up" }];
	});
}

function codeOf(findings: Finding[], somethingIsDue: boolean): number {
	if (findings.some(({ weight }) => weight === "danger")) return 4;
	return somethingIsDue || findings.some(({ weight }) => weight === "due") ? 3 : 0;
}

/** As people write it: without the port, where it is the usual one. */
export function placeOf(fleet: Fleet, namedBy: number): string {
	return hostAndPort(judgeURL(fleet.nextAddress(namedBy))).replace(/:443$/, "");
}

function servesText(fleet: Fleet, operation: Operation, namedBy: number): string {
	const served = fleet.served(operation, namedBy);
	return served ? `serves CA information ${served.generation}` : "answers 404";
}
