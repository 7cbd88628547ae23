// Stands for ml-kem-768.ts in a build that agrees on keys by X25519 alone: TLS does not offer the hybrid group.

export const hasMlKem768 = false;

export function mlKem768Generate(_seed: Uint8Array, _encapsulationKey: Uint8Array): Uint8Array {
	return new Uint8Array(0);
}

export function mlKem768Decapsulate(_privateKey: Uint8Array, _ciphertext: Uint8Array): Uint8Array | undefined {
	return undefined;
}
