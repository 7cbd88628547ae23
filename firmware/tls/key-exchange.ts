// Key exchange (RFC 9846 §4.3.7, §4.3.8): the groups of the profile, each a share of ours, and the secret that a share of
// the server's makes of it. With the first ClientHello goes the share of X25519 or of X25519MLKEM768 (RFC 10024, in
// builds that have ML-KEM), whichever is chosen; another's, secp256r1's among them in builds that have it, only when the
// server asks for it by HelloRetryRequest.

import { sha256 } from "../crypto/kernel.js";
import { hasSecp256r1, secp256r1, secp256r1PublicKey } from "../crypto/secp256r1.js";
import type { KeyExchange } from "../ports.js";
import { refuse } from "./alert.js";
import { type Group, X25519 } from "./group.js";
import { HYBRID } from "./ml-kem-768.js";

export type { Group };

const SECP256R1: Group = Object.freeze({
	code: 0x0017,
	shareLength: 65,
	secretLength: 32,
	share(secret: Uint8Array) {
		for (;;) {
			const share = secp256r1PublicKey(secret);
			if (share) return share;
			secret.set(sha256(secret)); // one secret in 2^32 is out of range
		}
	},
	sharedSecret(secret: Uint8Array, share: Uint8Array) {
		return secp256r1(secret, share) ?? refuse("bad key share"); // §4.3.8.2: no point of the curve
	},
});

const OTHERS: readonly Group[] = hasSecp256r1 ? [SECP256R1] : [];
/** Those of the build, in the order in which they are offered: the first one's share is sent. */
export const GROUPS: readonly Group[] = Object.freeze([X25519, ...HYBRID, ...OTHERS]);
const HYBRID_FIRST: readonly Group[] = Object.freeze([...HYBRID, X25519, ...OTHERS]);

/** `keyExchange`: whose share is sent first. */
export function groupsOf(keyExchange: KeyExchange = "x25519"): readonly Group[] {
	return keyExchange === "x25519" ? GROUPS : HYBRID_FIRST;
}
