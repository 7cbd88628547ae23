// Stands for p256.ts in a build that needs Ed25519 alone: P-256 keys and signatures are then unsupported, and TLS does
// not offer them.

export const hasP256 = false;

export function p256Verify(_publicKey: Uint8Array, _message: Uint8Array, _r: Uint8Array, _s: Uint8Array): boolean {
	return false;
}
