// sign, dl create, dl adopt, dl restored: on the DL signing key's machine. What is signed here is trusted by every device
// of the fleet for ever: so it is looked at first, and compared with what was asked for.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RunSettings } from "../../boards/settings.js";
import { censusOf } from "../adoption.js";
import { askAddresses, highestServed } from "../ask-addresses.js";
import { type CaInformation, decodePayload } from "../ca-information.js";
import { readCommandKey } from "../command-key.js";
import { type DlKey, isPair, rawPublicKey, readDlKey } from "../dl-key.js";
import { replaceFile } from "../durable-file.js";
import { fingerprint, payloadFingerprint } from "../fingerprint.js";
import { FleetDesk } from "../fleet-desk.js";
import { describe } from "../inspect.js";
import { newest } from "../operator.js";
import { OperatorError } from "../operator-error.js";
import { readOptionFile } from "../option-file.js";
import { dlPassphrase } from "../passphrases.js";
import { FORGOTTEN_AT_MOST, Signer } from "../signer.js";
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

/** Shows what a request says, and what it changes; asks; signs. */
export async function sign(
	request: string,
	{ dl, out, skip, yes, json }: { dl: string; out: string; skip?: boolean; yes?: boolean; json?: boolean },
): Promise<Outcome> {
	const signer = Signer.open(dl, dlPassphrase);
	let information: CaInformation;
	try {
		information = decodePayload(new Uint8Array(readOptionFile("sign", request)));
	} catch (error) {
		if (error instanceof OperatorError) throw error;
		throw new OperatorError(`${request}: ${(error as Error).message}`);
	}
	const { generation } = information;
	const skipped = skip ? generation - 1 : 0;
	const payload = signer.check(information, skipped);
	const look = lookAt(signer, information, payload, skipped);
	if (!json) process.stdout.write(`${look.join("\n")}\n`);
	if (!yes) {
		const question =
			"Every device of the fleet will trust this for ever. Compare the fingerprint with the one where it was asked for.";
		if (!(await confirmed(`sign ${generation}`, question))) return notConfirmed("nothing was signed");
	}
	if (skipped > signer.last) signer.skip(skipped);
	replaceFile(out, signer.sign(information));
	return {
		lines: [`signed: ${out}`],
		json: { generation, out, fingerprint: payloadFingerprint(signer.fleet, payload) },
	};
}

/** What is about to be signed, and how it differs from the last. */
function lookAt(signer: Signer, information: CaInformation, payload: Uint8Array, skipped: number): string[] {
	const { last, fleet } = signer;
	const { generation } = information;
	const known = signer.signed.filter(one => one < generation).at(-1);
	const before = known === undefined ? undefined : decodePayload(signer.payload(known)!);
	const again = signer.payload(generation) !== undefined;
	return [
		`To be signed for the fleet ${fleet}${again ? ", once more: these very bytes were signed before" : ""}:`,
		...describe(information),
		...(skipped > last ? [`skipped           ${last + 1} to ${skipped}: they will never be signed`] : []),
		...(before ? changes(before, information) : ["changes           this is the first that this key signs"]),
		`fingerprint       ${payloadFingerprint(fleet, payload)}`,
	];
}

function changes(before: CaInformation, now: CaInformation): string[] {
	const lines: string[] = [];
	const same = Buffer.from(before.certificate).equals(now.certificate);
	lines.push(
		same
			? `the CA of generation ${before.generation}, issued anew`
			: `another CA than that of generation ${before.generation}`,
	);
	const addresses = ({ nextAddress, mirrors = [] }: CaInformation) => [nextAddress, ...mirrors].join(", ");
	if (addresses(before) !== addresses(now)) lines.push(`address: was ${addresses(before)}`);
	if (before.leafNotBefore !== now.leafNotBefore && now.leafNotBefore !== undefined)
		lines.push("a date from which its servers' certificates count");
	if (now.revokes) lines.push("REVOKES every generation before it");
	return lines.map((line, index) => `${index === 0 ? "changes" : "       "}           ${line}`);
}

/** Enters in a spare key's log what the first key signed. */
export function adopt(objects: string[], { dl, dlKey = [] }: { dl: string; dlKey?: string[] }): Outcome {
	const signer = Signer.open(dl, dlPassphrase);
	const keys = dlKey.map(readDlKey);
	for (const file of objects) signer.adopt(new Uint8Array(readOptionFile("dl adopt", file)), keys);
	return { lines: [`the last generation in ${dl}'s log is ${signer.last}`], json: { last: signer.last } };
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
