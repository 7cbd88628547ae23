// ML-KEM-768 (FIPS 203), the side that makes a key and decapsulates, a module of the kernel that a build can leave out:
// `no-ml-kem-768.ts`, which has the same exports, then stands for it. This file stands for the TypeScript one. DESIGN.md
// says how a build chooses, and what either kernel promises about secrets.

export {
	/** Whether this build has ML-KEM-768. */
	hasMlKem768,
	/**
	 * ML-KEM.Decaps (FIPS 203 §7.3). `mlKem768Decapsulate(privateKey, ciphertext)`: 32 bytes, others than the peer's if the
	 * ciphertext was not made for this key; undefined if it has not 1,088 bytes.
	 */
	mlKem768Decapsulate,
	/**
	 * ML-KEM.KeyGen (FIPS 203 §7.1). `mlKem768Generate(seed: 64 random bytes, encapsulationKey)` fills the second, 1,184
	 * bytes, and gives the private key, 128 bytes, for the same kernel's `mlKem768Decapsulate`. One key, one handshake.
	 */
	mlKem768Generate,
} from "./typescript/ml-kem-768.js";
