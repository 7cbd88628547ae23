// Which generations the devices of a fleet hold, read from access logs: each poll names them in its User-Agent,
// `baton/1 (current,next)`, and why its last update failed (firmware/DESIGN.md §3, "Update"; the lesson of RFC 8145:
// measure before a key is taken out of service). Unauthenticated: anybody can send such a request. So it warns, and never decides alone.
//
// One line of the combined log format (Apache, nginx; our own servers write it too) is one ask. A device asks about
// once in 30 days, so the asks of 30 days stand for the fleet. A device that fetches shows what it held before.

import { createReadStream, existsSync, openSync, readSync } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Fleet } from "./fleet.js";
import { OperatorError } from "./operator-error.js";

export interface Held {
	current?: number;
	next?: number;
	/** Why the update before this request failed. */
	failed?: string;
}

export interface Adoption {
	asks: number;
	/** Asks by what the device held: `1,2`, `1,-`. */
	held: Map<string, number>;
}

const LONGEST_LINE = 4_096;
const MOST_STATES = 1_000; // distinct pairs that are kept apart: a stranger can invent any

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

/** Counts the asks since `since` in a log. Lines that are not of the format, or not of a device, are passed over. */
export async function readAdoption(
	file: string,
	since: Date,
	adoption: Adoption = { asks: 0, held: new Map() },
): Promise<Adoption> {
	for await (const line of linesOf(file)) {
		if (line.length > LONGEST_LINE) continue;
		const found =
			/\[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)\] "(?:GET) [^"]*" (?:200|304|404) \S+ "[^"]*" "([^"]*)"$/.exec(
				line,
			);
		if (!found) continue;
		const [, day, month, year, time, hours, minutes, userAgent] = found;
		const number = String(months.indexOf(month) + 1).padStart(2, "0");
		const at = Date.parse(`${year}-${number}-${day}T${time}${hours}:${minutes}`);
		const held = parseUserAgent(userAgent);
		if (!held || !(at >= since.getTime())) continue;
		count(adoption, held);
	}
	return adoption;
}

/** Of a log, compressed (RFC 1952) or not. What is longer than a line may be comes cut, and longer still. Throws OperatorError. */
async function* linesOf(file: string): AsyncGenerator<string> {
	let rest = "";
	try {
		for await (const piece of openLog(file)) {
			const lines = `${rest}${piece}`.split(/\r?\n/);
			rest = lines.pop()!.slice(0, LONGEST_LINE + 1);
			yield* lines;
		}
	} catch (error) {
		throw new OperatorError(`${file}: ${(error as Error).message}`);
	}
	yield rest;
}

function openLog(file: string): Readable {
	const start = Buffer.alloc(2);
	const log = openSync(file, "r");
	readSync(log, start, { position: 0 });
	const bytes = createReadStream("", { fd: log, start: 0 });
	if (start.readUInt16BE() !== GZIP) return bytes.setEncoding("latin1");
	const text = createGunzip();
	bytes.on("error", error => text.destroy(error)).pipe(text);
	return text.setEncoding("latin1");
}

const GZIP = 0x1f8b;

/** Of `days` up to now, from our own servers' log and from those that are named. */
export async function adoptionOf(
	fleet: Fleet,
	{ accessLog = [], days }: { accessLog?: string[]; days: number },
): Promise<Adoption> {
	const since = new Date(Date.now() - days * 86_400_000);
	const adoption: Adoption = { asks: 0, held: new Map() };
	const own = existsSync(fleet.accessLog) ? [fleet.accessLog] : [];
	for (const file of [...own, ...accessLog]) {
		if (!existsSync(file)) throw new OperatorError(`--access-log ${file}: no such file`);
		await readAdoption(file, since, adoption);
	}
	return adoption;
}

export function count(adoption: Adoption, { current, next }: Held): void {
	const key = `${current ?? "-"},${next ?? "-"}`;
	if (!adoption.held.has(key) && adoption.held.size >= MOST_STATES) return;
	adoption.asks++;
	adoption.held.set(key, (adoption.held.get(key) ?? 0) + 1);
}

/** The highest generation that any device has ever said it holds, as far as this machine knows; 0: none has. */
export async function highestGeneration(fleet: Fleet, accessLog?: string[]): Promise<number> {
	const { held } = await adoptionOf(fleet, { accessLog, days: 100 * 366 });
	const generations = [...held.keys()].flatMap(key => key.split(",").map(Number)).filter(one => !Number.isNaN(one));
	return Math.max(0, ...generations);
}

/** The share of asks by devices that hold `generation` or a later one in a slot; undefined: nobody asked. */
export function shareWith({ asks, held }: Adoption, generation: number): number | undefined {
	if (asks === 0) return undefined;
	let ready = 0;
	for (const [key, times] of held) {
		const [current, next] = key.split(",").map(Number);
		if (current >= generation || next >= generation) ready += times;
	}
	return ready / asks;
}

/** Have enough devices the next authority, as far as is known? Else taking over is asked for twice. */
export function isEnough(share: number | undefined): boolean {
	return share !== undefined && share >= ENOUGH;
}

const ENOUGH = 0.95;

export function adoptionText(adoption: Adoption, generation: number, days: number): string {
	const share = shareWith(adoption, generation);
	if (share === undefined)
		return `adoption of generation ${generation}: unknown, no device asked in ${days} days (baton status --access-log FILE reads nginx's log)`;
	const held = [...adoption.held]
		.sort((a, b) => b[1] - a[1])
		.slice(0, 6)
		.map(([state, times]) => `(${state}) ${times}`)
		.join(", ");
	const low = isEnough(share) ? "" : " LOW:";
	return `adoption of generation ${generation}:${low} ${Math.round(share * 100)} % of ${adoption.asks} requests in ${days} days; (current,next): ${held}. Unauthenticated: a hint, no proof.`;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
