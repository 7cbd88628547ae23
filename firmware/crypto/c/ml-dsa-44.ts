// ML-DSA-44 in C: the exports of `../ml-dsa-44.ts`, on ml-dsa-44-binding.c.

export const hasMlDsa44 = true;

/** FIPS 204 §5.3, pure, the context empty. */
export function mlDsa44Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	return nativeMlDsa44Verify(publicKey, message, signature);
}

function nativeMlDsa44Verify(this: void, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	return native("xs_baton_ml_dsa_44_verify").call(this, publicKey, message, signature);
}
