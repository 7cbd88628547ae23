// What the groups of verbs register themselves with: how a verb is described, and how its options are read. A verb's
// work is a module of its own, loaded when it is called: help should load nothing else.

import { type Command, InvalidArgumentError, Option } from "commander";
import { pace } from "../../firmware/poller.js";
import type { KeyExchange } from "../../firmware/ports.js";
import { judgeURL } from "../device-judge.js";
import { parseMap } from "../map-option.js";
import { OperatorError } from "../operator-error.js";

/** Takes the exit code of a verb that has one of its own. */
export type Finish = (code: number) => void;

/** What a verb came to. */
export interface Outcome {
	/** The exit code; 0 if absent. */
	code?: number;
	/** For people. */
	lines?: string[];
	/** For programs, with --json. */
	json?: object;
}

/** Arguments, then options, as commander gives them: it has checked them. */
type Given = Parameters<Parameters<Command["action"]>[0]>;

/** A verb that does its work and says what it came to; with --json, as one object and nothing else. */
export function act(
	command: Command,
	finish: Finish,
	work: (...parameters: Given) => Promise<Outcome> | Outcome,
): Command {
	return command.option("--json", "print one JSON object").action(async (...given) => {
		const parameters = given.slice(0, -1); // the last is the command
		const { json: asJson } = parameters.at(-1);
		const { code = 0, lines = [], json = {} } = await work(...parameters);
		if (asJson) process.stdout.write(`${JSON.stringify({ ok: code === 0, ...json })}\n`);
		else if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
		finish(code);
	});
}

/** Nobody said yes. */
export function notConfirmed(so: string): Outcome {
	process.stderr.write(`baton: not confirmed, ${so} (--yes where nobody can type)\n`);
	return { code: 1, json: { confirmed: false } };
}

export const boards = ["simulator", "node", "qemu-rv32"];
/** Where the Moddable SDK is at hand (docs/ci.md). */
export const sdkBoards = ["sdk-linux", "esp32c3-qemu", "esp32c3", "esp32"];

export function verb(program: Command, name: string, description: string, usage: string): Command {
	return example(program.command(name).description(description), usage);
}

/** One that works on a fleet's folder. */
export function fleetVerb(program: Command, name: string, description: string, usage: string): Command {
	return withFolder(verb(program, name, description, usage));
}

/** `called`: as it is typed, if that is more than the command's own name. */
export function example(command: Command, usage: string, called = `baton ${command.name()}`): Command {
	return command
		.exitOverride()
		.showHelpAfterError(`(${called} --help shows an example)`)
		.addHelpText("after", `\nExample:\n  ${usage}`);
}

export function withFolder(command: Command): Command {
	return command.addOption(new Option("-f, --folder <folder>", "the fleet's").default("fleet").env("BATON_FLEET"));
}

export function collect(value: string, before: string[] = []): string[] {
	return [...before, value];
}

export function collectMap(value: string, before: ReturnType<typeof parseMap>[] = []) {
	return [...before, parseMap(value)];
}

export function collectBackend(
	text: string,
	before: { generation: number; backend: { host: string; port: number } }[] = [],
) {
	const found = /^([1-9]\d{0,4})=(\[[\da-fA-F:]+\]|[\w.-]+):(\d{1,5})$/.exec(text);
	if (!found || Number(found[3]) === 0 || Number(found[3]) > 65_535)
		throw new InvalidArgumentError("expected GENERATION=HOST:PORT");
	const host = found[2].replace(/^\[|\]$/g, "");
	return [...before, { generation: Number(found[1]), backend: { host, port: Number(found[3]) } }];
}

/** Throws OperatorError unless a device can use it. */
export function serviceURL(text: string): string {
	try {
		judgeURL(text);
	} catch (error) {
		throw new OperatorError(`--service: ${(error as Error).message}`);
	}
	return text;
}

export function positiveInteger(text: string): number {
	if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("expected a whole number of 1 or more");
	return Number(text);
}

/** Seconds since 1970. */
export function time(text: string): number {
	const milliseconds = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : NaN;
	if (Number.isNaN(milliseconds))
		throw new InvalidArgumentError("expected a date, such as 2031-05-01, or a time, such as 2031-05-01T12:00:00Z");
	return Math.floor(milliseconds / 1_000);
}

export function positiveNumber(text: string): number {
	if (!/^\d{1,6}(\.\d{1,6})?$/.test(text) || Number(text) <= 0)
		throw new InvalidArgumentError("expected a number above 0");
	return Number(text);
}

export function percent(text: string): number {
	const value = positiveNumber(text);
	if (value > 100) throw new InvalidArgumentError("expected at most 100");
	return value;
}

export function collectAddressAndPort(text: string, before?: { address: string; port: number }[]) {
	return [...(before ?? []), addressAndPort(text)];
}

/** XS's timers, and a device's, take no more. */
export function timerInteger(text: string): number {
	const value = positiveInteger(text);
	if (value > LONGEST_TIMER) throw new InvalidArgumentError("expected at most 2147483647");
	return value;
}
const LONGEST_TIMER = 2 ** 31 - 1; // ms

export const KEY_EXCHANGES: readonly KeyExchange[] = ["x25519", "x25519mlkem768"];
export const KEY_EXCHANGE =
	"whose key share is sent first, the other when the server asks (default: the board's choice)";

/** A longer one has credits that no timer of a device's takes. */
export function pollInterval(text: string): number {
	const value = positiveInteger(text);
	if (pace(value).creditTicks > LONGEST_TIMER)
		throw new InvalidArgumentError("expected at most 3092376452399, which is 98 years");
	return value;
}

export function addressAndPort(text: string): { address: string; port: number } {
	const found = /^(\[[\da-fA-F:.]+\]|[\w.-]+):(\d{1,5})$/.exec(text);
	if (!found || Number(found[2]) > 65_535)
		throw new InvalidArgumentError("expected ADDRESS:PORT, such as 0.0.0.0:443 or [::]:443");
	return { address: found[1].replace(/^\[|\]$/g, ""), port: Number(found[2]) };
}
