// The key schedule (RFC 9846 §7) with SHA-256, without pre-shared keys or exporters: from the X25519 shared secret and
// the transcript's hash to traffic secrets, and from a traffic secret to what stands on it. Called by client.ts.

import { ascii } from "../bytes.js";
import { hkdfExpand, hkdfExtract, hmacSha256, sha256 } from "../crypto/kernel.js";

const HASH_LENGTH = 32;

/** Derive-Secret(HKDF-Extract(0, 0), "derived", ""): the same in every connection without a PSK (RFC 8448 §3). */
const HANDSHAKE_SALT = Uint8Array.of(
	0x6f,
	0x26,
	0x15,
	0xa1,
	0x08,
	0xc7,
	0x02,
	0xc5,
	0x67,
	0x8f,
	0x54,
	0xfc,
	0x9d,
	0xba,
	0xb6,
	0x97,
	0x16,
	0xc0,
	0x76,
	0x18,
	0x9c,
	0x48,
	0x25,
	0x0c,
	0xeb,
	0xea,
	0xc3,
	0x57,
	0x6c,
	0x36,
	0x11,
	0xba,
);

/** The traffic secrets of one epoch, 32 bytes each. */
export interface TrafficSecrets {
	client: Uint8Array;
	server: Uint8Array;
}

/** §7.1: the handshake's traffic secrets, and the main secret that comes after them. */
export function handshakeSecrets(
	sharedSecret: Uint8Array,
	helloHash: Uint8Array,
): { traffic: TrafficSecrets; main: Uint8Array } {
	const handshakeSecret = hkdfExtract(HANDSHAKE_SALT, sharedSecret);
	const derived = expandLabel(handshakeSecret, "derived", sha256(new Uint8Array(0)), HASH_LENGTH);
	const secrets = {
		traffic: {
			client: expandLabel(handshakeSecret, "c hs traffic", helloHash, HASH_LENGTH),
			server: expandLabel(handshakeSecret, "s hs traffic", helloHash, HASH_LENGTH),
		},
		main: hkdfExtract(derived, new Uint8Array(HASH_LENGTH)),
	};
	handshakeSecret.fill(0);
	derived.fill(0);
	return secrets;
}

/** §7.1: the application's traffic secrets; `finishedHash` is of the transcript up to the server's Finished. */
export function applicationSecrets(main: Uint8Array, finishedHash: Uint8Array): TrafficSecrets {
	return {
		client: expandLabel(main, "c ap traffic", finishedHash, HASH_LENGTH),
		server: expandLabel(main, "s ap traffic", finishedHash, HASH_LENGTH),
	};
}

/** §7.2: the secret after a KeyUpdate. */
export function nextSecret(trafficSecret: Uint8Array): Uint8Array {
	return expandLabel(trafficSecret, "traffic upd", new Uint8Array(0), HASH_LENGTH);
}

/** §7.3: a key of `keyLength` bytes and an IV of 12. */
export function trafficKey(trafficSecret: Uint8Array, keyLength: number): { key: Uint8Array; iv: Uint8Array } {
	return {
		key: expandLabel(trafficSecret, "key", new Uint8Array(0), keyLength),
		iv: expandLabel(trafficSecret, "iv", new Uint8Array(0), 12),
	};
}

/** §4.5.3: verify_data of a Finished, 32 bytes. */
export function verifyData(trafficSecret: Uint8Array, transcriptHash: Uint8Array): Uint8Array {
	const key = expandLabel(trafficSecret, "finished", new Uint8Array(0), HASH_LENGTH);
	const data = hmacSha256(key, transcriptHash);
	key.fill(0);
	return data;
}

/** HKDF-Expand-Label (§7.1). */
export function expandLabel(secret: Uint8Array, label: string, context: Uint8Array, length: number): Uint8Array {
	const name = ascii(`tls13 ${label}`);
	const info = new Uint8Array(4 + name.length + context.length);
	info[0] = length >> 8;
	info[1] = length & 0xff;
	info[2] = name.length;
	info.set(name, 3);
	info[3 + name.length] = context.length;
	info.set(context, 4 + name.length);
	return hkdfExpand(secret, info, length);
}
