// HSS/LMS in C: the exports of `../hss-lms.ts`, on hss-lms-binding.c.

export const hasHssLms = true;

/** RFC 8554 §5.4: q. */
export function hssLmsIndex(signature: Uint8Array): number | undefined {
	if (signature.length !== 1504) return undefined;
	return new DataView(signature.buffer, signature.byteOffset).getUint32(4);
}

/** RFC 8554 §6.3. */
export function hssLmsVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	return nativeHssLmsVerify(publicKey, message, signature);
}

function nativeHssLmsVerify(this: void, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
	return native("xs_baton_hss_lms_verify").call(this, publicKey, message, signature);
}
