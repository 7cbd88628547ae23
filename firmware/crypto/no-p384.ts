// Stands for p384.ts in a build without P-384.

export const hasP384 = false;

export function p384Verify(_publicKey: Uint8Array, _hash: Uint8Array, _r: Uint8Array, _s: Uint8Array): boolean {
	return false;
}
