// X25519MLKEM768 (RFC 10024), in builds that have ML-KEM: an attacker has to break both X25519 and
// ML-KEM-768 (FIPS 203). `no-ml-kem-768.ts` stands for it in the others.

import { x25519PublicKey } from "../crypto/kernel.js";
import { mlKem768Decapsulate, mlKem768Generate } from "../crypto/ml-kem-768.js";
import { type Group, X25519 } from "./group.js";

const KEY_LENGTH = 1184, // bytes of an ML-KEM-768 encapsulation key
	CIPHERTEXT_LENGTH = 1088;
const SEED_LENGTH = 64,
	PRIVATE_KEY_LENGTH = 128;

/** RFC 10024 §4: ML-KEM's part first, in the shares and in the secret. Ours: X25519's, and the seed, then the private key. */
const X25519MLKEM768: Group = Object.freeze({
	code: 0x11ec,
	shareLength: CIPHERTEXT_LENGTH + 32,
	secretLength: 32 + PRIVATE_KEY_LENGTH,
	share(secret: Uint8Array) {
		const share = new Uint8Array(KEY_LENGTH + 32);
		const own = secret.subarray(32);
		const privateKey = mlKem768Generate(own.subarray(0, SEED_LENGTH), share.subarray(0, KEY_LENGTH));
		own.set(privateKey);
		privateKey.fill(0);
		share.set(x25519PublicKey(secret.subarray(0, 32)), KEY_LENGTH);
		return share;
	},
	sharedSecret(secret: Uint8Array, share: Uint8Array) {
		const shared = new Uint8Array(64);
		shared.set(X25519.sharedSecret(secret.subarray(0, 32), share.subarray(CIPHERTEXT_LENGTH)), 32);
		shared.set(mlKem768Decapsulate(secret.subarray(32), share.subarray(0, CIPHERTEXT_LENGTH))!);
		return shared;
	},
});

export const HYBRID: readonly Group[] = Object.freeze([X25519MLKEM768]);
