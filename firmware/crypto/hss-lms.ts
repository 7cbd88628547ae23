// HSS/LMS (RFC 8554), one level of LMS_SHA256_M24_H10 with LMOTS_SHA256_N24_W4 (RFC 9858), a module of the kernel that a
// build can leave out: `no-hss-lms.ts`, which has the same exports, then stands for it. This file stands for the
// TypeScript one. DESIGN.md says how a build chooses.

export {
	/** Whether this build has HSS/LMS. */
	hasHssLms,
	/**
	 * The index q that a signature was made with (RFC 8554 §5.4): `hssLmsIndex(signature)`. Nothing else is looked at.
	 * Undefined for a signature that has not 1,504 bytes.
	 */
	hssLmsIndex,
	/**
	 * RFC 8554 §6.3. `hssLmsVerify(publicKey: 52 bytes, message, signature)`: boolean, false too for a key or signature of
	 * other parameters, and for a signature that has not 1,504 bytes. Whether q is right is for the caller to say.
	 */
	hssLmsVerify,
} from "./typescript/hss-lms.js";
