// ECDSA with P-256 and SHA-256 (FIPS 186-5 §6.4.2), verification only. A build without it puts `no-p256.ts`, which has
// the same exports, in its place.
