// ECDSA with P-384 (FIPS 186-5, SP 800-186 §3.2.1.4), a module of the kernel that a build can leave out: `no-p384.ts` then
// stands for it. This file stands for the one in TypeScript. DESIGN.md says how a build chooses.

export {
	/** Whether this build has P-384. */
	hasP384,
	/**
	 * ECDSA verification (FIPS 186-5 §6.4.2). `p384Verify(publicKey, hash, r, s)`: boolean. The key has 97 bytes, an
	 * uncompressed point (SEC 1 §2.3.3); of the message's hash the leftmost 48 bytes count; r and s are big-endian
	 * numbers of any length. False, too, for a key that is no point of the curve; RangeError for one of another length.
	 */
	p384Verify,
} from "./typescript/p384.js";
