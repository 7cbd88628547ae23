// A download-server (DL) public key, as it is burnt into a device: of Ed25519 alone in a classical fleet, a pair of Ed25519
// and HSS-LMS in a hybrid one. In files and settings it is 32 bytes, or 84: the two keys one after the other.

import { concatenate } from "../bytes.js";
import type { Ed25519Key } from "../crypto/kernel.js";

/** A DL public key: of a classical fleet, or of a hybrid one. A prepared Ed25519 key verifies faster. */
export type DlKey = Ed25519Key | DlKeyPair;

/** What a hybrid fleet's DL key is: a CA information needs the signatures of both. */
export interface DlKeyPair {
	ed25519: Ed25519Key;
	/** HSS-LMS public key (RFC 8554, RFC 9858). */
	lms: Uint8Array;
}

const ED25519_LENGTH = 32,
	PAIR_LENGTH = ED25519_LENGTH + 52; // bytes

export function isPair(key: DlKey): key is DlKeyPair {
	return "lms" in key;
}

/** Undefined: no DL key has so many bytes. */
export function readDlKey(bytes: Uint8Array): DlKey | undefined {
	if (bytes.length === ED25519_LENGTH) return bytes;
	if (bytes.length !== PAIR_LENGTH) return undefined;
	return { ed25519: bytes.subarray(0, ED25519_LENGTH), lms: bytes.subarray(ED25519_LENGTH) };
}

/** The bytes of a key that is not prepared. */
export function dlKeyBytes(key: DlKey): Uint8Array {
	return isPair(key) ? concatenate(key.ed25519 as Uint8Array, key.lms) : (key as Uint8Array);
}
