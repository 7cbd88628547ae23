// `baton verify`: whether a device with these slots would accept this server now. The firmware's own TLS and certificate check
// answer, in this process; nothing is stored, nothing is promoted.

import { readFileSync } from "node:fs";
import { nodeBoard } from "../../boards/node/board.js";
import type { RunSettings } from "../../boards/settings.js";
import { reasonOf } from "../../firmware/errors.js";
import { type AuthenticatedServer, BoardNetwork } from "../../firmware/session.js";
import type { VerifiedCaInformation } from "../../firmware/trust/ca-information.js";
import { parseURL } from "../../firmware/url.js";
import { judgeInformation } from "../device-judge.js";
import { readDlKey } from "../dl-key.js";
import { OperatorError } from "../operator-error.js";
import { readDeviceSlots } from "../slot-image.js";
import type { Outcome } from "./verb.js";

const DEADLINE = 15_000; // ms

export interface VerifyOptions {
	fleet: string;
	dlKey: string[];
	flash?: string; // folder with ca0 and ca1
	information?: string[]; // files: current, and next
	map: RunSettings["map"];
}

/** Exit code 0: it would, 1: it would not. */
export async function verify(url: string, { fleet, dlKey, flash, information, map }: VerifyOptions): Promise<Outcome> {
	const keys = dlKey.map(readDlKey);
	const objects =
		flash !== undefined
			? slotsOf(flash, fleet, keys)
			: (information ?? []).map(file => new Uint8Array(readFileSync(file)));
	if (objects.length < 1 || objects.length > 2)
		throw new OperatorError(
			"a device holds one or two: give --flash FOLDER, or --information FILE once or twice (current, next)",
		);
	const trusted = objects.map(object => judgeInformation(object, fleet, keys));
	const network = new BoardNetwork(nodeBoard({ flash: "", map, print: () => {} }), DEADLINE); // it opens no flash
	const anchors = trusted.map(({ anchor }) => anchor);
	let server: AuthenticatedServer;
	try {
		server = await network.connect(parseURL(url), anchors);
	} catch (error) {
		const reason = reasonOf(error);
		return { code: 1, lines: [`refused: ${reason}`], json: { accepted: false, reason } };
	}
	const by = trusted[server.anchor];
	const accepted = `accepted: by ${nameOf(trusted, by)}`;
	const json = { accepted: true, generation: by.generation };
	try {
		const { status } = await server.get({ userAgent: "baton-verify" });
		return { lines: [`${accepted}, status ${status}`], json: { ...json, status } };
	} catch (error) {
		return { lines: [`${accepted}; then ${reasonOf(error)}`], json: { ...json, reason: reasonOf(error) } };
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
