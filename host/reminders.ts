// What comes by date, told before it comes: the plan's steps, and the ends of certificates that somebody made with an end
// of their own. And which devices hold nothing that is in force.

import type { Census } from "./census.js";
import type { Finding } from "./check.js";
import type { Fleet } from "./fleet.js";
import { type Authority, nextDue, type Operation } from "./operator.js";
import { orderText } from "./operator-text.js";

export interface Coming {
	date: Date;
	what: string;
	remedy: string;
}

const DAY = 86_400_000; // ms
/** Days before a date from which it is told, and from which it counts as due. */
const TOLD = 90,
	DUE = 30;

/** The nearest first. What is past is among them, as long as nobody has acted. */
export function comingDates(fleet: Fleet, operation: Operation): Coming[] {
	const { plan } = fleet.settings;
	const due = nextDue(plan, operation);
	const isTakeOver = due?.order.order === "take over";
	const remedy = isTakeOver
		? "have certificates by the next CA ready for all services: baton server-cert"
		: "baton run, or by hand";
	return [
		...(due ? [{ date: fleet.dateOf(due.year), what: orderText(due.order), remedy }] : []),
		...serverCertificates(fleet, operation),
	].sort((a, b) => a.date.getTime() - b.date.getTime());
}

export function reminders(fleet: Fleet, operation: Operation, now = new Date()): Finding[] {
	return comingDates(fleet, operation)
		.map(coming => ({ ...coming, days: Math.ceil((coming.date.getTime() - now.getTime()) / DAY) }))
		.filter(({ days }) => days <= TOLD)
		.map(({ date, what, remedy, days }) => ({
			weight: days <= DUE ? "due" : "note",
			what: `${what} on ${date.toISOString().slice(0, 10)}, ${days < 0 ? `${-days} days ago` : `in ${days} days`}`,
			remedy,
		}));
}

/** Of each name the one that lasts longest, by a CA in force; those that end with their CA, or never, are told with that. */
function serverCertificates(fleet: Fleet, { authorities }: Operation): Coming[] {
	const inForce = new Map(authorities.filter(isInForce).map(({ ca, until }) => [ca, fleet.dateOf(until)]));
	const latest = new Map<string, { letter: string; names: string; date: Date; end: Date }>();
	for (const { generation, ca, letter } of authorities) {
		const end = inForce.get(ca);
		const { issued, downloadCertificate: download } = fleet.at(generation);
		for (const { subjectAltName, validTo } of end ? [...issued, ...(download ? [download] : [])] : []) {
			const names = (subjectAltName ?? "").replaceAll(/DNS:|IP Address:/g, "");
			const date = new Date(validTo);
			const before = latest.get(`${letter} ${names}`);
			if (!before || before.date < date) latest.set(`${letter} ${names}`, { letter, names, date, end: end! });
		}
	}
	return [...latest.values()]
		.filter(({ date, end }) => date.getTime() < end.getTime() - DAY)
		.map(({ letter, names, date }) => ({
			date,
			what: `the certificate by CA ${letter} for ${names} ends`,
			remedy: "devices go on with it, other software does not: baton server-cert",
		}));
}

/** Devices that were last heard holding nothing but CAs that are past. */
export function stragglers(fleet: Fleet, operation: Operation, census: Census): Finding[] {
	const inForce = new Set(operation.authorities.filter(isInForce).map(({ ca }) => ca));
	const numbers = new Map<number, { devices: number; last: number }>();
	for (const { current, next, heard } of census.groups) {
		const held = [current, next].map(generation => operation.authorities.find(one => one.generation === generation));
		const past = held[1] ?? held[0];
		if (!past || held.some(authority => authority && inForce.has(authority.ca))) continue;
		const before = numbers.get(past.generation) ?? { devices: 0, last: 0 };
		const last = heard.reduce((latest, at) => Math.max(latest, at), before.last);
		numbers.set(past.generation, { devices: before.devices + heard.length, last });
	}
	return [...numbers].map(([generation, { devices, last }]) => {
		const { letter, phase } = operation.authorities.find(one => one.generation === generation)!;
		const isUp = operation.downloadServers.find(({ namedBy }) => namedBy === generation)?.up === true;
		return {
			weight: !isUp ? "danger" : phase === "revoked" ? "due" : "note",
			what: `${devices} devices were last heard holding nothing newer than CA ${letter} (generation ${generation}), which is ${phase}; the last one on ${new Date(last).toISOString().slice(0, 10)}`,
			remedy: isUp
				? `they find their way at ${fleet.nextAddress(generation)}, so keep that up`
				: `nothing answers at ${fleet.nextAddress(generation)}: they are cut off`,
		};
	});
}

function isInForce({ phase }: Authority): boolean {
	return phase === "full" || phase === "provisional";
}
