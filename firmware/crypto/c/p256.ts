// ECDSA with P-256 in C: ../p256.ts says what each export does.

export const hasP256 = true;

export function p256Verify(this: void, publicKey: Uint8Array, hash: Uint8Array, r: Uint8Array, s: Uint8Array): boolean {
	return native("xs_baton_p256_verify").call(this, publicKey, hash, r, s);
}
