// What a person sees of a running rehearsal. In a terminal: what happens, as it happens, and below it a few lines that stay
// (the years with the authorities in them, who is up, both slots). Elsewhere: plain lines.

import logUpdate from "log-update";
import pc from "picocolors";
import { formatEvent } from "../firmware/events.js";
import { type Authority, authorityOf, type Operation } from "../host/operator.js";
import { stepWords } from "../host/operator-text.js";
import type { Entry } from "./record.js";
import type { Rehearsal, RehearsalResult } from "./rehearsal.js";
import type { Scenario } from "./scenario.js";

export interface Watch {
	begin(scenario: Scenario, board: string): void;
	entry(entry: Entry): void;
	tick(rehearsal: Rehearsal): void;
	end(result: RehearsalResult): void;
	/** Leaves the terminal as it was. */
	stop(): void;
}

export function createWatch(output: NodeJS.WriteStream): Watch {
	return output.isTTY ? new TerminalWatch(output) : new PlainWatch(output);
}

/** Without anything new, plain output says so this often. */
const QUIET_YEARS = 3;

class PlainWatch implements Watch {
	protected readonly output: NodeJS.WriteStream;
	/** The last that was told of a device's dealings with each server: repetitions are not told. */
	readonly #told = new Map<string, string>();
	#toldYear = 0;

	constructor(output: NodeJS.WriteStream) {
		this.output = output;
	}

	begin({ name, summary }: Scenario, board: string): void {
		this.line(`${pc.bold(name)} on the ${board} board: ${summary}`);
	}

	entry(entry: Entry): void {
		const text = tell(entry);
		if (text === undefined || this.#repeats(entry, text)) return;
		this.line(`${pc.dim(`year ${entry.year.toFixed(1).padStart(4)}`)}  ${text}`);
	}

	tick(rehearsal: Rehearsal): void {
		if (rehearsal.year < this.#toldYear + QUIET_YEARS) return;
		this.#toldYear = rehearsal.year;
		const { operation } = rehearsal;
		const { current, next } = rehearsal.slots;
		const phases = operation.authorities.filter(({ phase }) => phase === "full" || phase === "provisional");
		this.line(
			pc.dim(
				`year ${rehearsal.year.toFixed(1).padStart(4)}  ${phases.map(({ letter, phase }) => `CA ${letter} ${phase}`).join(", ")}; ` +
					`device: current ${current ?? "-"}, next ${next ?? "-"}`,
			),
		);
	}

	end({ findings, engine, slots }: RehearsalResult): void {
		for (const { ok, what } of findings) this.line(`  ${ok ? pc.green("✓") : pc.red("✗")} ${what}`);
		const failed = findings.filter(({ ok }) => !ok).length;
		const verdict = failed === 0 ? pc.green("ok") : pc.red(`${failed} of ${findings.length} did not hold`);
		this.line(`${verdict}: ${engine}, slots current ${slots.current ?? "-"}, next ${slots.next ?? "-"}`);
	}

	stop(): void {}

	/** Whether this server's dealings with the device came to the same the last time. */
	#repeats(entry: Entry, text: string): boolean {
		if (entry.from !== "device") return false;
		const { event } = entry.event;
		if (event === "boot") this.#told.clear();
		if (event !== "poll" && event !== "none" && event !== "same" && event !== "authenticated") return false;
		const about =
			entry.event.event === "authenticated" ? `${event} ${entry.event.server}` : event === "poll" ? event : "outcome";
		if (this.#told.get(about) === text) return true;
		this.#told.set(about, text);
		return false;
	}

	protected line(text: string): void {
		this.output.write(`${text}\n`);
	}
}

class TerminalWatch extends PlainWatch {
	readonly #scenario: { current?: Scenario } = {};

	override begin(scenario: Scenario, board: string): void {
		this.#scenario.current = scenario;
		super.begin(scenario, board);
	}

	override tick(rehearsal: Rehearsal): void {
		const width = Math.max(40, Math.min(this.output.columns ?? 80, 100) - 2);
		logUpdate(statusLines(rehearsal, this.#scenario.current!.end, width).join("\n"));
	}

	override end(result: RehearsalResult): void {
		logUpdate.clear();
		super.end(result);
	}

	override stop(): void {
		logUpdate.done();
	}

	protected override line(text: string): void {
		logUpdate.clear();
		super.line(text);
	}
}

/** The years as a line for each authority, the current one marked; who is up; both slots. */
export function statusLines(rehearsal: Rehearsal, end: number, width: number): string[] {
	const { operation, year, deviceIsOn } = rehearsal;
	const { current, next } = rehearsal.slots;
	const column = (at: number) => Math.round((Math.min(Math.max(at, 0), end) / end) * (width - 6));
	const { authorities } = operation;
	const lines = authorities.flatMap(authority => {
		const { letter, ca, phase, from, until, endedAt } = authority;
		if (phase === "replaced") return [];
		const full = authorities.filter(one => one.ca === ca && one.fullFrom !== undefined);
		const fullFrom = full.length > 0 ? Math.min(...full.map(one => one.fullFrom!)) : undefined;
		let line = "";
		for (let i = 0; i <= column(end); i++) {
			const inFull = fullFrom !== undefined && i >= column(fullFrom) && i < column(endedAt ?? until);
			const alive = i >= column(from) && i < column(endedAt ?? until);
			line += i === column(year) ? "│" : i > column(year) ? "·" : inFull ? "━" : alive ? "╌" : " ";
		}
		return `${letter.padEnd(3)} ${phase === "full" ? pc.green(line) : phase === "provisional" ? pc.yellow(line) : pc.dim(line)}`;
	});
	const up = operation.downloadServers.filter(server => server.up).map(({ namedBy }) => `download-${namedBy + 1}`);
	const name = (generation: number | null) =>
		generation === null ? "-" : `${letterOf(operation, generation)} (${generation})`;
	return [
		...lines,
		`year ${year.toFixed(1).padStart(4)}   service shows ${authorityOf(operation, operation.full).letter}   up: ${up.join(", ") || "no download server"}`,
		`device ${deviceIsOn ? pc.green("on ") : pc.red("off")}    current ${pc.bold(name(current))}   next ${pc.bold(name(next))}`,
	];
}

function letterOf(operation: Operation, generation: number): string {
	return operation.authorities.find((authority: Authority) => authority.generation === generation)?.letter ?? "?";
}

/** One entry in words; undefined for what people need not see. */
export function tell(entry: Entry): string | undefined {
	switch (entry.from) {
		case "operator":
			return pc.cyan(`operator  ${stepWords(entry.step)}`);
		case "device":
			return `device    ${formatEvent(entry.event)}`;
		case "visitor":
			return pc.dim(`${entry.visitor.padEnd(9)} ${formatEvent(entry.event)}`);
		case "rehearsal":
			return pc.magenta(`bench     ${entry.text}`);
		case "server":
			return undefined; // the device says the same from its side
	}
}
