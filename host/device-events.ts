// Reads a device's console (firmware/events.ts): logfmt lines with a closed list of events and fields. Anything else on
// the console, remarks (`# …`) included, is no event.

import type { DeviceEvent, EventName } from "../firmware/events.js";

const names = new Set<string>([
	"boot",
	"authenticated",
	"refused",
	"poll",
	"none",
	"same",
	"stored",
	"held",
	"promoted",
	"repaired",
	"failed",
] satisfies EventName[]);
const numbers = new Set(["generation", "status", "current", "next"]);
const words = new Set(["slot", "partition", "server", "reason"]);
/** Instead of a generation, with `boot`. */
const unknown = new Set(["unreadable", "foreign"]);
const LONGEST_LINE = 1_024;

/** The event that a console line says, or undefined if it says none. */
export function parseEvent(line: string): DeviceEvent | undefined {
	if (line.length > LONGEST_LINE) return undefined;
	const [event] = line.split(" ", 1);
	if (!names.has(event)) return undefined;
	const fields: Record<string, string | number> = {};
	const pair = / ([a-z]+)=("(?:[^"\\]|\\.)*"|[^\s"\\=]+)/y;
	pair.lastIndex = event.length;
	while (pair.lastIndex < line.length) {
		const found = pair.exec(line);
		if (!found) return undefined;
		const [, name, text] = found;
		if (Object.hasOwn(fields, name)) return undefined;
		if (event === "boot" && numbers.has(name) && unknown.has(text)) {
			fields[name] = text;
		} else if (numbers.has(name)) {
			if (!/^\d{1,9}$/.test(text)) return undefined;
			fields[name] = Number(text);
		} else if (words.has(name)) {
			const word = unquote(text);
			if (word === undefined) return undefined;
			fields[name] = word;
		} else {
			return undefined;
		}
	}
	return { event: event as EventName, ...fields };
}

function unquote(text: string): string | undefined {
	if (!text.startsWith('"')) return text;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
