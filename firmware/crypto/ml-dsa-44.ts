// ML-DSA-44 (FIPS 204), a module of the kernel that a build can leave out: `no-ml-dsa-44.ts`, which has the same
// exports, then stands for it. This file stands for the TypeScript one. DESIGN.md says how a build chooses.

export {
	/** Whether this build has ML-DSA-44. */
	hasMlDsa44,
	/**
	 * Pure ML-DSA-44 with the empty context (FIPS 204 §5.3). `mlDsa44Verify(publicKey: 1,312 bytes, message, signature)`:
	 * boolean, false too for a signature that has not 2,420 bytes.
	 */
	mlDsa44Verify,
} from "./typescript/ml-dsa-44.js";
