// A DL signing key: Ed25519's private key alone, or with it HSS-LMS's. A hybrid one is still one secret of 32 bytes, Ed25519's
// (RFC 8032 §5.1.5): LMS's is derived from it, so that one file, one passphrase and one backup hold both. Whoever computes
// Ed25519's scalar from its public key has a hash of that secret, and not the secret.

import { createPublicKey, hkdfSync, type KeyObject } from "node:crypto";
import { decodePayload, encodeCaInformation, signatureStructure, signerStructures } from "./ca-information.js";
import { CommandKey } from "./command-key.js";
import type { DlKey } from "./dl-key.js";
import { LMS_PRIVATE_KEY_BYTES, type LmsSigner } from "./lms.js";
import { signWith } from "./signing-key.js";

export interface DlPrivateKey {
	/** In a file, or elsewhere: then LMS's is derived from a secret of its own, in a file. */
	ed25519: KeyObject | CommandKey;
	lms?: LmsSigner;
}

/** What devices have burnt in of it. */
export function publicHalf({ ed25519, lms }: DlPrivateKey): DlKey {
	const key = ed25519 instanceof CommandKey ? ed25519.publicKey : createPublicKey(ed25519);
	return lms ? { ed25519: key, lms: lms.publicKey } : key;
}

/** HKDF-SHA256 (RFC 5869) of Ed25519's secret. */
export function lmsPrivateKeyOf(ed25519: KeyObject): Uint8Array {
	const secret = ed25519.export({ type: "pkcs8", format: "der" }).subarray(-32);
	return new Uint8Array(hkdfSync("sha256", secret, "", "baton/dl-key/1/hss-lms", LMS_PRIVATE_KEY_BYTES));
}

/**
 * The whole object: always the same bytes for the same payload. Of a hybrid key the payload's generation is the index,
 * which signs once: that is for whoever has the log to see to.
 */
export function seal(payload: Uint8Array, fleet: string, { ed25519, lms }: DlPrivateKey): Uint8Array {
	if (!lms) return encodeCaInformation(payload, { ed25519: signWith(ed25519, signatureStructure(fleet, payload)) });
	const signed = signerStructures(fleet, payload);
	return encodeCaInformation(payload, {
		ed25519: signWith(ed25519, signed.ed25519),
		lms: lms.sign(decodePayload(payload).generation, signed.lms),
	});
}
