// ECDSA with P-256, a module of the kernel that a build can leave out: `no-p256.ts`, which has the same exports, then
// stands for it. This file stands for the TypeScript one. DESIGN.md says how a build chooses.

export {
	/** Whether this build has P-256. */
	hasP256,
	/**
	 * ECDSA with P-256 and SHA-256 (FIPS 186-5 §6.4.2). `p256Verify(publicKey: 65 bytes, an uncompressed point, message,
	 * r, s: big-endian numbers of at most 33 bytes)`: boolean, false too for a key that is no point of the curve.
	 */
	p256Verify,
} from "./typescript/p256.js";
