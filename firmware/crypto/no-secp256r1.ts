// Stands for secp256r1.ts in a build without this key exchange.

export const hasSecp256r1 = false;

export function secp256r1PublicKey(_secret: Uint8Array): Uint8Array | undefined {
	return undefined;
}

export function secp256r1(_secret: Uint8Array, _peer: Uint8Array): Uint8Array | undefined {
	return undefined;
}
