// The key schedule (RFC 9846 §7) with SHA-256, without pre-shared keys or exporters: from the X25519 shared secret and
// the transcript's hash to traffic secrets, and from a traffic secret to what stands on it.

import { hkdfExpandLabel, hkdfExtract, hmacSha256, sha256 } from "../crypto/kernel.js";
import { literal } from "../literals.js";

const HASH_LENGTH = 32;
const IV_LENGTH = 12;
const NOTHING = new Uint8Array(0);
const ZEROS = new Uint8Array(HASH_LENGTH);

/** Derive-Secret(HKDF-Extract(0, 0), "derived", ""): the same in every connection without a PSK (RFC 8448 §3). */
const HANDSHAKE_SALT = literal(
	"\x6f\x26\x15\xa1\x08\xc7\x02\xc5\x67\x8f\x54\xfc\x9d\xba\xb6\x97\x16\xc0\x76\x18\x9c\x48\x25\x0c\xeb\xea\xc3\x57\x6c\x36\x11\xba",
);

const DERIVED = literal("tls13 derived"),
	CLIENT_HANDSHAKE = literal("tls13 c hs traffic"),
	SERVER_HANDSHAKE = literal("tls13 s hs traffic"),
	CLIENT_APPLICATION = literal("tls13 c ap traffic"),
	SERVER_APPLICATION = literal("tls13 s ap traffic"),
	UPDATE = literal("tls13 traffic upd");
const KEY = literal("tls13 key"),
	IV = literal("tls13 iv"),
	FINISHED = literal("tls13 finished");

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
	const derived = hkdfExpandLabel(handshakeSecret, DERIVED, sha256(NOTHING), HASH_LENGTH);
	const secrets = {
		traffic: {
			client: hkdfExpandLabel(handshakeSecret, CLIENT_HANDSHAKE, helloHash, HASH_LENGTH),
			server: hkdfExpandLabel(handshakeSecret, SERVER_HANDSHAKE, helloHash, HASH_LENGTH),
		},
		main: hkdfExtract(derived, ZEROS),
	};
	handshakeSecret.fill(0);
	derived.fill(0);
	return secrets;
}

/** §7.1: the application's traffic secrets; `finishedHash` is of the transcript up to the server's Finished. */
export function applicationSecrets(main: Uint8Array, finishedHash: Uint8Array): TrafficSecrets {
	return {
		client: hkdfExpandLabel(main, CLIENT_APPLICATION, finishedHash, HASH_LENGTH),
		server: hkdfExpandLabel(main, SERVER_APPLICATION, finishedHash, HASH_LENGTH),
	};
}

/** §7.2: the secret after a KeyUpdate. */
export function nextSecret(trafficSecret: Uint8Array): Uint8Array {
	return hkdfExpandLabel(trafficSecret, UPDATE, NOTHING, HASH_LENGTH);
}

/** §7.3: a key of `keyLength` bytes and an IV of 12. */
export function trafficKey(trafficSecret: Uint8Array, keyLength: number): { key: Uint8Array; iv: Uint8Array } {
	return {
		key: hkdfExpandLabel(trafficSecret, KEY, NOTHING, keyLength),
		iv: hkdfExpandLabel(trafficSecret, IV, NOTHING, IV_LENGTH),
	};
}

/** §4.5.3: verify_data of a Finished, 32 bytes. */
export function verifyData(trafficSecret: Uint8Array, transcriptHash: Uint8Array): Uint8Array {
	const key = hkdfExpandLabel(trafficSecret, FINISHED, NOTHING, HASH_LENGTH);
	const data = hmacSha256(key, transcriptHash);
	key.fill(0);
	return data;
}
