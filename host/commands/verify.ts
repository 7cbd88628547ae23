// `baton verify`: would a device with these slots accept this server now? The firmware's own TLS and certificate check
// answer, in this process; nothing is stored, nothing is promoted.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeBoard } from "../../boards/node/board.js";
import type { RunSettings } from "../../boards/settings.js";
import { get } from "../../firmware/session.js";
import { VerifiedCaInformation } from "../../firmware/trust/ca-information.js";
import { reasonOf } from "../../firmware/updater.js";
import { parseURL } from "../../firmware/url.js";
import { rawPublicKey, readDlKey } from "../dl-key.js";
import { OperatorError } from "../operator-error.js";
import { readDeviceSlots } from "../slot-image.js";

export interface VerifyOptions {
	fleet: string;
	dlKey: string[];
	flash?: string; // folder with ca0 and ca1
	information?: string[]; // files: current, and next
	map: RunSettings["map"];
}

/** Gives the exit code: 0 it would, 1 it would not. */
export async function verify(url: string, { fleet, dlKey, flash, information, map }: VerifyOptions): Promise<number> {
	const keys = dlKey.map(readDlKey);
	const objects =
		flash !== undefined
			? slotsOf(flash, fleet, keys)
			: (information ?? []).map(file => new Uint8Array(readFileSync(file)));
	if (objects.length < 1 || objects.length > 2)
		throw new OperatorError(
			"a device holds one or two: give --flash FOLDER, or --information FILE once or twice (current, next)",
		);
	const trusted = objects.map(object => {
		try {
			return VerifiedCaInformation.verify(object, { name: fleet, dlKeys: keys.map(rawPublicKey) });
		} catch (error) {
			throw new OperatorError(`a device would not take this CA information: ${reasonOf(error)}`);
		}
	});
	const scratch = mkdtempSync(join(tmpdir(), "baton-verify-"));
	let by: VerifiedCaInformation | undefined;
	try {
		const { status } = await get(nodeBoard({ flash: scratch, map, print: () => {} }), {
			url: parseURL(url),
			anchors: trusted.map(({ anchor }) => anchor),
			userAgent: "baton-verify",
			deadline: 15_000,
			onAuthenticated: anchor => void (by = trusted[anchor]),
		});
		process.stdout.write(`accepted: by ${nameOf(trusted, by!)}, status ${status}\n`);
		return 0;
	} catch (error) {
		if (by) {
			process.stdout.write(`accepted: by ${nameOf(trusted, by)}; then ${reasonOf(error)}\n`);
			return 0;
		}
		process.stdout.write(`refused: ${reasonOf(error)}\n`);
		return 1;
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}

function nameOf(trusted: VerifiedCaInformation[], by: VerifiedCaInformation) {
	return `${by === trusted[0] ? "current" : "next, which would be promoted"} (generation ${by.generation})`;
}

function slotsOf(flash: string, fleet: string, keys: ReturnType<typeof readDlKey>[]): Uint8Array[] {
	const { current, next } = readDeviceSlots(flash, fleet, keys);
	if (!current) throw new OperatorError(`${flash}: no slot holds valid CA information of the fleet ${fleet}`);
	return [current, next].flatMap(slot => (slot?.object ? [slot.object] : []));
}
