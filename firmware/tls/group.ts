// A group of the key exchange, and the one that every build has: X25519 (RFC 9846 §4.3.8.2, RFC 7748).

import { x25519, x25519PublicKey } from "../crypto/kernel.js";
import { refuse } from "./alert.js";

export interface Group {
	/** NamedGroup. */
	code: number;
	/** Bytes of a server's share. */
	shareLength: number;
	/** Random bytes that a share is made of. */
	secretLength: number;
	/** Our share. `secret`: random bytes, which are changed into what `sharedSecret` needs. */
	share(secret: Uint8Array): Uint8Array;
	/** The shared secret. Throws AlertError for a share that is malformed. */
	sharedSecret(secret: Uint8Array, share: Uint8Array): Uint8Array;
}

export const X25519: Group = Object.freeze({
	code: 0x001d,
	shareLength: 32,
	secretLength: 32,
	share: x25519PublicKey,
	sharedSecret(secret: Uint8Array, share: Uint8Array) {
		const shared = x25519(secret, share);
		if (shared.every(byte => byte === 0)) refuse("shared secret is zero"); // §7.4.2
		return shared;
	},
});
