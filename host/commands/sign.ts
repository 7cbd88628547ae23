// sign: on the DL signing key's machine. What is signed here is trusted by every device of the fleet for ever: so it is
// looked at first, and compared with what was asked for.

import { type CaInformation, decodeCaInformation, decodePayload } from "../ca-information.js";
import { replaceFile } from "../durable-file.js";
import { payloadFingerprint } from "../fingerprint.js";
import { describe } from "../inspect.js";
import { OperatorError } from "../operator-error.js";
import { readOptionFile } from "../option-file.js";
import { dlPassphrase } from "../passphrases.js";
import { Signer } from "../signer.js";
import { confirmed } from "./confirm.js";
import { notConfirmed, type Outcome } from "./verb.js";

/** Shows what a request says, and what it changes; asks; signs. */
export async function sign(
	request: string,
	{ dl, out, skip, yes, json }: { dl: string; out: string; skip?: boolean; yes?: boolean; json?: boolean },
): Promise<Outcome> {
	const signer = Signer.open(dl, dlPassphrase);
	let information: CaInformation;
	try {
		information = readRequest(new Uint8Array(readOptionFile("sign", request)));
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

/** A payload; or what another DL key has signed, of which it is taken. Throws TypeError. */
function readRequest(bytes: Uint8Array): CaInformation {
	const TAG = 6; // CBOR's major type (RFC 8949 §3.1)
	return bytes[0] >> 5 === TAG ? decodeCaInformation(bytes).information : decodePayload(bytes);
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
