// Stands for ml-dsa-44.ts in a build that needs no ML-DSA: its keys and signatures are then unsupported, and TLS does
// not offer them.

export const hasMlDsa44 = false;

export function mlDsa44Verify(_publicKey: Uint8Array, _message: Uint8Array, _signature: Uint8Array): boolean {
	return false;
}
