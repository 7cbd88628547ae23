// RSA signatures (RFC 8017) with moduli of 2048 to 4096 bits, verification only: a module of the kernel that a build can
// leave out: `no-rsa.ts` then stands for it. This file stands for the one in TypeScript. DESIGN.md says how a build
// chooses.

export {
	/** Whether this build has RSA. */
	hasRsa,
	/**
	 * RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2). `rsaVerifyPkcs1(modulus, exponent, hash, signature)`: boolean. The modulus is
	 * big-endian, 256 to 512 bytes without leading zeros (else RangeError); the exponent an integer; the hash SHA-256's,
	 * SHA-384's or SHA-512's, told apart by its length (else RangeError). False for a signature of another length than the
	 * modulus, for an even modulus, and for an exponent that is not odd, from 3 to 2^32 - 1. The encoded message is
	 * compared as a whole: DigestInfo with the parameters NULL (appendix A.2.4), nothing else.
	 */
	rsaVerifyPkcs1,
	/**
	 * RSASSA-PSS (RFC 8017 §8.1.2), in TLS's form (RFC 9846 §4.3.3): MGF1 with the same hash, the salt as long as the hash.
	 * `rsaVerifyPss(modulus, exponent, hash, signature)`: boolean, as above.
	 */
	rsaVerifyPss,
} from "./typescript/rsa.js";
