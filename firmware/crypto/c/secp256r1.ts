// Key exchange on secp256r1 in C, in constant time: ../secp256r1.ts says what each export does.

export const hasSecp256r1 = true;

export function secp256r1PublicKey(secret: Uint8Array): Uint8Array | undefined {
	const publicKey = new Uint8Array(65);
	return nativePublicKey(publicKey, secret) ? publicKey : undefined;
}

export function secp256r1(secret: Uint8Array, peer: Uint8Array): Uint8Array | undefined {
	const shared = new Uint8Array(32);
	return nativeSharedSecret(shared, secret, peer) ? shared : undefined;
}

function nativePublicKey(this: void, publicKey: Uint8Array, secret: Uint8Array): boolean {
	return native("xs_baton_secp256r1_public_key").call(this, publicKey, secret);
}
function nativeSharedSecret(this: void, shared: Uint8Array, secret: Uint8Array, peer: Uint8Array): boolean {
	return native("xs_baton_secp256r1").call(this, shared, secret, peer);
}
