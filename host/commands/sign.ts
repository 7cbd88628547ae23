// sign, dl create, dl adopt: on the DL signing key's machine.

import { readFileSync } from "node:fs";
import { decodePayload } from "../ca-information.js";
import { readDlKey } from "../dl-key.js";
import { replaceFile } from "../durable-file.js";
import { inspect } from "../inspect.js";
import { OperatorError } from "../operator-error.js";
import { dlPassphrase } from "../passphrases.js";
import { Signer } from "../signer.js";

export function createDl(folder: string, { fleet }: { fleet: string }): void {
	const signer = Signer.create(folder, fleet, dlPassphrase());
	process.stdout.write(`DL signing key for the fleet ${signer.fleet} in ${folder}; devices get dl.pub\n`);
}

/** Signs one request that was carried here, and shows what it says. */
export function sign(request: string, { dl, out }: { dl: string; out: string }): void {
	const signer = Signer.open(dl, dlPassphrase());
	let information;
	try {
		information = decodePayload(new Uint8Array(readFileSync(request)));
	} catch (error) {
		throw new OperatorError(`${request}: ${(error as Error).message}`);
	}
	const object = signer.sign(information);
	replaceFile(out, object);
	process.stdout.write(`${inspect(object, { fleet: signer.fleet, dlKeys: [signer.publicKey] })}\nsigned: ${out}\n`);
}

/** Enters in a spare key's log what the first key signed. */
export function adopt(objects: string[], { dl, dlKey = [] }: { dl: string; dlKey?: string[] }): void {
	const signer = Signer.open(dl, dlPassphrase());
	const keys = dlKey.map(readDlKey);
	for (const file of objects) signer.adopt(new Uint8Array(readFileSync(file)), keys);
	process.stdout.write(`the last generation in ${dl}'s log is ${signer.last}\n`);
}
