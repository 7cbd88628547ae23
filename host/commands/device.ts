// `baton device`: one device on a board, with a flash folder of its own, against any servers: for a developer who has a
// server and wants to see what a device makes of it.

import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { exitCode } from "../../boards/exit-code.js";
import type { BoardName } from "../../boards/platforms.js";
import type { RunSettings } from "../../boards/settings.js";
import { startBoard } from "../../boards/start.js";
import type { DeviceEvent } from "../../firmware/events.js";
import type { KeyExchange } from "../../firmware/ports.js";
import type { Anchor } from "../../firmware/trust/slots.js";
import { MAXIMUM_LENGTH, openCaInformation } from "../ca-information.js";
import { parseEvent } from "../device-events.js";
import { checkOneKind, type DlKey, rawPublicKey, readDlKey } from "../dl-key.js";
import { OperatorError } from "../operator-error.js";
import { readOptionFile } from "../option-file.js";
import { checkFleetName } from "../signer.js";
import { readDeviceSlots } from "../slot-image.js";

export interface DeviceOptions {
	board: BoardName;
	fleet: string;
	factory: string; // file
	dlKey: string[]; // files
	retiredDlKey?: string[]; // files
	offer?: string; // file
	service: string; // URL
	map: RunSettings["map"];
	flash?: string; // folder
	pollInterval: number; // ms
	serviceInterval: number; // ms
	keyExchange?: KeyExchange;
	once?: boolean;
	for?: number; // ms
	json?: boolean;
}

const LONGEST_OFFER = 8_192; // bytes: twice what any CA information has, and what a board's memory holds

/** Gives the exit code: 0 if the last service authentication succeeded, 1 if it failed or none was made, 2 if unusable. */
export async function device(options: DeviceOptions): Promise<number> {
	const { board, fleet, service, map, pollInterval, serviceInterval, once = false, json } = options;
	checkFleetName(fleet);
	const dlKeys = options.dlKey.map(readDlKey);
	checkOneKind(dlKeys);
	const retired = (options.retiredDlKey ?? []).map(readDlKey);
	const factory = readFactory(options.factory, fleet, dlKeys);
	// What is offered may be anything: the device judges it.
	const offer = options.offer === undefined ? undefined : readOptionFile("--offer", options.offer);
	if (offer && (offer.length === 0 || offer.length > LONGEST_OFFER))
		throw new OperatorError(`--offer ${options.offer}: expected 1 to ${LONGEST_OFFER} bytes, got ${offer.length}`);

	const flash =
		options.flash === undefined ? mkdtempSync(join(tmpdir(), "baton-flash-")) : openFlashFolder(options.flash);
	const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
	const events: DeviceEvent[] = [];
	let complaint = "";
	const verdict = new ServiceVerdict();
	try {
		const running = await startBoard({
			board,
			flash,
			settings: {
				fleet,
				factory: hex(factory),
				dlKeys: dlKeys.map(key => hex(rawPublicKey(key))),
				...(retired.length === 0 ? {} : { retiredDlKeys: retired.map(key => hex(rawPublicKey(key))) }),
				...(offer === undefined ? {} : { offer: hex(offer) }),
				service,
				map,
				pollInterval,
				serviceInterval,
				...(options.keyExchange === undefined ? {} : { keyExchange: options.keyExchange }),
				once,
				...(options.for === undefined ? {} : { runFor: options.for }),
			},
			onLine: line => {
				process.stdout.write(`${line}\n`);
				const event = parseEvent(line);
				if (!event) return;
				events.push(event);
				verdict.hear(event);
			},
			onComplaint: line => {
				complaint = line;
				process.stderr.write(`${line}\n`);
			},
		});
		const stop = () => void running.stop();
		process.on("SIGINT", stop);
		process.on("SIGTERM", stop);
		const code = await running.exited;
		process.off("SIGINT", stop);
		process.off("SIGTERM", stop);
		if (code === exitCode.unusable) {
			if (json) process.stdout.write(`${JSON.stringify({ ok: false, error: complaint })}\n`);
			return code;
		}

		const { authenticated } = verdict;
		if (json) {
			const slots = readDeviceSlots(flash, fleet, [...dlKeys, ...retired]);
			process.stdout.write(
				`${JSON.stringify({
					ok: authenticated !== null,
					authenticated,
					slots: {
						current: slots.current?.information?.generation ?? null,
						next: slots.next?.information?.generation ?? null,
						candidate: candidateOf(events),
					},
					events,
				})}\n`,
			);
		}
		return authenticated ? 0 : 1;
	} finally {
		if (options.flash === undefined) rmSync(flash, { recursive: true, force: true });
	}
}

/** What the device holds in memory alone, as its events tell: a promotion ends it, unless it is told again. */
export function candidateOf(events: readonly DeviceEvent[]): number | null {
	let candidate: number | null = null;
	for (const told of events) {
		if (told.event === "boot" || told.event === "promoted") candidate = null;
		if (told.event === "held") candidate = told.generation;
	}
	return candidate;
}

/** Whether the last session with the service has authenticated it. A failure of HTTP after that does not count. */
export class ServiceVerdict {
	authenticated: { generation: number; slot: Anchor["slot"] } | null = null;

	hear(event: DeviceEvent): void {
		if (event.event === "authenticated" && event.server === "service") {
			const { generation, slot } = event;
			this.authenticated = { generation, slot };
		} else if (event.event === "failed" && "server" in event && event.server === "service") {
			if (event.generation === undefined) this.authenticated = null;
		}
	}
}

/** Makes it, if it is not there. */
function openFlashFolder(folder: string): string {
	try {
		makeFolder(resolve(folder));
		accessSync(folder, constants.W_OK);
		return folder;
	} catch (error) {
		throw new OperatorError(`--flash ${folder}: ${(error as Error).message}`);
	}
}

/** One after the other: where nothing can be made, as below /proc, Node's own `recursive` tries for ever. */
function makeFolder(folder: string): void {
	if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
	if (dirname(folder) !== folder) makeFolder(dirname(folder));
	mkdirSync(folder);
}

function readFactory(file: string, fleet: string, dlKeys: DlKey[]): Uint8Array {
	const object = new Uint8Array(readOptionFile("--factory", file));
	if (object.length > MAXIMUM_LENGTH) {
		throw new OperatorError(
			`--factory ${file}: expected at most ${MAXIMUM_LENGTH} bytes of CBOR, got ${object.length}`,
		);
	}
	let opened;
	try {
		opened = openCaInformation(object, fleet, dlKeys);
	} catch (error) {
		throw new OperatorError(`--factory ${file}: ${(error as Error).message}`);
	}
	if (!opened) throw new OperatorError(`--factory ${file}: not signed by any of the DL keys for the fleet ${fleet}`);
	return object;
}
