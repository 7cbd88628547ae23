// RSA signatures in C: ../rsa.ts says what each export does.

export const hasRsa = true;

export function rsaVerifyPkcs1(
	this: void,
	modulus: Uint8Array,
	exponent: number,
	hash: Uint8Array,
	signature: Uint8Array,
): boolean {
	return native("xs_baton_rsa_verify_pkcs1").call(this, modulus, exponent, hash, signature);
}

export function rsaVerifyPss(
	this: void,
	modulus: Uint8Array,
	exponent: number,
	hash: Uint8Array,
	signature: Uint8Array,
): boolean {
	return native("xs_baton_rsa_verify_pss").call(this, modulus, exponent, hash, signature);
}
