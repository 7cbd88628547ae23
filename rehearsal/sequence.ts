// A rehearsal's record as a sequence, as figures 7 to 9 of the source draw it: operator, device and servers side by side,
// time downwards. What repeats itself between two changes stands once, with how often it happened.

import type { SlotView } from "../firmware/trust/slots.js";
import { stepWords } from "../host/operator-text.js";
import type { RehearsalResult } from "./rehearsal.js";

export interface Sequence {
	title: string;
	/** From left to right. */
	actors: string[];
	rows: Row[];
}

export interface Row {
	year: number;
	/** Indices of actors; `to` is absent for what concerns one actor alone. */
	at: number;
	to?: number;
	text: string;
	outcome: "good" | "bad" | "neutral";
	times: number;
}

const OPERATOR = 0,
	DEVICE = 1,
	SERVICE = 2;

export function sequenceOf({ scenario, engine, record, operation }: RehearsalResult): Sequence {
	const named = [
		...new Set(
			record.flatMap(entry =>
				entry.from === "operator" && entry.step.namedBy !== undefined ? [entry.step.namedBy] : [],
			),
		),
	];
	for (const entry of record) {
		// URLs that the device asked and where nothing ever listened.
		const polled = entry.from === "device" && entry.event.event === "poll" ? entry.event.generation : undefined;
		if (polled !== undefined && !named.includes(polled)) named.push(polled);
	}
	named.sort((a, b) => a - b);
	const letter = (generation: number) =>
		operation.authorities.find(one => one.generation === generation)?.letter ?? String(generation);
	const told = (slot: SlotView) => (typeof slot === "number" ? letter(slot) : slot);
	const rows = new Rows();
	let polled = 0; // generation whose URL is being asked
	let fetched = "";
	let refused = false;
	for (const entry of record) {
		const { year } = entry;
		if (entry.from === "operator") {
			rows.change({
				year,
				at: OPERATOR,
				text: stepWords(entry.step),
				outcome: "neutral",
			});
		} else if (entry.from === "rehearsal") {
			rows.change({
				year,
				at: OPERATOR,
				text: entry.text,
				outcome: entry.text.startsWith("warning") ? "bad" : "neutral",
			});
		} else if (entry.from === "device") {
			const { event } = entry;
			const isService = "server" in event && event.server === "service";
			const to = isService ? SERVICE : SERVICE + 1 + named.indexOf(polled);
			switch (event.event) {
				case "boot":
					rows.change({
						year,
						at: DEVICE,
						text: `boots: current ${told(event.current)}, next ${told(event.next)}`,
						outcome: "neutral",
					});
					break;
				case "promoted":
					rows.change({ year, at: DEVICE, text: `promotes ${letter(event.generation)}`, outcome: "good" });
					break;
				case "repaired":
					rows.change({ year, at: DEVICE, text: event.reason, outcome: "neutral" });
					break;
				case "poll":
					polled = event.generation;
					fetched = "";
					break;
				case "authenticated":
					if (event.server === "service")
						rows.add({
							year,
							at: DEVICE,
							to,
							text: `certificate by ${letter(event.generation)} holds (${event.slot})`,
							outcome: "good",
						});
					else fetched = `certificate by ${letter(event.generation)} holds; `;
					refused = false;
					break;
				case "refused":
					rows.add({ year, at: DEVICE, to, text: `refused: ${event.reason}`, outcome: "bad" });
					refused = true;
					break;
				case "none":
					rows.add({
						year,
						at: DEVICE,
						to: SERVICE + 1 + named.indexOf(polled),
						text: `not in operation (${event.reason})`,
						outcome: "neutral",
					});
					break;
				case "same":
				case "stored":
				case "held":
					rows.add({
						year,
						at: DEVICE,
						to: SERVICE + 1 + named.indexOf(polled),
						outcome: "good",
						text: `${fetched}CA information ${event.generation} (${letter(event.generation)}) ${event.event === "same" ? "as before" : event.event}`,
					});
					break;
				case "failed":
					if (!refused)
						rows.add({
							year,
							at: DEVICE,
							...("server" in event ? { to } : {}),
							text: `failed: ${event.reason}`,
							outcome: "bad",
						});
					refused = false;
			}
		}
	}
	return {
		title: `${scenario} on ${engine}`,
		actors: ["operator", "device", "service", ...named.map(generation => `download-${generation + 1}`)],
		rows: rows.all,
	};
}

class Rows {
	readonly all: Row[] = [];
	/** Rows since the last change, by what they say. */
	readonly #recent = new Map<string, Row>();

