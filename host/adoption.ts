// Which generations the devices of a fleet hold, read from access logs: each poll names them in its User-Agent,
// `baton/1 (current,next)`, and why its last update failed (firmware/DESIGN.md §3, "Update"; the lesson of RFC 8145:
// measure before a key is taken out of service). Unauthenticated: anybody can send such a request. So it warns, and never decides alone.
//
// One line of the combined log format (Apache, nginx; our own servers write it too) is one ask; census.ts makes devices of
// them. A device that fetches shows what it held before.

import { existsSync } from "node:fs";
import { Census, type Held } from "./census.js";
import type { Fleet } from "./fleet.js";
import { LogFollower } from "./log-follower.js";

const LONGEST_LINE = 4_096;

export function parseUserAgent(text: string | undefined): Held | undefined {
	const found = /^baton\/1 \(([1-9]\d{0,4}|-),([1-9]\d{0,4}|-)(?:; failed=([\w .,'-]{1,64}))?\)$/.exec(text ?? "");
	if (!found) return undefined;
	const [current, next] = found.slice(1, 3).map(held => (held === "-" ? undefined : Number(held)));
	if ((current ?? 0) > 65_535 || (next ?? 0) > 65_535) return undefined;
	if (next !== undefined && current !== undefined && next <= current) return undefined;
	const held: Held = {};
	if (current !== undefined) held.current = current;
	if (next !== undefined) held.next = next;
	if (found[3] !== undefined) held.failed = found[3];
	return held;
}

/** A line of the combined log format, as our own servers write it. */
export function accessLine(
	{
		address,
		method,
		path,
		status,
		bytes,
		userAgent,
	}: { address: string; method: string; path: string; status: number; bytes: number; userAgent: string },
	at: Date,
): string {
	const clean = (text: string) =>
		text
			.replace(
				/["\\\x00-\x1f\x7f-\uffff]/g,
				character => `\\x${(character.charCodeAt(0) & 0xff).toString(16).padStart(2, "0")}`,
			)
			.slice(0, 1_000);
	const day = String(at.getUTCDate()).padStart(2, "0");
	const time = at.toISOString().slice(11, 19);
	return `${address} - - [${day}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${time} +0000] "${clean(method)} ${clean(path)} HTTP/1.1" ${status} ${bytes} "-" "${clean(userAgent)}"`;
}

/** What the devices of a fleet hold, read from our own servers' log and from those that are named, as far as they go. */
export class Adoption {
	readonly #fleet: Fleet;
	readonly #census: Census;
	readonly #logs = new Map<string, LogFollower>();
	readonly #named: string[];
	#reading: Promise<Census> | undefined;
	readonly days: number;

	/** `days`: the devices' poll interval. */
	constructor(fleet: Fleet, { accessLog = [], days }: { accessLog?: string[]; days: number }) {
		this.#fleet = fleet;
		this.#named = accessLog;
		this.days = days;
		this.#census = new Census({ days });
	}

	/** As it is now: what was read before is not read again. Rejects with OperatorError if a log is not there. */
	read(): Promise<Census> {
		this.#reading ??= this.#readOn().finally(() => {
			this.#reading = undefined;
		});
		return this.#reading;
	}

	async #readOn(): Promise<Census> {
		const own = existsSync(this.#fleet.accessLog) ? [this.#fleet.accessLog] : [];
		for (const file of [...own, ...this.#named]) await this.#follow(file).read();
		return this.#census;
	}

	async close(): Promise<void> {
		for (const log of this.#logs.values()) await log.close();
	}

	#follow(file: string): LogFollower {
		const known = this.#logs.get(file);
		if (known) return known;
		const onLine = (line: string) => {
			const ask = parseAccess(line);
			if (ask) this.#census.add(ask.address, ask.at, ask.held);
		};
		const log = new LogFollower(file, { mark: "baton/1 (", longest: LONGEST_LINE, onLine });
		this.#logs.set(file, log);
		return log;
	}
}

/** Reads the logs once, and counts. */
export async function censusOf(fleet: Fleet, options: { accessLog?: string[]; days: number }): Promise<Census> {
	const adoption = new Adoption(fleet, options);
	try {
		return await adoption.read();
	} finally {
		await adoption.close();
	}
}

/** A device's request; undefined: somebody else's, or one that was not answered. */
export function parseAccess(line: string): { address: string; at: number; held: Held } | undefined {
	const found = ACCESS.exec(line);
	if (!found) return undefined;
	const [, address, time, userAgent] = found;
	const held = parseUserAgent(userAgent);
	const at = timeOf(time);
	return held && !Number.isNaN(at) ? { address, at, held } : undefined;
}

const ACCESS =
	/^(\S+) [^[]*\[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "GET [^"]*" (?:200|304|404) \S+ "[^"]*" "([^"]*)"$/;

/** `03/Feb/2031:04:05:06 +0000`, in ms since 1970. */
function timeOf(text: string): number {
	const month = months.indexOf(text.slice(3, 6));
	if (month < 0) return Number.NaN;
	const number = (from: number, to: number) => Number(text.slice(from, to));
	const offset = (number(22, 24) * 60 + number(24, 26)) * (text[21] === "-" ? -60_000 : 60_000);
	return Date.UTC(number(7, 11), month, number(0, 2), number(12, 14), number(15, 17), number(18, 20)) - offset;
}

/** Devices by the age of their last word: the poll interval and its tenth first. */
export interface Band {
	/** Upper end, in days; the last has none. */
	days: number;
	devices: number;
	/** Those of them that hold the generation in question, or a later one. */
	with: number;
}

export function bandsOf(
	{ groups }: Pick<Census, "groups">,
	generation: number,
	days: number,
	now = Date.now(),
): Band[] {
	const recent = Math.round(days * 1.1);
	const bands = [recent, 90, 365, Infinity]
		.filter((end, index) => index === 0 || end > recent)
		.map(end => ({ days: end, devices: 0, with: 0 }));
	for (const { current = 0, next = 0, heard } of groups) {
		for (const at of heard) {
			const band = bands.find(({ days: end }) => now - at <= end * DAY)!;
			band.devices++;
			if (Math.max(current, next) >= generation) band.with++;
		}
	}
	return bands;
}

const DAY = 86_400_000; // ms

/** The share, of the devices that were heard within their poll interval, of those that hold it; undefined: none was. */
export function shareOf([{ devices, with: having }]: Band[]): number | undefined {
	return devices === 0 ? undefined : having / devices;
}

/** Whether enough devices have the next authority, as far as is known. If not, taking over is asked for twice. */
export function isEnough(share: number | undefined): boolean {
	return share !== undefined && share >= ENOUGH;
}

const ENOUGH = 0.95;

/** For people, line by line. */
export function adoptionText(census: Census, generation: number, days: number, now = Date.now()): string[] {
	const bands = bandsOf(census, generation, days, now);
	const share = shareOf(bands);
	if (bands.every(({ devices }) => devices === 0))
		return [
			`adoption of generation ${generation}: unknown, no device was heard (baton status --access-log FILE reads nginx's log)`,
		];
	const [recent, ...older] = bands;
	const low = isEnough(share) ? "" : " LOW:";
	const percent = share === undefined ? "" : ` (${Math.floor(share * 100)} %)`;
	const silent = older
		.map((band, index) => ({ ...band, from: bands[index].days }))
		.filter(({ devices }) => devices > 0)
		.map(({ from, days: to, devices, with: having }) => `${ageText(from, to)} ${having} of ${devices}`);
	return [
		`adoption of generation ${generation}:${low} ${recent.with} of ${recent.devices} devices that were heard within ${recent.days} days hold it${percent}`,
		...(silent.length > 0 ? [`  and of those that were last heard ${silent.join(", ")}`] : []),
		`  (current,next): ${holdings(census)}`,
		...failures(census).map(text => `  ${text}`),
		`  counted from ${census.asks} requests by their addresses: a hint, no proof`,
	];
}

function ageText(from: number, to: number): string {
	return to === Infinity ? `more than ${from} days ago` : `${from} to ${to} days ago`;
}

function holdings({ groups }: Census): string {
	const numbers = new Map<string, number>();
	for (const { current, next, heard } of groups) {
		const held = `(${current ?? "-"},${next ?? "-"})`;
		numbers.set(held, (numbers.get(held) ?? 0) + heard.length);
	}
	const all = [...numbers].sort((a, b) => b[1] - a[1]).map(([held, number]) => `${held} ${number}`);
	return all.length > SHOWN ? `${all.slice(0, SHOWN).join(", ")}, and ${all.length - SHOWN} others` : all.join(", ");
}

function failures({ groups }: Census): string[] {
	const numbers = new Map<string, number>();
	for (const { failed, heard } of groups)
		if (failed !== undefined) numbers.set(failed, (numbers.get(failed) ?? 0) + heard.length);
	const all = [...numbers].sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
	return all.map(([reason, number]) => `${number} whose last update failed: ${reason}`);
}

const SHOWN = 6;

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
