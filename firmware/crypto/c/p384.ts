// ECDSA with P-384 in C: ../p384.ts says what each export does.

export const hasP384 = true;

export function p384Verify(this: void, publicKey: Uint8Array, hash: Uint8Array, r: Uint8Array, s: Uint8Array): boolean {
	return native("xs_baton_p384_verify").call(this, publicKey, hash, r, s);
}
