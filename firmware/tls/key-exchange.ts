// Key exchange (RFC 9846 §4.3.7, §4.3.8): the groups of the profile, each a share of ours, and the secret that a share of
// the server's makes of it. X25519's share is sent with the first ClientHello; that of secp256r1, in builds that have
// it, only when the server asks for it by HelloRetryRequest.

import { sha256, x25519, x25519PublicKey } from "../crypto/kernel.js";
import { hasSecp256r1, secp256r1, secp256r1PublicKey } from "../crypto/secp256r1.js";
import { refuse } from "./alert.js";

/** Bytes of randomness that a share is made of. */
export const SECRET_LENGTH = 32;

export interface Group {
	/** NamedGroup. */
	code: number;
	/** Bytes of a server's share. */
	shareLength: number;
	/** Our share. `secret`: 32 random bytes, which may be changed. */
	share(secret: Uint8Array): Uint8Array;
	/** The shared secret. Throws AlertError for a share that is none. */
	sharedSecret(secret: Uint8Array, share: Uint8Array): Uint8Array;
}

const X25519: Group = Object.freeze({
	code: 0x001d,
	shareLength: 32,
	share: x25519PublicKey,
	sharedSecret(secret: Uint8Array, share: Uint8Array) {
		const shared = x25519(secret, share);
		if (shared.every(byte => byte === 0)) refuse("shared secret is zero"); // §7.4.2
		return shared;
	},
});

const SECP256R1: Group = Object.freeze({
	code: 0x0017,
	shareLength: 65,
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

/** Those of the build, in the order in which they are offered. */
export const GROUPS: readonly Group[] = Object.freeze(hasSecp256r1 ? [X25519, SECP256R1] : [X25519]);
