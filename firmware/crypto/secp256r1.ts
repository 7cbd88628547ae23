// Key exchange on secp256r1 (SP 800-56A rev. 3 §5.7.1.2, RFC 9846 §4.3.8.2), a module of the kernel that a build can leave
// out: `no-secp256r1.ts` then stands for it. This file stands for the one in TypeScript. DESIGN.md says how a build
// chooses, and what either implementation promises about the secret.

export {
	/** Whether this build has it. */
	hasSecp256r1,
	/**
	 * `secp256r1(secret, peer)`: the shared secret, 32 bytes, the x coordinate of the product (RFC 9846 §7.4.2). `peer` is
	 * the other side's share, 65 bytes. Undefined if it is no uncompressed point of the curve, and for a secret that
	 * `secp256r1PublicKey` refuses. RangeError for other lengths. The TypeScript kernel's time depends on the secret: use
	 * each for one handshake only.
	 */
	secp256r1,
	/**
	 * `secp256r1PublicKey(secret: 32 random bytes)`: our share, an uncompressed point of 65 bytes. Undefined if the
	 * secret, big-endian, is not in 1 … n - 1, as one in 2^32 is not: draw another.
	 */
	secp256r1PublicKey,
} from "./typescript/secp256r1.js";
