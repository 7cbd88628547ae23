// dl create, dl adopt, dl restored, dl change, dl whole: the DL signing key and its log.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RunSettings } from "../../boards/settings.js";
import { censusOf } from "../adoption.js";
import { askAddresses, highestServed } from "../ask-addresses.js";
import { readCommandKey } from "../command-key.js";
import { type DlKey, isPair, rawPublicKey, readDlKey } from "../dl-key.js";
import { fingerprint } from "../fingerprint.js";
import { Fleet } from "../fleet.js";
import { FleetDesk } from "../fleet-desk.js";
import { newest } from "../operator.js";
import { OperatorError } from "../operator-error.js";
import { readOptionFile } from "../option-file.js";
import { dlPassphrase } from "../passphrases.js";
import { FORGOTTEN_AT_MOST, Signer } from "../signer.js";
import { carriedOutJson, carriedOutText } from "./carried-out.js";
import { confirmed } from "./confirm.js";
import { createSigner } from "./create-signer.js";
import { notConfirmed, type Outcome } from "./verb.js";

export async function createDl(
	folder: string,
	options: { fleet: string; classical?: true; askPassphrase?: boolean; signer?: string; publicKey?: string },
): Promise<Outcome> {
	const { fleet, classical, askPassphrase } = options;
	if (askPassphrase) dlPassphrase.askTwice();
	const elsewhere = readCommandKey(options);
	if (elsewhere && elsewhere.asymmetricKeyType !== "ed25519")
		throw new OperatorError(`a DL signing key is an Ed25519 key, not ${elsewhere.asymmetricKeyType}`);
	const signer = await createSigner(folder, fleet, { classical, elsewhere });
	const key = fingerprint(rawPublicKey(signer.publicKey));
	return {
		lines: [
			`DL signing key for the fleet ${signer.fleet} in ${folder}, ${kindText(signer.publicKey)}; devices get dl.pub`,
			`its fingerprint: ${key}`,
			...(elsewhere
				? [
						`Its Ed25519 half is elsewhere.${classical ? "" : " Its LMS half is in lms.key, a file: guard and back it up as such."}`,
					]
				: []),
			...(dlPassphrase.given === undefined && !(elsewhere && classical)
				? ["It is not encrypted: whoever reads its file can sign."]
				: []),
		],
		json: { fleet, folder, hybrid: isPair(signer.publicKey), fingerprint: key },
	};
}

function kindText(key: DlKey): string {
	return isPair(key) ? "Ed25519 and HSS-LMS" : "Ed25519 alone";
}

/** Enters in a spare key's log what the first key signed. */
export function adopt(objects: string[], { dl, dlKey = [] }: { dl: string; dlKey?: string[] }): Outcome {
	const signer = Signer.open(dl, dlPassphrase);
	const keys = dlKey.map(readDlKey);
	for (const file of objects) signer.adopt(new Uint8Array(readOptionFile("dl adopt", file)), keys);
	return { lines: [`the last generation in ${dl}'s log is ${signer.last}`], json: { last: signer.last } };
}

/** The firmware of every device has these DL keys by now: what is served is signed by them from now on. */
export async function changeDl(options: {
	folder: string;
	dlKey: string[];
	dl?: string;
	yes?: boolean;
}): Promise<Outcome> {
	const { folder, dl, dlKey, yes } = options;
	const dlKeys = dlKey.map(readDlKey);
	const fleet = Fleet.open(folder);
	if (!yes) {
		const question =
			"Devices whose firmware has not these DL keys burnt in take nothing any more, and go on with what they hold.";
		if (!(await confirmed("change", question))) return notConfirmed("nothing was changed");
	}
	const desk = new FleetDesk({ fleet, signer: () => (dl === undefined ? undefined : Signer.open(dl, dlPassphrase)) });
	const changed = await desk.changeDlKeys(dlKeys);
	return {
		lines: [
			`devices get ${dlKeys.length === 1 ? "this DL key" : "these DL keys"}: ${dlKeys.map(key => fingerprint(rawPublicKey(key))).join(", ")}`,
			`and ${fleet.retiredDlKeys.length} retired, until none holds anything that these have signed`,
			...carriedOutText(fleet, changed),
		],
		json: { ...carriedOutJson(fleet, changed), retired: fleet.retiredDlKeys.length },
	};
}

export interface RestoredOptions {
	above?: number;
	full?: number;
	fleetFolder?: string;
	accessLog?: string[];
	addresses?: boolean;
	map: RunSettings["map"];
}

/** The key, or its log, came from a backup: what it may have signed since counts as signed. */
export async function restoredDl(folder: string, options: RestoredOptions): Promise<Outcome> {
	if (existsSync(join(folder, "dl.key"))) mkdirSync(join(folder, "signed"), { recursive: true });
	const signer = Signer.open(folder, dlPassphrase);
	const { above = 0, full = 0, fleetFolder } = options;
	if (fleetFolder === undefined && above === 0 && signer.isHybrid)
		throw new OperatorError(
			"what was signed with a hybrid key must not be signed again: --above the highest generation that the fleet, its addresses and its access logs show, or --fleet-folder",
		);
	const shown = fleetFolder === undefined ? undefined : await shownBy(fleetFolder, options);
	if (
		shown &&
		above === 0 &&
		shown.accessLogs > Math.max(signer.last, shown.fleet, shown.addresses) + FORGOTTEN_AT_MOST
	)
		throw new OperatorError(
			`the access logs have devices that hold generation ${shown.accessLogs}. Anybody can write such a line: if it is true, --above ${shown.accessLogs}, else --above ${Math.max(signer.last, shown.fleet, shown.addresses)}`,
		);
	const known = above > 0 || !shown ? above : Math.max(shown.fleet, shown.addresses, shown.accessLogs);
	const last = signer.restored(
		Math.max(known, shown?.fleet ?? 0, shown?.addresses ?? 0),
		Math.max(full, shown?.full ?? 0),
	);
	return {
		lines: [
			...(shown
				? [
						`The fleet ends at generation ${shown.fleet}; its addresses serve up to ${shown.addresses || "none"}; devices in the access logs hold up to ${shown.accessLogs || "none"}.`,
					]
				: []),
			`generations up to ${last} count as signed by the key in ${folder}; the next one is ${last + 1}`,
			`where the fleet is: baton restored --above ${last}`,
		],
		json: { last },
	};
}

/** The highest generations that anything shows, and the one in full operation. */
async function shownBy(folder: string, { accessLog, addresses, map }: RestoredOptions) {
	const { fleet, operation } = FleetDesk.open({ folder });
	const asked = addresses ? await askAddresses(fleet, operation, map) : [];
	const { highest } = await censusOf(fleet, { accessLog, days: 30 });
	return { fleet: newest(operation), addresses: highestServed(asked), accessLogs: highest, full: operation.full };
}

/** Access logs show a generation that nobody has signed: somebody wrote a line that is not true. */
export function wholeDl(folder: string, { although }: { although: number }): Outcome {
	const signer = Signer.open(folder, dlPassphrase);
	signer.keepWhole(although);
	return {
		lines: [
			`the log in ${folder} is whole, and ends at ${signer.last}: no line that shows up to ${although} is believed`,
		],
		json: { last: signer.last, although },
	};
}