	add(row: Omit<Row, "times">): void {
		const key = `${row.at} ${row.to} ${row.text}`;
		const before = this.#recent.get(key);
		if (before) {
			before.times++;
			return;
		}
		const whole = { ...row, times: 1 };
		this.#recent.set(key, whole);
		this.all.push(whole);
	}

	/** Something new: what comes after it is told again. */
	change(row: Omit<Row, "times">): void {
		this.#recent.clear();
		this.all.push({ ...row, times: 1 });
	}
}

/** For a terminal of any width from 80 columns. */
export function sequenceText({ title, actors, rows }: Sequence): string {
	const left = 8,
		width = 14;
	const center = (actor: number) => left + actor * width + 4;
	const lifelines = () => {
		const line = Array.from({ length: center(actors.length - 1) + 1 }, () => " ");
		for (let actor = 0; actor < actors.length; actor++) line[center(actor)] = "│";
		return line;
	};
	const lines = [
		title,
		"",
		" ".repeat(left) +
			actors
				.map(actor => actor.padEnd(width))
				.join("")
				.trimEnd(),
	];
	for (const { year, at, to, text, outcome, times } of rows) {
		const line = lifelines();
		const mark = outcome === "bad" ? "✗" : outcome === "good" ? "✓" : "·";
		if (to === undefined) {
			line[center(at)] = "●";
		} else {
			const [from, until] = [center(Math.min(at, to)), center(Math.max(at, to))];
			for (let i = from + 1; i < until; i++) line[i] = outcome === "neutral" ? "╌" : "─";
			line[to > at ? until - 1 : from + 1] = to > at ? "▶" : "◀";
			if (outcome === "bad") line[Math.floor((from + until) / 2)] = "✗";
		}
		const when = year.toFixed(1).padStart(5);
		lines.push(`${when}${line.join("").slice(5)}  ${mark} ${text}${times > 1 ? ` (${times} times)` : ""}`);
	}
	return `${lines.join("\n")}\n`;
}

/** A picture of its own: no script, no font, no colour that a dark background would swallow. */
export function sequenceSvg({ title, actors, rows }: Sequence): string {
	const left = 60,
		column = 150,
		top = 70,
		row = 26,
		notes = 470;
	const x = (actor: number) => left + 40 + actor * column;
	const height = top + rows.length * row + 30,
		width = x(actors.length - 1) + notes;
	const parts: string[] = [];
	for (const [actor, name] of actors.entries()) {
		parts.push(`<rect class="head" x="${x(actor) - 60}" y="36" width="120" height="24" rx="4"/>`);
		parts.push(`<text class="name" x="${x(actor)}" y="52">${escapeXml(name)}</text>`);
		parts.push(`<line class="life" x1="${x(actor)}" y1="60" x2="${x(actor)}" y2="${height - 16}"/>`);
	}
	for (const [index, { year, at, to, text, outcome, times }] of rows.entries()) {
		const y = top + index * row + 16;
		parts.push(`<text class="year" x="${left - 10}" y="${y + 4}">${year.toFixed(1)}</text>`);
		if (to === undefined) {
			parts.push(`<circle class="${outcome}" cx="${x(at)}" cy="${y}" r="5"/>`);
		} else {
			parts.push(
				`<line class="message ${outcome}" x1="${x(at)}" y1="${y}" x2="${x(to)}" y2="${y}" marker-end="url(#${outcome})"/>`,
			);
		}
		parts.push(
			`<text class="what" x="${x(actors.length - 1) + 24}" y="${y + 4}">${escapeXml(text)}${times > 1 ? ` (${times} times)` : ""}</text>`,
		);
	}
	const arrow = (name: string) =>
		`<marker id="${name}" class="${name}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z"/></marker>`;
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">
<style>
svg { background: #fff; font: 13px system-ui, sans-serif; }
text { fill: #1a1a1a; } .title { font-size: 16px; font-weight: 600; } .name { text-anchor: middle; font-weight: 600; } .year { text-anchor: end; fill: #666; }
.head { fill: #eef2f7; stroke: #8a98a8; } .life { stroke: #c4ccd6; stroke-dasharray: 3 4; }
.message { stroke-width: 1.6; } line.neutral { stroke: #7a8694; stroke-dasharray: 5 4; } line.good { stroke: #14772f; } line.bad { stroke: #b3261e; }
circle.good, marker.good { fill: #14772f; } circle.bad, marker.bad { fill: #b3261e; } circle.neutral, marker.neutral { fill: #7a8694; }
</style>
<defs>${["good", "bad", "neutral"].map(arrow).join("")}</defs>
<text class="title" x="${left - 40}" y="22">${escapeXml(title)}</text>
${parts.join("\n")}
</svg>
`;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
function escapeXml(text: string) {
	return text.replace(/[&<>"]/g, character => entities[character]);
}
