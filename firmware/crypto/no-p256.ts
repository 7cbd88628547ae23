// Stands for p256.ts in a build without P-256.

export const hasP256 = false;

export function p256Verify(_publicKey: Uint8Array, _hash: Uint8Array, _r: Uint8Array, _s: Uint8Array): boolean {
	return false;
}
