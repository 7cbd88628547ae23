// `baton start`, which `npm start` runs: a whole life of a device, watched as it happens, judged at the end.

import { writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BenchError } from "../boards/bench/tools.js";
import type { BenchOptions } from "../boards/board-command.js";
import type { BoardName, SdkBoard } from "../boards/platforms.js";
import { newerNode, spawnNewerBaton, WITHOUT_NEWER_NODE } from "../host/newer-node.js";
import { OperatorError } from "../host/operator-error.js";
import { nodeHasMlDsa } from "../host/signing-key.js";
import { UiServer } from "../host/ui/ui-server.js";
import type { HerdResult } from "./herd/herd.js";
import type { Finding } from "./judgement.js";
import { junit, type Suite } from "./junit.js";
import { Rehearsal, type RehearsalResult } from "./rehearsal.js";
import { RehearsalPage } from "./rehearsal-page.js";
import type { Scenario } from "./scenario.js";
import { scenarios } from "./scenarios/index.js";
import { HERD_NAME } from "./scenarios/names.js";
import { sequenceOf, sequenceSvg, sequenceText } from "./sequence.js";
import { createWatch, type Watch } from "./watch.js";

export interface StartOptions {
	scenario: string;
	board: BoardName | SdkBoard;
	/** Of a real board: its serial line, how its power is switched, and this machine's address in its network. */
	port?: string;
	power?: string;
	address?: string;
	/** File of a report for CI servers. */
	junit?: string;
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
	port,
	power,
	address = port ? ownAddress() : undefined,
	junit: report,
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
	const byOthers: Summary[] = [];
	const skipped: string[] = [];
	let herdResult: HerdResult | undefined;
	const page = new RehearsalPage();
	const server = ui ? await UiServer.open(page) : undefined;
	if (server) process.stdout.write(`page: ${server.url}\n`);
	try {
		for (const one of chosen) {
			const many = chosen.length > 1;
			if (needsNewerNode(one.name)) {
				const parameters = parametersOf({ scenario: one.name, board, year, keep, diagram });
				const summary = await byNewerNode(parameters, broken.signal);
				if (summary) byOthers.push(summary);
				else skipped.push(one.name);
				continue;
			}
			const result = await live(one, {
				board,
				watch,
				page,
				signal: broken.signal,
				bench: { port, power },
				address,
				keepFailed: report !== undefined,
				year,
				keep: keep && many ? join(keep, one.name) : keep,
			});
			results.push(result);
			if (result.kept && !keep) process.stdout.write(`kept in ${result.kept}\n`);
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
		if (error instanceof BenchError) throw new OperatorError(error.message);
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
	const ok =
		results.every(succeeded) && byOthers.every(one => one.ok) && (herdResult === undefined || succeeded(herdResult));
	if (report !== undefined) writeFileSync(report, junit([suiteOf(board, results, byOthers, skipped)]));
	for (const name of skipped) process.stdout.write(`skipped: ${name}: ${WITHOUT_NEWER_NODE}\n`);
	if (json) {
		const herdSummary = herdResult ? [summaryOfHerd(herdResult)] : [];
		const summaries = [...results.map(result => summary(result, board)), ...byOthers, ...herdSummary];
		const all = { ok, scenario, board, scenarios: summaries, skipped };
		process.stdout.write(`${JSON.stringify(scenario === "all" ? all : summaries[0])}\n`);
	}
	return ok ? 0 : 1;
}

/** A real board finds the servers by it. */
function ownAddress(): string {
	const all = Object.values(networkInterfaces()).flatMap(each => each ?? []);
	const own = all.find(({ family, internal }) => family === "IPv4" && !internal);
	if (!own) throw new OperatorError("this machine has no address in a network: --address names one");
	return own.address;
}

function suiteOf(name: string, results: RehearsalResult[], byOthers: Summary[], skipped: string[]): Suite {
	const cases = results.flatMap(({ scenario, findings, kept }) =>
		findings.map(({ ok, what }) => ({
			name: what,
			of: scenario,
			...(ok ? {} : { failure: kept ? `${what}: console and flash are kept in ${kept}` : what }),
		})),
	);
	const others = byOthers.map(({ ok, scenario }) => ({
		name: "all that the scenario expects",
		of: scenario,
		...(ok ? {} : { failure: scenario }),
	}));
	const left = skipped.map(scenario => ({ name: scenario, of: scenario, skipped: WITHOUT_NEWER_NODE }));
	return { name, cases: [...cases, ...others, ...left] };
}

/** Whether its servers show keys that this Node does not know. */
export function needsNewerNode(scenario: string): boolean {
	return !nodeHasMlDsa && scenarios.get(scenario)?.needsMlDsa === true;
}

/** What else was chosen, for one of all. */
function parametersOf({ scenario, board, year, keep, diagram }: StartOptions): string[] {
	return [
		...["start", "--json", "--scenario", scenario, "--board", board],
		...(year === undefined ? [] : ["--year", String(year)]),
		...(keep === undefined ? [] : ["--keep", join(keep, scenario)]),
		...(diagram === undefined ? [] : diagram === true ? ["--diagram"] : ["--diagram", fileOf(diagram, scenario)]),
	];
}

/** One scenario of all, by the Node that can serve it: what it shows is shown. Undefined: there is no such Node. */
async function byNewerNode(parameters: string[], signal: AbortSignal): Promise<Summary | undefined> {
	if (!newerNode) return undefined;
	const child = spawnNewerBaton(parameters, { stdio: ["ignore", "pipe", "inherit"] });
	const stop = () => void child.kill("SIGTERM");
	signal.addEventListener("abort", stop, { once: true });
	let last = "";
	for await (const line of createInterface({ input: child.stdout! })) {
		if (line.startsWith("{")) last = line;
		else process.stdout.write(`${line}\n`);
	}
	signal.removeEventListener("abort", stop);
	signal.throwIfAborted();
	return JSON.parse(last) as Summary;
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
	const file = many ? fileOf(diagram, result.scenario) : diagram;
	writeFileSync(file, sequenceSvg(sequence));
	process.stdout.write(`drawn in ${file}\n`);
}

function fileOf(diagram: string, scenario: string): string {
	return diagram.replace(/(\.svg)?$/, `-${scenario}$1`);
}

class Interrupted extends Error {}

interface LiveOptions {
	board: BoardName | SdkBoard;
	bench: BenchOptions;
	address?: string;
	keepFailed: boolean;
	watch: Watch;
	page: RehearsalPage;
	signal: AbortSignal;
	year?: number;
	keep?: string;
}

async function live(scenario: Scenario, { watch, page, year, ...options }: LiveOptions): Promise<RehearsalResult> {
	watch.begin(scenario, options.board);
	const result = await Rehearsal.run(scenario, {
		...options,
		yearMilliseconds: year,
		onBegin: rehearsal => page.begin(rehearsal),
		onEnd: () => page.end(),
		onEntry: entry => watch.entry(entry),
		onTick: rehearsal => watch.tick(rehearsal),
	});
	watch.end(result);
	return result;
}

function succeeded({ findings }: { findings: Finding[] }) {
	return findings.length > 0 && findings.every(({ ok }) => ok);
}

export type Summary = ReturnType<typeof summary>;

/** What `--json` prints: other tools read it. */
export function summary(result: RehearsalResult, board: BoardName | SdkBoard) {
	const { scenario, engine, record, slots } = result;
	const events = record.flatMap(entry =>
		entry.from === "device" ? [{ year: Math.round(entry.year * 100) / 100, ...entry.event }] : [],
	);
	return { ok: succeeded(result), scenario, board, engine, events, slots };
}
