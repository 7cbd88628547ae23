// sign, dl create, dl adopt, dl restored: on the DL signing key's machine. What is signed here is trusted by every device
// of the fleet for ever: so it is looked at first, and compared with what was asked for.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type CaInformation, decodePayload } from "../ca-information.js";
import { type DlKey, isPair, rawPublicKey, readDlKey } from "../dl-key.js";
import { replaceFile } from "../durable-file.js";
import { fingerprint, payloadFingerprint } from "../fingerprint.js";
import { describe } from "../inspect.js";
import { OperatorError } from "../operator-error.js";
import { readOptionFile } from "../option-file.js";
import { dlPassphrase } from "../passphrases.js";
import { Signer } from "../signer.js";
import { confirmed } from "./confirm.js";
import { createSigner } from "./create-signer.js";
import { notConfirmed, type Outcome } from "./verb.js";

export async function createDl(
	folder: string,
	{ fleet, classical, askPassphrase }: { fleet: string; classical?: true; askPassphrase?: boolean },
): Promise<Outcome> {
	if (askPassphrase) dlPassphrase.askTwice();
	const signer = await createSigner(folder, fleet, classical);
	const key = fingerprint(rawPublicKey(signer.publicKey));
	return {
		lines: [
			`DL signing key for the fleet ${signer.fleet} in ${folder}, ${kindText(signer.publicKey)}; devices get dl.pub`,
			`its fingerprint: ${key}`,
			...(dlPassphrase.given === undefined ? ["It is not encrypted: whoever reads its file can sign."] : []),
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

/** How many generations may have been signed beyond what is known. */
const UNKNOWN = 16;

/** The key, or its log, came from a backup: what it may have signed since counts as signed. */
export function restoredDl(folder: string, { above }: { above?: number }): Outcome {
	if (existsSync(join(folder, "dl.key"))) mkdirSync(join(folder, "signed"), { recursive: true });
	const signer = Signer.open(folder, dlPassphrase);
	const known = Math.max(signer.last, above ?? 0);
	signer.skip(known + UNKNOWN);
	return {
		lines: [
			`generations up to ${signer.last} count as signed by the key in ${folder}; the next one is ${signer.last + 1}`,
			`where the fleet is: baton restored --above ${signer.last}`,
		],
		json: { last: signer.last },
	};
}
