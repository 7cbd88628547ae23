// Reads a device's console (firmware/events.ts): logfmt lines with a closed list of events, and of fields for each.
// Anything else on the console, remarks (`# …`) included, is no event.

import type { DeviceEvent, EventName } from "../firmware/events.js";

const LONGEST_LINE = 1_024;

/** A field's value; undefined: the text is malformed. */
type Read = (text: string) => string | number | undefined;
/** The fields of one event, in which `name?` may be absent. */
type Shape = Record<string, Read>;

const any: Read = text => text;
const number: Read = text => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);
const view: Read = text => number(text) ?? oneOf("-", "unreadable", "foreign")(text);
const slot = oneOf("ca0", "ca1");
const server = oneOf("service", "download");

const shapes: Record<EventName, Shape[]> = {
	boot: [{ current: view, next: view }],
	authenticated: [
		{ server: oneOf("service"), generation: number, slot: oneOf("current", "next", "candidate", "factory") },
		{ server: oneOf("download"), generation: number },
	],
	refused: [{ "server?": server, reason: any }],
	poll: [{ generation: number }],
	none: [{ reason: any, "status?": number }],
	same: [{ generation: number }],
	stored: [{ generation: number }],
	held: [{ generation: number, "reason?": any }],
	promoted: [{ generation: number, "reason?": any }],
	repaired: [{ partition: slot, "generation?": number, reason: any }],
	failed: [
		{ server, "generation?": number, reason: any, "status?": number },
		{ partition: oneOf("ca0", "ca1", "poll"), "generation?": number, reason: any },
	],
};

/** The event that a console line says, or undefined if it says none. */
export function parseEvent(line: string): DeviceEvent | undefined {
	if (line.length > LONGEST_LINE) return undefined;
	const [event] = line.split(" ", 1);
	if (!Object.hasOwn(shapes, event)) return undefined;
	const pairs = readPairs(line, event.length);
	if (!pairs) return undefined;
	for (const shape of shapes[event as EventName]) {
		const fields = readFields(pairs, shape);
		if (fields) return { event, ...fields } as DeviceEvent;
	}
	return undefined;
}

/** From `offset` to the end of `line`; undefined: there is anything but pairs, or a name twice. */
function readPairs(line: string, offset: number): Map<string, string> | undefined {
	const pairs = new Map<string, string>();
	const pair = / ([a-z]+)=("(?:[^"\\]|\\.)*"|[^\s"\\=]+)/y;
	pair.lastIndex = offset;
	while (pair.lastIndex < line.length) {
		const [, name, quoted] = pair.exec(line) ?? [];
		const text = name === undefined ? undefined : unquote(quoted);
		if (text === undefined || pairs.has(name)) return undefined;
		pairs.set(name, text);
	}
	return pairs;
}

function readFields(pairs: ReadonlyMap<string, string>, shape: Shape): Record<string, string | number> | undefined {
	const fields: Record<string, string | number> = {};
	for (const [name, text] of pairs) {
		const value = (shape[name] ?? shape[`${name}?`])?.(text);
		if (value === undefined) return undefined;
		fields[name] = value;
	}
	const isWhole = Object.keys(shape).every(name => name.endsWith("?") || pairs.has(name));
	return isWhole ? fields : undefined;
}

function unquote(text: string): string | undefined {
	if (!text.startsWith('"')) return text;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function oneOf(...words: string[]): Read {
	return text => (words.includes(text) ? text : undefined);
}
