// `baton start`, which `npm start` runs: a whole life of a device, watched as it happens, judged at the end.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BoardName } from "../boards/platforms.js";
import { UiServer } from "../host/ui/ui-server.js";
import type { HerdResult } from "./herd/herd.js";
import type { Finding } from "./judgement.js";
import { Rehearsal, type RehearsalResult } from "./rehearsal.js";
import { RehearsalPage } from "./rehearsal-page.js";
import type { Scenario } from "./scenario.js";
import { scenarios } from "./scenarios/index.js";
import { HERD_NAME } from "./scenarios/names.js";
import { sequenceOf, sequenceSvg, sequenceText } from "./sequence.js";
import { createWatch, type Watch } from "./watch.js";

export interface StartOptions {
	scenario: string;
	board: BoardName;
	json?: boolean;
	/** Folder that keeps the fleet and the device's flash. */
	keep?: string;
	/** Milliseconds of a year. */
	year?: number;
	/** Draw what happened: in the terminal, or into an SVG file. */
	diagram?: true | string;
	/** Show a page too, until it is broken off. */
	ui?: boolean;
	/** How many of them make the thundering herd. */
	devices?: number;
}

/** Gives the exit code: 0 only if everything that the scenario asks for happened; 130 if it was broken off. */
export async function start({
	scenario,
	board,
	json,
	keep,
	year,
	diagram,
	devices,
	ui,
}: StartOptions): Promise<number> {
	const chosen =
		scenario === "all" ? [...scenarios.values()] : scenario === HERD_NAME ? [] : [scenarios.get(scenario)!];
	const withHerd = scenario === HERD_NAME || scenario === "all";
	const watch = createWatch(process.stdout);
	const broken = new AbortController();
	const interrupt = () => broken.abort(new Interrupted());
	process.once("SIGINT", interrupt);
	process.once("SIGTERM", interrupt);
	const results: RehearsalResult[] = [];
	let herdResult: HerdResult | undefined;
	const page = new RehearsalPage();
	const server = ui ? await UiServer.open(page) : undefined;
	if (server) process.stdout.write(`page: ${server.url}\n`);
	try {
		for (const one of chosen) {
			const many = chosen.length > 1;
			const result = await live(one, {
				board,
				watch,
				page,
				signal: broken.signal,
				year,
				keep: keep && many ? join(keep, one.name) : keep,
			});
			results.push(result);
			if (diagram !== undefined) draw(result, diagram, many);
		}
		if (server) {
			page.notice = results.every(succeeded)
				? "The rehearsal has ended: ok."
				: "The rehearsal has ended: not everything held, see the terminal.";
			process.stdout.write("the page stays until Ctrl-C\n");
			await new Promise(resolve => broken.signal.addEventListener("abort", resolve, { once: true }));
		}
		if (withHerd) herdResult = await liveHerd(devices ?? (scenario === "all" ? 500 : 10_000), broken.signal);
	} catch (error) {
		if (!(error instanceof Interrupted)) throw error;
		watch.stop();
		process.stderr.write("broken off\n");
		return 130;
	} finally {
		process.off("SIGINT", interrupt);
		process.off("SIGTERM", interrupt);
		watch.stop();
		await server?.close();
	}
	const ok = results.every(succeeded) && (herdResult === undefined || succeeded(herdResult));
	if (json) {
		const herdSummary = herdResult ? [summaryOfHerd(herdResult)] : [];
		const summaries = [...results.map(result => summary(result, board)), ...herdSummary];
		process.stdout.write(
			`${JSON.stringify(scenario === "all" ? { ok, scenario, board, scenarios: summaries } : summaries[0])}\n`,
		);
	}
	return ok ? 0 : 1;
}

/** Always on Node: thousands of XS processes would measure this machine, not the servers. */
async function liveHerd(devices: number, signal: AbortSignal): Promise<HerdResult> {
	const tell = (text: string) => void process.stdout.write(`${HERD_NAME}: ${text}\n`);
	const { herd } = await import("./herd/herd.js");
	const result = await herd(devices, tell, signal);
	for (const { ok, what } of result.findings) process.stdout.write(`  ${ok ? "✓" : "✗"} ${what}\n`);
	return result;
}

function summaryOfHerd(result: HerdResult) {
	const { findings: _findings, ...figures } = result;
	return {
		ok: succeeded(result),
		scenario: HERD_NAME,
		board: "node",
		engine: `node ${process.versions.node}`,
		events: [],
		slots: { current: 2, next: null },
		herd: figures,
	};
}

/** With many scenarios their names stand in the files' names: `x.svg` becomes `x-normal.svg`. */
function draw(result: RehearsalResult, diagram: true | string, many: boolean): void {
	const sequence = sequenceOf(result);
	if (diagram === true) return void process.stdout.write(`\n${sequenceText(sequence)}\n`);
	const file = many ? diagram.replace(/(\.svg)?$/, `-${result.scenario}$1`) : diagram;
	writeFileSync(file, sequenceSvg(sequence));
	process.stdout.write(`drawn in ${file}\n`);
}

class Interrupted extends Error {}

interface LiveOptions {
	board: BoardName;
	watch: Watch;
	page: RehearsalPage;
	signal: AbortSignal;
	year?: number;
	keep?: string;
}

async function live(
	scenario: Scenario,
	{ board, watch, page, signal, year, keep }: LiveOptions,
): Promise<RehearsalResult> {
	watch.begin(scenario, board);
	const result = await Rehearsal.run(scenario, {
		board,
		yearMilliseconds: year,
		keep,
		signal,
		onBegin: rehearsal => void (page.rehearsal = rehearsal),
		onEntry: entry => watch.entry(entry),
		onTick: rehearsal => watch.tick(rehearsal),
	});
	watch.end(result);
	return result;
}

function succeeded({ findings }: { findings: Finding[] }) {
	return findings.length > 0 && findings.every(({ ok }) => ok);
}

/** What `--json` prints: other tools read it. */
export function summary(result: RehearsalResult, board: BoardName) {
	const { scenario, engine, record, slots } = result;
	const events = record.flatMap(entry =>
		entry.from === "device" ? [{ year: Math.round(entry.year * 100) / 100, ...entry.event }] : [],
	);
	return { ok: succeeded(result), scenario, board, engine, events, slots };
}
