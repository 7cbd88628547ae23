// Fingerprints that people compare, over the phone too: the first 160 bits of a SHA-256 in eight groups of four letters
// and digits, without those that are mistaken for one another (Crockford's base 32).

import { createHash } from "node:crypto";
import { signatureStructure } from "./ca-information.js";

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Of what a DL key is to sign, or has signed: shown where it is asked for, and where it is signed. */
export function payloadFingerprint(fleet: string, payload: Uint8Array): string {
	return fingerprint(signatureStructure(fleet, payload));
}

export function fingerprint(bytes: Uint8Array): string {
	const hash = createHash("sha256").update(bytes).digest();
	const letters: string[] = [];
	for (let bit = 0; bit < 160; bit += 5) {
		const two = (hash[bit >> 3] << 8) | hash[(bit >> 3) + 1];
		letters.push(LETTERS[(two >> (11 - (bit & 7))) & 31]);
	}
	return letters.join("").match(/.{4}/g)!.join("-");
}
