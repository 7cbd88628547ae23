// `baton verify`: would a device with these slots accept this server now? The firmware's own TLS and certificate check
// answer, in this process; nothing is stored, nothing is promoted.

import { readFileSync } from "node:fs";
import { nodeBoard } from "../../boards/node/board.js";
import type { RunSettings } from "../../boards/settings.js";
import { reasonOf } from "../../firmware/errors.js";
import { type AuthenticatedServer, BoardNetwork } from "../../firmware/session.js";
import { VerifiedCaInformation } from "../../firmware/trust/ca-information.js";
import { parseURL } from "../../firmware/url.js";
import { rawPublicKey, readDlKey } from "../dl-key.js";
import { OperatorError } from "../operator-error.js";
import { readDeviceSlots } from "../slot-image.js";

const DEADLINE = 15_000; // ms

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
	const network = new BoardNetwork(nodeBoard({ flash: "", map, print: () => {} }), DEADLINE); // it opens no flash
	const anchors = trusted.map(({ anchor }) => anchor);
	let server: AuthenticatedServer;
	try {
		server = await network.connect(parseURL(url), anchors);
	} catch (error) {
		process.stdout.write(`refused: ${reasonOf(error)}\n`);
		return 1;
	}
	const accepted = `accepted: by ${nameOf(trusted, trusted[server.anchor])}`;
	try {
		const { status } = await server.get({ userAgent: "baton-verify" });
		process.stdout.write(`${accepted}, status ${status}\n`);
	} catch (error) {
		process.stdout.write(`${accepted}; then ${reasonOf(error)}\n`);
	}
	return 0;
}

function nameOf(trusted: VerifiedCaInformation[], by: VerifiedCaInformation) {
	return `${by === trusted[0] ? "current" : "next, which would be promoted"} (generation ${by.generation})`;
}

function slotsOf(flash: string, fleet: string, keys: ReturnType<typeof readDlKey>[]): Uint8Array[] {
	const { current, next } = readDeviceSlots(flash, fleet, keys);
	if (!current) throw new OperatorError(`${flash}: no slot holds valid CA information of the fleet ${fleet}`);
	return [current, next].flatMap(slot => (slot?.object ? [slot.object] : []));
}
